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
        average: how slowly the averaged weights, which are what ships, follow.
        weights: of the losses.
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
    average: float = 0.999
    weights: Weights = field(default_factory=Weights)

    @property
    def model_size(self) -> ModelSize:
        return SIZES[self.size]

    def progress(self, step: int, seconds: float) -> float:
        """How much of the run is over, 0..1."""
        by_steps = step / self.steps if self.steps else 0.0
        by_time = seconds / (60 * self.minutes) if self.minutes else 0.0
        return min(max(by_steps, by_time), 1.0)

    def rate(self, step: int, progress: float) -> float:
        """Learning rate: a linear rise, then a cosine down to a twentieth."""
        rise = min((step + 1) / self.warm_up_steps, 1.0)
        return self.learning_rate * rise * (0.05 + 0.95 * (1 + cos(pi * progress)) / 2)
