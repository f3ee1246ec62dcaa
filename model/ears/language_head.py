"""Which language is spoken: nats for each, frame by frame, from the encoder's last hidden states.

The encoder was trained on speech of nearly a hundred languages; this head, a few thousand numbers, reads off
it which of ours a frame sounds like. The nats of a turn's frames add up, and those of several turns.
"""

# B windows · H frames of 20 ms · W width

from pathlib import Path
from typing import Final

import torch
from jaxtyping import Float
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from model.ears.encoder import WIDTH
from model.ears.head_file import HeadError
from model.ears.spoken_language import CLASSES

SHIPPED: Final = Path(__file__).parent.parent / "checkpoints" / "ears-language.safetensors"
_NARROW: Final = 48
_DROPPED: Final = 0.2


class LanguageHead(nn.Module):
    """Encoder states in, nats for each of `CLASSES` out; what says nothing of a language weighs little."""

    def __init__(self) -> None:
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(WIDTH), requires_grad=False)
        self.scale = nn.Parameter(torch.ones(WIDTH), requires_grad=False)
        self.drop = nn.Dropout(_DROPPED)
        self.narrow = nn.Linear(WIDTH, _NARROW)
        self.classes = nn.Linear(_NARROW, len(CLASSES))
        self.weight = nn.Linear(_NARROW, 1)

    def forward(self, states: Float[Tensor, "B H W"]) -> Float[Tensor, "B H C"]:
        x = functional.gelu(self.narrow(self.drop((states - self.mean) * self.scale)))
        nats = self.classes(x)
        return (nats - nats.mean(dim=-1, keepdim=True)) * self.weight(x).sigmoid()


def save_language_head(path: Path, head: LanguageHead) -> None:
    """Write it in half precision."""
    save_file({name: tensor.half().contiguous() for name, tensor in head.state_dict().items()}, path)


def load_language_head(path: Path = SHIPPED) -> LanguageHead:
    """Read it, ready to listen.

    Raises:
        HeadError: the file is missing, or is not such a head.
    """
    again = "`tandem train-ears --language-head FILE` makes one"
    if not path.is_file():
        raise HeadError(f"there is no language head {path}: {again}")
    head = LanguageHead()
    try:
        head.load_state_dict({name: tensor.float() for name, tensor in load_file(path).items()})
    except (SafetensorError, RuntimeError) as error:
        raise HeadError(f"{path} is not a language head of Tandem's ears: {again}") from error
    return head.requires_grad_(requires_grad=False).eval()
