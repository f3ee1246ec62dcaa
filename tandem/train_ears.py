"""`tandem train-ears`: train the phone head of the encoder ears on synthetic telephone speech."""

import signal
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from model.ears.fit_head import HeadProgress, HeadTraining

_LINE_EVERY_STEPS: Final = 20


def train_ears(
    minutes: Annotated[float, typer.Option(min=0.01, help="Train this long, by the clock.")] = 75.0,
    seed: Annotated[int, typer.Option(help="Of the head's first numbers and of the lessons.")] = 1,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the run.")] = Path("runs/ears"),
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the run in --out stopped.")] = False,
    evaluate: Annotated[
        Path | None,
        typer.Option(
            metavar="CHECKPOINT",
            help="Train nothing: count this head's errors on voices it never heard, and on people.",
        ),
    ] = None,
    language_head: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Train instead the head that tells which language is spoken, and write it here.",
        ),
    ] = None,
) -> None:
    """Train the ears' phone head on synthetic callers; Ctrl-C stops cleanly, --resume goes on.

    One thread learns; one process beside it makes the lessons. The more synthesisers are installed (flite,
    festival, pico, RHVoice beside espeak-ng), the better the head understands people.
    """
    if evaluate is not None:
        _evaluate(evaluate)
        return
    if language_head is not None:
        _train_language_head(language_head, seed)
        return
    from model.ears.fit_head import HeadRecipe, HeadTraining

    training = HeadTraining(HeadRecipe(minutes=minutes, seed=seed), out, resume=resume)
    finished = _watched(training)
    ending = "Trained" if finished else "Stopped; go on with --resume"
    print(f"{ending}: {training.step} steps, {training.hours:.1f} h of lessons, {training.checkpoint}")


def _train_language_head(out: Path, seed: int) -> None:
    from rich.progress import Progress as Bar

    from model.ears.fit_language import LESSONS, train_language_head

    with Bar() as bar:
        task = bar.add_task("lessons heard", total=LESSONS)
        train_language_head(out, LESSONS, seed, lambda heard: bar.update(task, completed=heard))
    print(f"Trained: {LESSONS} lessons, {out}")


def _watched(training: "HeadTraining") -> bool:
    """Run with a progress bar on a terminal, with a line now and then elsewhere; signals stop it cleanly."""
    from rich.console import Console

    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        if Console().is_terminal:
            return _with_bar(training, lambda: stopping)
        return training.run(_Lines().show, lambda: stopping)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _with_bar(training: "HeadTraining", should_stop: "Callable[[], bool]") -> bool:
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    lines = _Lines()
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Bar(*columns) as bar:
        task = bar.add_task("first lessons", total=1.0)

        def show(progress: "HeadProgress") -> None:
            bar.update(task, completed=progress.share, description=lines.smoothed(progress))

        return training.run(show, should_stop)


class _Lines:
    """The loss averaged over the last steps, in words."""

    def __init__(self) -> None:
        self._sum, self._steps, self._line = 0.0, 0, ""

    def smoothed(self, progress: "HeadProgress") -> str:
        """The latest line; it changes every twenty steps."""
        self._sum += progress.loss
        self._steps += 1
        if self._steps == _LINE_EVERY_STEPS or not self._line:
            loss = self._sum / self._steps
            self._line = f"step {progress.step}, {progress.hours:.2f} h of lessons, {loss:.3f} nats a phone"
            self._sum, self._steps = 0.0, 0
        return self._line

    def show(self, progress: "HeadProgress") -> None:
        """Print a line every twenty steps."""
        before = self._line
        line = self.smoothed(progress)
        if line != before:
            print(f"{progress.share:4.0%} {line}, {progress.steps_per_s:.2f} steps/s", flush=True)


def _evaluate(checkpoint: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    from model.ears.phone_reader import load_phone_reader
    from model.evaluate.phone_errors import phone_errors

    reader = load_phone_reader(checkpoint)
    story = reader.story
    table = Table("speech", "phones", "wrong", title=f"{story.steps} steps, {story.hours_heard} h of lessons")
    for row in phone_errors(reader):
        table.add_row(row.kind, str(row.phones), f"{row.rate:.3f}")
    Console().print(table)
