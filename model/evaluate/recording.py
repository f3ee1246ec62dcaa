"""What became of a case: both sides as the caller's telephone had them, and the agent's own record."""

# n samples at WIRE_RATE_HZ

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from config.units import MICRO_TURN_MS, SAMPLES_PER_MS, WIRE_RATE_HZ
from model.evaluate.cases import Span
from model.turn import Audio, Readings, TurnAct, TurnOutput

SOUND_RMS: Final = 184.0
"""A window louder than this is sound: -45 dB below full scale, under any syllable, over any idle line."""
_WINDOW_MS: Final = 5
PHRASE_GAP_MS: Final = 400
"""Silence up to this long belongs to speech: the voice pauses 150-420 ms between clauses."""


@dataclass(frozen=True, slots=True)
class HeardStretch:
    """`samples` from agent sample `agent_start` sounded at call sample `call_start` (all at 16 kHz)."""

    agent_start: int
    call_start: int
    samples: int


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word of the agent as it sounded at the ear; `offer` is empty for the agent's own small utterances."""

    text: str
    offer: str
    start_ms: float
    end_ms: float


@dataclass(frozen=True, slots=True)
class Moment:
    """An act of the model, at the end of the micro-turn it was given out in."""

    at_ms: int
    act: TurnAct


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """One case as it went.

    Attributes:
        caller, agent: int16[n] at `WIRE_RATE_HZ` from call time 0; the agent at the caller's ear.
        words: what of the agent's word record the caller heard, in order.
        moments: what the model did.
        voiced: per offer, its words as given out (heard or not).
        readings: of each micro-turn.
        torn_ms: silence torn into the agent's speech because the machine was too busy; only over the carrier.
    """

    caller: Audio
    agent: Audio
    words: tuple[HeardWord, ...] = ()
    moments: tuple[Moment, ...] = ()
    voiced: tuple[tuple[str, tuple[str, ...]], ...] = ()
    readings: tuple[Readings, ...] = ()
    torn_ms: float = 0.0

    def speech(self, bridge_ms: float = PHRASE_GAP_MS) -> tuple[Span, ...]:
        """Stretches of agent speech, gaps up to `bridge_ms` bridged."""
        return sounding(self.agent, bridge_ms)

    def acts(self, kind: type[TurnAct]) -> list[TurnAct]:
        """All acts of a kind."""
        return [moment.act for moment in self.moments if isinstance(moment.act, kind)]

    def words_within(self, span: Span) -> int:
        """How many words the agent began within a span."""
        return sum(span.holds(word.start_ms) for word in self.words)


def sounding(audio: Audio, bridge_ms: float = PHRASE_GAP_MS) -> tuple[Span, ...]:
    """Where there is sound in int16[n] at `WIRE_RATE_HZ`; sounds at most `bridge_ms` apart become one."""
    window = _WINDOW_MS * WIRE_RATE_HZ // 1_000
    windows = audio[: audio.size - audio.size % window].reshape(-1, window).astype(np.float32)
    loud = np.sqrt(np.mean(np.square(windows), axis=1)) > SOUND_RMS
    edges = np.flatnonzero(np.diff(np.concatenate(([False], loud, [False])).astype(np.int8)))
    spans: list[Span] = []
    for start, end in zip(edges[::2] * float(_WINDOW_MS), edges[1::2] * float(_WINDOW_MS), strict=True):
        if spans and start - spans[-1].end_ms <= bridge_ms:
            spans[-1] = Span(spans[-1].start_ms, float(end))
        else:
            spans.append(Span(float(start), float(end)))
    return tuple(spans)


def heard_words(outputs: Sequence[TurnOutput], heard: Iterable[HeardStretch]) -> tuple[HeardWord, ...]:
    """The agent's word record as the caller heard it: words that never sounded are left out."""
    stretches = list(heard)
    found: list[HeardWord] = []
    for output in outputs:
        for word in output.agent_words:
            sample = word.start_ms * SAMPLES_PER_MS
            on = next((s for s in stretches if s.agent_start <= sample < s.agent_start + s.samples), None)
            if on is not None:
                start_ms = (on.call_start + sample - on.agent_start) / SAMPLES_PER_MS
                found.append(
                    HeardWord(
                        word.text, output.voicing or "", start_ms, start_ms + word.end_ms - word.start_ms
                    )
                )
    return tuple(found)


def moments_of(outputs: Sequence[TurnOutput]) -> tuple[Moment, ...]:
    """All acts, in order."""
    return tuple(Moment((output.index + 1) * MICRO_TURN_MS, act) for output in outputs for act in output.acts)


def voiced_words(outputs: Sequence[TurnOutput]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Per offer, in the order begun: every word given out for it."""
    voiced: dict[str, list[str]] = {}
    for output in outputs:
        if output.voicing and output.agent_words:
            voiced.setdefault(output.voicing, []).extend(word.text for word in output.agent_words)
    return tuple((offer, tuple(words)) for offer, words in voiced.items())
