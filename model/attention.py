"""Causal attention over slots with rotary positions, in two forms that agree: whole calls, single steps."""

# B calls · S slots · D model width · H heads · K head width · C slots in the ring

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from config.units import SLOTS_PER_MICRO_TURN
from model.cache import RingCache
from model.sizes import ModelSize

Rotation = tuple[Float[Tensor, "B 1 S K/2"], Float[Tensor, "B 1 S K/2"]]
"""Cosines and sines of each position's angles."""


def rotation(positions: Int[Tensor, "B S"], head_width: int) -> Rotation:
    """Rotary angles (Su et al. 2021), computed in double so that the hour does not wear them out."""
    frequency = 1.0 / 1_000 ** (torch.arange(0, head_width, 2, dtype=torch.float64) / head_width)
    angle = positions.double().unsqueeze(-1) * frequency
    return angle.cos().float().unsqueeze(1), angle.sin().float().unsqueeze(1)


def rotate(x: Float[Tensor, "B H S K"], by: Rotation) -> Float[Tensor, "B H S K"]:
    """Turn each pair of a position's numbers by the position's angle."""
    cos, sin = by
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, a * sin + b * cos), dim=-1)


def window_mask(slots: int, micro_turns: int) -> Bool[Tensor, "S S"]:
    """What each slot of a whole call may attend to: nothing later, nothing `micro_turns` micro-turns ago."""
    slot = torch.arange(slots)
    turn = slot // SLOTS_PER_MICRO_TURN
    past = slot.unsqueeze(0) <= slot.unsqueeze(1)
    near = turn.unsqueeze(1) - turn.unsqueeze(0) < micro_turns
    return past & near


class Attention(nn.Module):
    """Multi-head attention of one layer."""

    def __init__(self, size: ModelSize) -> None:
        super().__init__()
        self.heads = size.heads
        self.inward = nn.Linear(size.width, 3 * size.width, bias=False)
        self.outward = nn.Linear(size.width, size.width, bias=False)

    def _project(
        self, x: Float[Tensor, "B S D"], by: Rotation
    ) -> tuple[Float[Tensor, "B H S K"], Float[Tensor, "B H S K"], Float[Tensor, "B H S K"]]:
        calls, slots, width = x.shape
        shaped = self.inward(x).view(calls, slots, 3, self.heads, width // self.heads)
        query, key, value = shaped.permute(2, 0, 3, 1, 4).unbind(0)
        return rotate(query, by), rotate(key, by), value

    def forward(
        self, x: Float[Tensor, "B S D"], by: Rotation, mask: Bool[Tensor, "S S"]
    ) -> Float[Tensor, "B S D"]:
        """Over whole calls."""
        query, key, value = self._project(x, by)
        seen = scaled_dot_product_attention(query, key, value, attn_mask=mask)
        return self.outward(seen.transpose(1, 2).flatten(2))

    def step(self, x: Float[Tensor, "B 4 D"], by: Rotation, ring: "RingStep", layer: int) -> Tensor:
        """Over one micro-turn of each call; writes keys and values into the ring, reads the past there."""
        query, key, value = self._project(x, by)
        seen = torch.empty_like(query)
        for b, row in enumerate(ring.rows):
            start = ring.starts[b]
            keys, values = ring.cache.keys[layer, row], ring.cache.values[layer, row]
            keys[:, start : start + SLOTS_PER_MICRO_TURN] = key[b]
            values[:, start : start + SLOTS_PER_MICRO_TURN] = value[b]
            seen[b] = scaled_dot_product_attention(
                query[b : b + 1], keys.unsqueeze(0), values.unsqueeze(0), attn_mask=ring.visible[b : b + 1]
            )[0]
        return self.outward(seen.transpose(1, 2).flatten(2))


class RingStep:
    """Where one step of some calls reads and writes in the ring.

    Each call attends over its own row in place: copying the windows together would cost more than the loop.
    """

    def __init__(self, cache: RingCache, rows: list[int], micro_turns: list[int]) -> None:
        self.cache = cache
        self.rows = rows
        turn = torch.tensor(micro_turns)
        self.starts: list[int] = cache.places(turn)[:, 0].tolist()
        self.visible = cache.visible(turn)
