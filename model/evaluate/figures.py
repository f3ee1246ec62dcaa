"""From verdicts to figures: rates with their uncertainty, quantiles of times, and the targets."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from model.evaluate.cases import GOES_ON, Case, Scenario
from model.evaluate.judging import Verdict, judge
from model.evaluate.recording import Recording

_SURENESS: Final = 1.96


@dataclass(frozen=True, slots=True)
class Value:
    """A figure.

    Attributes:
        value: None when there was nothing to measure.
        n: of how many.
        low, high: 95 % interval (Wilson's) of a rate; None for other figures.
    """

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None


Rows = Sequence[Mapping[str, float]]


def rate(name: str) -> Callable[[Rows], Value]:
    """The share of cases."""
    return lambda rows: share(sum(row[name] for row in rows if name in row), sum(name in row for row in rows))


def ratio(counted: str, of: str) -> Callable[[Rows], Value]:
    """One count over another."""
    return lambda rows: share(sum(row.get(counted, 0) for row in rows), sum(row.get(of, 0) for row in rows))


def per(counted: str, of: str) -> Callable[[Rows], Value]:
    """A count per unit of something: no rate."""

    def figure(rows: Rows) -> Value:
        units = sum(row.get(of, 0.0) for row in rows)
        return Value(sum(row.get(counted, 0.0) for row in rows) / units if units else None, len(rows))

    return figure


def quantile(name: str, q: float) -> Callable[[Rows], Value]:
    """A quantile of a time, over the cases that have it."""

    def figure(rows: Rows) -> Value:
        found = [row[name] for row in rows if name in row]
        return Value(float(np.quantile(found, q)) if found else None, len(found))

    return figure


def mean(name: str) -> Callable[[Rows], Value]:
    """The mean."""

    def figure(rows: Rows) -> Value:
        found = [row[name] for row in rows if name in row]
        return Value(float(np.mean(found)) if found else None, len(found))

    return figure


def share(hits: float, n: float) -> Value:
    """A rate with Wilson's 95 % interval."""
    if not n:
        return Value(None, 0)
    p = hits / n
    z2 = _SURENESS**2 / n
    centre = (p + z2 / 2) / (1 + z2)
    half = _SURENESS * math.sqrt(p * (1 - p) / n + z2 / n / 4) / (1 + z2)
    return Value(p, round(n), min(max(centre - half, 0.0), p), max(min(centre + half, 1.0), p))


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure people look at.

    Attributes:
        key: its name in JSON.
        scenario: whose cases it is of; None for all.
        figure: how it is made of their rows.
        unit: "%", "ms", "/min" or "".
        target: at most this much, or at least, by `at_most`; None for no target.
    """

    key: str
    scenario: Scenario | None
    label: str
    figure: Callable[[Rows], Value]
    unit: str = "%"
    target: float | None = None
    at_most: bool = False

    def met(self, value: Value) -> bool | None:
        """Whether the target is met; None without one, or nothing measured."""
        if self.target is None or value.value is None:
            return None
        return value.value <= self.target if self.at_most else value.value >= self.target


def plain(values: Mapping[str, Value], measures: Sequence[Measure]) -> dict[str, Any]:
    """Figures with their targets, as plain data; each is of one of the measures."""
    by_key = {measure.key: measure for measure in measures}
    return {
        key: {
            "value": value.value,
            "n": value.n,
            "low": value.low,
            "high": value.high,
            "target": by_key[key].target,
            "met": by_key[key].met(value),
        }
        for key, value in values.items()
    }


def _goes_on(scenario: Scenario) -> tuple[Measure, ...]:
    name = scenario.replace("_", " ")
    return (
        Measure(f"{scenario}_goes_on", scenario, f"{name}: goes on", rate("goes_on"), target=0.9),
        Measure(f"{scenario}_without_stop", scenario, "  without a stop", rate("without_stop")),
    )


MEASURES: Final[tuple[Measure, ...]] = (
    Measure(
        "pause_takeover",
        Scenario.PAUSE,
        "pauses: takeovers, of pauses",
        ratio("pauses_taken", "pauses"),
        target=0.05,
        at_most=True,
    ),
    Measure("pause_case_takeover", Scenario.PAUSE, "  of turns with pauses", rate("takeover")),
    Measure("pause_spoke", Scenario.PAUSE, "  spoke at all in them", rate("spoke")),
    Measure(
        "pause_latency_median_ms",
        Scenario.PAUSE,
        "  latency after those turns, median",
        quantile("latency_ms", 0.5),
        "ms",
    ),
    Measure("turn_takeover", Scenario.TURN, "turn ends: takes the turn", rate("takeover")),
    Measure("turn_cut", Scenario.TURN, "  cuts the caller off", rate("cut")),
    Measure(
        "turn_latency_median_ms",
        Scenario.TURN,
        "  latency, median",
        quantile("latency_ms", 0.5),
        "ms",
        400,
        True,
    ),
    Measure(
        "turn_latency_p90_ms", Scenario.TURN, "  latency, p90", quantile("latency_ms", 0.9), "ms", 800, True
    ),
    Measure(
        "backchannel_takeover",
        Scenario.BACKCHANNEL,
        "backchannels: takeovers",
        rate("takeover"),
        target=0.02,
        at_most=True,
    ),
    Measure("backchannel_frequency", Scenario.BACKCHANNEL, "  given", per("given", "minutes"), "/min"),
    Measure(
        "backchannel_windows",
        Scenario.BACKCHANNEL,
        "  windows served",
        ratio("windows_served", "windows"),
        target=0.6,
    ),
    Measure("backchannel_in_place", Scenario.BACKCHANNEL, "  given in place", ratio("in_place", "given")),
    Measure(
        "backchannel_divergence",
        Scenario.BACKCHANNEL,
        "  divergence of timing",
        mean("divergence"),
        "",
        0.4,
        True,
    ),
    Measure(
        "backchannel_distance",
        Scenario.BACKCHANNEL,
        "  as the public evaluator states it",
        mean("distance"),
        "",
    ),
    Measure(
        "interruption_yields", Scenario.INTERRUPTION, "interruptions: yields", rate("yields"), target=0.95
    ),
    Measure(
        "interruption_stop_median_ms",
        Scenario.INTERRUPTION,
        "  stop latency, median",
        quantile("stop_ms", 0.5),
        "ms",
        400,
        True,
    ),
    Measure(
        "interruption_stop_p90_ms",
        Scenario.INTERRUPTION,
        "  stop latency, p90",
        quantile("stop_ms", 0.9),
        "ms",
    ),
    Measure("interruption_responds", Scenario.INTERRUPTION, "  then answers", rate("responds")),
    Measure(
        "interruption_response_median_ms",
        Scenario.INTERRUPTION,
        "  response latency, median",
        quantile("response_ms", 0.5),
        "ms",
    ),
    Measure(
        "interruption_response_p90_ms",
        Scenario.INTERRUPTION,
        "  response latency, p90",
        quantile("response_ms", 0.9),
        "ms",
    ),
    *_goes_on(Scenario.CALLER_BACKCHANNEL),
    *_goes_on(Scenario.TALKING_TO_OTHER),
    *_goes_on(Scenario.BACKGROUND_SPEECH),
    Measure(
        "time_on_time", Scenario.TIME, "speaks at the asked time, ± 200 ms", rate("on_time"), target=0.98
    ),
    Measure("time_error_median_ms", Scenario.TIME, "  off by, median", quantile("error_ms", 0.5), "ms"),
    Measure(
        "offers_verbatim",
        None,
        "offers voiced word for word",
        ratio("offers_verbatim", "offers_finished"),
        target=1.0,
    ),
    Measure(
        "offers_withdrawn_unvoiced",
        Scenario.OFFERS,
        "withdrawn offers never voiced",
        rate("withdrawn_unvoiced"),
        target=1.0,
    ),
    Measure(
        "offers_unaccounted", Scenario.OFFERS, "  with speech no offer accounts for", rate("unaccounted")
    ),
)


def figures(scenarios: Mapping[str, Scenario], verdicts: Sequence[Verdict]) -> dict[str, Value]:
    """All figures that can be made of these verdicts; `scenarios` by case id."""
    by_scenario: dict[Scenario, list[Mapping[str, float]]] = {}
    for verdict in verdicts:
        by_scenario.setdefault(scenarios[verdict.case_id], []).append(verdict.figures)
    everything = [row for rows in by_scenario.values() for row in rows]
    found: dict[str, Value] = {}
    for measure in MEASURES:
        rows = everything if measure.scenario is None else by_scenario.get(measure.scenario)
        if rows:
            found[measure.key] = measure.figure(rows)
    return found


_SHUFFLED: Final = frozenset(
    {Scenario.PAUSE, Scenario.TURN, Scenario.BACKCHANNEL, Scenario.INTERRUPTION, *GOES_ON}
)


def shuffled(ran: Sequence[tuple[Case, Recording]]) -> list[Verdict]:
    """Judge what each case's system did against the events of the next case of its scenario.

    Who decides by what is heard does no better here than chance; who does, knows the simulator instead.
    """
    verdicts: list[Verdict] = []
    for scenario in _SHUFFLED:
        same = [(case, recording) for case, recording in ran if case.scenario is scenario]
        if len(same) > 1:
            verdicts += [
                judge(case, recording, other.events)
                for (case, recording), (other, _) in zip(same, same[1:] + same[:1], strict=True)
            ]
    return verdicts
