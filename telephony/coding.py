"""How a line's audio is coded on the wire: G.711 at 8 kHz from telephones, plain from browsers. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from config.units import MICRO_TURN_MS, PACKET_MS, SAMPLE_RATE_HZ, WIRE_RATE_HZ
from model.turn import Audio
from telephony import mulaw

MOST_LAG_MS: Final = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class Coding:
    """One way to write mono samples as bytes.

    Attributes:
        rate_hz: samples a second on the wire.
        sample_bytes: bytes of a sample.
        silence: a silent sample.
        decode: bytes (whole samples) to int16 at `rate_hz`, in an array of its own.
        encode: the way back.
        packet_bytes, micro_turn_bytes: of 20 and 200 ms.
        most_lag_bytes: of two seconds.
    """

    rate_hz: int
    sample_bytes: int
    silence: bytes
    decode: Callable[[bytes], Audio]
    encode: Callable[[Audio], bytes]
    packet_bytes: int
    micro_turn_bytes: int
    most_lag_bytes: int

    @property
    def packet_samples(self) -> int:
        return self.packet_bytes // self.sample_bytes

    def ms_of(self, wire_bytes: int) -> int:
        """How long so many bytes sound, in whole ms."""
        return wire_bytes * 1_000 // (self.rate_hz * self.sample_bytes)

    def ns_of(self, wire_bytes: int) -> int:
        """How long so many bytes sound."""
        return wire_bytes * 1_000_000_000 // (self.rate_hz * self.sample_bytes)

    def bytes_of(self, ms: int) -> int:
        """How many bytes so many ms are."""
        return ms * self.rate_hz * self.sample_bytes // 1_000


def _coding(
    rate_hz: int,
    silence: bytes,
    decode: Callable[[bytes], Audio],
    encode: Callable[[Audio], bytes],
) -> Coding:
    per_ms = rate_hz * len(silence) // 1_000
    return Coding(
        rate_hz=rate_hz,
        sample_bytes=len(silence),
        silence=silence,
        decode=decode,
        encode=encode,
        packet_bytes=PACKET_MS * per_ms,
        micro_turn_bytes=MICRO_TURN_MS * per_ms,
        most_lag_bytes=MOST_LAG_MS * per_ms,
    )


def _from_linear(wire: bytes) -> Audio:
    return np.frombuffer(wire, dtype="<i2").astype(np.int16)


def _to_linear(pcm: Audio) -> bytes:
    return pcm.astype("<i2").tobytes()


MULAW: Final = _coding(WIRE_RATE_HZ, bytes([mulaw.SILENCE]), mulaw.decode, mulaw.encode)
"""G.711 µ-law: what telephones send."""
LINEAR: Final = _coding(SAMPLE_RATE_HZ, bytes(2), _from_linear, _to_linear)
"""Signed 16-bit little-endian samples at our own rate: nothing is lost, nothing is resampled."""
