"""`tandem train`: train the interaction model on simulated calls, or measure a checkpoint."""

import signal
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Final

import typer

from config.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from model.train.loop import Progress, Training

_LINE_EVERY_STEPS: Final = 20
_SHOWN: Final = (
    "total",
    "voice",
    "futures",
    "turn_end",
    "barge_in",
    "backchannel_due",
    "phones",
    "digits_said",
)


class TrainingError(ConfigError):
    """An option of the training command is wrong."""


def train(
    size: Annotated[str, typer.Option(help="Size of the model: pocket, first, nano, small.")] = "first",
    minutes: Annotated[
        float | None, typer.Option(min=0.01, help="Train this long (60 when neither is given).")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Train this many steps.")] = None,
    seed: Annotated[int, typer.Option(help="Of the model and of the calls.")] = 1,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the run in --out stopped.")] = False,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of the run [runs/SIZE].")] = None,
    threads: Annotated[int, typer.Option(min=1, max=256, help="Threads of the optimiser.")] = 1,
    evaluate: Annotated[
        str | None,
        typer.Option(metavar="CHECKPOINT", help="Train nothing: measure this checkpoint on held-out voices."),
    ] = None,
    calls: Annotated[int, typer.Option(min=4, help="With --evaluate: how many calls of 20 s.")] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="With --evaluate: print JSON.")] = False,
) -> None:
    """Train the interaction model on simulated calls; Ctrl-C stops cleanly, --resume goes on."""
    if evaluate is not None:
        _evaluate(evaluate, calls, as_json=as_json)
        return
    from model.sizes import SIZES
    from model.train.loop import Training
    from model.train.recipe import Recipe

    if size not in SIZES:
        raise TrainingError(f"--size {size} is not one of {', '.join(SIZES)}")
    if minutes is None and steps is None:
        minutes = 60.0
    recipe = Recipe(size=size, seed=seed, steps=steps, minutes=minutes)
    training = Training(recipe, out or Path("runs") / size, resume=resume, threads=threads)
    finished = _watched(training)
    ending = "Trained" if finished else "Stopped; go on with --resume"
    typer.echo(f"{ending}: {training.step} steps, checkpoint {training.checkpoint}")


def _watched(training: "Training") -> bool:
    """Run with a progress bar on a terminal, with a line now and then elsewhere; signals stop it cleanly."""
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        from rich.console import Console

        console = Console()
        if console.is_terminal:
            return _with_bar(training, lambda: stopping)
        return training.run(_Lines().show, lambda: stopping)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _with_bar(training: "Training", should_stop: "Callable[[], bool]") -> bool:
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    lines = _Lines()
    with Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        transient=False,
    ) as bar:
        task = bar.add_task("first batch", total=1.0)

        def show(progress: "Progress") -> None:
            bar.update(task, completed=progress.share, description=lines.smoothed(progress))

        return training.run(show, should_stop)


class _Lines:
    """Losses smoothed over the last steps, in words."""

    def __init__(self) -> None:
        self._sums = dict.fromkeys(_SHOWN, 0.0)
        self._steps = 0
        self._line = ""

    def smoothed(self, progress: "Progress") -> str:
        """The latest line; it changes every twenty steps."""
        for name in _SHOWN:
            self._sums[name] += progress.losses[name]
        self._steps += 1
        if self._steps == _LINE_EVERY_STEPS or not self._line:
            means = " ".join(f"{name} {self._sums[name] / self._steps:.3f}" for name in _SHOWN)
            self._line = f"step {progress.step} {progress.steps_per_s:.2f}/s {means}"
            self._sums, self._steps = dict.fromkeys(_SHOWN, 0.0), 0
        return self._line

    def show(self, progress: "Progress") -> None:
        """Print a line every twenty steps."""
        before = self._line
        line = self.smoothed(progress)
        if line != before:
            print(f"{progress.share:4.0%} {line}", flush=True)


def _evaluate(checkpoint: str, calls: int, *, as_json: bool) -> None:
    import json
    from dataclasses import asdict

    from model.checkpoint import find_checkpoint, load_checkpoint
    from model.evaluate.report import as_table, measure

    model, story = load_checkpoint(find_checkpoint(checkpoint))
    report = measure(model, calls=calls)
    if as_json:
        print(json.dumps({"checkpoint": checkpoint, "story": asdict(story), **asdict(report)}, indent=2))
        return
    from rich.console import Console

    Console().print(as_table(report, f"{checkpoint}: {story.steps} steps, {story.hours_heard} h heard"))
