"""The interaction model: fused streams, a causal trunk at 20 Hz, heads. Read this file first.

Two ways through it that give the same numbers: `forward` over whole calls (training, evaluation) and `step`
over one micro-turn of several calls (serving), whose cost does not depend on how long the calls have lasted.
"""

# B calls · S slots · D model width

import torch
from jaxtyping import Int
from torch import Tensor, nn

from config.units import SLOTS_PER_MICRO_TURN
from model.attention import RingStep, rotation, window_mask
from model.block import Block
from model.frontend import FrontEnd
from model.heads import Heads, Readouts
from model.sizes import ModelSize
from model.streams import History, Slots, Streams


class InteractionModel(nn.Module):
    """One side of a telephone conversation, as far as listening and timing go."""

    def __init__(self, size: ModelSize) -> None:
        super().__init__()
        self.size = size
        self.front_end = FrontEnd(size.front_end)
        self.streams = Streams(size)
        self.blocks = nn.ModuleList(Block(size) for _ in range(size.layers))
        self.norm = nn.RMSNorm(size.width, eps=1e-6)
        self.heads = Heads(size)
        self.apply(_initialise)
        for block in self._trunk():
            for last in (block.attention.outward, block.feed.fall):
                nn.init.normal_(last.weight, std=0.02 / (2 * size.layers) ** 0.5)

    def _trunk(self) -> list[Block]:
        return [block for block in self.blocks if isinstance(block, Block)]

    def forward(self, slots: Slots) -> Readouts:
        """Read whole calls that begin at their first slot."""
        calls, count = slots.kind.shape
        x, _ = self.streams(slots, self.streams.begin(calls))
        by = rotation(torch.arange(count, device=x.device).unsqueeze(0), self.size.head_width)
        mask = window_mask(count, self.size.window_micro_turns)
        for block in self._trunk():
            x = block(x, by, mask)
        return self.heads(self.norm(x))

    def step(
        self, slots: Slots, history: History, ring: RingStep, micro_turns: Int[Tensor, " B"]
    ) -> tuple[Readouts, History]:
        """Read the next micro-turn of each call; `micro_turns` says which one it is in each."""
        x, history = self.streams(slots, history)
        positions = micro_turns.unsqueeze(1) * SLOTS_PER_MICRO_TURN + torch.arange(SLOTS_PER_MICRO_TURN)
        by = rotation(positions, self.size.head_width)
        for layer, block in enumerate(self._trunk()):
            x = block.step(x, by, ring, layer)
        return self.heads(self.norm(x)), history

    @property
    def parameter_count(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, std=0.02 if module.in_features < 600 else 0.01)
        if "bias" in dict(module.named_parameters()):
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)
