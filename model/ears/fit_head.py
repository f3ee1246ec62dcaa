"""Training of the phone head: resumable, stoppable, on lessons that are made while it learns."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from math import cos, pi
from pathlib import Path
from typing import Any, Final

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from config.units import SAMPLE_RATE_HZ
from model.ears.encoder import load_encoder
from model.ears.head_file import HeadError, HeadStory, save_head
from model.ears.lesson_process import batches_from_process
from model.ears.lessons import Batch
from model.ears.phone_head import BLANK, LowRank, PhoneNetwork
from model.ears.whisper_mel import log_mel
from model.synthesis.speakers import identity_split, installed

NAME: Final = "ears-phones.safetensors"
_SAVE_EVERY_S: Final = 120.0
_LAST_RATE: Final = 0.03
_BETAS: Final = (0.9, 0.98)


@dataclass(frozen=True, slots=True)
class HeadRecipe:
    """One run.

    Attributes:
        minutes: of training by the clock.
        seed: of the head's first numbers and of the lessons.
        head_rate: highest learning rate of the head (AdamW).
        update_rate: highest learning rate of the low-rank updates.
        warm_up_steps: to get there.
        weight_decay: of the head's matrices.
        clip: of the gradient's norm.
        average: how slowly the averaged weights, which are what is kept, follow.
    """

    minutes: float = 75.0
    seed: int = 1
    head_rate: float = 1.5e-3
    update_rate: float = 1.0e-3
    warm_up_steps: int = 150
    weight_decay: float = 0.02
    clip: float = 1.0
    average: float = 0.995


@dataclass(frozen=True, slots=True)
class HeadProgress:
    """Where a run stands: `loss` of this step, nats per phone; `hours` of lessons heard so far."""

    step: int
    share: float
    loss: float
    hours: float
    steps_per_s: float


class HeadTraining:
    """One run, in a folder: `ears-phones.safetensors` (the averaged weights) and `resume.pt`."""

    def __init__(self, recipe: HeadRecipe, out: Path, *, resume: bool) -> None:
        """Prepare a run.

        Raises:
            EncoderError: the pipecat package does not carry the encoder.
            HeadError: `resume` is asked for but the folder holds no run of this seed.
        """
        torch.set_num_threads(1)
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.out = out
        self.network = PhoneNetwork(load_encoder())
        self.average = {name: tensor.clone() for name, tensor in self.network.learnt().items()}
        self.optimiser = torch.optim.AdamW(_groups(self.network, recipe), betas=_BETAS)
        self.step = 0
        self.seconds = 0.0
        self.hours = 0.0
        if resume:
            self._take_up()

    @property
    def checkpoint(self) -> Path:
        return self.out / NAME

    def run(self, report: Callable[[HeadProgress], None], should_stop: Callable[[], bool]) -> bool:
        """Train to the end of the recipe; True when it was reached, False when stopped. Saves either way."""
        lessons = batches_from_process(self.recipe.seed + self.step)
        last = saved = time.monotonic()
        self.network.train()
        try:
            while (share := self.seconds / (60 * self.recipe.minutes)) < 1.0 and not should_stop():
                batch = next(lessons)
                loss = self._learn(batch, share)
                now = time.monotonic()
                self.seconds += now - last
                self.hours += batch.sounds.size / SAMPLE_RATE_HZ / 3_600
                report(HeadProgress(self.step, share, loss, self.hours, 1 / (now - last)))
                last = now
                if now - saved > _SAVE_EVERY_S:
                    self.save()
                    saved = now
        finally:
            lessons.close()
            self.save()
        return self.seconds >= 60 * self.recipe.minutes

    def _learn(self, batch: Batch, share: float) -> float:
        recipe = self.recipe
        rise = min((self.step + 1) / recipe.warm_up_steps, 1.0)
        fall = _LAST_RATE + (1 - _LAST_RATE) * (1 + cos(pi * share)) / 2
        for group in self.optimiser.param_groups:
            group["lr"] = group["highest"] * rise * fall
        loss = ctc_per_phone(self.network(masked(log_mel(torch.from_numpy(batch.sounds)))), batch)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), recipe.clip)
        self.optimiser.step()
        self.step += 1
        follow = max(1 - recipe.average, 1 / (self.step + 1))
        with torch.no_grad():
            for name, tensor in self.network.learnt().items():
                self.average[name].lerp_(tensor, follow)
        return float(loss.detach())

    def save(self) -> None:
        """Write the checkpoint and what is needed to go on."""
        speakers = sum(identity_split(who.identity) == "train" for who in installed())
        story = HeadStory(
            self.recipe.seed, self.step, round(self.hours, 2), round(self.seconds / 60, 1), speakers
        )
        save_head(self.checkpoint, self.average, story)
        state: dict[str, Any] = {
            "recipe": asdict(self.recipe),
            "step": self.step,
            "seconds": self.seconds,
            "hours": self.hours,
            "network": self.network.learnt(),
            "average": self.average,
            "optimiser": self.optimiser.state_dict(),
        }
        beside = self.out / ".resume.pt"
        torch.save(state, beside)
        beside.replace(self.out / "resume.pt")

    def _take_up(self) -> None:
        path = self.out / "resume.pt"
        if not path.is_file():
            raise HeadError(f"{self.out} holds no run to resume: leave out --resume to begin one")
        state = torch.load(path, weights_only=True)
        if state["recipe"]["seed"] != self.recipe.seed:
            raise HeadError(
                f"{self.out} holds a run of seed {state['recipe']['seed']}: give that, or another --out"
            )
        self.network.load_state_dict(state["network"], strict=False)
        self.average = state["average"]
        highest = [group["highest"] for group in self.optimiser.param_groups]
        self.optimiser.load_state_dict(state["optimiser"])
        for group, rate in zip(self.optimiser.param_groups, highest, strict=True):
            group["highest"] = rate
        self.step, self.seconds, self.hours = state["step"], state["seconds"], state["hours"]


def ctc_per_phone(log_posteriors: Float[Tensor, "B H C"], batch: Batch) -> Float[Tensor, ""]:
    """CTC of all lessons of a batch over the number of all their phones, so that short ones count little."""
    frames = log_posteriors.shape[1]
    lengths = torch.tensor([len(phones) for phones in batch.phones])
    targets = torch.cat([torch.from_numpy(phones) + BLANK + 1 for phones in batch.phones])
    total = functional.ctc_loss(
        log_posteriors.transpose(0, 1),
        targets,
        torch.full_like(lengths, frames),
        lengths,
        BLANK,
        reduction="sum",
    )
    return total / lengths.sum()


def masked(mel: Float[Tensor, "B 80 T"]) -> Float[Tensor, "B 80 T"]:
    """Blank out some bands and moments of each window (SpecAugment, Park et al. 2019)."""
    windows, bands, frames = mel.shape
    mean = mel.mean(dim=(1, 2), keepdim=True)
    for axis, size, widest, often in ((1, bands, 14, 2), (2, frames, 14, max(1, frames // 100))):
        places = torch.arange(size)
        for _ in range(often):
            width = torch.randint(0, widest + 1, (windows, 1))
            begin = torch.randint(0, size, (windows, 1))
            hidden = (places >= begin) & (places < begin + width)
            mel = torch.where(hidden.unsqueeze(3 - axis), mean, mel)
    return mel


def _groups(network: PhoneNetwork, recipe: HeadRecipe) -> list[dict[str, Any]]:
    """Head matrices decay; low-rank updates, norms and biases do not."""
    updates = {
        id(parameter)
        for module in network.modules()
        if isinstance(module, LowRank)
        for parameter in (module.down, module.up)
    }
    head = [p for p in network.parameters() if p.requires_grad and id(p) not in updates]
    return [
        {
            "params": [p for p in head if p.ndim > 1],
            "highest": recipe.head_rate,
            "weight_decay": recipe.weight_decay,
        },
        {"params": [p for p in head if p.ndim == 1], "highest": recipe.head_rate, "weight_decay": 0.0},
        {
            "params": [p for p in network.parameters() if id(p) in updates],
            "highest": recipe.update_rate,
            "weight_decay": 0.0,
        },
    ]
