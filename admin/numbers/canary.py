"""Trying a version out on a share of a number's calls, until it does worse than it may. Pure."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from admin.words import Body

_PARTS = 2**64


class Metric(StrEnum):
    """What a version is judged by, over the calls that ran it."""

    CONTAINMENT = "containment"
    """Share of the calls the agent dealt with."""
    TOOL_FAILURES = "tool_failures"
    """Share of the tool calls that failed."""
    RESPONSE_P95_MS = "response_p95_ms"
    """95 of 100 responses came sooner, at the caller's ear."""
    SATISFACTION = "satisfaction"
    """Mean of what callers answered, 1 to 5."""

    @property
    def more_is_better(self) -> bool:
        return self in (Metric.CONTAINMENT, Metric.SATISFACTION)


class Guardrail(Body):
    """When a version is withdrawn: it does worse than a threshold, over some calls at least.

    `after_calls` counts calls that say something about it: for tools those that called one, for latency those
    that were answered, for satisfaction those in which the caller gave a rating.
    """

    metric: Metric = Metric.CONTAINMENT
    threshold: Annotated[float, Field(ge=0, le=60_000, allow_inf_nan=False)]
    after_calls: Annotated[int, Field(ge=1, le=100_000)] = 30

    @model_validator(mode="after")
    def _can_be_reached(self) -> "Guardrail":
        lowest, highest = _WITHIN[self.metric]
        if not lowest <= self.threshold <= highest:
            raise ValueError(f"the threshold of {self.metric} must be from {lowest} to {highest}")
        return self


_WITHIN = {
    Metric.CONTAINMENT: (0, 1),
    Metric.TOOL_FAILURES: (0, 1),
    Metric.RESPONSE_P95_MS: (100, 60_000),
    Metric.SATISFACTION: (1, 5),
}


class CanarySetting(Body):
    """A share of the calls that runs the latest version, and what withdraws it."""

    share: Annotated[float, Field(gt=0, lt=1)]
    guardrail: Guardrail


@dataclass(frozen=True, slots=True)
class Observed:
    """How a version does: the metric's value, None without any, over so many calls that say something."""

    value: float | None
    calls: int


@dataclass(frozen=True, slots=True)
class Trial:
    """A version that is, or was, tried out. `share`: of new calls; 0 once it has been withdrawn."""

    version: int
    instead_of: int
    share: float


def version_for(call: str, latest: int, trial: Trial | None) -> int:
    """Choose the version a new call runs; the same call is always given the same one.

    Args:
        call: its id at the carrier.
        latest: version of its flow.
        trial: of its number; one of a version that is not the latest is over.
    """
    if trial is None or trial.version != latest or is_chosen(call, trial):
        return latest
    return trial.instead_of


def is_chosen(call: str, trial: Trial) -> bool:
    """Whether a call is one of the share: by its id and the version, so that each trial has other calls."""
    digest = hashlib.sha256(f"{trial.version}/{call}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < trial.share * _PARTS


def is_to_be_withdrawn(guardrail: Guardrail, observed: Observed) -> bool:
    """Whether a version does worse than it may."""
    if observed.value is None or observed.calls < guardrail.after_calls:
        return False
    if guardrail.metric.more_is_better:
        return observed.value < guardrail.threshold
    return observed.value > guardrail.threshold
