"""The time line a simulated call is written on: sound of both sides, and what is true at every moment."""

# F frames of 10 ms · n samples at WIRE_RATE_HZ

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from config.units import MICRO_TURN_MS, WIRE_RATE_HZ
from model.data.acoustics import Sound
from model.data.clips import Clip
from model.data.delivery import FRAME_MS, FRAME_SAMPLES
from model.data.timing import ANTICIPATION_MS, DUE_EARLY_MS, still_silent
from model.streams import ACTS, AGENT_TEXT, LANGUAGES
from model.synthesis.speech import Language

_SURE_FRAMES: Final = 100
"""Frames of a silence that count in full for the floor; later ones count half."""
_FADE_MS: Final = 30
_EARLY: Final = MICRO_TURN_MS // FRAME_MS
"""What the model decides is heard one micro-turn later."""
_ACT_FRAMES: Final = 40
_FIRST_FRAMES: Final = 30
"""The first 300 ms of sound over the agent, in which it is decided whether it falters."""
_DUE_FRAMES: Final = 55

OverlapKind = Literal["interruption", "backchannel", "aside", "background", "noise", "answer"]
ToldKind = Literal["role", "offer", "withdrawn", "report"]
WORD: Final = AGENT_TEXT.index("word")


@dataclass(frozen=True, slots=True)
class TurnSpan:
    """A caller's turn, in frames: where it begins and ends, and the silences inside it."""

    begin: int
    end: int
    pauses: tuple[tuple[int, int], ...]
    kind: int
    long: bool
    pieces: tuple[str, ...] = ()
    """What was said before each pause, and last of all before the end."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Caller sound over the agent's speech, in frames; `earnest`: it is meant to take the floor."""

    begin: int
    end: int
    earnest: bool
    what: OverlapKind = "interruption"


@dataclass(frozen=True, slots=True)
class SaidWord:
    """A word of the caller, lower case as said (digits as digit words, letters as letters), in frames."""

    text: str
    begin: int
    end: int
    language: Language


@dataclass(frozen=True, slots=True)
class Told:
    """Text the model is told at a frame: its role, an offer, an offer's withdrawal (same text), a report."""

    frame: int
    kind: ToldKind
    text: str


