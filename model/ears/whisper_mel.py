"""The spectrum the packaged encoder was trained on: Whisper's log-mel of a sound after silence, 8 s in all.

Source: `WhisperFeatureExtractor(chunk_length=8, do_normalize=True)` of Hugging Face transformers, and
pipecat's numpy port of it beside its smart-turn model, which pads sounds in front.
"""

# B sounds · n samples at 16 kHz · T frames of 10 ms

from functools import cache
from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor

from config.units import SAMPLE_RATE_HZ

BANDS: Final = 80
HOP_SAMPLES: Final = 160
LONGEST_SAMPLES: Final = 8 * SAMPLE_RATE_HZ
_WINDOW_SAMPLES: Final = 400
_QUIETEST: Final = 1e-10
_LEAST_VARIANCE: Final = 1e-7
_RANGE: Final = 8.0
"""Decades of power below the loudest that are told apart."""
_LINEAR_BELOW_HZ, _MELS_PER_HZ = 1_000.0, 3.0 / 200.0
_MELS_PER_NEPER: Final = 27.0 / 1.8562979903656263  # ln 6.4


def log_mel(sounds: Float[Tensor, "B n"]) -> Float[Tensor, "B 80 T"]:
    """Analyse windows that end with their sound.

    Args:
        sounds: ±1, padded in front with zeros; n a multiple of 320, at most 8 s. The level is brought to
            what it would be in a window of 8 s, so that a shorter window changes nothing.

    Returns:
        About ±1; frame k is centred on sample 160·k.
    """
    mean = sounds.sum(dim=1, keepdim=True) / LONGEST_SAMPLES
    variance = (sounds * sounds).sum(dim=1, keepdim=True) / LONGEST_SAMPLES - mean * mean
    level = (sounds - mean) / torch.sqrt(variance + _LEAST_VARIANCE)
    hann, bank = _hann_and_bank()
    spectrum = torch.stft(
        level, _WINDOW_SAMPLES, HOP_SAMPLES, window=hann, center=True, pad_mode="reflect", return_complex=True
    )
    power = spectrum[:, :, :-1].abs().square()
    decades = torch.log10(torch.clamp(bank @ power, min=_QUIETEST))
    loudest = decades.amax(dim=(1, 2), keepdim=True)
    return (torch.maximum(decades, loudest - _RANGE) + 4.0) / 4.0


@cache
def _hann_and_bank() -> tuple[Float[Tensor, "400"], Float[Tensor, "80 201"]]:
    """The analysis window, and what each bin of the power spectrum gives to each Slaney band."""
    bins = torch.linspace(0, SAMPLE_RATE_HZ / 2, _WINDOW_SAMPLES // 2 + 1, dtype=torch.float64)
    top = _LINEAR_BELOW_HZ * _MELS_PER_HZ
    top += _MELS_PER_NEPER * float(torch.log(torch.tensor(SAMPLE_RATE_HZ / 2 / _LINEAR_BELOW_HZ)))
    mels = torch.linspace(0, top, BANDS + 2, dtype=torch.float64)
    knee = _LINEAR_BELOW_HZ * _MELS_PER_HZ
    hz = torch.where(
        mels < knee, mels / _MELS_PER_HZ, _LINEAR_BELOW_HZ * torch.exp((mels - knee) / _MELS_PER_NEPER)
    )
    low, centre, high = hz[:-2, None], hz[1:-1, None], hz[2:, None]
    sides = torch.minimum((bins - low) / (centre - low), (high - bins) / (high - centre))
    bank = torch.clamp(sides, min=0) * 2 / (high - low)
    return torch.hann_window(_WINDOW_SAMPLES), bank.float()
