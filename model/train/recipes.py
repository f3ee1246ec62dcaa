"""What a training run is made of; recipes are functions that give one."""

from dataclasses import dataclass, field
from math import cos, pi
from typing import Literal

from model.data.batches import Lesson
from model.data.calls import CALL_SLOTS
from model.data.scene import Manners
from model.data.scene import Phase as Content
from model.sizes import SIZES, ModelSize
from model.train.loss import Weights

OptimiserName = Literal["adamw", "muon"]


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the curriculum.

    Attributes:
        name: for people.
        until: the share of the run at which it ends, 0..1.
        lesson: what the calls are like.
        weights: of the losses.
    """

    name: str
    until: float
    lesson: Lesson = field(default_factory=Lesson)
    weights: Weights = field(default_factory=Weights)


@dataclass(frozen=True, slots=True)
class Recipe:
    """One run. It ends after `steps` or `minutes`, whichever comes first; the learning rate follows.

    Attributes:
        size: name of a model size.
        seed: of the model's first numbers and of the calls.
        phases: the curriculum; the last one ends at 1.
        steps: optimiser steps; None for no limit.
        minutes: of training; None for no limit.
        optimiser: of matrices; embeddings, heads, norms and biases have AdamW's always.
        learning_rate: at its highest.
        warm_up_steps: to get there.
        weight_decay: of matrices.
        clip: of the gradient's norm.
        average: over which share of the steps so far the averaged weights, which are what ships, reach back.
    """

    size: str
    seed: int
    phases: tuple[Phase, ...] = (Phase("all", 1.0),)
    steps: int | None = None
    minutes: float | None = None
    optimiser: OptimiserName = "adamw"
    learning_rate: float = 1.0e-3
    warm_up_steps: int = 100
    weight_decay: float = 0.05
    clip: float = 1.0
    average: float = 0.06

    @property
    def model_size(self) -> ModelSize:
        return SIZES[self.size]

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        return tuple(phase.lesson for phase in self.phases)

    def progress(self, step: int, seconds: float) -> float:
        """How much of the run is over, 0..1."""
        by_steps = step / self.steps if self.steps else 0.0
        by_time = seconds / (60 * self.minutes) if self.minutes else 0.0
        return min(max(by_steps, by_time), 1.0)

    def phase(self, progress: float) -> int:
        """Which phase this share of the run belongs to."""
        return next(
            (k for k, phase in enumerate(self.phases) if progress < phase.until), len(self.phases) - 1
        )

    def rate(self, step: int, progress: float) -> float:
        """Learning rate: a linear rise, then a cosine down to a fiftieth."""
        rise = min((step + 1) / self.warm_up_steps, 1.0)
        return self.learning_rate * rise * (0.02 + 0.98 * (1 + cos(pi * progress)) / 2)


def first(seed: int, *, steps: int | None = None, minutes: float | None = None) -> Recipe:
    """The recipe of the model that ships: an hour on one core of a CPU."""
    phases = _curriculum(few=3, many=5)
    return Recipe("first", seed, phases, steps=steps, minutes=minutes, learning_rate=1.5e-3)


def pocket(seed: int, *, steps: int | None = None, minutes: float | None = None) -> Recipe:
    """For tests: everything at once, few and short calls."""
    all_at_once = (Phase("woven", 1.0, Lesson(calls=2, slots=CALL_SLOTS // 2)),)
    return Recipe("pocket", seed, all_at_once, steps=steps, minutes=minutes, warm_up_steps=2)


def on_gpu(size: str, seed: int, *, steps: int | None = None, minutes: float | None = None) -> Recipe:
    """For the larger sizes: the same curriculum, batches that fill a GPU, many processes that simulate."""
    phases = _curriculum(few=24, many=64)
    return Recipe(size, seed, phases, steps=steps, minutes=minutes, learning_rate=6e-4, warm_up_steps=500)


def _curriculum(few: int, many: int) -> tuple[Phase, ...]:
    """From words to whole calls. Small batches first: early on, steps teach more than averages do."""
    listening = Weights(
        phones=1.2, words=0.15, turn_end=0.5, barge_in=0.1, digits_said=0.5, agent_text=0.05, acts=0.05
    )
    taking_turns = Weights(phones=1.0, words=0.15)
    conversing = Weights(phones=0.7, words=0.12, turn_end=1.5, barge_in=0.8)
    deciding = Weights(phones=0.4, words=0.1, turn_end=2.0, barge_in=1.0, backchannel_due=0.5, futures=0.15)

    def calls(count: int, content: Content) -> Lesson:
        return Lesson(count, CALL_SLOTS, Manners(phase=content))

    return (
        Phase("words", 0.15, calls(few, Content.WORDS), listening),
        Phase("half duplex", 0.32, calls(few, Content.HALF_DUPLEX), taking_turns),
        Phase("full duplex", 0.55, calls(few, Content.FULL_DUPLEX), conversing),
        Phase("woven", 0.7, calls((few + many) // 2, Content.WOVEN), deciding),
        Phase("all", 1.0, calls(many, Content.WOVEN), deciding),
    )


def recipe(size: str, seed: int, *, steps: int | None = None, minutes: float | None = None) -> Recipe:
    """The recipe of a size."""
    match size:
        case "pocket":
            return pocket(seed, steps=steps, minutes=minutes)
        case "first":
            return first(seed, steps=steps, minutes=minutes)
        case larger:
            return on_gpu(larger, seed, steps=steps, minutes=minutes)
