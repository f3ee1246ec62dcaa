"""Figures out of sums, each with the filter that lists the calls behind it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, Field

from admin.calls.sought import CallFilter
from admin.insights.latencies import Latencies, percentile, read
from admin.insights.roll_up import SUMS, TEXTS
from config.tape.measures import Ending


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
    """Sums over some calls, by the columns of a roll-up, and their latencies."""

    numbers: Mapping[str, int]
    latencies_ms: Latencies
    slowest_ms: Latencies


def together(rows: Iterable[Mapping[Any, Any]]) -> Sums:
    """Put roll-ups together."""
    rows = list(rows)
    return Sums(
        {name: sum(int(row[name]) for row in rows) for name in SUMS if name not in TEXTS},
        read(row["latencies"] for row in rows),
        read(row["slowest"] for row in rows),
    )


def figures(sums: Sums, sought: CallFilter) -> Figures:
    """Make figures of sums over the calls that a filter lists."""
    number = sums.numbers
    calls = number["calls"]

    def share(ending: Ending) -> Figure:
        count = number[f"{ending}_calls"]
        return Figure(value=_ratio(count, calls), calls=count, filter=sought.and_(ending=(ending,)))

    def ratio(over: str, under: str, behind: str, **more: Any) -> Figure:  # noqa: ANN401 - as `and_`
        value = _ratio(number[over], number[under])
        return Figure(value=value, calls=number[behind], filter=sought.and_(**more))

    def latency(of: float) -> Figure:
        value = percentile(sums.latencies_ms, of)
        if value is None:
            return Figure(value=None, calls=0, filter=sought.and_(answered=True))
        slower = int((sums.slowest_ms > value).sum())
        return Figure(value=value, calls=slower, filter=sought.and_(slower_than_ms=value))

    duration = _ratio(number["duration_ms"], calls)
    costed = number["costed_calls"]
    return Figures(
        calls=Figure(value=calls, calls=calls, filter=sought),
        contained=share(Ending.CONTAINED),
        transferred=share(Ending.TRANSFERRED),
        abandoned=share(Ending.ABANDONED),
        failed=share(Ending.FAILED),
        response_p50_ms=latency(0.5),
        response_p95_ms=latency(0.95),
        interruptions_per_call=ratio("interruptions", "calls", "interrupted_calls", interrupted=True),
        yielded=ratio("yielded", "interruptions", "interrupted_calls", interrupted=True),
        tool_failures=ratio("tool_failures", "tool_calls", "tool_failed_calls", tool_failed=True),
        satisfaction=ratio("satisfaction", "rated_calls", "rated_calls", rated=True),
        duration_s=Figure(
            value=None if duration is None else round(duration / 1_000, 1), calls=calls, filter=sought
        ),
        cost_usd=Figure(
            value=number["cost_micro_usd"] / 1e6 if costed else None,
            calls=costed,
            filter=sought.and_(costed=True),
        ),
        model_tokens=Figure(
            value=number["model_tokens"], calls=number["model_calls"], filter=sought.and_(model_used=True)
        ),
    )


def _ratio(over: int, under: int) -> float | None:
    return round(over / under, 4) if under else None
