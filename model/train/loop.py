"""The training loop: resumable, stoppable, the same code on a CPU and on a GPU."""

import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn

from model.checkpoint import CheckpointError, Story, save_checkpoint
from model.data.batches import Batch, BatchStream, Source
from model.device import device_called
from model.experts import Experts
from model.interaction import InteractionModel
from model.train.loss import Losses, losses
from model.train.muon import Both
from model.train.recipes import Recipe
from model.train.shelf import Shelf
from model.train.watch import Seen, Watch

_SAVE_EVERY_S: Final = 90.0
_SLOTS_PER_HOUR: Final = 72_000
_TOO_NARROW: Final = 32
"""Matrices with fewer rows (routers, gates) stay with AdamW."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands. Losses are those of the latest batch, in nats."""

    step: int
    share: float
    """How much of the run is over, 0..1."""
    phase: str
    seconds: float
    steps_per_s: float
    losses: dict[str, float]
    learning_rate: float
    seen: Seen | None = None
    """From time to time: what calls that are not trained on show."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where training happens.

    Attributes:
        out: folder of the run: `<size>.safetensors` (the averaged weights) and `resume.pt`.
        device: "cpu" (fp32) or "cuda" (bf16 where it is safe), as torch names it.
        threads: of the optimiser, on a CPU.
        processes: that simulate calls beside it; 0: here.
        tapes: folder of recorded calls to learn from beside simulated ones.
        watch_every_s: how often calls that are not trained on are looked at; None for never.
    """

    out: Path
    device: str = "cpu"
    threads: int = 1
    processes: int = 1
    tapes: Path | None = None
    watch_every_s: float | None = 240.0


class Training:
    """One run."""

    def __init__(self, recipe: Recipe, place: Workplace, *, resume: bool) -> None:
        """Prepare a run.

        Raises:
            CheckpointError: `resume` is asked for but the folder holds no run of this size and seed.
        """
        torch.set_num_threads(place.threads)
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.place = place
        self.device = device_called(place.device)
        self.model = InteractionModel(recipe.model_size).to(self.device)
        self.average = deepcopy(self.model).requires_grad_(requires_grad=False)
        self.optimiser = _optimiser(self.model, recipe)
        self.step = 0
        self.seconds = 0.0
        self.slots_heard = 0
        if resume:
            self._take_up()

    @property
    def checkpoint(self) -> Path:
        return self.place.out / f"{self.recipe.size}.safetensors"

    def run(self, report: Callable[[Progress], None], should_stop: Callable[[], bool]) -> bool:
        """Train to the end of the recipe; True when it was reached, False when stopped. Saves either way."""
        recipe, place = self.recipe, self.place
        recorded = None if place.tapes is None else Shelf(place.tapes).take
        source = Source(recipe.seed, recipe.lessons, recipe.model_size.front_end, recorded)
        stream = BatchStream(source, self.step, place.processes)
        stream.teach(recipe.phase(recipe.progress(self.step, self.seconds)))
        batches = stream.batches()
        watch = Watch(self.model) if place.watch_every_s is not None else None
        began, before = time.monotonic(), self.seconds
        saved = watched = began
        self.model.train()
        try:
            while (share := recipe.progress(self.step, self.seconds)) < 1.0 and not should_stop():
                phase = recipe.phase(share)
                stream.teach(phase)
                rate = recipe.rate(self.step, share)
                judged = self._learn(_on(next(batches), self.device), phase, rate)
                now = time.monotonic()
                step_s = before + now - began - self.seconds
                self.seconds += step_s
                seen = None
                if watch is not None and now - watched > (place.watch_every_s or 0):
                    seen, watched = watch.look(self.average, self.device), now
                numbers = {name: float(value.detach()) for name, value in judged._asdict().items()}
                name = recipe.phases[phase].name
                report(Progress(self.step, share, name, self.seconds, 1 / step_s, numbers, rate, seen))
                if now - saved > _SAVE_EVERY_S:
                    self.save()
                    saved = now
        finally:
            batches.close()
            self.save()
        return recipe.progress(self.step, self.seconds) >= 1.0

    def _learn(self, batch: Batch, phase: int, rate: float) -> Losses:
        device = self.device.type
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            reading = self.model.read(batch.slots)
        judged = losses(reading, batch.targets, self.recipe.phases[phase].weights)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.zero_grad()
        judged.total.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.clip)
        self.optimiser.step()
        self.step += 1
        self.slots_heard += batch.slots.kind.numel()
        follow = max(1 / (1 + self.recipe.average * self.step), 1 / (self.step + 1))
        with torch.no_grad():
            for kept, new in zip(self.average.parameters(), self.model.parameters(), strict=True):
                kept.lerp_(new, follow)
        return judged

    def save(self) -> None:
        """Write the checkpoint and what is needed to go on."""
        recipe = self.recipe
        told = {key: str(value) for key, value in asdict(recipe).items()}
        heard = round(self.slots_heard / _SLOTS_PER_HOUR, 2)
        save_checkpoint(
            self.checkpoint, self.average, Story(recipe.size, recipe.seed, self.step, heard, told)
        )
        state: dict[str, Any] = {
            "size": recipe.size,
            "seed": recipe.seed,
            "step": self.step,
            "seconds": self.seconds,
            "slots_heard": self.slots_heard,
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }
        beside = self.place.out / ".resume.pt"
        torch.save(state, beside)
        beside.replace(self.place.out / "resume.pt")

    def _take_up(self) -> None:
        path = self.place.out / "resume.pt"
        if not path.is_file():
            raise CheckpointError(f"{self.place.out} holds no run to resume: leave out --resume to begin one")
        state = torch.load(path, weights_only=True, map_location=self.device)
        if (state["size"], state["seed"]) != (self.recipe.size, self.recipe.seed):
            raise CheckpointError(
                f"{self.place.out} holds a run of size {state['size']} and seed {state['seed']}: "
                "give the same --size and --seed, or another --out"
            )
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.seconds = state["step"], state["seconds"]
        self.slots_heard = state["slots_heard"]


def _on(batch: Batch, device: torch.device) -> Batch:
    slots, targets = batch
    return Batch(
        type(slots)(*(part.to(device) for part in slots)),
        type(targets)(*(part.to(device) for part in targets)),
    )


def _optimiser(model: InteractionModel, recipe: Recipe) -> "Both | torch.optim.AdamW":
    """Matrices decay; embeddings, norms and biases do not. Muon is for those of the blocks."""
    linear = {module.weight for module in model.modules() if isinstance(module, nn.Linear)}
    stacked = {
        parameter
        for module in model.modules()
        if isinstance(module, Experts)
        for parameter in (module.gate_and_rise, module.fall)
    }
    matrices = linear | stacked
    if recipe.optimiser == "muon":
        inside = set(model.blocks.parameters()) & matrices
        small = {p for p in inside if min(p.shape[-2:]) <= _TOO_NARROW}
        chosen = [p for p in model.parameters() if p in inside - small]
        rest = [p for p in model.parameters() if p not in inside - small]
        return Both(chosen, rest, recipe.learning_rate, recipe.weight_decay)
    decaying: list[Tensor] = [p for p in model.parameters() if p in matrices]
    others: list[Tensor] = [p for p in model.parameters() if p not in matrices]
    groups = [
        {"params": decaying, "weight_decay": recipe.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=recipe.learning_rate, betas=(0.9, 0.95))
