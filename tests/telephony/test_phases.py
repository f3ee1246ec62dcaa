import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.units import MICRO_TURN_MS, PACKET_MS
from telephony.clock import NS_PER_MS
from telephony.media_line import MediaLine
from telephony.messages import Media
from telephony.phases import LEAD_INS_MS, best_lead_in_ms, phase_ms


def begun_together(calls: int) -> list[int]:
    """The phases of calls whose first packets all come at the same moment."""
    phases: list[int] = []
    for _ in range(calls):
        phases.append(phase_ms(1_000, best_lead_in_ms(1_000, phases)))
    return phases


def test_a_call_alone_begins_at_once() -> None:
    assert best_lead_in_ms(12_345, ()) == 0


@pytest.mark.parametrize("calls", [2, 5, 10, 24, 32])
def test_calls_that_begin_together_spread_over_the_micro_turn(calls: int) -> None:
    phases = begun_together(calls)
    most = max(phases.count(phase) for phase in phases)
    assert most == -(-calls // len(LEAD_INS_MS))


def test_two_calls_end_their_micro_turns_half_a_micro_turn_apart() -> None:
    first, second = begun_together(2)
    assert abs(first - second) == MICRO_TURN_MS // 2


@given(st.integers(0, 10**9), st.lists(st.integers(0, MICRO_TURN_MS - 1), max_size=40))
def test_the_silence_a_call_begins_with_is_whole_packets_and_less_than_a_micro_turn(
    now_ms: int, others: list[int]
) -> None:
    lead_in_ms = best_lead_in_ms(now_ms, others)
    assert 0 <= lead_in_ms < MICRO_TURN_MS
    assert lead_in_ms % PACKET_MS == 0


@pytest.mark.parametrize("lead_in_ms", LEAD_INS_MS)
def test_the_line_takes_its_micro_turns_at_the_phase_chosen(lead_in_ms: int) -> None:
    line, ended_ms = MediaLine(0, lead_in_ms=lead_in_ms), -1
    first_ms = 1_000
    for number in range(MICRO_TURN_MS // PACKET_MS):
        now_ms = first_ms + number * PACKET_MS
        line.receive(Media(bytes([0x55]) * 160), now_ms * NS_PER_MS)
        turn = line.take_turn(now_ms * NS_PER_MS)
        if turn is not None:
            ended_ms = now_ms
            assert not turn.caller_audio[: max(0, lead_in_ms - 4) * 16].any()
            break
    assert ended_ms % MICRO_TURN_MS == phase_ms(first_ms, lead_in_ms)
