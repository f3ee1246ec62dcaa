"""The spectrum the acoustic model was trained on: 25 log-mel bands, 130-6800 Hz, every 10 ms.

The filter bank is that of sphinxtrain's front end (rounded edges, unit area, natural logarithm of the power
spectrum of a pre-emphasised, Hamming-windowed 25.6 ms frame), computed here so that its bands can be
stretched for the length of the speaker's vocal tract and completed above the telephone's band.
Source: SphinxBase `fe_sigproc.c`, and the model's own `feat.params`.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from config.units import MICRO_TURN_SAMPLES, SAMPLE_RATE_HZ
from model.turn import Audio

Floats = npt.NDArray[np.float32]

BANDS: Final = 25
FRAME_MS: Final = 10
FRAME_SAMPLES: Final = 160
WINDOW_SAMPLES: Final = 410
HISTORY_SAMPLES: Final = WINDOW_SAMPLES - FRAME_SAMPLES + 1
"""What frames need from before them: the rest of the first window, one sample of pre-emphasis."""
FRAMES_PER_MICRO_TURN: Final = MICRO_TURN_SAMPLES // FRAME_SAMPLES
STRETCHES: Final = (0.9, 1.0, 1.1)
"""By how much the bands are stretched: above 1 for vocal tracts shorter than the average man's."""

_LOW_HZ, _HIGH_HZ = 130.0, 6_800.0
_BINS: Final = 512
_PRE_EMPHASIS: Final = 0.97
_FLOOR: Final = 1e-4


def _mel(hz: float) -> float:
    return 2_595.0 * float(np.log10(1.0 + hz / 700.0))


def band_edges_hz(stretch: float) -> npt.NDArray[np.float64]:
    """float64[27]: band k rises from edge k to its centre at k + 1 and falls to edge k + 2."""
    mels = np.linspace(_mel(_LOW_HZ), _mel(_HIGH_HZ), BANDS + 2)
    return 700.0 * (10.0 ** (mels / 2_595.0) - 1.0) * stretch


def _filters(stretch: float) -> Floats:
    """float32[257, 25]: what each bin of the power spectrum gives to each band."""
    width_hz = SAMPLE_RATE_HZ / _BINS
    edges = np.floor(band_edges_hz(stretch) / width_hz + 0.5) * width_hz
    hz = np.arange(_BINS // 2 + 1) * width_hz
    bank = np.zeros((len(hz), BANDS))
    for k in range(BANDS):
        low, centre, high = edges[k : k + 3]
        sides = np.minimum((hz - low) / (centre - low), (high - hz) / (high - centre))
        bank[:, k] = np.maximum(0.0, sides) * 2.0 / (high - low)
    return bank.astype(np.float32)


_BANK: Final = np.concatenate([_filters(stretch) for stretch in STRETCHES], axis=1)
_WINDOW: Final = np.hamming(WINDOW_SAMPLES).astype(np.float32)


def log_mel(audio: Audio, before: Audio) -> Floats:
    """Analyse a whole number of frames of audio.

    Args:
        audio: int16[160·n].
        before: int16[251], the audio just before it (`no_history` when there is none).

    Returns:
        float32[n, stretches, 25]. Frame k is centred 3 ms before `audio`'s sample 160·k.
    """
    pcm = np.concatenate([before, audio]).astype(np.float32)
    emphasised = pcm[1:] - np.float32(_PRE_EMPHASIS) * pcm[:-1]
    frames = np.lib.stride_tricks.sliding_window_view(emphasised, WINDOW_SAMPLES)[::FRAME_SAMPLES]
    spectrum = np.fft.rfft(frames * _WINDOW, _BINS)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    bands = np.log(power @ _BANK + np.float32(_FLOOR))
    return bands.reshape(len(bands), len(STRETCHES), BANDS)


def no_history() -> Audio:
    """Silence, for where nothing is known of the audio before."""
    return np.zeros(HISTORY_SAMPLES, np.int16)
