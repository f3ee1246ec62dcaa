"""The training loop: resumable, stoppable, the same on every run of a seed."""

import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn

from model.checkpoint import CheckpointError, Story, save_checkpoint
from model.data.batches import batches
from model.data.calls import CALL_SLOTS
from model.interaction import InteractionModel
from model.train.loss import Losses, losses
from model.train.recipe import Recipe

_SAVE_EVERY_S: Final = 120.0
_SLOTS_PER_HOUR: Final = 72_000


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands. Losses are means since the last report, in nats."""

    step: int
    share: float
    """How much of the run is over, 0..1."""
    seconds: float
    steps_per_s: float
    losses: dict[str, float]
    learning_rate: float


class Training:
    """One run, in a folder: `<size>.safetensors` (the averaged weights) and `resume.pt`."""

    def __init__(
        self, recipe: Recipe, out: Path, *, resume: bool, threads: int = 1, processes: int = 1
    ) -> None:
        """Prepare a run: `threads` of the optimiser here, `processes` that simulate calls beside it.

        Raises:
            CheckpointError: `resume` is asked for but the folder holds no run of this size and seed.
        """
        torch.set_num_threads(threads)
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.out = out
        self.processes = processes
        self.model = InteractionModel(recipe.model_size)
        self.average = deepcopy(self.model).requires_grad_(requires_grad=False)
        self.optimiser = torch.optim.AdamW(
            _groups(self.model, recipe), lr=recipe.learning_rate, betas=(0.9, 0.95)
        )
        self.step = 0
        self.seconds = 0.0
        if resume:
            self._take_up()

    @property
    def checkpoint(self) -> Path:
        return self.out / f"{self.recipe.size}.safetensors"

    def run(self, report: Callable[[Progress], None], should_stop: Callable[[], bool]) -> bool:
        """Train to the end of the recipe; True when it was reached, False when stopped. Saves either way."""
        recipe = self.recipe
        stream = batches(recipe.seed, self.step, recipe.calls, recipe.model_size.front_end, self.processes)
        began, before, saved = time.monotonic(), self.seconds, time.monotonic()
        self.model.train()
        try:
            while (share := recipe.progress(self.step, self.seconds)) < 1.0 and not should_stop():
                batch = next(stream)
                rate = recipe.rate(self.step, share)
                judged = losses(self.model(batch.slots), batch.targets, recipe.weights_at(share))
                self._descend(judged.total, rate)
                now = time.monotonic()
                step_s = before + now - began - self.seconds
                self.seconds += step_s
                report(Progress(self.step, share, self.seconds, 1 / step_s, _as_numbers(judged), rate))
                if now - saved > _SAVE_EVERY_S:
                    self.save()
                    saved = now
        finally:
            stream.close()
            self.save()
        return recipe.progress(self.step, self.seconds) >= 1.0

    def _descend(self, loss: Tensor, rate: float) -> None:
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.clip)
        self.optimiser.step()
        self.step += 1
        follow = max(1 - self.recipe.average, 1 / (self.step + 1))
        with torch.no_grad():
            for kept, new in zip(self.average.parameters(), self.model.parameters(), strict=True):
                kept.lerp_(new, follow)

    def save(self) -> None:
        """Write the checkpoint and what is needed to go on."""
        recipe = self.recipe
        told = {key: str(value) for key, value in asdict(recipe).items()}
        heard = self.step * recipe.calls * CALL_SLOTS / _SLOTS_PER_HOUR
        story = Story(recipe.size, recipe.seed, self.step, round(heard, 2), told)
        save_checkpoint(self.checkpoint, self.average, story)
        state: dict[str, Any] = {
            "size": recipe.size,
            "seed": recipe.seed,
            "step": self.step,
            "seconds": self.seconds,
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }
        beside = self.out / ".resume.pt"
        torch.save(state, beside)
        beside.replace(self.out / "resume.pt")

    def _take_up(self) -> None:
        path = self.out / "resume.pt"
        if not path.is_file():
            raise CheckpointError(f"{self.out} holds no run to resume: leave out --resume to begin one")
        state = torch.load(path, weights_only=True)
        if (state["size"], state["seed"]) != (self.recipe.size, self.recipe.seed):
            raise CheckpointError(
                f"{self.out} holds a run of size {state['size']} and seed {state['seed']}: "
                "give the same --size and --seed, or another --out"
            )
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.seconds = state["step"], state["seconds"]


def _groups(model: InteractionModel, recipe: Recipe) -> list[dict[str, Any]]:
    """Matrices decay; embeddings, norms and biases do not."""
    decaying = {module.weight for module in model.modules() if isinstance(module, nn.Linear)}
    rest = [parameter for parameter in model.parameters() if parameter not in decaying]
    return [
        {"params": [p for p in model.parameters() if p in decaying], "weight_decay": recipe.weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]


def _as_numbers(judged: Losses) -> dict[str, float]:
    return {name: float(value.detach()) for name, value in judged._asdict().items()}
