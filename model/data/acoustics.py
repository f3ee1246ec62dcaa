"""What a telephone does to a voice: band, level, noise, room, echo of the agent, µ-law."""

# n samples at WIRE_RATE_HZ

from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Final

import numpy as np
import numpy.typing as npt

from config.units import WIRE_RATE_HZ
from model.data.clips import SPEECH_RMS
from model.data.scripts import Split

Sound = npt.NDArray[np.float32]
_MU: Final = 255.0


@dataclass(frozen=True, slots=True)
class Line:
    """One caller's line.

    Attributes:
        gain_db: of everything that enters it.
        noise_db: level of steady noise relative to speech; None for a digitally silent line.
        tilt: slope of the noise spectrum, 0 white, 1 pink, 2 brown.
        hum_hz: of the mains, 0 for none.
        sway: depth (0..1) of slow changes of the noise.
        echo: how much of the agent comes back, 0..0.35.
        echo_ms: how late.
        low_hz: lower edge of the band.
        high_hz: upper edge.
    """

    gain_db: float
    noise_db: float | None
    tilt: float
    hum_hz: float
    sway: float
    echo: float
    echo_ms: int
    low_hz: float
    high_hz: float


def draw_line(split: Split, random: Random) -> Line:
    """A line; between-pink-and-brown noise that sways is kept for the test set."""
    noisy = random.random() < 0.72
    tilt = random.uniform(1.2, 1.6) if split == "test" else random.choice((0.0, 0.5, 1.0, 1.0, 2.0))
    return Line(
        gain_db=random.uniform(-20, 8) if random.random() < 0.7 else 0.0,
        noise_db=-random.triangular(4, 45, 28) if noisy else None,
        tilt=tilt,
        hum_hz=random.choice((0, 0, 0, 50, 60)),
        sway=random.uniform(0.3, 0.8) if split == "test" else random.choice((0.0, 0.0, 0.3, 0.6)),
        echo=random.uniform(0.0, 0.35) if random.random() < 0.6 else 0.0,
        echo_ms=random.randint(100, 500),
        low_hz=random.uniform(200, 400),
        high_hz=random.uniform(3_000, 3_500),
    )


def through(line: Line, caller: Sound, agent: Sound, noise_seed: int) -> npt.NDArray[np.int16]:
    """What arrives at our end: int16[n] at `WIRE_RATE_HZ`, after µ-law."""
    sound = caller.copy()
    if line.echo:
        late = line.echo_ms * WIRE_RATE_HZ // 1_000
        sound[late:] += line.echo * agent[: len(agent) - late]
    if line.noise_db is not None:
        sound += steady_noise(line, len(sound), np.random.default_rng(noise_seed))
    spectrum = np.fft.rfft(sound)
    hz = np.arange(len(spectrum), dtype=np.float32) * (WIRE_RATE_HZ / len(sound))
    band = 1 / np.sqrt((1 + (line.low_hz / np.maximum(hz, 1)) ** 8) * (1 + (hz / line.high_hz) ** 24))
    heard = np.fft.irfft(spectrum * band, len(sound)) * 10 ** (line.gain_db / 20)
    return mulaw_there_and_back(heard.astype(np.float32))


def steady_noise(line: Line, samples: int, rng: np.random.Generator) -> Sound:
    """Noise of the line's colour and level, swaying slowly."""
    white = rng.standard_normal(samples // 2 + 1, np.float32) + 1j * rng.standard_normal(
        samples // 2 + 1, np.float32
    )
    hz = np.maximum(np.arange(samples // 2 + 1, dtype=np.float32) * (WIRE_RATE_HZ / samples), 40)
    noise = np.fft.irfft(white * hz ** (-line.tilt), samples)
    noise /= noise.std() + 1e-9
    seconds = np.arange(samples, dtype=np.float32) / WIRE_RATE_HZ
    if line.sway:
        noise *= 1 - line.sway * 0.5 * (1 + np.sin(2 * np.pi * (0.2 * seconds + rng.random())))
    if line.hum_hz:
        noise += 0.5 * np.sin(2 * np.pi * line.hum_hz * 3 * seconds)
    return (noise * SPEECH_RMS * 10 ** ((line.noise_db or 0.0) / 20)).astype(np.float32)


def to_somebody_else(voice: Sound, level_db: float = -8.0) -> Sound:
    """The caller turned away from the telephone: quieter, with reflections at 45 and 120 ms.

    Source: Full-Duplex-Bench V1.5 (Lin et al. 2025), "talking to others".
    """
    return _with_echoes(voice, level_db, ((45, 0.5), (120, 0.3)))


def in_background(voice: Sound, level_db: float = -15.0) -> Sound:
    """Somebody else in the room: quieter, nothing above 3 kHz, a reflection at 100 ms (ibid.)."""
    kernel = np.sinc(2 * 3_000 / WIRE_RATE_HZ * (np.arange(31) - 15)) * np.hanning(31)
    dull = np.convolve(voice, (kernel / kernel.sum()).astype(np.float32), mode="same").astype(np.float32)
    return _with_echoes(dull, level_db, ((100, 0.4),))


def _with_echoes(voice: Sound, level_db: float, echoes: tuple[tuple[int, float], ...]) -> Sound:
    longest = max(late_ms for late_ms, _ in echoes) * WIRE_RATE_HZ // 1_000
    far = np.concatenate((voice, np.zeros(longest, np.float32)))
    for late_ms, strength in echoes:
        late = late_ms * WIRE_RATE_HZ // 1_000
        far[late : late + len(voice)] += strength * voice
    return (far * 10 ** (level_db / 20)).astype(np.float32)


def mulaw_there_and_back(sound: Sound) -> npt.NDArray[np.int16]:
    """Quantise to 8 bits by the µ-law curve (G.711's shape) and back. Digital silence stays silent."""
    return _mulaw_table()[(np.clip(sound, -1, 1) * 32_767).astype(np.int16).view(np.uint16)]


@cache
def _mulaw_table() -> npt.NDArray[np.int16]:
    """For each 16-bit sample, read as unsigned, the sample that comes back."""
    sample = np.arange(65_536, dtype=np.uint16).view(np.int16) / 32_768
    bent = np.sign(sample) * np.log1p(_MU * np.abs(sample)) / np.log1p(_MU)
    steps = np.round(bent * 127) / 127
    straight = np.sign(steps) * np.expm1(np.abs(steps) * np.log1p(_MU)) / _MU
    return np.clip(np.round(straight * 32_767), -32_768, 32_767).astype(np.int16)


def to_model_rate(sound: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    """8 to 16 kHz by padding the spectrum."""
    spectrum = np.zeros(len(sound) + 1, np.complex64)
    spectrum[: len(sound) // 2 + 1] = np.fft.rfft(sound.astype(np.float32))
    spectrum[len(sound) // 2] *= 0.5
    doubled = np.fft.irfft(spectrum, 2 * len(sound)) * 2
    return np.clip(np.round(doubled), -32_768, 32_767).astype(np.int16)
