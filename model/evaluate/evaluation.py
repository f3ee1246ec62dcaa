"""One evaluation: which systems went through which cases, what became of them, and its JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from config.units import PACKET_MS
from model.evaluate.cases import Case
from model.evaluate.curves import Curve
from model.evaluate.figures import MEASURES, Value, figures, plain, shuffled
from model.evaluate.judging import Verdict, judge
from model.evaluate.recording import Recording

JSON_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Setting:
    """How an evaluation was made.

    Attributes:
        how: `carrier` (real time, over the carrier simulator) or `steps` (virtual time, through the seam).
        checkpoint: of the native system.
        ears: of the native system.
        calls: cases of each scenario and language.
        data: folder of a public set; empty for the own set.
        made_at: ISO 8601.
    """

    how: str
    checkpoint: str
    ears: str
    calls: int
    seed: int
    languages: tuple[str, ...]
    data: str = ""
    made_at: str = ""


@dataclass(frozen=True, slots=True)
class SystemResult:
    """One system's verdicts and figures.

    Attributes:
        control: its figures against shuffled events.
        torn: calls in which a packet's time or more was torn out of the agent's speech because the machine
            was too busy; a millisecond is nobody's to hear.
    """

    name: str
    label: str
    verdicts: tuple[Verdict, ...]
    figures: Mapping[str, Value]
    control: Mapping[str, Value]
    torn: int = 0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All of it."""

    setting: Setting
    results: tuple[SystemResult, ...]
    curves: tuple[Curve, ...] = field(default_factory=tuple[Curve, ...])


def result(name: str, label: str, ran: Sequence[tuple[Case, Recording]]) -> SystemResult:
    """Judge a system's recordings."""
    ordered = sorted(ran, key=lambda pair: pair[0].id)
    scenarios = {case.id: case.scenario for case, _ in ordered}
    verdicts = tuple(judge(case, recording) for case, recording in ordered)
    return SystemResult(
        name,
        label,
        verdicts,
        figures(scenarios, verdicts),
        figures(scenarios, shuffled(ordered)),
        sum(recording.torn_ms >= PACKET_MS for _, recording in ordered),
    )


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """Plain data: everything a script would want to compare."""
    setting = evaluation.setting
    return {
        "version": JSON_VERSION,
        "setting": {
            "how": setting.how,
            "checkpoint": setting.checkpoint,
            "ears": setting.ears,
            "calls": setting.calls,
            "seed": setting.seed,
            "languages": list(setting.languages),
            "data": setting.data,
            "made_at": setting.made_at,
        },
        "systems": {
            each.name: {
                "label": each.label,
                "torn_calls": each.torn,
                "figures": plain(each.figures, MEASURES),
                "time_shuffled": plain(each.control, MEASURES),
                "cases": [
                    {
                        "id": verdict.case_id,
                        "ok": verdict.ok,
                        "what": verdict.sentence,
                        "figures": dict(verdict.figures),
                    }
                    for verdict in each.verdicts
                ],
            }
            for each in evaluation.results
        },
        "curves": {
            curve.system: {
                "setting": curve.setting,
                "points": [
                    {
                        "setting": point.setting,
                        "pause_takeover": point.takeover.value,
                        "pause_case_takeover": point.case_takeover.value,
                        "turn_takeover": point.found.value,
                        "latency_median_ms": point.median_ms,
                        "latency_p90_ms": point.p90_ms,
                    }
                    for point in curve.points
                ],
            }
            for curve in evaluation.curves
        },
    }
