"""`tandem train`: train the interaction model on simulated calls, or measure a checkpoint."""

import signal
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Final

import typer

from config.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from model.train.events import Events
    from model.train.loop import Progress, Training

_LINE_EVERY_STEPS: Final = 20
_SHOWN: Final = (
    "total",
    "voice",
    "turn_end",
    "barge_in",
    "backchannel_due",
    "phones",
    "digits_said",
    "words",
)


class TrainingError(ConfigError):
    """An option of the training command is wrong."""


def train(
    size: Annotated[str, typer.Option(help="Size of the model: pocket, first, nano, small, ...")] = "first",
    minutes: Annotated[
        float | None, typer.Option(min=0.01, help="Train this long (60 when neither is given).")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Train this many steps.")] = None,
    seed: Annotated[int, typer.Option(help="Of the model and of the calls.")] = 1,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the run in --out stopped.")] = False,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of the run [runs/SIZE].")] = None,
    device: Annotated[str, typer.Option(help="cpu (fp32), or cuda (bf16).")] = "cpu",
    threads: Annotated[int, typer.Option(min=1, max=256, help="Threads of the optimiser on a CPU.")] = 1,
    processes: Annotated[int, typer.Option(min=1, max=256, help="Processes that simulate calls.")] = 1,
    tapes: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Recorded calls to learn from beside simulated ones.")
    ] = None,
    listen: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Train nothing: write N samples of what is learned from to --out."
        ),
    ] = None,
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
    if listen is not None:
        _listen(listen, seed, out or Path("runs") / "samples")
        return
    from model.sizes import SIZES
    from model.train.events import Events
    from model.train.loop import Training, Workplace
    from model.train.recipes import recipe

    if size not in SIZES:
        raise TrainingError(f"--size {size} is not one of {', '.join(SIZES)}")
    if minutes is None and steps is None:
        minutes = 60.0
    place = Workplace(out or Path("runs") / size, device, threads, processes, tapes)
    training = Training(recipe(size, seed, steps=steps, minutes=minutes), place, resume=resume)
    events = Events(place.out)
    try:
        finished = _watched(training, events)
    finally:
        events.close()
    ending = "Trained" if finished else "Stopped; go on with --resume"
    typer.echo(f"{ending}: {training.step} steps, checkpoint {training.checkpoint}")


def _listen(count: int, seed: int, out: Path) -> None:
    from model.data.samples import write_samples

    for path in write_samples(count, seed, out):
        print(path)


def _watched(training: "Training", events: "Events") -> bool:
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
            return _with_bar(training, events, lambda: stopping)
        return training.run(_Lines(events).show, lambda: stopping)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _with_bar(training: "Training", events: "Events", should_stop: "Callable[[], bool]") -> bool:
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    lines = _Lines(events)
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
    """Losses smoothed over the last steps, in words; everything is noted in the events too."""

    def __init__(self, events: "Events") -> None:
        self._events = events
        self._sums = dict.fromkeys(_SHOWN, 0.0)
        self._steps = 0
        self._line = ""

    def smoothed(self, progress: "Progress") -> str:
        """The latest line; it changes every twenty steps."""
        self._events.write(progress)
        for name in _SHOWN:
            self._sums[name] += progress.losses[name]
        self._steps += 1
        if self._steps == _LINE_EVERY_STEPS or not self._line:
            means = " ".join(f"{name} {self._sums[name] / self._steps:.3f}" for name in _SHOWN)
            self._line = f"{progress.phase}, step {progress.step} {progress.steps_per_s:.2f}/s {means}"
            self._sums, self._steps = dict.fromkeys(_SHOWN, 0.0), 0
        return self._line

    def show(self, progress: "Progress") -> None:
        """Print a line every twenty steps."""
        before = self._line
        line = self.smoothed(progress)
        if line != before:
            print(f"{progress.share:4.0%} {line}", flush=True)
        if progress.seen is not None:
            figures = " ".join(f"{name} {value:.3f}" for name, value in progress.seen.figures.items())
            print(f"watched: {figures}", flush=True)


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
