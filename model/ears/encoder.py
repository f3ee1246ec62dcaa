"""The Whisper-tiny encoder of the pipecat package as a torch module, in float32 and for windows up to 8 s.

Its hidden states are features of human speech; what they mean as phones is learnt by `phone_head`.
"""

# B windows · T frames of 10 ms, even, at most 800 · H = T/2 frames of 20 ms

from pathlib import Path
from typing import Final, NamedTuple

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from model.ears.encoder_file import LAYERS, encoder_file, encoder_weights
from model.ears.whisper_mel import BANDS

WIDTH: Final = 384
POSITIONS: Final = 400
LOWER_LAYERS: Final = 2
"""Layers below the first of the three hidden states that are given out."""
_HEADS: Final = 6
_FEED_FORWARD: Final = 1_536


class HiddenStates(NamedTuple):
    """float[B, H, 384] each: the residual stream after layers 2 and 3, and the final norm."""

    second: Tensor
    third: Tensor
    final: Tensor


class SelfAttention(nn.Module):
    """Every frame looks at every other."""

    def __init__(self) -> None:
        super().__init__()
        self.q_proj = nn.Linear(WIDTH, WIDTH)
        self.k_proj = nn.Linear(WIDTH, WIDTH, bias=False)
        self.v_proj = nn.Linear(WIDTH, WIDTH)
        self.out_proj = nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Float[Tensor, "B H W"]) -> Float[Tensor, "B H W"]:
        batch, frames, _ = x.shape
        q, k, v = (
            project(x).view(batch, frames, _HEADS, -1).transpose(1, 2)
            for project in (self.q_proj, self.k_proj, self.v_proj)
        )
        mixed = functional.scaled_dot_product_attention(q, k, v)
        return self.out_proj(mixed.transpose(1, 2).reshape(batch, frames, WIDTH))


class Layer(nn.Module):
    """One pre-norm transformer layer."""

    def __init__(self) -> None:
        super().__init__()
        self.self_attn_layer_norm = nn.LayerNorm(WIDTH)
        self.self_attn = SelfAttention()
        self.final_layer_norm = nn.LayerNorm(WIDTH)
        self.fc1 = nn.Linear(WIDTH, _FEED_FORWARD)
        self.fc2 = nn.Linear(_FEED_FORWARD, WIDTH)

    def forward(self, x: Float[Tensor, "B H W"]) -> Float[Tensor, "B H W"]:
        x = x + self.self_attn(self.self_attn_layer_norm(x))
        return x + self.fc2(functional.gelu(self.fc1(self.final_layer_norm(x))))


class Encoder(nn.Module):
    """Log-mel of a window in, hidden states out; the window's end is the end of what the encoder knows.

    A window shorter than 8 s takes the last positions, as if the silence before it had been left out.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(BANDS, WIDTH, 3, padding=1)
        self.conv2 = nn.Conv1d(WIDTH, WIDTH, 3, stride=2, padding=1)
        self.embed_positions = nn.Embedding(POSITIONS, WIDTH)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.layer_norm = nn.LayerNorm(WIDTH)

    def forward(self, mel: Float[Tensor, "B 80 T"]) -> HiddenStates:
        return self.upper(self.lower(mel))

    def lower(self, mel: Float[Tensor, "B 80 T"]) -> Float[Tensor, "B H W"]:
        """The residual stream after layer 2."""
        x = functional.gelu(self.conv2(functional.gelu(self.conv1(mel)))).transpose(1, 2)
        x = x + self.embed_positions.weight[POSITIONS - x.shape[1] :]
        for layer in self.layers[:LOWER_LAYERS]:
            x = layer(x)
        return x

    def upper(self, second: Float[Tensor, "B H W"]) -> HiddenStates:
        """Layers 3 and 4, from the residual stream after layer 2."""
        third = self.layers[LOWER_LAYERS](second)
        return HiddenStates(second, third, self.layer_norm(self.layers[LOWER_LAYERS + 1](third)))


def load_encoder(path: Path | None = None) -> Encoder:
    """The packaged encoder, frozen, ready to listen; `path` for another place than pipecat's own.

    Raises:
        EncoderError: the file is missing or is another one.
    """
    encoder = Encoder()
    encoder.load_state_dict(encoder_weights(path or encoder_file()), assign=True)
    return encoder.requires_grad_(requires_grad=False).eval()
