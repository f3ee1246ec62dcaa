"""Packets in, micro-turns out: the inlet gathers whatever the carrier sends to 200 ms. Pure.

The caller's clock drives: a micro-turn is taken when 200 ms of caller audio have arrived. Where arrivals
stall, the inlet fills with silence so that the agent can go on speaking. A Media Stream is TCP, so what
stalled comes after all, in a burst: nothing of it is lost. It is fed in order and at the pace of time, and
the lag is worked off by skipping packets in the middle of the caller's pauses. Only beyond two seconds of
lag the oldest is dropped.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES, SAMPLE_RATE_HZ
from model.turn import Audio
from telephony import resample
from telephony.clock import NS_PER_MS
from telephony.coding import MULAW, Coding
from telephony.pacing import Cadence, kept, missed

GRACE_NS: Final = 40 * NS_PER_MS
"""How long a micro-turn waits for packets that are late; the carrier's packet size comes on top."""
EARLY_NS: Final = 20 * NS_PER_MS
"""How far ahead of its time a micro-turn may be taken when its audio is there."""
FADE_SAMPLES: Final = 16
"""On the wire, 1 to 2 ms: how long speech fades into a gap and out of it, so that neither clicks."""

_FADE_IN: Final = np.linspace(0, 1, FADE_SAMPLES, endpoint=False, dtype=np.float32)
_ALWAYS_QUIET_RMS: Final = 50.0
"""-56 dB of full scale."""
_NEVER_QUIET_RMS: Final = 1_000.0
"""-30 dB of full scale."""
_FLOOR_RISE: Final = 1.02
"""Per micro-turn: 0.9 dB a second."""


@dataclass(frozen=True, slots=True)
class Inlet:
    """What has arrived and has not been taken.

    Attributes:
        waiting: bytes as they are coded on the wire, in order of arrival.
        cadence: when the next micro-turn is due; None before the first packet.
        history: the resampler's.
        longest_bytes: the carrier's longest packet so far.
        floor_rms: the line's background level, of 16-bit samples.
        torn: whether the last micro-turn ended in silence put in.
        filled_ms, skipped_ms, dropped_ms: over the call: silence put in, pauses shortened, audio lost to lag.
        coding: of the carrier's audio.
    """

    waiting: bytes = b""
    cadence: Cadence | None = None
    history: resample.History | None = None
    longest_bytes: int = 0
    floor_rms: float = _ALWAYS_QUIET_RMS
    torn: bool = False
    filled_ms: int = 0
    skipped_ms: int = 0
    dropped_ms: int = 0
    coding: Coding = MULAW

    @property
    def is_behind(self) -> bool:
        """Whether more is waiting than the carrier's way of packing, and one packet, explain."""
        coding = self.coding
        return len(self.waiting) > coding.micro_turn_bytes + coding.packet_bytes + self.longest_bytes

    @property
    def lag_ms(self) -> int:
        """How much audio beyond one micro-turn is waiting."""
        return self.coding.ms_of(max(0, len(self.waiting) - self.coding.micro_turn_bytes))


@dataclass(frozen=True, slots=True)
class Gathered:
    """One micro-turn of caller audio, int16[3200] at 16 kHz, and how much of it is silence put in."""

    audio: Audio
    filled_ms: int


def led_in(lead_in_ms: int, coding: Coding = MULAW) -> Inlet:
    """The inlet of a call that begins with so much silence of our own."""
    samples = coding.bytes_of(lead_in_ms) // coding.sample_bytes
    return Inlet(waiting=coding.silence * samples, coding=coding)


def arrive(inlet: Inlet, payload: bytes, now_ns: int) -> Inlet:
    """Take in a packet of any size, in whole samples."""
    coding = inlet.coding
    waiting = inlet.waiting + payload
    surplus = len(waiting) - coding.micro_turn_bytes - coding.most_lag_bytes
    dropped_ms = inlet.dropped_ms
    if surplus > 0:
        waiting = waiting[surplus:]
        dropped_ms -= coding.ms_of(-surplus)  # rounded up
    cadence = inlet.cadence
    if cadence is None:
        spoken_ns = coding.ns_of(min(len(waiting), coding.micro_turn_bytes))
        cadence = Cadence(now_ns + MICRO_TURN_MS * NS_PER_MS - spoken_ns, MICRO_TURN_MS * NS_PER_MS)
    longest_bytes = max(inlet.longest_bytes, min(len(payload), coding.micro_turn_bytes))
    return Inlet(  # fifty times a second, where `replace` would be the line's greatest cost
        waiting=waiting,
        cadence=cadence,
        history=inlet.history,
        longest_bytes=longest_bytes,
        floor_rms=inlet.floor_rms,
        torn=inlet.torn,
        filled_ms=inlet.filled_ms,
        skipped_ms=inlet.skipped_ms,
        dropped_ms=dropped_ms,
        coding=coding,
    )


