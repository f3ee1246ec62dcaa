"""One transformer block: attention, then a gated feed-forward, each on a normalised residual."""

from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn.functional import silu

from model.attention import Attention, RingStep, Rotation
from model.sizes import ModelSize


class FeedForward(nn.Module):
    """SwiGLU (Shazeer 2020)."""

    def __init__(self, size: ModelSize) -> None:
        super().__init__()
        self.gate_and_rise = nn.Linear(size.width, 2 * size.hidden, bias=False)
        self.fall = nn.Linear(size.hidden, size.width, bias=False)

    def forward(self, x: Float[Tensor, "B S D"]) -> Float[Tensor, "B S D"]:
        gate, rise = self.gate_and_rise(x).chunk(2, dim=-1)
        return self.fall(silu(gate) * rise)


class Block(nn.Module):
    def __init__(self, size: ModelSize) -> None:
        super().__init__()
        self.attention_norm = nn.RMSNorm(size.width, eps=1e-6)
        self.attention = Attention(size)
        self.feed_norm = nn.RMSNorm(size.width, eps=1e-6)
        self.feed = FeedForward(size)

    def forward(
        self, x: Float[Tensor, "B S D"], by: Rotation, mask: Bool[Tensor, "S S"]
    ) -> Float[Tensor, "B S D"]:
        x = x + self.attention(self.attention_norm(x), by, mask)
        return x + self.feed(self.feed_norm(x))

    def step(self, x: Float[Tensor, "B 4 D"], by: Rotation, ring: RingStep, layer: int) -> Tensor:
        x = x + self.attention.step(self.attention_norm(x), by, ring, layer)
        return x + self.feed(self.feed_norm(x))
