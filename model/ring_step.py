"""How a step reads and writes what its calls keep: each row in place, or all rows of the pool at once.

Two forms that agree. A CPU takes the rows there are one by one, since copying their windows together would
cost more than the loop. A GPU takes the whole pool: rows that nobody steps keep what they had, no shape
depends on which these are, and no value is asked for on the way, so that the step can be recorded and
replayed (`model.graph`).
"""

# B calls of a step · P rows of the pool · H heads · K head width · D model width

from typing import Protocol

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from config.units import SLOTS_PER_MICRO_TURN
from model.cache import RingCache
from model.memory import Memory, Remembered
from model.rotary import Rotation, rotate, rotation


class RingStep(Protocol):
    """Where one step of some calls reads and writes; the same for every layer."""

    @property
    def rotation(self) -> Rotation:
        """Of the micro-turn's slots."""
        ...

    @property
    def has_fixed_shapes(self) -> bool:
        """Whether no shape may depend on what is computed."""
        ...

    def attend(
        self,
        layer: int,
        query: Float[Tensor, "B H 4 K"],
        key: Float[Tensor, "B H 4 K"],
        value: Float[Tensor, "B H 4 K"],
    ) -> Float[Tensor, "B H 4 K"]:
        """Write keys (rotated, as queries are) and values into the ring, and attend over it."""
        ...

    def remember(
        self, layer: int, memory: Memory, x: Float[Tensor, "B 4 D"], keys_values: Float[Tensor, "B H 4 2K"]
    ) -> None:
        """Go on with the running means; where a renewal is due, put them before the next micro-turns."""
        ...


class RowsInPlace:
    """Each call attends over its own row where it lies."""

    has_fixed_shapes = False

    def __init__(self, cache: RingCache, rows: list[int], micro_turns: list[int]) -> None:
        size, device = cache.size, cache.keys.device
        self.cache = cache
        self.rows = rows
        self.at = torch.tensor(rows, device=device)
        turn = torch.tensor(micro_turns, device=device)
        first = turn.unsqueeze(1) * SLOTS_PER_MICRO_TURN
        self.rotation = rotation(first + torch.arange(SLOTS_PER_MICRO_TURN, device=device), size.head_width)
        self.starts = [cache.start(micro_turn) for micro_turn in micro_turns]
        self.mask = _as_addend(cache.visible(turn))
        self.renewing = [
            b
            for b, micro_turn in enumerate(micro_turns)
            if size.memory_slots and (micro_turn + 1) % size.memory_micro_turns == 0
        ]
        next_slots = first[self.renewing] + SLOTS_PER_MICRO_TURN
        self.renewed = rotation(next_slots.expand(-1, size.memory_slots), size.head_width)

    def attend(
        self,
        layer: int,
        query: Float[Tensor, "B H 4 K"],
        key: Float[Tensor, "B H 4 K"],
        value: Float[Tensor, "B H 4 K"],
    ) -> Float[Tensor, "B H 4 K"]:
        """Row by row."""
        seen = torch.empty_like(query)
        for b, row in enumerate(self.rows):
            start = self.starts[b]
            keys, values = self.cache.keys[layer, row], self.cache.values[layer, row]
            keys[:, start : start + SLOTS_PER_MICRO_TURN] = key[b]
            values[:, start : start + SLOTS_PER_MICRO_TURN] = value[b]
            seen[b] = scaled_dot_product_attention(
                query[b : b + 1], keys.unsqueeze(0), values.unsqueeze(0), attn_mask=self.mask[b : b + 1]
            )[0]
        return seen

    def remember(
        self, layer: int, memory: Memory, x: Float[Tensor, "B 4 D"], keys_values: Float[Tensor, "B H 4 2K"]
    ) -> None:
        """Of these rows alone."""
        cache = self.cache
        now = memory.step(x, keys_values, cache.remembered(layer, self.at))
        cache.remember(layer, self.at, now)
        if self.renewing:
            rows, places = self.at[self.renewing], cache.size.window_slots
            keys, values = now.means[self.renewing].chunk(2, dim=-1)
            cache.keys[layer, rows, :, places:] = rotate(keys, self.renewed)
            cache.values[layer, rows, :, places:] = values


class PoolAtOnce:
    """Every row of the pool, of which some are `present`: only these change."""

    has_fixed_shapes = True

    def __init__(self, cache: RingCache, micro_turns: Int[Tensor, " P"], present: Bool[Tensor, " P"]) -> None:
        size = cache.size
        self.cache = cache
        slots = torch.arange(SLOTS_PER_MICRO_TURN, device=micro_turns.device)
        first = micro_turns.unsqueeze(1) * SLOTS_PER_MICRO_TURN
        self.rotation = rotation(first + slots, size.head_width)
        self.mask = _as_addend(cache.visible(micro_turns))
        places = (first + slots) % size.window_slots
        self.places = places.view(-1, 1, SLOTS_PER_MICRO_TURN, 1).expand(-1, size.heads, -1, size.head_width)
        self.present = present.view(-1, 1, 1, 1)
        renewal = (micro_turns + 1) % size.memory_micro_turns == 0
        self.renewing = (present & renewal).view(-1, 1, 1, 1)
        next_slot = first + SLOTS_PER_MICRO_TURN
        self.renewed = rotation(next_slot.expand(-1, size.memory_slots), size.head_width)

    def attend(
        self,
        layer: int,
        query: Float[Tensor, "P H 4 K"],
        key: Float[Tensor, "P H 4 K"],
        value: Float[Tensor, "P H 4 K"],
    ) -> Float[Tensor, "P H 4 K"]:
        """All rows together."""
        keys, values = self.cache.keys[layer], self.cache.values[layer]
        for kept, new in ((keys, key), (values, value)):
            before = kept.gather(2, self.places)
            kept.scatter_(2, self.places, torch.where(self.present, new, before))
        return scaled_dot_product_attention(query, keys, values, attn_mask=self.mask)

    def remember(
        self, layer: int, memory: Memory, x: Float[Tensor, "P 4 D"], keys_values: Float[Tensor, "P H 4 2K"]
    ) -> None:
        """Of the rows that are present."""
        cache, places = self.cache, self.cache.size.window_slots
        before = Remembered(cache.sums[layer], cache.weights[layer])
        now = memory.step(x, keys_values, before)
        keep(before.sums, now.sums, self.present)
        keep(before.weights, now.weights, self.present.squeeze(-1))
        keys, values = now.means.chunk(2, dim=-1)
        keep(cache.keys[layer, :, :, places:], rotate(keys, self.renewed), self.renewing)
        keep(cache.values[layer, :, :, places:], values, self.renewing)


def keep(kept: Tensor, new: Tensor, where: Bool[Tensor, "..."]) -> None:
    """Put new numbers in the place of those kept, where that holds; in place, whatever the number."""
    kept.copy_(torch.where(where, new, kept))


def _as_addend(mask: Bool[Tensor, "B 1 4 C"]) -> Float[Tensor, "B 1 4 C"]:
    """What attention would make of the mask itself, in every call and layer anew."""
    return torch.zeros(mask.shape, device=mask.device).masked_fill(~mask, float("-inf"))