class Stage:
    """Arrays over the frames of one call. Writers keep sound and truth together."""

    def __init__(self, frames: int) -> None:
        self.frames = frames
        samples = frames * FRAME_SAMPLES
        self.caller = np.zeros(samples, np.float32)
        self.agent = np.zeros(samples, np.float32)
        self.caller_voice = np.zeros(frames, np.bool_)
        self.agent_voice = np.zeros(frames, np.bool_)
        self.voice_weight = np.ones(frames, np.float32)
        self.phones = np.zeros(frames, np.int8)
        self.language = np.zeros(frames, np.int8)
        self.digits_said = np.zeros(frames, np.int8)
        self.kind = np.zeros(frames, np.int8)
        self.digits = np.zeros(frames, np.int8)
        self.over = np.zeros(frames, np.bool_)
        self.over_weight = np.full(frames, 0.1, np.float32)
        self.barge = np.zeros(frames, np.bool_)
        self.barge_weight = np.zeros(frames, np.float32)
        self.due = np.zeros(frames, np.bool_)
        self.due_weight = np.full(frames, 0.05, np.float32)
        self.said = np.zeros(frames, np.uint8)
        self.to_say = np.zeros(frames, np.uint8)
        self.to_say_weight = np.full(frames, 0.2, np.float32)
        self.did = np.zeros(frames, np.uint8)
        self.to_do = np.zeros(frames, np.uint8)
        self.to_do_weight = np.full(frames, 0.2, np.float32)
        self.turns: list[TurnSpan] = []
        self.overlaps: list[Overlap] = []
        self.words: list[SaidWord] = []
        self.told: list[Told] = []

    # --- the caller -----------------------------------------------------------------------------

    def say_caller(self, clip: Clip, at: int, digits_before: int, language: Language) -> int:
        """Put a clip of the caller's turn at a frame; gives the frame it ends."""
        begin, end = at, min(at + clip.frames, self.frames)
        kept = end - begin
        if kept <= 0:
            return at + clip.frames
        add(self.caller, clip.audio, begin * FRAME_SAMPLES)
        self.caller_voice[begin:end] |= clip.voiced[:kept]
        self.phones[begin:end] = clip.phones[:kept]
        self.language[begin:end] = LANGUAGES.index(language)
        self.digits_said[begin:end] = digits_before + clip.digits[:kept]
        self.digits_said[end:] = digits_before + int(clip.digits[-1])
        self.over_weight[begin:end] = 0.25
        self.due_weight[begin:end] = 0.5
        self.words += [SaidWord(w.text, at + w.begin, at + w.end, language) for w in clip.words]
        return at + clip.frames

    def hold(self, begin: int, end: int, *, due: bool) -> None:
        """Mark a silence inside the caller's turn. `due`: a "mm-hm" of the agent would fit at its start."""
        begin, end = min(begin, self.frames), min(end, self.frames)
        sure = min(begin + _SURE_FRAMES, end)
        self.over_weight[max(begin - ANTICIPATION_MS // FRAME_MS, 0) : begin] = 1.0
        self.over_weight[begin:sure], self.over_weight[sure:end] = 1.0, 0.5
        self.due_weight[begin:end] = 1.0
        if due:
            first = max(begin + 200 // FRAME_MS - DUE_EARLY_MS // FRAME_MS, 0)
            last = min(first + _DUE_FRAMES, end)
            self.due[first:last] = True
            self.due_weight[first:begin] = 1.0
            self.to_say_weight[first : last + _EARLY] = 0.0

    def free(self, begin: int, end: int, weight: float = 1.0) -> None:
        """Mark the silence after a caller's turn, until somebody speaks, and the last moment before it."""
        begin, end = min(begin, self.frames), min(end, self.frames)
        sure = np.where(np.arange(end - begin) < _SURE_FRAMES, 1.0, 0.5)
        unseen = np.maximum(still_silent(np.arange(end - begin, dtype=np.float64) * FRAME_MS), 0.25)
        self.over[begin:end] = True
        self.over_weight[begin:end] = weight * sure / unseen
        early = max(begin - ANTICIPATION_MS // FRAME_MS, 0)
        self.over[early:begin] = True
        self.over_weight[early:begin] = weight
        self.due_weight[begin:end] = 0.5

    def forgive(self, end: int) -> None:
        """A "mm-hm" at the end of a long turn costs little: the answer follows it."""
        self.due_weight[max(end - DUE_EARLY_MS // FRAME_MS, 0) : end + _DUE_FRAMES] = 0.1

    def await_answer(self, begin: int, end: int) -> None:
        """Mark the silence after a question, until the caller speaks."""
        self.over_weight[min(begin, self.frames) : min(end, self.frames)] = 0.4

    # --- the agent ------------------------------------------------------------------------------

    def say_agent(
        self, clip: Clip, at: int, upto: int | None = None, since: int = 0, text: int = WORD
    ) -> int:
        """Put agent speech at a frame: the clip from frame `since` of it, silent from frame `upto` on.

        `text`: what it is, an index of `AGENT_TEXT`; the model should have decided it one micro-turn before.
        """
        end = min(at + clip.frames - since, self.frames, self.frames if upto is None else upto)
        if end <= at:
            return at
        part = clip.audio[since * FRAME_SAMPLES : (since + end - at) * FRAME_SAMPLES].copy()
        if end < at + clip.frames - since:
            fade = min(_FADE_MS * WIRE_RATE_HZ // 1_000, len(part))
            part[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
        add(self.agent, part, at * FRAME_SAMPLES)
        self.agent_voice[at:end] |= clip.voiced[since : since + end - at]
        self.said[at:end] = text
        self.to_say[max(at - _EARLY, 0) : max(end - _EARLY, 0)] = text
        self.to_say_weight[max(at - _EARLY, 0) : max(end - _EARLY, 0)] = 1.0
        return end

    def blunder(self, begin: int, end: int) -> None:
        """What the agent says here a good one would not: nothing is learned from its saying it."""
        self.to_say_weight[max(begin - _EARLY, 0) : max(end, 0)] = 0.0

    def may_speak(self, begin: int, end: int) -> None:
        """The agent has something to say and the floor is free: a good one begins now."""
        self.to_say[begin:end] = WORD
        self.to_say_weight[begin:end] = self.over_weight[begin:end] * 0.5

    def be_quiet(self, begin: int, end: int) -> None:
        """A good agent says nothing here, whatever this one does."""
        self.to_say[begin:end] = 0
        self.to_say_weight[begin:end] = 1.0

    def act(self, at: int, name: str, *, done: int | None = None) -> None:
        """At this frame a good agent acts; `done`: the frame at which this one does."""
        if at < self.frames:
            self.to_do[at : at + _ACT_FRAMES] = ACTS.index(name)
            self.to_do_weight[at : at + _ACT_FRAMES] = 1.0
        if done is not None and done < self.frames:
            self.did[done : done + _EARLY] = ACTS.index(name)

    def tell(self, at: int, kind: ToldKind, text: str) -> None:
        """The model is told something."""
        if at < self.frames:
            self.told.append(Told(max(at, 0), kind, text))

    # --- both -----------------------------------------------------------------------------------

    def overlap(self, begin: int, end: int, what: OverlapKind, weight: float = 1.0) -> None:
        """Mark caller sound over the agent: judged from its onset for at most 1.5 s, the beginning most.

        Harmless sounds count double in their first 300 ms: an agent that falters at each is unbearable.
        """
        earnest = what in {"interruption", "answer"}
        last = min(end + 300 // FRAME_MS, begin + 1_500 // FRAME_MS, self.frames)
        self.barge[begin:last] = earnest
        self.barge_weight[begin:last] = weight
        if not earnest:
            self.barge_weight[begin : min(begin + _FIRST_FRAMES, last)] = 2.0 * weight
        if weight == 1.0 and begin < self.frames:
            self.overlaps.append(Overlap(begin, end, earnest, what))

    def expect(self, at: int, kind: int, digits: int) -> None:
        """From this frame on this kind of answer is awaited."""
        self.kind[at:] = kind
        self.digits[at:] = digits


def add(onto: Sound, sound: Sound, at: int) -> None:
    """Mix a sound in at a sample, as far as it fits."""
    end = min(at + len(sound), len(onto))
    if 0 <= at < end:
        onto[at:end] += sound[: end - at]
