"""The weights of the speech encoder that the pipecat package carries.

The file is `smart-turn-v3.2-cpu.onnx` (BSD-2-Clause, by Daily): a Whisper-tiny encoder, fine-tuned on human
speech to tell the ends of turns, in eight-bit integers with one scale per output. Nothing of pipecat is
imported and nothing of the encoder is copied into this repository.

ConfigError
└── EncoderError   the file is missing or is another one
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from config.errors import ConfigError

LAYERS: Final = 4
_FILE: Final = Path("audio", "turn", "smart_turn", "data", "smart-turn-v3.2-cpu.onnx")
_SHA256: Final = "2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f"
_DEQUANTISED: Final = "_DequantizeLinear_Output"
_PREFIX: Final = "inner.encoder."
_BIASED: Final = ("self_attn.q_proj", "self_attn.v_proj", "self_attn.out_proj", "fc1", "fc2")


class EncoderError(ConfigError):
    """The encoder's file cannot be used. The text is one line: what is wrong and what to do."""


def encoder_file() -> Path:
    """Where the installed pipecat package keeps it.

    Raises:
        EncoderError: the package, or the file in it, is missing.
    """
    package = find_spec("pipecat")
    for folder in (package.submodule_search_locations or ()) if package else ():
        if (path := Path(folder) / _FILE).is_file():
            return path
    raise EncoderError(
        f"the encoder {_FILE.name} is not where pipecat keeps it: install pipecat-ai 1.14 again, "
        "or choose other ears"
    )


def encoder_weights(path: Path) -> dict[str, Tensor]:
    """Read the encoder's weights, float32, by the names Whisper's implementation in transformers gives them.

    Raises:
        EncoderError: it is not the file our ears were trained on.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EncoderError(f"the encoder {path} cannot be read ({error.strerror})") from error
    if sha256(content).hexdigest() != _SHA256:
        raise EncoderError(
            f"{path} is not the encoder our ears were trained on: install pipecat-ai 1.14, "
            "or choose other ears"
        )
    return _Graph.read(content).encoder()


@dataclass(frozen=True, slots=True)
class _Graph:
    """What is needed of an ONNX graph: its constants, and its nodes by the name of their first output."""

    constants: Mapping[str, npt.NDArray[np.generic]]
    nodes: Mapping[str, onnx.NodeProto]

    @classmethod
    def read(cls, content: bytes) -> "_Graph":
        graph = onnx.load_from_string(content).graph
        return cls(
            {constant.name: numpy_helper.to_array(constant) for constant in graph.initializer},
            {node.output[0]: node for node in graph.node},
        )

    def encoder(self) -> dict[str, Tensor]:
        """Weights are named in the file only where they have a bias; the keys' projection has none."""
        weights = {
            name.removeprefix(_PREFIX): torch.from_numpy(np.array(value, np.float32))
            for name, value in self.constants.items()
            if name.startswith(_PREFIX) and name.endswith((".weight", ".bias"))
        }
        for conv in ("conv1", "conv2"):
            for part in ("weight", "bias"):
                weights[f"{conv}.{part}"] = self._dequantised(f"{_PREFIX}{conv}.{part}")
        biased = {bias: node for node in self.nodes.values() if node.op_type == "Add" for bias in node.input}
        for layer in range(LAYERS):
            at = f"layers.{layer}."
            products = {part: self._product(biased[f"{_PREFIX}{at}{part}.bias"].input[0]) for part in _BIASED}
            queries, values = products["self_attn.q_proj"], products["self_attn.v_proj"]
            products["self_attn.k_proj"] = next(
                node
                for node in self.nodes.values()
                if node.op_type == "MatMul"
                and node.input[0] == queries.input[0]
                and node.output[0] not in (queries.output[0], values.output[0])
            )
            for part, product in products.items():
                constant = product.input[1].removesuffix(_DEQUANTISED)
                weights[f"{at}{part}.weight"] = self._dequantised(constant).T.contiguous()
        return weights

    def _product(self, value: str) -> onnx.NodeProto:
        """The matrix product whose quantised output is `value`."""
        return self.nodes[value.removesuffix(_DEQUANTISED)]

    def _dequantised(self, name: str) -> Tensor:
        """An eight-bit constant; its scales run over the outputs: the first axis, of matrices the last."""
        node = self.nodes.get(f"{name}{_DEQUANTISED}") or self.nodes[name]
        quantised, scale, zero = (self.constants[entry].astype(np.float32) for entry in node.input)
        if quantised.ndim == 3:  # a convolution's weight: outputs, inputs, taps
            scale, zero = scale[:, None, None], zero[:, None, None]
        return torch.from_numpy((quantised - zero) * scale)
