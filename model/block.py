"""One transformer block: attention, then a gated feed-forward or experts, each on a normalised residual."""

# B calls · S slots · D model width

from jaxtyping import Float
from torch import Tensor, nn

from model.attention import Attention, Whole
from model.experts import Experts, FeedForward
from model.ring_step import RingStep
from model.sizes import ModelSize


class Block(nn.Module):
    def __init__(self, size: ModelSize, layer: int) -> None:
        super().__init__()
        self.layer = layer
        self.attention_norm = nn.RMSNorm(size.width, eps=1e-6)
        self.attention = Attention(size)
        self.feed_norm = nn.RMSNorm(size.width, eps=1e-6)
        if size.is_dense(layer):
            self.feed = FeedForward(size.width, size.dense_hidden or size.hidden)
        else:
            self.feed = Experts(size)

    def forward(
        self, x: Float[Tensor, "B S D"], where: Whole
    ) -> tuple[Float[Tensor, "B S D"], Float[Tensor, ""] | None]:
        """Over whole calls; also how unbalanced the experts are, where there are any."""
        x = x + self.attention(self.attention_norm(x), where)
        normed = self.feed_norm(x)
        if isinstance(self.feed, FeedForward):
            return x + self.feed(normed), None
        changed, unbalance = self.feed(normed.flatten(0, 1))
        return x + changed.view_as(x), unbalance

    def step(self, x: Float[Tensor, "B 4 D"], ring: RingStep) -> Float[Tensor, "B 4 D"]:
        """Over one micro-turn of each call."""
        x = x + self.attention.step(self.attention_norm(x), ring, self.layer)
        normed = self.feed_norm(x)
        if isinstance(self.feed, FeedForward):
            return x + self.feed(normed)
        feed = self.feed.step_in_fixed_shapes if ring.has_fixed_shapes else self.feed.step
        return x + feed(normed.flatten(0, 1)).view_as(x)
