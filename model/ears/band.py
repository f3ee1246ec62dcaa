"""From telephone log-mel to the cepstra the acoustic model knows: level and channel removed, band completed.

The telephone ends at 3.7 kHz, the acoustic model expects speech up to 6.8 kHz. What is missing is estimated
from what is there by the map in `checkpoints/ears-band.npz`, fitted by `model.ears.fit` on synthetic voices
heard both ways.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from model.ears.spectrum import BANDS, STRETCHES, Floats, band_edges_hz

CEPSTRA: Final = 13
TELEPHONE_TOP_HZ: Final = 3_700.0
PARAMETERS: Final = Path(__file__).parent.parent / "checkpoints" / "ears-band.npz"

_LIFTER: Final = 22
_SPEECH_BELOW_PEAK: Final = 7.0
"""Frames within 30 dB of the loudest (nats of power) count as speech."""
_REST_BELOW_SPEECH: Final = 5.0
_SPEECH_SHARE: Final = 0.5
"""The acoustic model was trained on utterances with their mean removed, about half of it silence."""


def low_bands(stretch: float) -> int:
    """How many of the bands lie within the telephone's."""
    return int(np.sum(band_edges_hz(stretch)[2:] <= TELEPHONE_TOP_HZ))


def _cosines() -> Floats:
    """float32[25, 13]: the orthonormal DCT-II with sphinxtrain's lifter."""
    k, band = np.arange(CEPSTRA), np.arange(BANDS) + 0.5
    scale = np.where(k == 0, np.sqrt(1.0 / BANDS), np.sqrt(2.0 / BANDS))
    lifter = 1.0 + _LIFTER / 2.0 * np.sin(k * np.pi / _LIFTER)
    lifter[0] = 1.0
    return (np.cos(np.pi * band[:, None] * k / BANDS) * scale * lifter).astype(np.float32)


_DCT: Final = _cosines()


@dataclass(frozen=True, slots=True)
class BandMap:
    """Per stretch: float32[low + 1, 25] from the low bands (and 1) to all bands, means removed."""

    weights: tuple[Floats, ...]


@cache
def band_map() -> BandMap:
    """Read the fitted map."""
    with np.load(PARAMETERS) as stored:
        return BandMap(tuple(stored[f"weights_{k}"] for k in range(len(STRETCHES))))


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
        float32[n, 13].
    """
    low = low_bands(STRETCHES[stretch])
    normal = log_mel[:, stretch] - mean[stretch]
    ones = np.ones((len(normal), 1), np.float32)
    full = np.concatenate([normal[:, :low], ones], axis=1) @ band_map().weights[stretch]
    full[:, :low] = normal[:, :low]
    return np.asarray(full @ _DCT, np.float32)
