"""Figures out of sums, each with the filter that lists the calls behind it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, Field

from admin.calls.sought import CallFilter
from admin.insights.latencies import Latencies, percentile, read
from admin.insights.queries import NUMBERS, DaySums
from config.tape.measures import Ending

Json = dict[str, Any]


class Figure(BaseModel):
    """One number."""

    value: float | None
    """Null: there was nothing to measure it by."""
    calls: int
    """How many calls stand behind it."""
    filter: Annotated[CallFilter, Field(description="`GET /calls` lists these calls by it.")]


class Figures(BaseModel):
    """What calls were like. Latency is from the caller's last sound to the agent's first, at the ear."""

    calls: Figure
    contained: Figure
    """Share of the calls the agent dealt with."""
    transferred: Figure
    abandoned: Figure
    """Share of the calls hung up before anything was answered, or while a look-up was waited for."""
    failed: Figure
    response_p50_ms: Figure
    """Of all responses; behind it are the calls with a slower one. So too p95."""
    response_p95_ms: Figure
    interruptions_per_call: Figure
    yielded: Figure
    """Share of the interruptions at which the agent stopped."""
    tool_failures: Figure
    """Share of the tool calls."""
    satisfaction: Figure
    """Mean of what callers answered, 1 to 5."""
    duration_s: Figure
    """Mean."""
    cost_usd: Figure
    """Sum, over calls of which it is known."""
    model_tokens: Figure
    """Sum, that language-model agents reported."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums over some calls, by name, and their latencies in ascending order."""

    numbers: Mapping[str, int]
    latencies_ms: Latencies
    slowest_ms: Latencies


def together(rows: Sequence[DaySums]) -> Sums:
    """Put sums together."""
    columns = zip(*(row.numbers for row in rows), strict=True) if rows else ((0,) for _ in NUMBERS)
    return Sums(
        {name: int(sum(column)) for name, column in zip(NUMBERS, columns, strict=True)},
        read(row.latencies for row in rows),
        read(row.slowest for row in rows),
    )


def figures(sums: Sums, sought: Json) -> Json:
    """Make figures of sums over the calls that a filter lists.

    Given out are plain values as `Figures` has them: a year has thousands, and models of them take long.
    """
    number = sums.numbers
    calls = number["calls"]

    def share(ending: Ending) -> Json:
        count = number[f"{ending}_calls"]
        return figure(_ratio(count, calls), count, {**sought, "ending": [ending.value]})

    def ratio(over: str, under: str, behind: str, only: str) -> Json:
        return figure(_ratio(number[over], number[under]), number[behind], {**sought, only: True})

    def latency(of: float) -> Json:
        value = percentile(sums.latencies_ms, of)
        if value is None:
            return figure(None, 0, {**sought, "answered": True})
        slower = len(sums.slowest_ms) - int(np.searchsorted(sums.slowest_ms, value, side="right"))
        return figure(value, slower, {**sought, "slower_than_ms": value})

    duration = _ratio(number["duration_ms"], calls)
    costed, asked = number["costed_calls"], number["model_calls"]
    return {
        "calls": figure(calls, calls, sought),
        "contained": share(Ending.CONTAINED),
        "transferred": share(Ending.TRANSFERRED),
        "abandoned": share(Ending.ABANDONED),
        "failed": share(Ending.FAILED),
        "response_p50_ms": latency(0.5),
        "response_p95_ms": latency(0.95),
        "interruptions_per_call": ratio("interruptions", "calls", "interrupted_calls", "interrupted"),
        "yielded": ratio("yielded", "interruptions", "interrupted_calls", "interrupted"),
        "tool_failures": ratio("tool_failures", "tool_calls", "tool_failed_calls", "tool_failed"),
        "satisfaction": ratio("satisfaction", "rated_calls", "rated_calls", "rated"),
        "duration_s": figure(None if duration is None else round(duration / 1_000, 1), calls, sought),
        "cost_usd": figure(
            number["cost_micro_usd"] / 1e6 if costed else None, costed, {**sought, "costed": True}
        ),
        "model_tokens": figure(number["model_tokens"], asked, {**sought, "model_used": True}),
    }


def figure(value: float | None, calls: int, sought: Json) -> Json:
    """Make a `Figure`, as plain values."""
    return {"value": value, "calls": calls, "filter": sought}


def _ratio(over: int, under: int) -> float | None:
    return round(over / under, 4) if under else None
