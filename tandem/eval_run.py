"""Takes the cases of an evaluation through its systems, over the carrier simulator or in virtual time."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from config.errors import ConfigError
from config.settings import load

if TYPE_CHECKING:
    from model.evaluate.cases import Case
    from model.evaluate.curves import Curve
    from model.evaluate.evaluation import Evaluation, SystemResult
    from model.evaluate.judging import Verdict
    from model.evaluate.recording import Recording
    from model.synthesis.speech import Language
    from model.turn import Dials


_LIGHT_CALLS: Final = 2
"""Systems without a network of their own take so many times the calls at once."""


class EarsNameError(ConfigError):
    """The ears asked for cannot be used here."""


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for.

    Attributes:
        systems: names of `model.evaluate.systems`.
        ears: a name of the product's ears, `known`, `none`, or empty for the usual (in virtual time `known`).
        steps: in virtual time.
        at_once: calls at the same time over the carrier.
        folder: where cases are kept.
        data: the public set's folder; empty for the own set.
    """

    systems: tuple[str, ...]
    checkpoint: str
    ears: str
    steps: bool
    at_once: int
    calls: int
    seed: int
    languages: "tuple[Language, ...]"
    folder: Path
    data: str = ""

    @property
    def usual_ears(self) -> str:
        """The ears asked for, or the usual ones."""
        return self.ears or ("known" if self.steps else load().ears)


Ran = list[tuple["Case", "Recording"]]


def run(order: Order, cases: "Sequence[Case]", console: Console, *, with_curves: bool) -> "Evaluation":
    """Take all cases through all systems, then, in virtual time, those of the curves through all settings."""
    from model.evaluate.curves import CURVED
    from model.evaluate.evaluation import Evaluation, Setting, result
    from model.evaluate.line_up import LABELS

    results: list[SystemResult] = []
    curved = [case for case in cases if case.scenario in CURVED] if with_curves else []
    with progressing(console) as progress:
        for name in order.systems:
            with progress(LABELS[name], len(cases)) as done:
                ran = _stepped(order, name, cases, done) if order.steps else _called(order, name, cases, done)
            judged = result(name, LABELS[name], ran)
            _keep(order.folder, name, ran, judged)
            results.append(judged)
        curves = tuple(_curves(order, curved, progress)) if curved else ()
    setting = Setting(
        how="steps" if order.steps else "carrier",
        checkpoint=order.checkpoint,
        ears=order.usual_ears,
        calls=order.calls,
        seed=order.seed,
        languages=order.languages,
        data=order.data,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return Evaluation(setting, tuple(results), curves)


Done = Callable[[], None]


def _called(order: Order, name: str, cases: "Sequence[Case]", done: Done) -> Ran:
    from model.evaluate.line_up import ENERGY, SILENT, TALKING
    from tandem.eval_calls import call_all

    light = name in (ENERGY, SILENT, TALKING)
    at_once = order.at_once * _LIGHT_CALLS if light else order.at_once
    return call_all(replace(order, at_once=at_once), name, cases, done)


def _stepped(order: Order, name: str, cases: "Sequence[Case]", done: Done) -> Ran:
    from model.evaluate.line_up import NATIVE
    from model.evaluate.stepping import Stepping, run
    from model.evaluate.systems import baseline

    if name == NATIVE:
        return list(_native(order, cases, done))
    interlocutor = baseline(name)
    try:
        return list(run(interlocutor, cases, Stepping(), done))
    finally:
        interlocutor.close()


def _native(
    order: Order, cases: "Sequence[Case]", done: Done, dials: "Dials | None" = None
) -> "Iterator[tuple[Case, Recording]]":
    from model.evaluate.stepping import AT_ONCE, Stepping, run
    from model.turn import Dials
    from tandem.eval_native import native

    with native(order.checkpoint, order.usual_ears, AT_ONCE, rehearsed=True) as interlocutor:
        stepping = Stepping(words=order.usual_ears, dials=dials or Dials())
        yield from run(interlocutor, cases, stepping, done)


# --- curves ---------------------------------------------------------------------------------------


def _curves(order: Order, cases: "Sequence[Case]", progress: "Progressing") -> "Iterator[Curve]":
    """One curve for each system that has something to turn."""
    from model.evaluate.curves import PATIENCES, THRESHOLDS, TIMEOUTS_MS, curve
    from model.evaluate.line_up import CASCADE, ENERGY, LABELS, NATIVE
    from model.evaluate.stepping import Stepping, run
    from model.evaluate.systems import baseline
    from model.turn import Dials

    turned: dict[str, tuple[str, tuple[float, ...]]] = {
        NATIVE: ("patience", PATIENCES),
        CASCADE: ("threshold", THRESHOLDS),
        ENERGY: ("timeout, ms", TIMEOUTS_MS),
    }
    for name, (setting, settings) in turned.items():
        if name not in order.systems:
            continue
        with progress(f"curve of {LABELS[name]}", len(cases) * len(settings)) as done:

            def take(value: float, name: str = name, done: Done = done) -> "Iterable[tuple[Case, Recording]]":
                if name == NATIVE:
                    return _native(order, cases, done, Dials(patience=value))
                return run(baseline(name, value), cases, Stepping(), done)

            yield curve((name, LABELS[name].partition(",")[0]), setting, settings, take)


# --- around it ------------------------------------------------------------------------------------


def _keep(folder: Path, name: str, ran: Ran, judged: "SystemResult") -> None:
    verdicts = {verdict.case_id: verdict for verdict in judged.verdicts}
    for case, recording in ran:
        keep_one(folder, name, (case, recording), verdicts[case.id])


def keep_one(folder: Path, name: str, ran: "tuple[Case, Recording]", verdict: "Verdict") -> None:
    """Keep a case to be listened to."""
    from model.evaluate.kept import keep

    keep(folder, name, *ran, verdict)


Progressing = Callable[[str, int], AbstractContextManager[Done]]


@contextmanager
def progressing(console: Console) -> Generator[Progressing]:
    """Give progress bars: one at a time, with a name and a total."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:

        @contextmanager
        def task(name: str, total: int) -> Generator[Done]:
            number = bar.add_task(name, total=total)
            yield lambda: bar.advance(number)
            bar.remove_task(number)

        yield task
