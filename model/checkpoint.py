"""Checkpoints: a model's numbers in safetensors, with what they are and how they came about beside them.

ConfigError
└── CheckpointError   the file is missing, not ours, of another size or version, or damaged
"""

import json
import os
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from config.errors import ConfigError
from model.interaction import InteractionModel
from model.sizes import SIZES

VERSION: Final = 2
"""Raised when the meaning of a checkpoint's numbers changes."""
_KEY: Final = "tandem"


class CheckpointError(ConfigError):
    """A checkpoint cannot be used. The text is one line: which file, what is wrong, what to do."""


@dataclass(frozen=True, slots=True)
class Story:
    """How a checkpoint came about.

    Attributes:
        size: name of the model's size.
        seed: of the training.
        steps: how many were taken.
        hours_heard: call time seen in training.
        recipe: the settings, for people to read.
    """

    size: str
    seed: int
    steps: int
    hours_heard: float
    recipe: dict[str, str]


def save_checkpoint(path: Path, model: InteractionModel, story: Story) -> None:
    """Write a checkpoint in half precision, whole or not at all."""
    numbers = {name: tensor.detach().half().contiguous() for name, tensor in model.state_dict().items()}
    facts = {"version": VERSION, "shape": asdict(model.size), "digest": _digest(numbers), **asdict(story)}
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    save_file(numbers, beside, metadata={_KEY: json.dumps(facts)})
    beside.replace(path)


def find_checkpoint(name: str) -> Path:
    """The path of a checkpoint: one that ships, by name ("first"), or any file."""
    shipped = Path(str(files("model"))) / "checkpoints" / f"{name}.safetensors"
    return shipped if shipped.exists() else Path(name)


def load_model(name: str = "first") -> InteractionModel:
    """A trained model, in single precision, ready to serve.

    Args:
        name: of a checkpoint that ships, or a path.

    Raises:
        CheckpointError: it cannot be used.
    """
    return load_checkpoint(find_checkpoint(name))[0]


def load_checkpoint(path: Path) -> tuple[InteractionModel, Story]:
    """A trained model and how it came about.

    Raises:
        CheckpointError: the file is missing, not ours, of another size or version, or damaged.
    """
    facts, numbers = _read(path)
    if facts.get("version") != VERSION:
        raise CheckpointError(
            f"checkpoint {path} has version {facts.get('version')}, but {VERSION} is read here: train again"
        )
    size = SIZES.get(str(facts.get("size")))
    if size is None or json.loads(json.dumps(asdict(size))) != facts.get("shape"):
        raise CheckpointError(
            f"checkpoint {path} is of a size {facts.get('size')!r} unknown here: train again"
        )
    if facts.get("digest") != _digest(numbers):
        raise CheckpointError(
            f"checkpoint {path} is damaged (its digest does not match): fetch or train it again"
        )
    model = InteractionModel(size)
    try:
        model.load_state_dict({name: tensor.float() for name, tensor in numbers.items()})
    except RuntimeError as error:
        raise CheckpointError(f"checkpoint {path} does not fit size {size.name!r}: train again") from error
    story = Story(size.name, facts["seed"], facts["steps"], facts["hours_heard"], facts["recipe"])
    return model.eval(), story


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    if not path.is_file():
        raise CheckpointError(f"there is no checkpoint {path}: train one with `tandem train --size first`")
    try:
        with safe_open(path, framework="pt") as opened:
            metadata = opened.metadata() or {}
            numbers = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 - not a mapping
        facts = json.loads(metadata[_KEY])
    except (SafetensorError, KeyError, ValueError) as error:
        raise CheckpointError(f"{path} is not a checkpoint of Tandem's interaction model") from error
    return facts, numbers


def _digest(numbers: dict[str, Tensor]) -> str:
    digest = sha256()
    for name in sorted(numbers):
        digest.update(name.encode())
        digest.update(numbers[name].contiguous().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
