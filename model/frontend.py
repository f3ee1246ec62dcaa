"""From sound to features: causal log-mel frames, folded into slots. Nothing here is learned.

The transform is exactly the same for a whole recording and for any split of it into micro-turns or slots,
because what it needs of the past is passed in and handed back.
"""

# B calls · S slots · E features of a slot · N samples · F frames · M mel bands · W samples of left context
# K bins of the spectrum

from math import log
from typing import Final, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from config.units import SAMPLE_RATE_HZ
from model.alike import alike
from model.sizes import FrontEndSize

_QUIETEST_LEVEL: Final = 1e-6
"""Power of the quietest level the tracker falls to: -60 dB of full scale."""
_FIRST_LEVEL: Final = 1e-4
_FLOOR_DECADES: Final = -7.0
_CENTRE_DECADES: Final = -3.5
_SPREAD_DECADES: Final = 2.0
_DMEL_DECADES: Final = (-7.0, 2.0)
"""Between which the levels of dMel are spread evenly, in decades of magnitude."""


class FrontEndState(NamedTuple):
    """What the front end remembers of a stream: the last samples, and the log10 power of its level."""

    tail: Float[Tensor, "B W"]
    level: Float[Tensor, " B"]


class FrontEnd(nn.Module):
    """Sound at 16 kHz (±1) to features per slot, as `FrontEndSize.kind` says.

    "continuous": 5 frames of 40 log-mel bands, and the level. Power is taken relative to a causal level
    tracker (a running maximum of power with a slow decay), so that a caller at -24 dB and one at +15 dB look
    alike; the level itself is the last feature.

    "dmel": one frame of 80 log-mel bands of magnitude, each a level 0..15 (Bai et al. 2024).
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
    ) -> tuple[Float[Tensor, "B S E"], FrontEndState]:
        """Features of whole slots; N is a multiple of `SLOT_SAMPLES`."""
        heard = torch.cat((state.tail, sound), dim=1)
        frames = heard.unfold(1, self.size.window_samples, self.size.hop_samples) * self.hann
        tail = heard[:, sound.shape[1] :]
        match self.size.kind:
            case "continuous":
                features, level = self._levelled(frames, state.level)
                return features, FrontEndState(tail, level)
            case "dmel":
                return self._in_levels(frames), FrontEndState(tail, state.level)

    def _levelled(
        self, frames: Float[Tensor, "B F W"], level_before: Float[Tensor, " B"]
    ) -> tuple[Float[Tensor, "B S E"], Float[Tensor, " B"]]:
        size = self.size
        calls, slots = frames.shape[0], frames.shape[1] // size.frames_per_slot
        spectrum = torch.fft.rfft(frames, n=_fft_samples(size))
        power = (spectrum.real.square() + spectrum.imag.square()) / self.hann.square().sum()
        bands = power @ self.mel
        level = self._levels(frames.square().sum(-1) / self.hann.square().sum(), level_before)
        decades = (bands.clamp_min(1e-12).log10() - level.unsqueeze(-1)).clamp_min(_FLOOR_DECADES)
        folded = decades.reshape(calls, slots, size.frames_per_slot * size.mels)
        slot_level = level[:, size.frames_per_slot - 1 :: size.frames_per_slot].unsqueeze(-1)
        features = (torch.cat((folded, slot_level), dim=-1) - _CENTRE_DECADES) / _SPREAD_DECADES
        return features, level[:, -1]

    def _in_levels(self, frames: Float[Tensor, "B F W"]) -> Float[Tensor, "B F M"]:
        bands = torch.fft.rfft(frames, n=_fft_samples(self.size)).abs() @ self.mel
        low, high = _DMEL_DECADES
        decades = bands.clamp_min(1e-12).log10().clamp(low, high)
        return ((decades - low) / (high - low) * (self.size.levels - 1)).round()

    def _levels(self, power: Float[Tensor, "B F"], before: Float[Tensor, " B"]) -> Float[Tensor, "B F"]:
        """The running maximum of power, decaying, in decades: max over the past of (power - decay · age)."""
        quietest = torch.full_like(power, _QUIETEST_LEVEL)
        now = alike(torch.log10, torch.maximum(power, quietest))
        rise = torch.arange(1, power.shape[1] + 1, device=power.device) * self._decay
        climbing = torch.cat((before.unsqueeze(1), now + rise), dim=1).cummax(dim=1).values[:, 1:]
        return torch.maximum(climbing - rise, quietest.log10())


def slaney_bands(size: FrontEndSize) -> Float[Tensor, "K M"]:
    """Triangular bands on Slaney's mel scale (linear below 1 kHz, logarithmic above), each summing to one."""
    edges_mel = torch.linspace(_mel(size.low_hz), _mel(size.high_hz), size.mels + 2, dtype=torch.float64)
    log_step = torch.log(torch.tensor(6.4, dtype=torch.float64)) / 27
    edges_hz = torch.where(
        edges_mel < 15, edges_mel * 200 / 3, 1_000 * torch.exp(log_step * (edges_mel - 15))
    )
    bins = _fft_samples(size) // 2 + 1
    bins_hz = torch.linspace(0, SAMPLE_RATE_HZ / 2, bins, dtype=torch.float64).unsqueeze(1)
    low, peak, high = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    triangles = torch.minimum((bins_hz - low) / (peak - low), (high - bins_hz) / (high - peak)).clamp_min(0)
    return (triangles / triangles.sum(0).clamp_min(1e-9)).float()


def _fft_samples(size: FrontEndSize) -> int:
    """The power of two that holds a window."""
    return 1 << (size.window_samples - 1).bit_length()


def _mel(hz: float) -> float:
    if hz < 1_000:
        return hz * 3 / 200
    return 15 + 27 * log(hz / 1_000) / log(6.4)
