"""The time line a simulated call is written on: sound of both sides, and what is true at every moment."""

# F frames of 10 ms · n samples at WIRE_RATE_HZ

from dataclasses import dataclass
from typing import Final

import numpy as np

from config.units import WIRE_RATE_HZ
from model.data.acoustics import Sound
from model.data.clips import FRAME_MS, FRAME_SAMPLES, Clip
from model.data.timing import still_silent

_SURE_FRAMES: Final = 100
"""Frames of a silence that count in full for the floor; later ones count half."""
_FADE_MS: Final = 30


@dataclass(frozen=True, slots=True)
class TurnSpan:
    """A caller's turn, in frames: where it begins and ends, and the silences inside it."""

    begin: int
    end: int
    pauses: tuple[tuple[int, int], ...]
    kind: int
    long: bool


@dataclass(frozen=True, slots=True)
class Overlap:
    """Caller sound over the agent's speech, in frames; `earnest`: it is meant to take the floor."""

    begin: int
    end: int
    earnest: bool


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
        self.digits_said = np.zeros(frames, np.int8)
        self.kind = np.zeros(frames, np.int8)
        self.digits = np.zeros(frames, np.int8)
        self.over = np.zeros(frames, np.bool_)
        self.over_weight = np.full(frames, 0.1, np.float32)
        self.barge = np.zeros(frames, np.bool_)
        self.barge_weight = np.zeros(frames, np.float32)
        self.due = np.zeros(frames, np.bool_)
        self.due_weight = np.full(frames, 0.05, np.float32)
        self.turns: list[TurnSpan] = []
        self.overlaps: list[Overlap] = []

    def say_caller(self, clip: Clip, at: int, digits_before: int) -> int:
        """Put a clip of the caller's turn at a frame; gives the frame it ends."""
        begin, end = at, min(at + clip.frames, self.frames)
        kept = end - begin
        if kept <= 0:
            return at + clip.frames
        add(self.caller, clip.audio, begin * FRAME_SAMPLES)
        self.caller_voice[begin:end] |= clip.voiced[:kept]
        self.phones[begin:end] = clip.phones[:kept]
        self.digits_said[begin:end] = digits_before + clip.digits[:kept]
        self.digits_said[end:] = digits_before + int(clip.digits[-1])
        self.over_weight[begin:end] = 0.2
        self.due_weight[begin:end] = 0.5
        return at + clip.frames

    def say_agent(self, clip: Clip, at: int, upto: int | None = None, since: int = 0) -> int:
        """Put agent speech at a frame: the clip from frame `since` of it, silent from frame `upto` on."""
        end = min(at + clip.frames - since, self.frames, self.frames if upto is None else upto)
        if end <= at:
            return at
        part = clip.audio[since * FRAME_SAMPLES : (since + end - at) * FRAME_SAMPLES].copy()
        if end < at + clip.frames - since:
            fade = min(_FADE_MS * WIRE_RATE_HZ // 1_000, len(part))
            part[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
        add(self.agent, part, at * FRAME_SAMPLES)
        self.agent_voice[at:end] |= clip.voiced[since : since + end - at]
        return end

    def hold(self, begin: int, end: int, *, due: bool) -> None:
        """Mark a silence inside the caller's turn. `due`: a "mm-hm" of the agent would fit at its start."""
        begin, end = min(begin, self.frames), min(end, self.frames)
        sure = min(begin + _SURE_FRAMES, end)
        self.over_weight[begin:sure], self.over_weight[sure:end] = 1.0, 0.5
        self.due_weight[begin:end] = 1.0
        if due:
            first = max(begin - 150 // FRAME_MS, 0)
            self.due[first : min(begin + 400 // FRAME_MS, end)] = True
            self.due_weight[first:begin] = 1.0

    def free(self, begin: int, end: int) -> None:
        """Mark the silence after a caller's turn, until somebody speaks."""
        begin, end = min(begin, self.frames), min(end, self.frames)
        sure = np.where(np.arange(end - begin) < _SURE_FRAMES, 1.0, 0.5)
        unseen = np.maximum(still_silent(np.arange(end - begin, dtype=np.float64) * FRAME_MS), 0.25)
        self.over[begin:end] = True
        self.over_weight[begin:end] = sure / unseen
        self.due_weight[begin:end] = 0.5

    def await_answer(self, begin: int, end: int) -> None:
        """Mark the silence after a question, until the caller speaks."""
        self.over_weight[min(begin, self.frames) : min(end, self.frames)] = 0.4

    def overlap(self, begin: int, end: int, *, earnest: bool, weight: float = 1.0) -> None:
        """Mark caller sound over the agent: judged from its onset for at most 1.5 s."""
        last = min(end + 300 // FRAME_MS, begin + 1_500 // FRAME_MS, self.frames)
        self.barge[begin:last] = earnest
        self.barge_weight[begin:last] = weight
        if weight == 1.0 and begin < self.frames:
            self.overlaps.append(Overlap(begin, end, earnest))

    def expect(self, at: int, kind: int, digits: int) -> None:
        """From this frame on this kind of answer is awaited."""
        self.kind[at:] = kind
        self.digits[at:] = digits


def add(onto: Sound, sound: Sound, at: int) -> None:
    """Mix a sound in at a sample, as far as it fits."""
    end = min(at + len(sound), len(onto))
    if end > at:
        onto[at:end] += sound[: end - at]
