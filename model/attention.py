"""Causal attention over slots with rotary positions, in two forms that agree: whole calls, single steps."""

# B calls · S slots · D model width · H heads · K head width · C places of a row of the ring
# G renewals of the memory · M memory slots

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from config.units import SLOTS_PER_MICRO_TURN
from model.cache import RingCache
from model.memory import Memory, renewal_mask, renewal_positions
from model.sizes import ModelSize

Rotation = tuple[Float[Tensor, "B 1 S K/2"], Float[Tensor, "B 1 S K/2"]]
"""Cosines and sines of each position's angles."""


def rotation(positions: Int[Tensor, "B S"], head_width: int) -> Rotation:
    """Rotary angles (Su et al. 2021), computed in double so that the hour does not wear them out."""
    steps = torch.arange(0, head_width, 2, dtype=torch.float64, device=positions.device)
    angle = positions.double().unsqueeze(-1) * (1.0 / 1_000 ** (steps / head_width))
    return angle.cos().float().unsqueeze(1), angle.sin().float().unsqueeze(1)


def rotate(x: Float[Tensor, "B H S K"], by: Rotation) -> Float[Tensor, "B H S K"]:
    """Turn each pair of a position's numbers by the position's angle."""
    cos, sin = by
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, a * sin + b * cos), dim=-1).to(x.dtype)


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


class RingStep:
    """Where one step of some calls reads and writes in the pool; the same for every layer.

    Each call attends over its own row in place: copying the windows together would cost more than the loop.
    """

    def __init__(self, cache: RingCache, rows: list[int], micro_turns: list[int]) -> None:
        size, device = cache.size, cache.keys.device
        self.cache = cache
        self.rows = rows
        self.at = torch.tensor(rows, device=device)
        turn = torch.tensor(micro_turns, device=device)
        first = turn.unsqueeze(1) * SLOTS_PER_MICRO_TURN
        self.rotation = rotation(first + torch.arange(SLOTS_PER_MICRO_TURN, device=device), size.head_width)
        self.starts = [cache.start(micro_turn) for micro_turn in micro_turns]
        self.visible = cache.visible(turn)
        self.renewing = [
            b
            for b, micro_turn in enumerate(micro_turns)
            if size.memory_slots and (micro_turn + 1) % size.memory_micro_turns == 0
        ]
        next_slots = first[self.renewing] + SLOTS_PER_MICRO_TURN
        self.renewed = rotation(next_slots.expand(-1, size.memory_slots), size.head_width)


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
        turned, placed = rotate(query, ring.rotation), rotate(key, ring.rotation)
        seen = torch.empty_like(query)
        for b, row in enumerate(ring.rows):
            start = ring.starts[b]
            keys, values = ring.cache.keys[layer, row], ring.cache.values[layer, row]
            keys[:, start : start + SLOTS_PER_MICRO_TURN] = placed[b]
            values[:, start : start + SLOTS_PER_MICRO_TURN] = value[b]
            seen[b] = scaled_dot_product_attention(
                turned[b : b + 1], keys.unsqueeze(0), values.unsqueeze(0), attn_mask=ring.visible[b : b + 1]
            )[0]
        if self.memory is not None:
            self._remember(self.memory, x, torch.cat((key, value), dim=-1), ring, layer)
        return self.outward(seen.transpose(1, 2).flatten(2))

    def _remember(
        self, memory: Memory, x: Tensor, keys_values: Float[Tensor, "B H 4 2K"], ring: RingStep, layer: int
    ) -> None:
        """Go on with the running means; where a renewal is due, put them before the next micro-turns."""
        cache = ring.cache
        now = memory.step(x, keys_values, cache.remembered(layer, ring.at))
        cache.remember(layer, ring.at, now)
        if ring.renewing:
            rows, places = ring.at[ring.renewing], cache.size.window_slots
            keys, values = now.means[ring.renewing].chunk(2, dim=-1)
            cache.keys[layer, rows, :, places:] = rotate(keys, ring.renewed)
            cache.values[layer, rows, :, places:] = values
