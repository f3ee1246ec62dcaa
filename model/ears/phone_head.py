"""Our ears for people: the packaged encoder's hidden states, bent a little, read as phones.

What is trained, and what the checkpoint holds, is the head and the updates; the encoder stays what it is.
"""

# B windows · T frames of 10 ms · H = T/2 frames of 20 ms · W width

from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from model.ears.encoder import LOWER_LAYERS, WIDTH, Encoder, HiddenStates
from model.synthesis.phones import PHONES

BLANK: Final = 0
CLASSES: Final = 1 + len(PHONES)
"""The blank, then the phones in their order."""
RANK: Final = 24
HEAD_WIDTH: Final = 224
_BLOCKS: Final = 4
_TAPS: Final = 5
_DROPPED: Final = 0.1


class LowRank(nn.Module):
    """A frozen linear map and an update of it of rank `RANK`, nothing at first (LoRA, Hu et al. 2021)."""

    def __init__(self, frozen: nn.Linear) -> None:
        super().__init__()
        self.frozen = frozen
        self.down = nn.Parameter(torch.randn(RANK, frozen.in_features) / frozen.in_features**0.5)
        self.up = nn.Parameter(torch.zeros(frozen.out_features, RANK))

    def forward(self, x: Float[Tensor, "B H I"]) -> Float[Tensor, "B H O"]:
        return self.frozen(x) + functional.linear(functional.linear(x, self.down), self.up)

    def merged(self) -> nn.Linear:
        """One linear map that does the same."""
        with torch.no_grad():
            self.frozen.weight += self.up @ self.down
        return self.frozen


class Block(nn.Module):
    """Looks 40 ms to either side."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(HEAD_WIDTH)
        self.mix = nn.Conv1d(HEAD_WIDTH, HEAD_WIDTH, _TAPS, padding=_TAPS // 2)
        self.drop = nn.Dropout(_DROPPED)

    def forward(self, x: Float[Tensor, "B H W"]) -> Float[Tensor, "B H W"]:
        mixed = self.mix(self.norm(x).transpose(1, 2)).transpose(1, 2)
        return x + self.drop(functional.gelu(mixed))


class PhoneNetwork(nn.Module):
    """Log-mel of windows in, log posteriors of the blank and the phones out."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder
        for layer in encoder.layers[LOWER_LAYERS:]:
            for room in (layer, layer.get_submodule("self_attn")):
                for name, part in list(room.named_children()):
                    if isinstance(part, nn.Linear):
                        room.register_module(name, LowRank(part))
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(3))
        self.narrow = nn.Linear(3 * WIDTH, HEAD_WIDTH)
        self.drop = nn.Dropout(_DROPPED)
        self.blocks = nn.ModuleList(Block() for _ in range(_BLOCKS))
        self.last_norm = nn.LayerNorm(HEAD_WIDTH)
        self.classes = nn.Linear(HEAD_WIDTH, CLASSES)

    def forward(self, mel: Float[Tensor, "B 80 T"]) -> Float[Tensor, "B H 49"]:
        """Natural logarithms, summing to one over the classes."""
        return self.phones(self.states(mel))

    def states(self, mel: Float[Tensor, "B 80 T"]) -> HiddenStates:
        """What the encoder makes of the sound, bent by the updates."""
        with torch.no_grad():
            second = self.encoder.lower(mel)
        return self.encoder.upper(second)

    def phones(self, states: HiddenStates) -> Float[Tensor, "B H 49"]:
        """Natural logarithms, summing to one over the classes."""
        seen = torch.cat([norm(state) for norm, state in zip(self.norms, states, strict=True)], dim=-1)
        x = self.narrow(self.drop(seen))
        for block in self.blocks:
            x = block(x)
        return functional.log_softmax(self.classes(self.last_norm(x)), dim=-1)

    def learnt(self) -> dict[str, Tensor]:
        """What training changes, by name: the head and the updates, not the encoder."""
        ours = {name for name, parameter in self.named_parameters() if parameter.requires_grad}
        return {name: tensor for name, tensor in self.state_dict().items() if name in ours}

    def merge(self) -> None:
        """Fold the updates into the encoder's own maps, for serving."""
        for layer in self.encoder.layers[LOWER_LAYERS:]:
            for room in (layer, layer.get_submodule("self_attn")):
                for name, part in list(room.named_children()):
                    if isinstance(part, LowRank):
                        room.register_module(name, part.merged())
        self.requires_grad_(requires_grad=False).eval()
