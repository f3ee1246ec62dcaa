"""All held-out figures of a checkpoint in one report."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from rich.table import Table

from config.expectation import AnswerKind
from model.data.calls import SimulatedCall
from model.evaluate.held_out import Read, overlap_calls, read, turn_calls
from model.evaluate.metrics import Floats, Point, Truths, accuracy, at_most, auc
from model.evaluate.overlaps import StopPoint, known_after, stop_curve
from model.evaluate.turn_taking import (
    THRESHOLDS,
    TIMEOUTS_S,
    by_model,
    by_timeout,
    curve,
    energy_voice,
    probe,
)
from model.heads import FUTURE_BINS
from model.interaction import InteractionModel
from model.streams import KINDS


@dataclass(frozen=True, slots=True)
class Report:
    """Figures on held-out voices, words and noises.

    Attributes:
        calls: of 20 s, for turns; as many for overlaps.
        voice_auc, voice_accuracy: voice activity of caller and agent.
        caller_soon_auc, agent_soon_auc: activity 0-0.2, 0.2-0.4, 0.4-0.6, 0.6-0.8 s ahead.
        backchannel_auc: where the agent may say "mm-hm".
        model, energy, oracle: when they would speak: the model; a timeout on an energy detector; a timeout on
            the truth about voice.
        probe: ends against pauses at one length of silence; silence alone scores 0.5.
        probe_digits, probe_free: the same after questions for digits, and open ones.
        interruption_auc: interruptions against other sounds, by ms since the onset.
        stops: when the model would yield.
    """

    calls: int
    voice_auc: tuple[float, float]
    voice_accuracy: tuple[float, float]
    caller_soon_auc: tuple[float, ...]
    agent_soon_auc: tuple[float, ...]
    backchannel_auc: float
    model: list[Point]
    energy: list[Point]
    oracle: list[Point]
    probe: dict[int, float]
    probe_digits: dict[int, float]
    probe_free: dict[int, float]
    interruption_auc: dict[int, float]
    stops: list[StopPoint]


def measure(model: InteractionModel, calls: int = 200) -> Report:
    """Simulate held-out calls, let the model read them, and judge it."""
    quiet = read(model.eval(), turn_calls(calls))
    busy = read(model, overlap_calls(calls))
    both = quiet + busy
    simulated = [item.call for item in quiet]
    return Report(
        calls=calls,
        voice_auc=_voice(both, auc),
        voice_accuracy=_voice(both, accuracy),
        caller_soon_auc=_soon(both, 0),
        agent_soon_auc=_soon(both, 1),
        backchannel_auc=_backchannel(both),
        model=curve(simulated, lambda k, setting: by_model(quiet[k], setting), THRESHOLDS),
        energy=_timeouts(simulated, [energy_voice(call) for call in simulated]),
        oracle=_timeouts(simulated, [call.labels.voice[:, 0] for call in simulated]),
        probe=probe(quiet),
        probe_digits=probe(quiet, KINDS.index(AnswerKind.DIGITS)),
        probe_free=probe(quiet, KINDS.index(AnswerKind.FREE)),
        interruption_auc=known_after(busy),
        stops=stop_curve(busy),
    )


def _timeouts(calls: list[SimulatedCall], voiced: list[Truths]) -> list[Point]:
    return curve(calls, lambda k, setting: by_timeout(voiced[k], setting), TIMEOUTS_S)


def _voice(reads: list[Read], figure: Callable[[Floats, Truths], float]) -> tuple[float, float]:
    sure = np.concatenate([item.call.labels.voice_weight > 0 for item in reads])
    truths = np.concatenate([item.call.labels.voice for item in reads])[sure]
    caller = np.concatenate([item.caller_voice for item in reads])[sure]
    agent = np.concatenate([item.agent_voice for item in reads])[sure]
    return figure(caller, truths[:, 0]), figure(agent, truths[:, 1])


def _soon(reads: list[Read], side: int) -> tuple[float, ...]:
    future = np.concatenate([item.call.labels.future for item in reads])
    scores = np.concatenate([item.agent_soon if side else item.caller_soon for item in reads])
    return tuple(auc(scores[:, b], (future >> (side * FUTURE_BINS + b)) & 1 == 1) for b in range(FUTURE_BINS))


def _backchannel(reads: list[Read]) -> float:
    counted = np.concatenate([item.call.labels.backchannel_weight >= 0.5 for item in reads])
    due = np.concatenate([item.call.labels.backchannel_due for item in reads])
    scores = np.concatenate([item.backchannel_due for item in reads])
    return auc(scores[counted], due[counted])


def as_table(report: Report, title: str) -> Table:
    """The figures people look at first."""
    table = Table(title=title, show_header=False)

    def row(name: str, *values: float) -> None:
        table.add_row(name, "  ".join(f"{value:.3f}" for value in values))

    row("voice activity AUC, caller and agent", *report.voice_auc)
    row("voice activity accuracy", *report.voice_accuracy)
    row("caller active at +0.2 0.4 0.6 0.8 s, AUC", *report.caller_soon_auc)
    row("agent active, the same", *report.agent_soon_auc)
    row("backchannel opportunity, AUC", report.backchannel_auc)
    for name, found in (
        ("end or pause after equal silence", report.probe),
        ("  digits awaited", report.probe_digits),
        ("  open question", report.probe_free),
        ("interruption or not, since onset", report.interruption_auc),
    ):
        table.add_row(f"{name}, AUC", "  ".join(f"{ms} ms {value:.3f}" for ms, value in found.items()))
    for name, points in (("model", report.model), ("energy", report.energy), ("oracle", report.oracle)):
        for share in (0.05, 0.1, 0.2, 0.3):
            table.add_row(f"{name}, takeovers at most {share:.0%}", _as_text(at_most(points, share)))
    for stop in report.stops:
        if stop.threshold in (0.5, 0.7, 0.9):
            table.add_row(
                f"yields above {stop.threshold} to",
                f"interruptions {stop.yields:.0%}, median {stop.median_ms:.0f} ms, p90 {stop.p90_ms:.0f} ms;"
                f" other sounds {stop.false_yields:.0%}",
            )
    return table


def _as_text(point: Point | None) -> str:
    if point is None:
        return "not reached"
    return (
        f"median {point.median_ms:.0f} ms, p90 {point.p90_ms:.0f} ms, finds {point.found:.0%}, takes over in"
        f" {point.takeovers:.1%} of pauses, cuts {point.cut_turns:.1%} of turns (at {point.setting})"
    )
