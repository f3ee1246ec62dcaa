"""The ring of keys and values: preallocated, a fixed number of micro-turns, the oldest overwritten.

All calls of a process live as rows of one pool, so that opening a call allocates nothing and a step of any
set of calls reads its rows where they lie.
"""

# P rows of the pool · B calls of a step · L layers · H heads · C slots in the ring · K head width

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from config.units import SLOTS_PER_MICRO_TURN
from model.sizes import ModelSize


class RingCache:
    """Keys and values of the last `window_micro_turns` micro-turns of each row."""

    def __init__(self, size: ModelSize, rows: int) -> None:
        self.micro_turns = size.window_micro_turns
        shape = (size.layers, rows, size.heads, size.window_slots, size.head_width)
        self.keys: Float[Tensor, "L P H C K"] = torch.zeros(shape)
        self.values: Float[Tensor, "L P H C K"] = torch.zeros(shape)

    @property
    def bytes_per_row(self) -> int:
        """Memory one call holds."""
        return 2 * self.keys[:, 0].numel() * self.keys.element_size()

    def places(self, micro_turn: Int[Tensor, " B"]) -> Int[Tensor, "B 4"]:
        """Where in the ring the slots of each row's current micro-turn go."""
        first = (micro_turn % self.micro_turns) * SLOTS_PER_MICRO_TURN
        return first.unsqueeze(1) + torch.arange(SLOTS_PER_MICRO_TURN)

    def visible(self, micro_turn: Int[Tensor, " B"]) -> Bool[Tensor, "B 1 4 C"]:
        """What each slot of the current micro-turn may attend to: the filled past, and itself causally."""
        place = torch.arange(self.micro_turns * SLOTS_PER_MICRO_TURN)
        turn_of_place, slot_of_place = place // SLOTS_PER_MICRO_TURN, place % SLOTS_PER_MICRO_TURN
        now = (micro_turn % self.micro_turns).view(-1, 1, 1, 1)
        filled = (turn_of_place <= micro_turn.view(-1, 1, 1, 1)) & (turn_of_place != now)
        own = (turn_of_place == now) & (slot_of_place <= torch.arange(SLOTS_PER_MICRO_TURN).view(1, 1, -1, 1))
        return filled | own
