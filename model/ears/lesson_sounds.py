"""What becomes of a voice on its way to the ears, in lessons: another throat, a room, noise, a codec."""

# n samples at 16 kHz, float32, ±1 is full scale

from random import Random
from typing import Final

import numpy as np
import numpy.typing as npt
import soxr

from config.units import SAMPLE_RATE_HZ, WIRE_RATE_HZ
from model.data.acoustics import mulaw_there_and_back

Sound = npt.NDArray[np.float32]

TELEPHONE_SHARE: Final = 0.7
_LEVEL: Final = 0.1
"""Speech is brought to -20 dB of full scale before the line's gain."""
_FLOOR_BELOW_PEAK_DB: Final = 40.0
_FRAME: Final = 160


def trimmed(sound: Sound) -> Sound:
    """Without the silence a synthesiser puts around speech, 20 ms of it kept; at the level of speech."""
    frames = len(sound) // _FRAME
    power = np.square(sound[: frames * _FRAME].reshape(frames, _FRAME)).mean(axis=1)
    heard = np.flatnonzero(power > power.max(initial=0.0) * 10 ** (-_FLOOR_BELOW_PEAK_DB / 10) + 1e-9)
    if not len(heard):
        return sound[:0]
    kept = sound[max(0, heard[0] - 2) * _FRAME : (heard[-1] + 3) * _FRAME]
    return (kept * (_LEVEL / np.sqrt(power[heard].mean()))).astype(np.float32)


def in_another_throat(audio: npt.NDArray[np.int16], rate_hz: int, warp: float) -> Sound:
    """Play a voice `warp` times as fast: pitch and formants move together, as in a smaller head."""
    played_at_hz = rate_hz * warp
    return soxr.resample(audio.astype(np.float32) / 32_768, played_at_hz, SAMPLE_RATE_HZ, quality="MQ")


def through_lesson_line(speech: Sound, random: Random) -> Sound:
    """Room, noise, tone, line, level: everything between a mouth and the ears.

    Args:
        speech: n samples, silence before and after included.
        random: what to draw from.

    Returns:
        As many samples.
    """
    rng = np.random.default_rng(random.getrandbits(63))
    sound = _in_a_room(speech, random, rng) if random.random() < 0.4 else speech
    sound = sound + _noise(len(sound), random, rng)
    if random.random() < TELEPHONE_SHARE:
        return _telephone(sound, random)
    shaped = _shaped(sound, random, low_hz=random.uniform(20, 150), high_hz=random.uniform(5_000, 8_000))
    return _at_a_level(shaped, random)


def _telephone(sound: Sound, random: Random) -> Sound:
    shaped = _shaped(sound, random, low_hz=random.uniform(150, 350), high_hz=random.uniform(3_000, 3_900))
    narrow = soxr.resample(shaped, SAMPLE_RATE_HZ, WIRE_RATE_HZ, quality="MQ")
    coded = mulaw_there_and_back(_at_a_level(narrow, random)).astype(np.float32) / 32_768
    wide = soxr.resample(coded, WIRE_RATE_HZ, SAMPLE_RATE_HZ, quality="MQ")
    return np.pad(np.clip(wide, -1, 1), (0, max(0, len(sound) - len(wide))))[: len(sound)]


def _at_a_level(sound: Sound, random: Random) -> Sound:
    """A gain of -24 to +15 dB; loud lines clip, some microphones before them."""
    if random.random() < 0.08:
        ceiling = np.float32(_LEVEL * random.uniform(1.5, 4))
        sound = np.clip(sound, -ceiling, ceiling)
    gain = np.float32(10 ** (random.triangular(-24, 15, -2) / 20))
    offset = np.float32(random.uniform(-0.01, 0.01)) if random.random() < 0.1 else np.float32(0)
    return np.clip(sound * gain + offset, -1, 1).astype(np.float32)


def _shaped(sound: Sound, random: Random, *, low_hz: float, high_hz: float) -> Sound:
    """Band limits, a tilt and two resonances of a microphone, in one filter."""
    length = _quick_length(len(sound))
    hz = np.arange(length // 2 + 1, dtype=np.float32) * np.float32(SAMPLE_RATE_HZ / length) + 1
    steep_low, steep_high = random.choice((2, 4, 8)), random.choice((8, 16, 24))
    response = 1 / np.sqrt((1 + (low_hz / hz) ** steep_low) * (1 + (hz / high_hz) ** steep_high))
    octaves = np.log2(hz / 1_000)
    decibels = random.uniform(-4, 4) * octaves
    for _ in range(2):
        centre = random.uniform(-2, 2.5)
        decibels = decibels + random.uniform(-6, 6) * np.exp(-np.square((octaves - centre) / 0.5))
    response = response * 10 ** (np.clip(decibels, -18, 12) / 20)
    return np.fft.irfft(np.fft.rfft(sound, length) * response, length)[: len(sound)].astype(np.float32)


def _in_a_room(sound: Sound, random: Random, rng: np.random.Generator) -> Sound:
    """A direct sound, then reflections that die away in 50 to 400 ms."""
    decay_s = random.uniform(0.05, 0.4)
    tail = rng.standard_normal(int(decay_s * SAMPLE_RATE_HZ)).astype(np.float32)
    seconds = np.arange(len(tail), dtype=np.float32) / SAMPLE_RATE_HZ
    tail *= np.exp(-6.9 * seconds / decay_s)
    tail[: int(random.uniform(0.001, 0.01) * SAMPLE_RATE_HZ)] = 0
    tail *= random.uniform(0.05, 0.5) / np.sqrt(np.square(tail).sum() + 1e-9)
    tail[0] = 1
    length = _quick_length(len(sound) + len(tail))
    wet = np.fft.irfft(np.fft.rfft(sound, length) * np.fft.rfft(tail, length), length)
    return wet[: len(sound)].astype(np.float32)


def _noise(samples: int, random: Random, rng: np.random.Generator) -> Sound:
    """Steady noise of some colour, swaying, some hum; some lines are digitally silent."""
    if random.random() < 0.25:
        return np.zeros(samples, np.float32)
    length = _quick_length(samples)
    bins = length // 2 + 1
    white = rng.standard_normal(2 * bins, np.float32).view(np.complex64)
    hz = np.arange(bins, dtype=np.float32) * np.float32(SAMPLE_RATE_HZ / length)
    colour = np.maximum(hz, 50) ** np.float32(-random.choice((0.0, 0.5, 1.0, 1.0, 1.5)) / 1)
    noise = np.fft.irfft(white * colour, length)[:samples]
    noise /= noise.std() + 1e-9
    seconds = np.arange(samples, dtype=np.float32) / SAMPLE_RATE_HZ
    if random.random() < 0.4:
        sway_hz, depth = random.uniform(0.2, 4), random.uniform(0.1, 0.8)
        noise *= 1 - depth * (0.5 + 0.5 * np.sin(2 * np.pi * (sway_hz * seconds + random.random())))
    if random.random() < 0.15:
        noise += random.uniform(0.1, 1) * np.sin(2 * np.pi * random.choice((100, 120, 150, 180)) * seconds)
    below_db = random.triangular(5, 50, 28)
    return (noise * (_LEVEL * 10 ** (-below_db / 20))).astype(np.float32)


def _quick_length(samples: int) -> int:
    """The next length whose spectrum is cheap: a small multiple of a power of two."""
    step = 1 << max(0, samples.bit_length() - 4)
    return -(-max(samples, 2) // step) * step if step > 1 else samples + samples % 2
