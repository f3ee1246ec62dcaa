"""The caller's ear: when the agent sounded, and what that says about the call. Pure.

Two views. While the call runs, `Ear` is what a listening caller goes by: is the agent speaking, for how
long, or silent since when. Afterwards `measure` goes over both sides' sound and gives the figures of the
report: all of them taken at the ear, so that the network, playout and decision time are in them.

Times are ms of call time: 0 is the caller's first sample.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from config.units import PACKET_MS, WIRE_SAMPLES_PER_MS
from model.turn import Audio
from telephony import mulaw
from telephony.simulator.playout import SILENCE
from telephony.simulator.script import When

SOUND_RMS: Final = 184.0
"""A window louder than this is sound: -45 dB below full scale, under any syllable, over any idle line."""
_POWER: Final = np.square(mulaw.decode(bytes(range(256))).astype(np.float32))
"""Of each µ-law code."""
_WINDOW_MS: Final = 5
PHRASE_GAP_MS: Final = 300
"""Sounds closer than this belong to one stretch of speech: longer than any gap between words."""
_DROPOUT_EDGE_MS: Final = 20
_LONGEST_DROPOUT_MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Span:
    start_ms: float
    end_ms: float

    @property
    def ms(self) -> float:
        return self.end_ms - self.start_ms


# --- while the call runs --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ear:
    """What a caller has noticed of the agent so far; -1 for never.

    Attributes:
        speech_began_ms: when the agent's present, or else its last, stretch of speech began.
        last_sound_ms: when the agent was last sounding.
    """

    speech_began_ms: int = -1
    last_sound_ms: int = -1

    def speaking(self, now_ms: int) -> bool:
        """Whether the agent is in the middle of speech."""
        return self.last_sound_ms >= 0 and now_ms - self.last_sound_ms < PHRASE_GAP_MS


def hear(ear: Ear, now_ms: int, *, sounding: bool) -> Ear:
    """Take in the packet that ends at `now_ms`."""
    if not sounding:
        return ear
    if ear.speaking(now_ms):
        return replace(ear, last_sound_ms=now_ms)
    return Ear(speech_began_ms=now_ms - PACKET_MS, last_sound_ms=now_ms)


def is_sound(wire: bytes) -> bool:
    """Whether a packet of µ-law is louder than an idle line."""
    if not wire.strip(SILENCE):
        return False
    return float(_POWER[np.frombuffer(wire, np.uint8)].sum()) > SOUND_RMS**2 * len(wire)


# --- after the call -------------------------------------------------------------------------------


def sounds(audio: Audio, bridge_ms: float = PHRASE_GAP_MS) -> tuple[Span, ...]:
    """Where there is sound in int16[n] at 8 kHz; sounds less than `bridge_ms` apart become one."""
    window = _WINDOW_MS * WIRE_SAMPLES_PER_MS
    windows = audio[: audio.size - audio.size % window].reshape(-1, window).astype(np.float32)
    loud = np.sqrt(np.mean(np.square(windows), axis=1)) > SOUND_RMS
    return _join(_runs(loud), bridge_ms)


def _runs(loud: npt.NDArray[np.bool_]) -> list[Span]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], loud, [False])).astype(np.int8)))
    return [
        Span(float(start) * _WINDOW_MS, float(end) * _WINDOW_MS)
        for start, end in zip(edges[::2], edges[1::2], strict=True)
    ]


def _join(spans: list[Span], bridge_ms: float) -> tuple[Span, ...]:
    joined: list[Span] = []
    for span in spans:
        if joined and span.start_ms - joined[-1].end_ms < bridge_ms:
            joined[-1] = Span(joined[-1].start_ms, span.end_ms)
        else:
            joined.append(span)
    return tuple(joined)


@dataclass(frozen=True, slots=True)
class CallerLine:
    """Something the caller did: words, a recording, or keys; `start_ms` and `end_ms` of its sound."""

    text: str
    when: When
    start_ms: float
    end_ms: float
    keys: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """The agent's answer to a caller's line. `latency_ms`: last sound to first; below 0 they overlap."""

    after: str
    at_ms: float
    latency_ms: float


@dataclass(frozen=True, slots=True)
class Interruption:
    """The caller spoke over the agent.

    Attributes:
        text: the caller's words.
        at_ms: when they began.
        backchannel: whether the caller did not mean to take the floor.
        agent_was_speaking: False when the agent fell silent by itself before the caller began.
        stop_ms: from the caller's first sound to the agent's last, when the agent was cut short (its queue
            was cleared, or it fell silent within a second); None when it went on.
    """

    text: str
    at_ms: float
    backchannel: bool
    agent_was_speaking: bool
    stop_ms: float | None


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of a call, all at the caller's ear.

    Attributes:
        greeting_ms: from the open line to the agent's first sound; None if it never spoke.
        replies: one for each caller's line that was answered before the next.
        unanswered: the lines that were not.
        interruptions: each time the caller spoke over the agent.
        dropouts: silences torn into the agent's speech because nothing had arrived to play.
        overlap_ms: both sounding at once, in all.
        longest_silence: the longest time with nobody sounding, between the first and the last sound.
        agent_speech_ms: agent sound in all.
    """

    greeting_ms: float | None
    replies: tuple[Reply, ...]
    unanswered: tuple[str, ...]
    interruptions: tuple[Interruption, ...]
    dropouts: tuple[Span, ...]
    overlap_ms: float
    longest_silence: Span | None
    agent_speech_ms: float


