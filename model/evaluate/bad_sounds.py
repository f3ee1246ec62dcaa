"""Sounds of the telephone network that are no speech. Each float32[n] at `WIRE_RATE_HZ`, ±1."""

from typing import Final

import numpy as np
import numpy.typing as npt

from config.units import WIRE_RATE_HZ
from model.data.acoustics import Sound
from model.data.clips import SPEECH_RMS

_LEVEL: Final = SPEECH_RMS
_CHORDS: Final = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14))
_TONIC_HZ: Final = 220.0
_CHORD_S: Final = 2.0
_NOTE_S: Final = 0.25


def dial_tone(samples: int) -> Sound:
    """350 and 440 Hz together (ITU-T E.180, North America)."""
    return _levelled(_tone(350, samples) + _tone(440, samples))


def white_noise(samples: int, rng: np.random.Generator) -> Sound:
    """As loud as speech."""
    return _levelled(rng.standard_normal(samples))


def fax(samples: int, rng: np.random.Generator) -> Sound:
    """A calling tone of 1,100 Hz, half a second in every 3.5 (ITU-T T.30), then V.21's frequency keying."""
    half = samples // 2
    seconds = np.arange(half) / WIRE_RATE_HZ
    calling = _tone(1_100, half) * (seconds % 3.5 < 0.5)
    bits = np.repeat(rng.integers(0, 2, samples), WIRE_RATE_HZ // 300)[: samples - half]
    phase = np.cumsum(np.where(bits, 1_650.0, 1_850.0)) * 2 * np.pi / WIRE_RATE_HZ
    return _levelled(np.concatenate((calling, np.sin(phase))))


def music(samples: int, rng: np.random.Generator) -> Sound:
    """Broken chords with a melody on top, each note struck and dying away."""
    sound = np.zeros(samples)
    for begin in range(0, samples, round(_NOTE_S * WIRE_RATE_HZ)):
        chord = _CHORDS[int(begin / WIRE_RATE_HZ / _CHORD_S) % len(_CHORDS)]
        number = begin // round(_NOTE_S * WIRE_RATE_HZ)
        for semitones in (chord[number % 3], chord[int(rng.integers(3))] + 12):
            _strike(sound, begin, _TONIC_HZ * 2 ** (semitones / 12))
    return _levelled(sound)


def _strike(sound: npt.NDArray[np.float64], begin: int, hz: float) -> None:
    length = min(WIRE_RATE_HZ, len(sound) - begin)
    seconds = np.arange(length) / WIRE_RATE_HZ
    partials = sum(np.sin(2 * np.pi * hz * k * seconds) / k**1.5 for k in range(1, 6) if hz * k < 3_400)
    sound[begin : begin + length] += partials * np.exp(-4 * seconds) * np.minimum(seconds * 100, 1)


def _tone(hz: float, samples: int) -> npt.NDArray[np.float64]:
    return np.sin(2 * np.pi * hz * np.arange(samples) / WIRE_RATE_HZ)


def _levelled(sound: npt.NDArray[np.float64]) -> Sound:
    """Bring the mean power to that of speech."""
    return (sound * (_LEVEL / (np.sqrt(np.mean(np.square(sound))) + 1e-12))).astype(np.float32)
