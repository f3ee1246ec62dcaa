"""What a training run is made of."""

from dataclasses import dataclass, field
from math import cos, pi

from model.sizes import SIZES, ModelSize
from model.train.loss import Weights


@dataclass(frozen=True, slots=True)
class Recipe:
    """One run. It ends after `steps` or `minutes`, whichever comes first; the learning rate follows.

    Attributes:
        size: name of a model size.
        seed: of the model's first numbers and of the calls.
        steps: optimiser steps; None for no limit.
        minutes: of training; None for no limit.
        calls: in a batch, 20 s each.
        learning_rate: at its highest (AdamW).
        warm_up_steps: to get there.
        weight_decay: of matrices.
        clip: of the gradient's norm.
        average: how slowly the averaged weights, which are what ships, follow: 0.99 is a hundred steps.
        weights: of the losses while the model learns to listen.
        later_weights: of the losses from `later` on, when the floor counts most.
        later: share of the run, 0..1.
    """

    size: str = "first"
    seed: int = 1
    steps: int | None = None
    minutes: float | None = None
    calls: int = 4
    learning_rate: float = 1.0e-3
    warm_up_steps: int = 100
    weight_decay: float = 0.05
    clip: float = 1.0
    average: float = 0.99
    weights: Weights = field(default_factory=Weights)
    later_weights: Weights = field(
        default_factory=lambda: Weights(turn_end=2.0, barge_in=1.0, phones=0.4, futures=0.15)
    )
    later: float = 0.65

    @property
    def model_size(self) -> ModelSize:
        return SIZES[self.size]

    def progress(self, step: int, seconds: float) -> float:
        """How much of the run is over, 0..1."""
        by_steps = step / self.steps if self.steps else 0.0
        by_time = seconds / (60 * self.minutes) if self.minutes else 0.0
        return min(max(by_steps, by_time), 1.0)

    def weights_at(self, progress: float) -> Weights:
        """What counts how much at this share of the run."""
        return self.weights if progress < self.later else self.later_weights

    def rate(self, step: int, progress: float) -> float:
        """Learning rate: a linear rise, then a cosine down to a twentieth."""
        rise = min((step + 1) / self.warm_up_steps, 1.0)
        return self.learning_rate * rise * (0.05 + 0.95 * (1 + cos(pi * progress)) / 2)
