"""A mixture of experts: every position passes one shared SwiGLU and the few experts its router chooses.

Routing is token choice (Shazeer et al. 2017) with sigmoid weights; no position is ever dropped, so that what
one call reads does not depend on the others. The experts are kept in balance by the loss of Fedus et al.
(2021), which is 1 at best.

Three forms that agree: in training, positions sorted by expert and one large GEMM per expert; in serving, a
gather and a small GEMM for each expert that somebody chose; in serving on a GPU, shapes that never change.
The rows of the small GEMMs are filled up to a multiple of four: a GEMM on a CPU takes rows four at a time,
and what is left (with AVX2) or is fewer (with AVX-512) goes by a path that rounds otherwise. A micro-turn is
four slots, so every other GEMM of a step has such a multiple anyway, and a row's numbers are the same
whatever stands beside it (tests/model/test_experts.py).
"""

# T positions · D model width · E experts · H hidden of an expert · C experts chosen

from typing import Final

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import silu

from model.alike import alike
from model.sizes import ModelSize

ROWS_AT_ONCE: Final = 4
"""In a GEMM of a multiple of so many rows, a row does not depend on how many there are."""


class FeedForward(nn.Module):
    """SwiGLU (Shazeer 2020)."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.gate_and_rise = nn.Linear(width, 2 * hidden, bias=False)
        self.fall = nn.Linear(hidden, width, bias=False)

    def forward(self, x: Float[Tensor, "... D"]) -> Float[Tensor, "... D"]:
        gate, rise = self.gate_and_rise(x).chunk(2, dim=-1)
        return self.fall(silu(gate) * rise)


class Experts(nn.Module):
    """The feed-forward of a sparse block."""

    def __init__(self, size: ModelSize) -> None:
        super().__init__()
        self.count, self.chosen = size.experts, size.chosen
        self.router = nn.Linear(size.width, size.experts, bias=False)
        self.gate_and_rise = nn.Parameter(torch.empty(size.experts, 2 * size.expert_hidden, size.width))
        self.fall = nn.Parameter(torch.empty(size.experts, size.width, size.expert_hidden))
        self.shared = FeedForward(size.width, size.hidden) if size.hidden else None

    def forward(self, x: Float[Tensor, "T D"]) -> tuple[Float[Tensor, "T D"], Float[Tensor, ""]]:
        """In training: what the positions become, and how unbalanced the experts are (1: not at all)."""
        logits, weights, experts = self._route(x)
        flat = experts.flatten()
        order = flat.argsort(stable=True)
        counts = torch.bincount(flat, minlength=self.count)
        gathered = x[order // self.chosen].split(counts.tolist())
        spread = [
            nn.functional.linear(silu(gate) * rise, fall)
            for rows, inward, fall in zip(
                gathered, self.gate_and_rise.unbind(), self.fall.unbind(), strict=True
            )
            for gate, rise in (nn.functional.linear(rows, inward).chunk(2, dim=-1),)
        ]
        places = torch.empty_like(order)
        places[order] = torch.arange(len(order), device=x.device)
        outcome = self._gather(x, torch.cat(spread)[places], weights)
        shares = counts / counts.sum()
        unbalance = self.count * (shares * logits.float().softmax(-1).mean(0)).sum()
        return outcome, unbalance

    def step(self, x: Float[Tensor, "T D"]) -> Float[Tensor, "T D"]:
        """In serving: the same, a row at a time as far as its numbers go."""
        _, weights, experts = self._route(x)
        flat = experts.flatten()
        spread = x.new_empty(len(flat), x.shape[1])
        for expert in flat.unique().tolist():
            places = (flat == expert).nonzero().squeeze(1)
            rows = x[_filled(places) // self.chosen]
            gate, rise = nn.functional.linear(rows, self.gate_and_rise[expert]).chunk(2, dim=-1)
            spread[places] = nn.functional.linear(silu(gate) * rise, self.fall[expert])[: len(places)]
        return self._gather(x, spread, weights)

    def step_in_fixed_shapes(self, x: Float[Tensor, "T D"]) -> Float[Tensor, "T D"]:
        """In serving on a GPU: every expert reads every position, those chosen count.

        No shape depends on the choice. The arithmetic is to spare there, as long as experts are few.
        """
        _, weights, experts = self._route(x)
        gate, rise = (x @ self.gate_and_rise.transpose(1, 2)).chunk(2, dim=-1)
        every = ((silu(gate) * rise) @ self.fall.transpose(1, 2)).transpose(0, 1)
        spread = every.gather(1, experts.unsqueeze(-1).expand(-1, -1, x.shape[1]))
        return self._gather(x, spread.flatten(0, 1), weights)

    def _route(
        self, x: Float[Tensor, "T D"]
    ) -> tuple[Float[Tensor, "T E"], Float[Tensor, "T C"], Int[Tensor, "T C"]]:
        logits = self.router(x)
        best, experts = logits.topk(self.chosen, dim=-1)
        return logits, alike(torch.sigmoid, best), experts

    def _gather(
        self, x: Float[Tensor, "T D"], spread: Float[Tensor, "T*C D"], weights: Float[Tensor, "T C"]
    ) -> Float[Tensor, "T D"]:
        together = (spread.view(len(x), self.chosen, -1) * weights.unsqueeze(-1)).sum(1)
        return together if self.shared is None else together + self.shared(x)


def _filled(places: Int[Tensor, " N"]) -> Int[Tensor, " N"]:
    """A multiple of four places, the first one again where one is missing."""
    missing = -len(places) % ROWS_AT_ONCE
    return torch.cat((places, places[:1].expand(missing))) if missing else places
