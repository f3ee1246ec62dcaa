"""Causal attention over slots with rotary positions, in two forms that agree: whole calls, single steps."""

# B calls · S slots · D model width · H heads · K head width · C places of a row of the ring
# G renewals of the memory · M memory slots

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from config.units import SLOTS_PER_MICRO_TURN
from model.memory import Memory, renewal_mask, renewal_positions
from model.ring_step import RingStep
from model.rotary import Rotation, rotate, rotation
from model.sizes import ModelSize


class Whole(NamedTuple):
    """Where the slots of whole calls are and what they see; the same for every layer."""

    slots: Rotation
    memories: Rotation
    mask: Bool[Tensor, "S S+G*M"]


def whole(size: ModelSize, slots: int, device: torch.device) -> Whole:
    """For calls of so many slots that begin at their first."""
    positions = torch.arange(slots, device=device).unsqueeze(0)
    window = window_mask(slots, size.window_micro_turns, device)
    return Whole(
        slots=rotation(positions, size.head_width),
        memories=rotation(renewal_positions(size, slots, device), size.head_width),
        mask=torch.cat((window, renewal_mask(size, slots, device)), dim=1),
    )


def window_mask(slots: int, micro_turns: int, device: torch.device | None = None) -> Bool[Tensor, "S S"]:
    """What each slot of a whole call may attend to: nothing later, nothing `micro_turns` micro-turns ago."""
    slot = torch.arange(slots, device=device)
    turn = slot // SLOTS_PER_MICRO_TURN
    past = slot.unsqueeze(0) <= slot.unsqueeze(1)
    near = turn.unsqueeze(1) - turn.unsqueeze(0) < micro_turns
    return past & near


class Attention(nn.Module):
    """Multi-head attention of one layer, over the window and the memory."""

    def __init__(self, size: ModelSize) -> None:
        super().__init__()
        self.heads = size.heads
        self.inward = nn.Linear(size.width, 3 * size.width, bias=False)
        self.outward = nn.Linear(size.width, size.width, bias=False)
        self.memory = Memory(size) if size.memory_slots else None

    def _project(
        self, x: Float[Tensor, "B S D"]
    ) -> tuple[Float[Tensor, "B H S K"], Float[Tensor, "B H S K"], Float[Tensor, "B H S K"]]:
        calls, slots, width = x.shape
        shaped = self.inward(x).view(calls, slots, 3, self.heads, width // self.heads)
        query, key, value = shaped.permute(2, 0, 3, 1, 4).unbind(0)
        return query, key, value

    def forward(self, x: Float[Tensor, "B S D"], where: Whole) -> Float[Tensor, "B S D"]:
        """Over whole calls."""
        query, key, value = self._project(x)
        keys, values = rotate(key, where.slots), value
        if self.memory is not None:
            memories = self.memory(x, torch.cat((key, value), dim=-1)).flatten(2, 3)
            known_keys, known_values = memories.chunk(2, dim=-1)
            keys = torch.cat((keys, rotate(known_keys, where.memories)), dim=2)
            values = torch.cat((values, known_values), dim=2)
        seen = scaled_dot_product_attention(rotate(query, where.slots), keys, values, attn_mask=where.mask)
        return self.outward(seen.transpose(1, 2).flatten(2))

    def step(self, x: Float[Tensor, "B 4 D"], ring: RingStep, layer: int) -> Float[Tensor, "B 4 D"]:
        """Over one micro-turn of each call; writes keys and values into the ring, reads the past there."""
        query, key, value = self._project(x)
        seen = ring.attend(layer, rotate(query, ring.rotation), rotate(key, ring.rotation), value)
        if self.memory is not None:
            ring.remember(layer, self.memory, x, torch.cat((key, value), dim=-1))
        return self.outward(seen.transpose(1, 2).flatten(2))
