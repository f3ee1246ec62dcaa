"""Trade-off curves: how quickly a system answers, and how often it talks into pauses, as one dial turns."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from model.evaluate.cases import Case, Scenario
from model.evaluate.figures import Value, figures
from model.evaluate.judging import judge
from model.evaluate.recording import Recording

PATIENCES: Final = (0.0, 0.15, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1.0)
TIMEOUTS_MS: Final = (200, 300, 400, 500, 700, 900, 1_200, 1_600, 2_000)
THRESHOLDS: Final = (0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 0.99, 0.999)
CURVED: Final = (Scenario.PAUSE, Scenario.TURN)


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One setting: takeovers in pauses, in turns with pauses; turn ends found, and the latency after them."""

    setting: float
    takeover: Value
    case_takeover: Value
    found: Value
    median_ms: float | None
    p90_ms: float | None


@dataclass(frozen=True, slots=True)
class Curve:
    """A system's points; `setting` says what was turned."""

    system: str
    label: str
    setting: str
    points: tuple[CurvePoint, ...]


Ran = Iterable[tuple[Case, Recording]]


def curve(
    system: tuple[str, str], setting: str, settings: Sequence[float], run: Callable[[float], Ran]
) -> Curve:
    """Measure one point per setting; `run` takes the cases of `CURVED` through the system so set."""
    return Curve(*system, setting, tuple(_point(each, list(run(each))) for each in settings))


def _point(setting: float, ran: list[tuple[Case, Recording]]) -> CurvePoint:
    scenarios = {case.id: case.scenario for case, _ in ran}
    found = figures(scenarios, [judge(case, recording) for case, recording in ran])
    nothing = Value(None, 0)
    return CurvePoint(
        setting,
        found.get("pause_takeover", nothing),
        found.get("pause_case_takeover", nothing),
        found.get("turn_takeover", nothing),
        found.get("turn_latency_median_ms", nothing).value,
        found.get("turn_latency_p90_ms", nothing).value,
    )
