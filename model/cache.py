"""What a process keeps of its calls: a ring of keys and values each, the oldest overwritten, and memories.

All calls of a process live as rows of one pool, so that opening a call allocates nothing and a step of any
set of calls reads its rows where they lie. Behind the ring lie the memories' keys and values, so that a row
is attended to as a whole.
"""

# P rows of the pool · B calls of a step · L layers · H heads · R slots in the ring · M memory slots
# C = R + M places of a row · K head width

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from config.units import SLOTS_PER_MICRO_TURN
from model.memory import Remembered
from model.sizes import ModelSize


class RingCache:
    """Keys and values of the last `window_micro_turns` micro-turns of each row, and what it remembers."""

    def __init__(self, size: ModelSize, rows: int, device: torch.device | None = None) -> None:
        self.size = size
        shape = (size.layers, rows, size.heads, size.window_slots + size.memory_slots, size.head_width)
        self.keys: Float[Tensor, "L P H C K"] = torch.zeros(shape, device=device)
        self.values: Float[Tensor, "L P H C K"] = torch.zeros(shape, device=device)
        memories = (size.layers, rows, size.heads, size.memory_slots)
        self.sums: Float[Tensor, "L P H M 2K"] = torch.zeros(*memories, 2 * size.head_width, device=device)
        self.weights: Float[Tensor, "L P H M"] = torch.zeros(memories, device=device)

    @property
    def bytes_per_row(self) -> int:
        """Memory one call holds."""
        parts = (self.keys, self.values, self.sums, self.weights)
        return sum(part[:, 0].numel() * part.element_size() for part in parts)

    def begin(self, row: int) -> None:
        """Forget what the row's last call left in the running means (its ring is never looked at again)."""
        self.sums[:, row] = 0.0
        self.weights[:, row] = 0.0

    def remembered(self, layer: int, rows: Int[Tensor, " B"]) -> Remembered:
        """The running means of these rows."""
        return Remembered(self.sums[layer, rows], self.weights[layer, rows])

    def remember(self, layer: int, rows: Int[Tensor, " B"], now: Remembered) -> None:
        """Put the running means of these rows back."""
        self.sums[layer, rows] = now.sums
        self.weights[layer, rows] = now.weights

    def start(self, micro_turn: int) -> int:
        """Where in the ring the slots of a micro-turn begin."""
        return (micro_turn % self.size.window_micro_turns) * SLOTS_PER_MICRO_TURN

    def visible(self, micro_turn: Int[Tensor, " B"]) -> Bool[Tensor, "B 1 4 C"]:
        """What each slot of the current micro-turn attends to: the filled past, itself causally, memories."""
        turns = self.size.window_micro_turns
        place = torch.arange(self.size.window_slots, device=micro_turn.device)
        turn_of_place, slot_of_place = place // SLOTS_PER_MICRO_TURN, place % SLOTS_PER_MICRO_TURN
        now = (micro_turn % turns).view(-1, 1, 1, 1)
        filled = (turn_of_place <= micro_turn.view(-1, 1, 1, 1)) & (turn_of_place != now)
        slot = torch.arange(SLOTS_PER_MICRO_TURN, device=micro_turn.device).view(1, 1, -1, 1)
        own = (turn_of_place == now) & (slot_of_place <= slot)
        renewed = (micro_turn >= self.size.memory_micro_turns).view(-1, 1, 1, 1)
        memories = renewed.expand(-1, 1, SLOTS_PER_MICRO_TURN, self.size.memory_slots)
        return torch.cat((filled | own, memories), dim=-1)
