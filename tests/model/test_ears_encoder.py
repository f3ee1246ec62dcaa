"""The packaged encoder, ported to torch, against the file itself run by onnxruntime."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pytest
import torch

from model.ears.encoder import Encoder, load_encoder
from model.ears.encoder_file import EncoderError, encoder_file, encoder_weights
from model.ears.whisper_mel import log_mel

_EXPOSED = ("add_268", "add_390", "layer_norm_8")


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


@pytest.fixture(scope="module")
def babble() -> npt.NDArray[np.float32]:
    """8 s that rise and fall as speech does."""
    rng = np.random.default_rng(3)
    seconds = np.arange(8 * 16_000) / 16_000
    pitch_hz = 120 + 30 * np.sin(2 * np.pi * 0.7 * seconds)
    voice = sum(np.sin(2 * np.pi * np.cumsum(pitch_hz * k) / 16_000) / k for k in range(1, 20))
    syllables = np.clip(np.sin(2 * np.pi * 2.3 * seconds), 0, 1)
    return (0.1 * voice * syllables + 0.003 * rng.standard_normal(len(seconds))).astype(np.float32)


def _exposed(mel: torch.Tensor, *, quantised: bool) -> list[npt.NDArray[np.float32]]:
    """The hidden states onnxruntime gives; without `quantised`, activations stay what they are."""
    model = onnx.load(encoder_file())
    if not quantised:
        rounded = {n.output[0]: n.input[0] for n in model.graph.node if n.op_type == "QuantizeLinear"}
        plain = {
            n.output[0]: rounded[n.input[0]]
            for n in model.graph.node
            if n.op_type == "DequantizeLinear" and n.input[0] in rounded
        }
        for node in model.graph.node:
            if node.op_type not in ("QuantizeLinear", "DequantizeLinear"):
                for number, name in enumerate(node.input):
                    node.input[number] = plain.get(name, name)
    for name in _EXPOSED:
        model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return [np.asarray(state) for state in session.run(_EXPOSED, {"input_features": mel.numpy()})]


def test_hidden_states_are_those_of_the_file_when_nothing_is_rounded(
    encoder: Encoder, babble: npt.NDArray[np.float32]
) -> None:
    mel = log_mel(torch.from_numpy(babble)[None])
    for ours, theirs in zip(encoder(mel), _exposed(mel, quantised=False), strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs, atol=2e-3, rtol=1e-3)


def test_hidden_states_are_near_those_of_the_file_as_it_is(
    encoder: Encoder, babble: npt.NDArray[np.float32]
) -> None:
    mel = log_mel(torch.from_numpy(babble)[None])
    for ours, theirs in zip(encoder(mel), _exposed(mel, quantised=True), strict=True):
        assert np.corrcoef(ours.numpy().ravel(), theirs.ravel())[0, 1] > 0.7  # eight-bit activations: far off


def test_a_shorter_window_gives_20_ms_frames_of_384_numbers(encoder: Encoder) -> None:
    for frames in (2, 200, 400, 800):
        for state in encoder(torch.zeros(3, 80, frames)):
            assert state.shape == (3, frames // 2, 384)


def test_the_spectrum_is_that_of_a_window_of_eight_seconds(babble: npt.NDArray[np.float32]) -> None:
    sound = torch.from_numpy(babble[: 2 * 16_000])
    long = log_mel(torch.nn.functional.pad(sound, (6 * 16_000, 0))[None])
    short = log_mel(sound[None])
    np.testing.assert_allclose(short[0, :, 4:], long[0, :, 604:], atol=1e-4)


def test_a_missing_encoder_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"^the encoder .*missing\.onnx cannot be read"):
        encoder_weights(tmp_path / "missing.onnx")


def test_another_file_is_one_clear_error(tmp_path: Path) -> None:
    other = tmp_path / "other.onnx"
    other.write_bytes(b"not a model")
    with pytest.raises(EncoderError, match="not the encoder our ears were trained on"):
        encoder_weights(other)
