"""How many calls this process can take, from what its steps are measured to cost. Pure.

The worst that phases allow is counted: every call's micro-turn at the same moment, in one step, while the
machine has other work as it has one time in ten. Rarer moments of that hardly meet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

LONGEST_STEP_MS: Final = 150.0
"""A micro-turn has 200 ms; the rest is for the line, the ears and chance."""
FEWEST_STEPS: Final = 100
"""Fewer measured steps than this say nothing about the slowest in a hundred."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step that was measured: of so many calls, so long."""

    calls: int
    took_ms: float


@dataclass(frozen=True, slots=True)
class StepCost:
    """What a step costs: so much whatever the calls, and so much more for each."""

    fixed_ms: float
    per_call_ms: float

    def of(self, calls: int) -> float:
        """Milliseconds of a step of so many calls, usually."""
        return self.fixed_ms + self.per_call_ms * calls


def cost_of(steps: Sequence[Step]) -> StepCost:
    """Fit the cost to measured steps: least squares, neither part below zero.

    Raises:
        ValueError: there are no steps.
    """
    if not steps:
        raise ValueError("no step was measured")
    calls = np.array([step.calls for step in steps], np.float64)
    took = np.array([step.took_ms for step in steps], np.float64)
    spread = float(((calls - calls.mean()) ** 2).sum())
    if spread == 0.0:
        return StepCost(0.0, float(took.mean() / calls.mean()))
    per_call = max(0.0, float(((calls - calls.mean()) * (took - took.mean())).sum()) / spread)
    return StepCost(max(0.0, float(took.mean() - per_call * calls.mean())), per_call)


@dataclass(frozen=True, slots=True)
class Capacity:
    """What was measured, and what follows from it.

    Attributes:
        cost: of a step on this machine.
        excess_ms: what one step in ten took beyond its cost, lately: the machine's other work.
        p99_ms: of the latest steps, as they came; None before there were enough.
    """

    cost: StepCost
    excess_ms: float = 0.0
    p99_ms: float | None = None

    def projected_ms(self, calls: int) -> float:
        """How long a step takes with so many calls up, at worst."""
        return self.cost.of(calls) + self.excess_ms

    @property
    def calls(self) -> int:
        """How many calls keep that within `LONGEST_STEP_MS`; one is always tried."""
        room_ms = LONGEST_STEP_MS - self.cost.fixed_ms - self.excess_ms
        return max(1, int(room_ms / max(self.cost.per_call_ms, 0.01)))

    def lately(self, steps: Sequence[Step]) -> "Capacity":
        """The capacity as the latest steps show it."""
        if len(steps) < FEWEST_STEPS:
            return self
        beyond = [step.took_ms - self.cost.of(step.calls) for step in steps]
        excess_ms = max(0.0, float(np.percentile(beyond, 90)))
        return Capacity(self.cost, excess_ms, float(np.percentile([step.took_ms for step in steps], 99)))
