"""Acceptance checks 11 and 19: packets of any size become micro-turns; stalls and bursts lose nothing."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony import mulaw, packets
from telephony.clock import NS_PER_MS

MS = NS_PER_MS
Arrival = tuple[int, bytes]


def tone(ms: int, hz: float = 440, amplitude: float = 8_000) -> bytes:
    at = np.arange(ms * 8) / 8_000
    return mulaw.encode(np.rint(amplitude * np.sin(2 * np.pi * hz * at)).astype(np.int16))


def in_packets(wire: bytes, first_ms: int = 20) -> list[Arrival]:
    """20 ms packets that arrive on time."""
    return [((first_ms + at // 8) * MS, wire[at : at + 160]) for at in range(0, len(wire), 160)]


def run(arrivals: list[Arrival], until_ms: int) -> tuple[packets.Inlet, list[tuple[int, packets.Gathered]]]:
    """Feed arrivals by a 1 ms clock; every micro-turn with the time it was taken at, in ms."""
    inlet, gathered, queue = packets.Inlet(), list[tuple[int, packets.Gathered]](), list(arrivals)
    for now_ms in range(until_ms):
        while queue and queue[0][0] <= now_ms * MS:
            inlet = packets.arrive(inlet, queue.pop(0)[1], now_ms * MS)
        inlet, one = packets.gather(inlet, now_ms * MS)
        if one is not None:
            gathered.append((now_ms, one))
    return inlet, gathered


def heard(gathered: list[tuple[int, packets.Gathered]]) -> npt.NDArray[np.int16]:
    return np.concatenate([one.audio for _, one in gathered])


def loud_ms(audio: npt.NDArray[np.int16]) -> int:
    """How much of the audio is sound, in whole milliseconds."""
    return int((np.abs(audio.reshape(-1, 16)).max(axis=1) > 300).sum())


def test_a_micro_turn_is_taken_the_moment_200_ms_have_arrived():
    _, gathered = run(in_packets(tone(2_000)), 2_100)
    assert [at for at, _ in gathered] == list(range(200, 2_001, 200))
    assert all(one.audio.shape == (3_200,) and one.audio.dtype == np.int16 for _, one in gathered)
    assert not any(one.filled_ms for _, one in gathered)


def spoken(wire: bytes, sizes: list[int]) -> list[Arrival]:
    """Packets of the given sizes, over and over, each sent when its last sample has been spoken."""
    arrivals, at = list[Arrival](), 0
    while at < len(wire):
        part = wire[at : at + sizes[len(arrivals) % len(sizes)]]
        at += len(part)
        arrivals.append((at * MS // 8, part))
    return arrivals


@given(st.integers(1, 1_600))
@settings(max_examples=40, deadline=None)
def test_packets_of_1_to_1600_bytes_make_the_same_micro_turns(size: int):
    wire = tone(2_000)
    inlet, gathered = run(spoken(wire, [size]), 2_100)
    _, expected = run(in_packets(wire), 2_100)
    assert inlet.filled_ms == 0
    audio = heard(gathered)[: 16 * 1_800]
    assert np.abs(audio.astype(int) - heard(expected)[: audio.size]).max() <= 2


@given(st.lists(st.integers(1, 1_600), min_size=1, max_size=30))
@settings(max_examples=40, deadline=None)
def test_of_packets_of_changing_sizes_nothing_is_lost(sizes: list[int]):
    inlet, gathered = run(spoken(tone(2_000), sizes), 2_900)
    assert inlet.dropped_ms == inlet.skipped_ms == 0
    assert loud_ms(heard(gathered)) == pytest.approx(2_000, abs=20)


def test_a_two_second_gap_loses_nothing_and_does_not_click():
    wire = tone(3_000)
    early, late = in_packets(wire[: 8 * 1_050]), in_packets(wire[8 * 1_050 :], 3_070)
    inlet, gathered = run(early + late, 5_400)
    audio = heard(gathered)
    assert inlet.dropped_ms == 0
    assert inlet.skipped_ms == 0
    assert loud_ms(audio) == pytest.approx(3_000, abs=6)
    steepest = np.abs(np.diff(heard(run(in_packets(wire), 3_100)[1]).astype(int))).max()
    assert np.abs(np.diff(audio.astype(int))).max() <= 1.5 * steepest


def test_while_nothing_comes_the_micro_turns_go_on_with_silence():
    _, gathered = run(in_packets(tone(400)), 3_000)
    times = [at for at, _ in gathered]
    assert times[:2] == [200, 400]
    assert times[2:] == list(range(660, 3_000, 200))
    assert all(one.filled_ms == 200 for _, one in gathered[2:])


def test_audio_held_up_for_a_second_arrives_whole_and_in_order():
    speech, pause = tone(1_600), bytes([mulaw.SILENCE]) * 8 * 4_000
    arrivals = [
        (max(at, 1_500 * MS) if at > 500 * MS else at, packet) for at, packet in in_packets(speech + pause)
    ]
    inlet, gathered = run(arrivals, 5_600)
    assert inlet.dropped_ms == 0
    assert loud_ms(heard(gathered)) == pytest.approx(1_600, abs=6)


def test_a_stall_leaves_no_lasting_lag_once_the_caller_pauses():
    speech, pause = tone(1_600), bytes([mulaw.SILENCE]) * 8 * 4_000
    arrivals = [
        (max(at, 1_500 * MS) if at > 500 * MS else at, packet) for at, packet in in_packets(speech + pause)
    ]
    inlet, gathered = run(arrivals, 5_600)
    assert inlet.lag_ms <= 40
    assert inlet.skipped_ms >= 900
    times = np.diff([at for at, _ in gathered])
    assert times.max() <= 260
    assert times.min() >= 140
    assert gathered[-1][0] == pytest.approx(len(gathered) * 200, abs=60)


def test_lag_is_worked_off_in_pauses_that_are_noisy_too():
    noise = np.random.default_rng(1).normal(0, 150, 8 * 8_000).astype(np.int16)
    noise[8 * 1_000 : 8 * 1_600] += mulaw.decode(tone(600))
    arrivals = [
        (max(at, 1_500 * MS) if at > 900 * MS else at, packet)
        for at, packet in in_packets(mulaw.encode(noise))
    ]
    inlet, _ = run(arrivals, 7_900)
    assert inlet.lag_ms <= 40
    assert inlet.dropped_ms == 0


def test_beyond_two_seconds_of_lag_the_oldest_is_dropped_and_counted():
    inlet = packets.arrive(packets.Inlet(), tone(20), 0)
    inlet = packets.arrive(inlet, tone(5_000), 10 * MS)
    assert inlet.lag_ms == 2_000
    assert inlet.dropped_ms == 5_020 - 2_200


def test_a_burst_is_fed_at_the_pace_of_time():
    arrivals = [(0, tone(2_000)), *in_packets(tone(2_000), 20)]
    _, gathered = run(arrivals, 2_000)
    assert np.diff([at for at, _ in gathered]).min() >= 180


def test_a_caller_clock_that_runs_fast_or_slow_is_followed():
    for percent in (99, 101):
        arrivals = [(at * percent // 100, packet) for at, packet in in_packets(tone(60_000))]
        inlet, gathered = run(arrivals, 59_000)
        assert inlet.filled_ms == 0
        assert inlet.lag_ms <= 40
        assert abs(len(gathered) - 590 * 50 // percent) <= 1 or len(gathered) * 200 * percent // 100 > 58_000


def test_a_moment_lies_on_the_callers_timeline_where_its_audio_is():
    inlet, gathered = run(in_packets(tone(1_000)), 1_001)
    assert packets.call_sample(inlet, len(gathered), 1_000 * MS) == 16_000
    assert packets.call_sample(inlet, len(gathered), 1_100 * MS) == 17_600
