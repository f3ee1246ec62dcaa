"""What attention still knows of what has fallen out of the ring: a few slots per head, renewed now and then.

Each memory slot is a running mean of the keys and values of its head, over everything since the call began:

    w ← (1 - g)·w + g           g: how much the memory slot takes of this slot, read from the position
    m ← (1 - g)·m + g·(k, v)    remembered: m / w

Gates start out spread from seconds to minutes, and learn. Once every `memory_micro_turns` the means are put
before attention as a few more keys and values, placed where they were renewed. Two forms that agree: for
whole calls a softmax over the past (the recurrence unrolled), for steps the recurrence itself. Size and cost
do not depend on how long the call has lasted.
"""

# B calls · S slots · D model width · H heads · K head width · M memory slots · G renewals · T slots of a step

from typing import Final, NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn.functional import logsigmoid

from model.sizes import ModelSize

_FIRST_GATES: Final = (-3.0, -7.0)
"""Logits of the gates before training, first to last memory slot: a mean over 1 s, and over a minute."""


class Remembered(NamedTuple):
    """The running means of some calls in one layer, as sums and their weights."""

    sums: Float[Tensor, "B H M 2K"]
    weights: Float[Tensor, "B H M"]

    @property
    def means(self) -> Float[Tensor, "B H M 2K"]:
        return self.sums / self.weights.unsqueeze(-1).clamp_min(1e-9)


class Memory(nn.Module):
    """The memory of one layer."""

    def __init__(self, size: ModelSize) -> None:
        super().__init__()
        self.heads, self.slots, self.every = size.heads, size.memory_slots, size.memory_every_slots
        self.gate = nn.Linear(size.width, size.heads * size.memory_slots)

    def spread_gates(self) -> None:
        """Set the gates to what they are before training."""
        nn.init.zeros_(self.gate.weight)
        with torch.no_grad():
            self.gate.bias.copy_(torch.linspace(*_FIRST_GATES, self.slots).repeat(self.heads))

    def forward(
        self, x: Float[Tensor, "B S D"], keys_values: Float[Tensor, "B H S 2K"]
    ) -> Float[Tensor, "B H G M 2K"]:
        """What is remembered at each renewal of whole calls, the last of which is before the last slot.

        A slot's share in a mean is g·∏(1 - g) over the slots after it: a softmax of log g - Σ log(1 - g).
        """
        slots = x.shape[1]
        gates = self._gates(x)
        passed = logsigmoid(-gates).double().cumsum(-1)
        ends = torch.arange(1, (slots - 1) // self.every + 1, device=x.device) * self.every
        since = (passed[..., ends - 1].unsqueeze(-1) - passed.unsqueeze(-2)).float()
        later = torch.arange(slots, device=x.device) >= ends.unsqueeze(1)
        shares = (logsigmoid(gates).unsqueeze(-2) + since).masked_fill(later, float("-inf")).softmax(-1)
        calls, heads, memory, renewals, _ = shares.shape
        means = shares.flatten(2, 3).to(keys_values.dtype) @ keys_values
        return means.view(calls, heads, memory, renewals, -1).transpose(2, 3)

    def step(
        self, x: Float[Tensor, "B T D"], keys_values: Float[Tensor, "B H T 2K"], before: Remembered
    ) -> Remembered:
        """What is remembered after the next slots of each call."""
        gates = self._gates(x)
        kept = logsigmoid(-gates)
        passed = kept.cumsum(-1)
        shares = (logsigmoid(gates) + passed[..., -1:] - passed).exp()
        keep = passed[..., -1].exp()
        taken = (shares.unsqueeze(-1) * keys_values.unsqueeze(2)).sum(-2)
        return Remembered(before.sums * keep.unsqueeze(-1) + taken, before.weights * keep + shares.sum(-1))

    def _gates(self, x: Float[Tensor, "B S D"]) -> Float[Tensor, "B H M S"]:
        calls, slots, _ = x.shape
        return self.gate(x).float().view(calls, slots, self.heads, self.slots).permute(0, 2, 3, 1)


def renewal_mask(size: ModelSize, slots: int, device: torch.device) -> Bool[Tensor, "S G*M"]:
    """Which memories each slot of a whole call sees: those of the latest renewal before it."""
    renewals = (slots - 1) // size.memory_every_slots if size.memory_slots else 0
    latest = torch.arange(slots, device=device) // size.memory_every_slots
    seen = latest.unsqueeze(1) == torch.arange(1, renewals + 1, device=device)
    return seen.repeat_interleave(size.memory_slots, dim=1)


def renewal_positions(size: ModelSize, slots: int, device: torch.device) -> Int[Tensor, "1 G*M"]:
    """Where the memories of whole calls are placed: at the first slot that sees them."""
    renewals = (slots - 1) // size.memory_every_slots if size.memory_slots else 0
    ends = torch.arange(1, renewals + 1, device=device) * size.memory_every_slots
    return ends.repeat_interleave(size.memory_slots).unsqueeze(0)
