"""Humming, as people do it who listen: a glottal source with a contour of pitch and breath, through a tract.

"Mm-hm" is no word that a synthesiser could spell: the lips stay closed, a second, usually higher tone begins
after a puff through the nose. Pure; no synthesiser is needed.

Sources: source and resonators as in Klatt & Klatt (1990), JASA 87, 820 (KLGLOTT88; digital resonators as
responses); the nasal murmur's poles and zero after Stevens, Acoustic Phonetics (1998), 9.1.
"""

# N samples

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from config.units import SAMPLE_RATE_HZ
from model.sound import to_rate

_INNER_RATE_HZ: Final = 3 * SAMPLE_RATE_HZ
_JITTER: Final = 0.007
_SHIMMER: Final = 0.04
_SOFTNESS_HZ: Final = 2_200.0
"""Above this the source of a voice at ease falls by another 6 dB an octave."""

Wave = npt.NDArray[np.float64]
Curve = tuple[tuple[float, float], ...]
"""Points (ms, value), joined smoothly."""


@dataclass(frozen=True, slots=True)
class _Tract:
    """Resonances and antiresonances, each (Hz, bandwidth Hz)."""

    poles: tuple[tuple[float, float], ...]
    zeros: tuple[tuple[float, float], ...] = ()

    def gain(self, hz: Wave) -> npt.NDArray[np.complex128]:
        """The response at each frequency; 1 at 0 Hz."""
        z = np.exp(-2j * np.pi * hz / _INNER_RATE_HZ)
        response = np.ones(len(hz), np.complex128)
        for at_hz, width_hz in self.poles:
            response = response * _resonance(z, at_hz, width_hz)
        for at_hz, width_hz in self.zeros:
            response = response / _resonance(z, at_hz, width_hz)
        return response


_CLOSED_LIPS: Final = _Tract(
    poles=(
        (255.0, 70.0),
        (1_050.0, 150.0),
        (1_350.0, 220.0),
        (2_200.0, 240.0),
        (3_200.0, 320.0),
        (4_300.0, 450.0),
    ),
    zeros=((780.0, 140.0),),
)
"""The murmur of an m."""


@dataclass(frozen=True, slots=True)
class Hum:
    """How one is hummed.

    Attributes:
        pitch_hz: the tone over time.
        voice: amplitude of the voice over time, 0..1.
        breath: amplitude of the breath over time, 0..1.
        seed: of the small irregularities no throat is without.
    """

    pitch_hz: Curve
    voice: Curve
    breath: Curve
    seed: int = 0

    @property
    def ms(self) -> float:
        return max(self.pitch_hz[-1][0], self.voice[-1][0], self.breath[-1][0])


def sound(hum: Hum) -> Wave:
    """Hum it: float64[N] at 16 kHz, peak 1."""
    rng = np.random.default_rng(hum.seed)
    samples = round(hum.ms * _INNER_RATE_HZ / 1_000)
    voice, breath = _curve(hum.voice, samples), _curve(hum.breath, samples)
    source = _glottis(_curve(hum.pitch_hz, samples), voice, rng)
    noise = rng.normal(0.0, 1.0, samples) * breath
    open_throat = 0.6 + 0.4 * np.abs(source) / max(float(np.abs(source).max()), 1e-9)
    excitation = source + 0.35 * noise * open_throat
    padded = 2 * samples
    hz = np.arange(padded // 2 + 1, dtype=np.float64) * _INNER_RATE_HZ / padded
    lips = hz / (hz + 200.0)  # radiation: low frequencies leave less readily
    softened = 1.0 / (1.0 + 1j * hz / _SOFTNESS_HZ)
    spectrum = np.fft.rfft(excitation, padded) * _CLOSED_LIPS.gain(hz) * lips * softened
    wave = to_rate(
        np.fft.irfft(spectrum, padded)[:samples].astype(np.float32), _INNER_RATE_HZ, SAMPLE_RATE_HZ
    )
    return wave.astype(np.float64) / max(float(np.abs(wave).max()), 1e-9)


def _resonance(z: npt.NDArray[np.complex128], at_hz: float, width_hz: float) -> npt.NDArray[np.complex128]:
    """Klatt's digital resonator as a response."""
    shrink = np.exp(-np.pi * width_hz / _INNER_RATE_HZ)
    c = -(shrink**2)
    b = 2 * shrink * np.cos(2 * np.pi * at_hz / _INNER_RATE_HZ)
    return (1 - b - c) / (1 - b * z - c * z**2)


def _curve(points: Curve, samples: int) -> Wave:
    """The points joined by half cosines."""
    at, values = (np.array(column) for column in zip(*points, strict=True))
    ms = np.arange(samples) * 1_000 / _INNER_RATE_HZ
    after = np.clip(np.searchsorted(at, ms, side="right"), 1, len(at) - 1)
    share = np.clip((ms - at[after - 1]) / (at[after] - at[after - 1]), 0.0, 1.0)
    eased = (1 - np.cos(np.pi * share)) / 2
    return values[after - 1] + (values[after] - values[after - 1]) * eased


def _glottis(pitch_hz: Wave, voice: Wave, rng: np.random.Generator) -> Wave:
    """The derivative of glottal flow, pulse by pulse, with the jitter and shimmer of a healthy voice."""
    flow = np.zeros(len(pitch_hz))
    at = 0.0
    while (begin := int(at)) < len(flow):
        period = _INNER_RATE_HZ / pitch_hz[begin] * (1 + _JITTER * rng.normal())
        strength = voice[begin] * (1 + _SHIMMER * rng.normal())
        open_for = (0.72 - 0.12 * voice[begin]) * period
        t = np.arange(begin, min(len(flow), int(at + open_for))) - at
        flow[begin : begin + len(t)] = strength * (2 * t / open_for - 3 * (t / open_for) ** 2)
        at += period
    return flow
