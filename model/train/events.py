"""What a run leaves for people to look at: curves for TensorBoard, samples as text."""

from pathlib import Path
from typing import Final

from tensorboardX import SummaryWriter

from model.train.loop import Progress

_EVERY_STEPS: Final = 10


class Events:
    """Writes `events.out.tfevents.*` and `samples.txt` into the folder of a run. Close it at the end."""

    def __init__(self, out: Path) -> None:
        out.mkdir(parents=True, exist_ok=True)
        self._samples = out / "samples.txt"
        self._writer = SummaryWriter(str(out), flush_secs=60)

    def write(self, progress: Progress) -> None:
        """Note where the run stands: every ten steps, and whenever something was looked at."""
        if progress.step % _EVERY_STEPS == 0:
            for name, value in progress.losses.items():
                self._writer.add_scalar(f"train/{name}", value, progress.step)
            self._writer.add_scalar("run/learning rate", progress.learning_rate, progress.step)
            self._writer.add_scalar("run/steps per second", progress.steps_per_s, progress.step)
        if progress.seen is not None:
            for name, value in progress.seen.figures.items():
                self._writer.add_scalar(f"watched/{name}", value, progress.step)
            self._writer.add_text("watched/words", progress.seen.samples, progress.step)
            with self._samples.open("a", encoding="utf-8") as file:
                file.write(f"step {progress.step}\n{progress.seen.samples}\n\n")

    def close(self) -> None:
        """Write what is left."""
        self._writer.close()
