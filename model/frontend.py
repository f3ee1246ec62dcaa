"""From sound to features: causal log-mel sub-frames, levelled, folded into slots. Nothing here is learned.

The transform is exactly the same for a whole recording and for any split of it into micro-turns or slots,
because what it needs of the past is passed in and handed back.
"""

# B calls · S slots · N samples · F sub-frames · M mel bands · W samples of left context

from math import log
from typing import Final, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from config.units import SAMPLE_RATE_HZ, SLOT_SAMPLES
from model.sizes import FrontEndSize

_FFT_SAMPLES: Final = 512
_QUIETEST_LEVEL: Final = 1e-6
"""Power of the quietest level the tracker falls to: -60 dB of full scale."""
_FIRST_LEVEL: Final = 1e-4
_FLOOR_DECADES: Final = -7.0
_CENTRE_DECADES: Final = -3.5
_SPREAD_DECADES: Final = 2.0


class FrontEndState(NamedTuple):
    """What the front end remembers of a stream: the last samples, and the log10 power of its level."""

    tail: Float[Tensor, "B W"]
    level: Float[Tensor, " B"]


class FrontEnd(nn.Module):
    """Sound at 16 kHz (±1) to features per slot: 5 sub-frames of 40 log-mel bands, and the level.

    Log-mel power is taken relative to a causal level tracker (a running maximum of power with a slow decay),
    so that a caller at -24 dB and one at +15 dB look alike; the level itself is the last feature.
    """

    mel: Tensor
    hann: Tensor

    def __init__(self, size: FrontEndSize) -> None:
        super().__init__()
        self.size = size
        self.register_buffer("hann", torch.hann_window(size.window_samples, periodic=True), persistent=False)
        self.register_buffer("mel", slaney_bands(size), persistent=False)
        self._decay = size.level_decay_db_per_s / 10 * size.hop_ms / 1_000

    def begin(self, calls: int) -> FrontEndState:
        """The state of streams that have heard nothing."""
        size = self.size
        return FrontEndState(
            tail=torch.zeros(calls, size.window_samples - size.hop_samples, device=self.mel.device),
            level=torch.full((calls,), _FIRST_LEVEL, device=self.mel.device).log10(),
        )

    def forward(
        self, sound: Float[Tensor, "B N"], state: FrontEndState
    ) -> tuple[Float[Tensor, "B S F*M+1"], FrontEndState]:
        """Features of whole slots; N is a multiple of `SLOT_SAMPLES`."""
        size = self.size
        slots = sound.shape[1] // SLOT_SAMPLES
        heard = torch.cat((state.tail, sound), dim=1)
        frames = heard.unfold(1, size.window_samples, size.hop_samples) * self.hann
        spectrum = torch.fft.rfft(frames, n=_FFT_SAMPLES)
        power = (spectrum.real.square() + spectrum.imag.square()) / self.hann.square().sum()
        bands = power @ self.mel
        level = self._levels(frames.square().sum(-1) / self.hann.square().sum(), state.level)
        decades = (bands.clamp_min(1e-12).log10() - level.unsqueeze(-1)).clamp_min(_FLOOR_DECADES)
        folded = decades.reshape(sound.shape[0], slots, size.frames_per_slot * size.mels)
        slot_level = level[:, size.frames_per_slot - 1 :: size.frames_per_slot].unsqueeze(-1)
        features = (torch.cat((folded, slot_level), dim=-1) - _CENTRE_DECADES) / _SPREAD_DECADES
        return features, FrontEndState(tail=heard[:, -state.tail.shape[1] :], level=level[:, -1])

    def _levels(self, power: Float[Tensor, "B F"], before: Float[Tensor, " B"]) -> Float[Tensor, "B F"]:
        """The running maximum of power, decaying, in decades: max over the past of (power - decay · age)."""
        quietest = torch.full_like(power, _QUIETEST_LEVEL)
        now = torch.maximum(power, quietest).log10()
        rise = torch.arange(1, power.shape[1] + 1, device=power.device) * self._decay
        climbing = torch.cat((before.unsqueeze(1), now + rise), dim=1).cummax(dim=1).values[:, 1:]
        return torch.maximum(climbing - rise, quietest.log10())


def slaney_bands(size: FrontEndSize) -> Float[Tensor, "257 M"]:
    """Triangular bands on Slaney's mel scale (linear below 1 kHz, logarithmic above), of equal area."""
    edges_mel = torch.linspace(_mel(size.low_hz), _mel(size.high_hz), size.mels + 2, dtype=torch.float64)
    log_step = torch.log(torch.tensor(6.4, dtype=torch.float64)) / 27
    edges_hz = torch.where(
        edges_mel < 15, edges_mel * 200 / 3, 1_000 * torch.exp(log_step * (edges_mel - 15))
    )
    bins_hz = torch.linspace(0, SAMPLE_RATE_HZ / 2, _FFT_SAMPLES // 2 + 1, dtype=torch.float64).unsqueeze(1)
    low, peak, high = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    triangles = torch.minimum((bins_hz - low) / (peak - low), (high - bins_hz) / (high - peak)).clamp_min(0)
    return (triangles / triangles.sum(0).clamp_min(1e-9)).float()


def _mel(hz: float) -> float:
    if hz < 1_000:
        return hz * 3 / 200
    return 15 + 27 * log(hz / 1_000) / log(6.4)