_STOPS_WITHIN_MS: Final = 1_000


def measure(
    agent: Audio, lines: tuple[CallerLine, ...], dry: tuple[Span, ...], clears_ms: tuple[float, ...]
) -> Measured:
    """Measure a call.

    Args:
        agent: the agent's sound at the ear, int16[n] at 8 kHz from call time 0.
        lines: what the caller did, in order.
        dry: when the playout queue was empty.
        clears_ms: when the platform cleared the queue.
    """
    close = sounds(agent, bridge_ms=60)
    speech = sounds(agent)
    replies: list[Reply] = []
    unanswered: list[str] = []
    for k, line in enumerate(lines):
        if line.when is When.OVER:
            continue
        until_ms = lines[k + 1].start_ms if k + 1 < len(lines) else float("inf")
        first = next((s for s in speech if s.start_ms > line.start_ms and s.end_ms > line.end_ms), None)
        if first is None or first.start_ms >= until_ms:
            unanswered.append(line.text)
        else:
            replies.append(Reply(line.text, first.start_ms, first.start_ms - line.end_ms))
    caller = [Span(line.start_ms, line.end_ms) for line in lines if not line.keys]
    return Measured(
        greeting_ms=speech[0].start_ms if speech else None,
        replies=tuple(replies),
        unanswered=tuple(unanswered),
        interruptions=tuple(
            _interruption(line, speech, clears_ms) for line in lines if line.when is not When.TURN
        ),
        dropouts=tuple(span for span in dry if _tears(span, agent, clears_ms)),
        overlap_ms=sum(_overlap_ms(a, b) for a in close for b in caller),
        longest_silence=_longest_silence(sorted((*close, *caller), key=lambda span: span.start_ms)),
        agent_speech_ms=sum(span.ms for span in close),
    )


def _interruption(line: CallerLine, speech: tuple[Span, ...], clears_ms: tuple[float, ...]) -> Interruption:
    under_way = next((s for s in speech if s.start_ms < line.start_ms < s.end_ms), None)
    stop_ms: float | None = None
    if under_way is not None:
        fell_silent_ms = under_way.end_ms - line.start_ms
        cut = any(line.start_ms <= at_ms <= line.end_ms + _STOPS_WITHIN_MS for at_ms in clears_ms)
        if cut or fell_silent_ms <= _STOPS_WITHIN_MS:
            stop_ms = fell_silent_ms
    backchannel = line.when is When.OVER
    return Interruption(line.text, line.start_ms, backchannel, under_way is not None, stop_ms)


def _tears(dry: Span, agent: Audio, clears_ms: tuple[float, ...]) -> bool:
    """Whether a dry spell lies inside speech: sound right before it and right after, and no clear."""
    if dry.ms > _LONGEST_DROPOUT_MS or any(dry.start_ms - 1 <= at_ms <= dry.end_ms for at_ms in clears_ms):
        return False
    edge = _DROPOUT_EDGE_MS * WIRE_SAMPLES_PER_MS
    start, end = int(dry.start_ms * WIRE_SAMPLES_PER_MS), int(dry.end_ms * WIRE_SAMPLES_PER_MS)
    return bool(sounds(agent[max(start - edge, 0) : start]) and sounds(agent[end : end + edge]))


def _overlap_ms(a: Span, b: Span) -> float:
    return max(0.0, min(a.end_ms, b.end_ms) - max(a.start_ms, b.start_ms))


def _longest_silence(spans: list[Span]) -> Span | None:
    longest: Span | None = None
    reached_ms = spans[0].end_ms if spans else 0.0
    for span in spans:
        if span.start_ms > reached_ms and (longest is None or span.start_ms - reached_ms > longest.ms):
            longest = Span(reached_ms, span.start_ms)
        reached_ms = max(reached_ms, span.end_ms)
    return longest
