"""The interaction model, top to bottom: fused streams, a causal transformer, heads.

Positions are slots of 50 ms; a micro-turn's four are read in parallel, because what the agent says enters one
micro-turn late. Whole calls (`forward`, for training) and single micro-turns (`step`, for serving) give the
same numbers; a call's numbers do not depend on the calls beside it.
"""

# B calls · S slots · D model width

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from model.attention import whole
from model.block import Block
from model.experts import Experts
from model.frontend import FrontEnd
from model.heads import Heads, Readouts
from model.ring_step import RingStep
from model.sizes import ModelSize
from model.streams import History, Slots, Streams


class Reading(NamedTuple):
    """What training is made of."""

    readouts: Readouts
    unbalance: Float[Tensor, ""]
    """Of the experts, mean over the blocks: 1 when all are chosen equally often."""


class InteractionModel(nn.Module):
    """One side of a telephone conversation: it listens, and says when what kind of thing is to be said."""

    def __init__(self, size: ModelSize) -> None:
        super().__init__()
        self.size = size
        self.front_end = FrontEnd(size.front_end)
        self.streams = Streams(size)
        self.blocks = nn.ModuleList(Block(size, layer) for layer in range(size.layers))
        self.norm = nn.RMSNorm(size.width, eps=1e-6)
        self.heads = Heads(size)
        self._initialise()

    @property
    def trunk(self) -> list[Block]:
        return [block for block in self.blocks if isinstance(block, Block)]

    def forward(self, slots: Slots) -> Readouts:
        """Read whole calls that begin at their first slot."""
        return self.read(slots).readouts

    def read(self, slots: Slots) -> Reading:
        """Read whole calls that begin at their first slot, and tell how the experts were used."""
        calls, count = slots.kind.shape
        x, _ = self.streams(slots, self.streams.begin(calls))
        where = whole(self.size, count, x.device)
        unbalances: list[Tensor] = []
        for block in self.trunk:
            x, unbalance = block(x, where)
            if unbalance is not None:
                unbalances.append(unbalance)
        unbalance = torch.stack(unbalances).mean() if unbalances else x.new_ones(())
        return Reading(self.heads(self.norm(x)), unbalance)

    def step(self, slots: Slots, history: History, ring: RingStep) -> tuple[Readouts, History]:
        """Read the next micro-turn of each call; what they said before lies in the ring."""
        x, history = self.streams(slots, history)
        for block in self.trunk:
            x = block.step(x, ring)
        return self.heads(self.norm(x)), history

    @property
    def total_parameters(self) -> int:
        return sum(parameter.numel() for parameter in self.parameters())

    @property
    def active_parameters(self) -> int:
        """Of which a position passes so many: experts not chosen are left out."""
        idle = 0
        for module in self.modules():
            if isinstance(module, Experts):
                one = (module.gate_and_rise.numel() + module.fall.numel()) // module.count
                idle += one * (module.count - module.chosen)
        return self.total_parameters - idle

    def _initialise(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=0.02 if module.in_features < 600 else 0.01)
                if "bias" in dict(module.named_parameters()):
                    nn.init.zeros_(module.bias)
            elif isinstance(module, nn.Embedding):
                nn.init.normal_(module.weight, std=0.02)
        deep = 0.02 / (2 * self.size.layers) ** 0.5
        for block in self.trunk:
            nn.init.normal_(block.attention.outward.weight, std=deep)
            if block.attention.memory is not None:
                block.attention.memory.spread_gates()
            if isinstance(block.feed, Experts):
                nn.init.normal_(block.feed.gate_and_rise, std=0.02)
                nn.init.normal_(block.feed.fall, std=deep)
            ends = block.feed.shared if isinstance(block.feed, Experts) else block.feed
            if ends is not None:
                nn.init.normal_(ends.fall.weight, std=deep)
