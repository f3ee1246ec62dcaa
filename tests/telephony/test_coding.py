import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from telephony import packets
from telephony.clock import NS_PER_MS
from telephony.coding import LINEAR, MULAW

SPEECH = np.random.default_rng(0).integers(-9_000, 9_000, 16_000).astype("<i2").tobytes()
"""A second of a browser's microphone."""


@given(st.binary(max_size=2_000).filter(lambda wire: len(wire) % 2 == 0))
def test_linear_samples_come_and_go_unchanged(wire: bytes) -> None:
    assert LINEAR.encode(LINEAR.decode(wire)) == wire


@given(st.lists(st.integers(1, 3_000), min_size=1, max_size=40))
def test_a_browsers_audio_reaches_the_call_bit_for_bit_however_it_is_cut(sizes: list[int]) -> None:
    inlet, at, heard = packets.led_in(0, LINEAR), 0, list[bytes]()
    for size in sizes:
        now_ns = (at // 32) * NS_PER_MS
        inlet = packets.arrive(inlet, SPEECH[at : at + 2 * size], now_ns)
        at = min(len(SPEECH), at + 2 * size)
        inlet, gathered = packets.gather(inlet, max(now_ns, (at // 32) * NS_PER_MS))
        if gathered is not None:
            assert gathered.filled_ms == 0
            heard.append(gathered.audio.astype("<i2").tobytes())
    assert b"".join(heard) == SPEECH[: sum(map(len, heard))]
    assert len(heard) >= min(1, at // LINEAR.micro_turn_bytes)


def test_lengths_are_those_of_the_wire() -> None:
    assert (MULAW.packet_bytes, MULAW.micro_turn_bytes, MULAW.packet_samples) == (160, 1_600, 160)
    assert (LINEAR.packet_bytes, LINEAR.micro_turn_bytes, LINEAR.packet_samples) == (640, 6_400, 320)
    for coding in (MULAW, LINEAR):
        assert coding.ms_of(coding.bytes_of(40)) == 40
        assert coding.ns_of(coding.micro_turn_bytes) == 200 * NS_PER_MS
        assert not coding.decode(coding.silence * 5).any()
