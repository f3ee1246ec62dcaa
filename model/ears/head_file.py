"""The file of our phone head: what was learnt, in half precision, and how it came about.

ConfigError
└── HeadError   the file is missing, not ours, of another version or shape, or damaged
"""

import json
import os
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from config.errors import ConfigError
from model.ears.encoder import load_encoder
from model.ears.phone_head import PhoneNetwork
from model.synthesis.phones import PHONES

SHIPPED: Final = Path(__file__).parent.parent / "checkpoints" / "ears-phones.safetensors"
_VERSION: Final = 1
_KEY: Final = "tandem-ears"


class HeadError(ConfigError):
    """A phone head cannot be used. The text is one line: which file, what is wrong, what to do."""


@dataclass(frozen=True, slots=True)
class HeadStory:
    """How a head came about: seed, steps, lesson time heard, minutes of training, voices learnt from."""

    seed: int
    steps: int
    hours_heard: float
    minutes: float
    speakers: int


def save_head(path: Path, learnt: dict[str, Tensor], story: HeadStory) -> None:
    """Write it whole or not at all."""
    numbers = {name: tensor.detach().half().contiguous() for name, tensor in learnt.items()}
    facts = {"version": _VERSION, "phones": PHONES, "digest": _digest(numbers), "story": asdict(story)}
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    save_file(numbers, beside, metadata={_KEY: json.dumps(facts)})
    beside.replace(path)


def load_head(path: Path = SHIPPED) -> tuple[PhoneNetwork, HeadStory]:
    """The encoder with the head on it, float32, ready to listen.

    Raises:
        HeadError: the head's file cannot be used.
        EncoderError: the encoder's file cannot be used.
    """
    facts, numbers = _read(path)
    if facts.get("version") != _VERSION or tuple(facts.get("phones", ())) != PHONES:
        raise HeadError(
            f"{path} was made for other phones or by another version: `tandem train-ears` makes a new one"
        )
    if facts.get("digest") != _digest(numbers):
        raise HeadError(f"{path} is damaged (its digest does not match): fetch or train it again")
    network = PhoneNetwork(load_encoder())
    if {name: tensor.shape for name, tensor in numbers.items()} != {
        name: tensor.shape for name, tensor in network.learnt().items()
    }:
        raise HeadError(f"{path} is of another shape than the head here: `tandem train-ears` makes a new one")
    network.load_state_dict({name: tensor.float() for name, tensor in numbers.items()}, strict=False)
    network.merge()
    return network, HeadStory(**facts["story"])


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    if not path.is_file():
        raise HeadError(f"there is no phone head {path}: `tandem train-ears` makes one")
    try:
        with safe_open(path, framework="pt") as opened:
            metadata = opened.metadata() or {}
            numbers = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 - not a mapping
        return json.loads(metadata[_KEY]), numbers
    except (SafetensorError, KeyError, ValueError) as error:
        raise HeadError(f"{path} is not a phone head of Tandem's ears") from error


def _digest(numbers: dict[str, Tensor]) -> str:
    digest = sha256()
    for name in sorted(numbers):
        digest.update(name.encode())
        digest.update(numbers[name].contiguous().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
