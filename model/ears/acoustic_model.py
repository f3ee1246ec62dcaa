"""The Gaussians of the acoustic model that the pocketsphinx package carries, for training against it.

A phonetically tied mixture: each of 42 phones has, for each of three streams (cepstra, their slope, their
curvature), 128 Gaussians; each state of a phone weighs them in its own way. Sources: SphinxBase `s3file.c`,
PocketSphinx `ptm_mgau.c` and the description at the head of the model's `sendump`.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from model.ears.pronounce import MODEL_PATH

PHONES: Final = (
    *("+NSN+", "+SPN+", "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G"),
    *("HH", "IH", "IY", "JH", "K", "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "SIL", "T", "TH"),
    *("UH", "UW", "V", "W", "Y", "Z", "ZH"),
)
"""In the order of the model's codebooks."""
STREAMS: Final = 3
_STATES: Final = 3
_WEIGHT_STEP: Final = 0.1024
"""Mixture weights are stored as multiples of 1024 · ln(1.0001)."""

_Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class AcousticModel:
    """Means and variances float32[42, 3, 128, 13]; log weights float32[42, 3, 128] of whole phones."""

    means: _Array
    variances: _Array
    log_weights: _Array


def read() -> AcousticModel:
    """Read it from the installed package."""
    means, variances = _read_gaussians("means"), _read_gaussians("variances")
    phones, streams, gaussians, _ = means.shape
    raw = np.frombuffer((MODEL_PATH / "en-us" / "sendump").read_bytes(), np.uint8)
    states = len(raw) // (streams * gaussians)
    weights = raw[len(raw) - states * streams * gaussians :].reshape(streams, gaussians, states)
    own = np.exp(-_WEIGHT_STEP * weights[:, :, : phones * _STATES].astype(np.float32))
    of_phones = own.reshape(streams, gaussians, phones, _STATES).mean(axis=3).transpose(2, 0, 1)
    return AcousticModel(means, np.maximum(variances, 1e-4), np.log(of_phones).astype(np.float32))


def _read_gaussians(name: str) -> _Array:
    """A sphinx3 parameter file: header, byte order mark, counts, the length of each stream, float32s."""
    raw = (MODEL_PATH / "en-us" / name).read_bytes()
    at = raw.index(b"endhdr\n") + len(b"endhdr\n") + 4
    phones, streams, gaussians = np.frombuffer(raw, "<i4", 3, at)
    lengths = np.frombuffer(raw, "<i4", int(streams), at + 12)
    values = np.frombuffer(raw, "<f4", int(phones * gaussians * lengths.sum()), at + 16 + 4 * int(streams))
    return values.reshape(phones, streams, gaussians, int(lengths[0])).astype(np.float32)
