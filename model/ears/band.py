"""From telephone log-mel to the cepstra the acoustic model knows: level and channel removed, band completed.

The telephone ends at 3.7 kHz, the acoustic model was trained on speech up to 6.8 kHz. A small network,
`checkpoints/ears-band.npz`, looks at 90 ms of the bands that are there and gives the cepstra of what would
have been heard without the telephone. It is fitted by `model.ears.fit`, through the acoustic model's own
Gaussians.
"""

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from model.ears.spectrum import STRETCHES, Floats, band_edges_hz

CONTEXT: Final = 4
"""Frames before and after that the map looks at."""
INPUT_BANDS: Final = 19
TELEPHONE_TOP_HZ: Final = 3_700.0
PARAMETERS: Final = Path(__file__).parent.parent / "checkpoints" / "ears-band.npz"

_SPEECH_BELOW_PEAK: Final = 7.0
"""Frames within 30 dB of the loudest (nats of power) count as speech."""
_REST_BELOW_SPEECH: Final = 5.0
_SPEECH_SHARE: Final = 0.5
"""The acoustic model was trained on utterances with their mean removed, about half of it silence."""


def low_bands(stretch: float) -> int:
    """How many of the bands lie within the telephone's."""
    return int(np.sum(band_edges_hz(stretch)[2:] <= TELEPHONE_TOP_HZ))


@dataclass(frozen=True, slots=True)
class BandMap:
    """A linear map and beside it a network of two hidden layers, float32[in, out]; biases float32[out].

    In: the `INPUT_BANDS` lowest bands of 2 · `CONTEXT` + 1 frames, the earliest first. Out: 13 cepstra.
    """

    linear: Floats
    linear_bias: Floats
    first: Floats
    first_bias: Floats
    second: Floats
    second_bias: Floats
    third: Floats
    third_bias: Floats

    def __call__(self, frames: Floats) -> Floats:
        """Map float32[n, in] to float32[n, 13]."""
        hidden = np.maximum(frames @ self.first + self.first_bias, 0)
        hidden = np.maximum(hidden @ self.second + self.second_bias, 0)
        return frames @ self.linear + self.linear_bias + hidden @ self.third + self.third_bias


@cache
def band_map() -> BandMap:
    """Read the fitted map."""
    with np.load(PARAMETERS) as stored:
        return BandMap(**{field.name: stored[field.name] for field in fields(BandMap)})


def channel_mean(log_mel: Floats) -> tuple[Floats, int]:
    """Estimate what speaker level and line add to every frame.

    Args:
        log_mel: float32[n, stretches, 25] of a turn, speech and pauses.

    Returns:
        float32[stretches, 25] halfway between the mean of the speech and the mean of the rest, so that it
        does not depend on how much silence surrounds the words; and how many frames were speech.
    """
    loudness = log_mel[:, STRETCHES.index(1.0), : low_bands(1.0)].max(axis=1)
    speech = loudness > np.percentile(loudness, 95) - _SPEECH_BELOW_PEAK
    spoken = log_mel[speech].mean(axis=0)
    rest = log_mel[~speech].mean(axis=0) if not speech.all() else spoken - _REST_BELOW_SPEECH
    mean = _SPEECH_SHARE * spoken + (1.0 - _SPEECH_SHARE) * rest
    return mean.astype(np.float32), int(speech.sum())


def cepstra(log_mel: Floats, mean: Floats, stretch: int) -> Floats:
    """Normalise, complete the band and take cepstra.

    Args:
        log_mel: float32[n, stretches, 25].
        mean: float32[stretches, 25], from `channel_mean`.
        stretch: which of `STRETCHES`.

    Returns:
        float32[n, 13]. The first and last `CONTEXT` frames see the frames at the edges repeated.
    """
    return band_map()(inputs(log_mel[:, stretch] - mean[stretch], stretch))


def inputs(normal: Floats, stretch: int) -> Floats:
    """What the map looks at, of float32[n, 25] with the mean removed: float32[n, in].

    Bands beyond the telephone's are blank.
    """
    seen = normal[:, :INPUT_BANDS].copy()
    seen[:, low_bands(STRETCHES[stretch]) :] = 0.0
    padded = np.pad(seen, ((CONTEXT, CONTEXT), (0, 0)), mode="edge")
    return np.concatenate([padded[k : k + len(seen)] for k in range(2 * CONTEXT + 1)], axis=1)