def wake_ns(inlet: Inlet) -> int | None:
    """When a micro-turn can be taken even if nothing more arrives; None before the first packet."""
    if inlet.cadence is None:
        return None
    if len(inlet.waiting) < inlet.coding.micro_turn_bytes:
        return inlet.cadence.due_ns + GRACE_NS + inlet.coding.ns_of(inlet.longest_bytes)
    return inlet.cadence.due_ns - (0 if inlet.is_behind else EARLY_NS)


def gather(inlet: Inlet, now_ns: int) -> tuple[Inlet, Gathered | None]:
    """Take a micro-turn if one can be taken now."""
    at_ns = wake_ns(inlet)
    if inlet.cadence is None or at_ns is None or now_ns < at_ns:
        return inlet, None
    coding = inlet.coding
    taken, waiting, skipped = _cut(inlet)
    pcm = coding.decode(taken)
    short = coding.micro_turn_bytes // coding.sample_bytes - pcm.size
    if inlet.torn and pcm.size:
        fade = min(FADE_SAMPLES, pcm.size)
        pcm[:fade] = pcm[:fade] * _FADE_IN[:fade]
    spoken = pcm
    if short:
        pcm = np.concatenate([pcm, _trail_off(pcm, short)])
    up = resample.kernel(coding.rate_hz, SAMPLE_RATE_HZ)
    audio, history = resample.resample(up, pcm, inlet.history or resample.silence_before(up))
    filled_ms = short * 1_000 // coding.rate_hz
    later = replace(
        inlet,
        waiting=waiting,
        cadence=missed(inlet.cadence, now_ns) if short else kept(inlet.cadence, now_ns),
        history=history,
        floor_rms=_follow(inlet.floor_rms, spoken, coding.packet_samples),
        torn=bool(short),
        filled_ms=inlet.filled_ms + filled_ms,
        skipped_ms=inlet.skipped_ms + coding.ms_of(skipped),
    )
    return later, Gathered(audio, filled_ms)


def call_sample(inlet: Inlet, index: int, at_ns: int) -> int:
    """Where a moment lies on the caller's timeline, at 16 kHz; micro-turn `index` is the next to be taken."""
    if inlet.cadence is None:
        return 0
    ahead_ns = inlet.cadence.due_ns - at_ns
    return max(0, (index + 1) * MICRO_TURN_SAMPLES - ahead_ns * SAMPLE_RATE_HZ // 1_000_000_000)


def levels(pcm: npt.NDArray[np.int16], packet_samples: int) -> npt.NDArray[np.float32]:
    """Root mean square of each whole packet."""
    whole = pcm[: pcm.size - pcm.size % packet_samples].astype(np.float32).reshape(-1, packet_samples)
    return np.sqrt(np.einsum("ps,ps->p", whole, whole) / packet_samples)


def within_a_pause(quiet: Sequence[bool], margin: int) -> list[bool]:
    """Which packets have `margin` quiet ones on either side: leaving one out only shortens a pause."""
    return [
        at >= margin and at + margin < len(quiet) and all(quiet[at - margin : at + margin + 1])
        for at in range(len(quiet))
    ]


def _cut(inlet: Inlet) -> tuple[bytes, bytes, int]:
    """Split off a micro-turn, leaving out pauses while behind: taken, still waiting, bytes skipped."""
    waiting, coding = inlet.waiting, inlet.coding
    whole, step = coding.micro_turn_bytes, coding.packet_bytes
    if not inlet.is_behind:
        return waiting[:whole], waiting[whole:], 0
    lag = len(waiting) - whole
    quiet = levels(coding.decode(waiting), coding.packet_samples) <= _quiet_rms(inlet.floor_rms)
    spare = within_a_pause(quiet.tolist(), 2)
    taken, at, skipped = b"", 0, 0
    while len(taken) < whole:
        packet = waiting[at : at + step]
        number = at // step
        if number < len(spare) and spare[number] and lag - skipped >= len(packet):
            skipped += len(packet)
        else:
            taken += packet
        at += len(packet)
    over = len(taken) - whole
    return taken[:whole], waiting[at - over :], skipped


def _quiet_rms(floor_rms: float) -> float:
    return min(max(_ALWAYS_QUIET_RMS, 2 * floor_rms), _NEVER_QUIET_RMS)


def _follow(floor_rms: float, pcm: npt.NDArray[np.int16], packet_samples: int) -> float:
    """The quietest packet is the floor; it rises slowly and falls at once."""
    heard = levels(pcm, packet_samples)
    risen = floor_rms * _FLOOR_RISE
    return float(max(1.0, min(risen, heard.min()))) if heard.size else risen


def _trail_off(pcm: npt.NDArray[np.int16], samples: int) -> npt.NDArray[np.int16]:
    """Silence that begins where the speech broke off and fades within 2 ms."""
    silence = np.zeros(samples, np.int16)
    fade = min(FADE_SAMPLES, samples)
    if pcm.size:
        silence[:fade] = pcm[-1] * _FADE_IN[::-1][:fade]
    return silence
