"""The synthesiser's raw sound → the sound of the house: 16 kHz, softened, levelled, trimmed. Pure.

A clause is shaped as a whole, once, in one transform: resampling and tone are the same multiplication in the
frequency domain, so there is no phase distortion, no transient, and nothing is done per micro-turn.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from config.units import SAMPLE_RATE_HZ, SAMPLES_PER_MS
from model.espeak import ESPEAK_RATE_HZ
from model.turn import Audio

_DIVISOR: Final = 50  # the two rates are 441 and 320 times this
_IN: Final = ESPEAK_RATE_HZ // _DIVISOR
_OUT: Final = SAMPLE_RATE_HZ // _DIVISOR
_GUARD_PERIODS: Final = 2  # silence against wrap-around of the transform: 2 × 20 ms
_PERIODS_GRAIN: Final = 8  # transform lengths stay products of small primes

LEVEL_DBFS: Final = -20.0
"""RMS of speech over its active parts, dB below full scale; headroom as telephone prompts have it."""
_ACTIVE_BELOW_DB: Final = 30.0  # a frame is active when it is at most this far below the loudest frame
_KNEE: Final = 0.5  # peaks above this fraction of full scale are bent, never cut
_FRAME_SAMPLES: Final = 5 * SAMPLES_PER_MS
_AUDIBLE_DBFS: Final = -48.0
_KEEP_BEFORE_MS: Final = 8
_KEEP_AFTER_MS: Final = 25
_EDGE_MS: Final = 4


@dataclass(frozen=True, slots=True)
class Tone:
    """A gentle equaliser, all in dB at Hz; the curve is a straight line over log-frequency between points."""

    points: tuple[tuple[float, float], ...] = (
        (50.0, -30.0),
        (80.0, -8.0),
        (110.0, -3.0),
        (160.0, 2.5),
        (250.0, 3.0),
        (400.0, 2.5),
        (630.0, -0.5),
        (1_000.0, -2.5),
        (1_250.0, -2.5),
        (1_800.0, -0.5),
        (2_500.0, 0.0),
        (3_400.0, 2.5),
        (4_000.0, 2.0),
        (5_000.0, -1.5),
        (7_000.0, -3.0),
        (7_600.0, -12.0),
        (8_000.0, -90.0),
    )
    """Brings the voice of the house to the average spectrum of people's speech (Byrne et al. 1994, JASA 96,
    table II), which an ear finds neither dull nor harsh; rumble and what is left above 7 kHz go."""

    def gain(self, hz: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The factor at each frequency."""
        at, db = np.array(self.points).T
        return 10.0 ** (np.interp(np.log(np.maximum(hz, 1.0)), np.log(at), db) / 20.0)


TONE: Final = Tone()


@dataclass(frozen=True, slots=True)
class Shaped:
    """A clause, shaped: int16[n] at 16 kHz that begins `cut_ms` after the raw sound did."""

    audio: Audio
    cut_ms: int


def shape(raw: npt.NDArray[np.int16], *, level_dbfs: float = LEVEL_DBFS, tone: Tone = TONE) -> Shaped:
    """Shape int16[n] at `ESPEAK_RATE_HZ`; silence gives no samples at all."""
    wave = _levelled(_resampled(raw, tone), level_dbfs)
    begin, end = _audible(wave)
    wave = wave[begin:end]
    edge = min(_EDGE_MS * SAMPLES_PER_MS, len(wave) // 2)
    if edge:
        ramp = np.sin(np.linspace(0.0, np.pi / 2, edge)) ** 2
        wave[:edge] *= ramp
        wave[len(wave) - edge :] *= ramp[::-1]
    return Shaped(np.round(wave * 32_767.0).astype(np.int16), begin // SAMPLES_PER_MS)


def _resampled(raw: npt.NDArray[np.int16], tone: Tone) -> npt.NDArray[np.float64]:
    """Resample and equalise; float64 at 16 kHz, full scale 1, exactly as long as the raw sound."""
    periods = -(-len(raw) // _IN) + 2 * _GUARD_PERIODS
    periods = -(-periods // _PERIODS_GRAIN) * _PERIODS_GRAIN
    padded = np.zeros(periods * _IN)
    padded[_GUARD_PERIODS * _IN : _GUARD_PERIODS * _IN + len(raw)] = raw / 32_768.0
    bins = periods * _OUT // 2 + 1
    spectrum = np.fft.rfft(padded)[:bins]
    hz = np.arange(bins, dtype=np.float64) * (SAMPLE_RATE_HZ / (periods * _OUT))
    wave = np.fft.irfft(spectrum * tone.gain(hz), n=periods * _OUT) * (_OUT / _IN)
    begin = _GUARD_PERIODS * _OUT
    return wave[begin : begin + round(len(raw) * _OUT / _IN)]


def _frame_levels(wave: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """RMS of each whole 5 ms frame."""
    frames = len(wave) // _FRAME_SAMPLES
    return np.sqrt(np.mean(wave[: frames * _FRAME_SAMPLES].reshape(frames, _FRAME_SAMPLES) ** 2, axis=1))


def _levelled(wave: npt.NDArray[np.float64], level_dbfs: float) -> npt.NDArray[np.float64]:
    levels = _frame_levels(wave)
    loudest = float(levels.max(initial=0.0))
    if loudest == 0.0:
        return wave
    active = levels[levels >= loudest * 10.0 ** (-_ACTIVE_BELOW_DB / 20.0)]
    wave = wave * (10.0 ** (level_dbfs / 20.0) / float(np.sqrt(np.mean(active**2))))
    over = np.abs(wave) > _KNEE
    bent = _KNEE + (1.0 - _KNEE) * np.tanh((np.abs(wave[over]) - _KNEE) / (1.0 - _KNEE))
    wave[over] = np.sign(wave[over]) * bent
    return wave


def _audible(wave: npt.NDArray[np.float64]) -> tuple[int, int]:
    """Samples [begin, end) of what can be heard, with a breath of room on both sides: whole milliseconds."""
    heard = np.flatnonzero(_frame_levels(wave) >= 10.0 ** (_AUDIBLE_DBFS / 20.0))
    if len(heard) == 0:
        return 0, 0
    begin = int(heard[0]) * _FRAME_SAMPLES - _KEEP_BEFORE_MS * SAMPLES_PER_MS
    end = (int(heard[-1]) + 1) * _FRAME_SAMPLES + _KEEP_AFTER_MS * SAMPLES_PER_MS
    begin, end = max(0, begin), min(len(wave), end)
    return begin, end - (end - begin) % SAMPLES_PER_MS
