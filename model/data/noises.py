"""Sounds of a telephone that are not speech: bangs, coughs, laughter, breaths, keys, tones, faxes, music."""

# n samples at WIRE_RATE_HZ

from collections.abc import Callable
from dataclasses import dataclass
from math import tau
from random import Random
from typing import Final

import numpy as np
import numpy.typing as npt

from config.units import WIRE_RATE_HZ
from model.data.clips import SPEECH_RMS
from model.data.scripts import Split

Sound = npt.NDArray[np.float32]
_DTMF_HZ: Final = tuple((low, high) for low in (697, 770, 852, 941) for high in (1_209, 1_336, 1_477))
_SCALE_HZ: Final = (262, 294, 330, 392, 440, 523, 587, 659)


def sudden(split: Split, random: Random) -> Sound:
    """One sudden harmless sound at a random level."""
    makers: tuple[Callable[[Split, Random], Sound], ...] = (
        _burst, _burst, _burst, _cough, _cough, _laughter, _keypad, _click, _clatter, _throat,
    )  # fmt: skip
    return random.choice(makers)(split, random)


def lasting(random: Random, seconds: float) -> Sound:
    """A steady sound that fills a stretch: a tone of the exchange, a fax, music on hold."""
    samples = int(seconds * WIRE_RATE_HZ)
    makers = (_dial_tone, _busy_tone, _fax, _music, _music, _music, _music)
    return random.choice(makers)(samples, random) * np.float32(10 ** (random.uniform(-14, 2) / 20))


def breath(random: Random) -> Sound:
    """Air drawn in before speech: a quarter to half a second of faint noise that swells."""
    samples = int(random.uniform(0.2, 0.5) * WIRE_RATE_HZ)
    noise = _noise(samples, random.uniform(0.3, 0.8), random)
    shape = np.hanning(samples).astype(np.float32)
    return _levelled(noise * shape, random.uniform(-34, -20))


def _burst(split: Split, random: Random) -> Sound:
    """A knock or a thud: 20-500 ms of dying noise. The test set's ones swell first."""
    samples = int(random.uniform(0.02, 0.5) * WIRE_RATE_HZ)
    noise = _noise(samples, random.uniform(0.0, 0.95), random)
    age = np.linspace(0, 1, samples, dtype=np.float32)
    shape = age * np.exp(-4 * age) * 6 if split == "test" else np.exp(-random.uniform(2, 7) * age)
    return _loud(noise * shape, random)


def _clatter(_split: Split, random: Random) -> Sound:
    """Several knocks, as of something set down or a phone being moved."""
    samples = int(random.uniform(0.4, 1.3) * WIRE_RATE_HZ)
    sound = np.zeros(samples, np.float32)
    for _ in range(random.randint(2, 7)):
        at = random.randrange(samples - 200)
        knock = _noise(random.randint(80, 900), random.uniform(0.2, 0.9), random)
        knock *= np.exp(-random.uniform(3, 8) * np.linspace(0, 1, len(knock), dtype=np.float32))
        sound[at : at + len(knock)] += knock[: samples - at] * np.float32(random.uniform(0.3, 1))
    return _loud(sound, random)


def _cough(_split: Split, random: Random) -> Sound:
    """One to three bursts of breath through a throat: noise through two vowel-like resonances."""
    parts = list[Sound]()
    for _ in range(random.choice((1, 1, 2, 2, 3))):
        samples = int(random.uniform(0.12, 0.3) * WIRE_RATE_HZ)
        noise = _resonant(
            _noise(samples, 0.5, random), (random.uniform(450, 800), random.uniform(1_100, 1_700))
        )
        age = np.linspace(0, 1, samples, dtype=np.float32)
        shape = (np.minimum(age * 25, 1) * np.exp(-random.uniform(2, 4) * age)).astype(np.float32)
        parts += [noise * shape, np.zeros(int(random.uniform(0.04, 0.15) * WIRE_RATE_HZ), np.float32)]
    return _loud(np.concatenate(parts), random)


def _throat(_split: Split, random: Random) -> Sound:
    """A throat cleared, a sniff: rough, low, pulsing."""
    samples = int(random.uniform(0.2, 0.6) * WIRE_RATE_HZ)
    seconds = np.arange(samples, dtype=np.float32) / WIRE_RATE_HZ
    pulse = 0.5 + 0.5 * np.sign(np.sin(tau * random.uniform(35, 70) * seconds, dtype=np.float32))
    noise = _resonant(_noise(samples, 0.7, random), (random.uniform(300, 600), random.uniform(900, 1_400)))
    swell = np.sin(np.linspace(0, np.pi, samples, dtype=np.float32))
    return _loud((noise * pulse * swell).astype(np.float32), random)


def _laughter(_split: Split, random: Random) -> Sound:
    """Short voiced puffs at four or five a second, falling in pitch: ha ha ha."""
    pitch_hz, parts = random.uniform(130, 320), list[Sound]()
    for k in range(random.randint(2, 7)):
        samples = int(random.uniform(0.08, 0.14) * WIRE_RATE_HZ)
        seconds = np.arange(samples, dtype=np.float32) / WIRE_RATE_HZ
        saw = ((seconds * pitch_hz * 0.95**k) % 1 - 0.5).astype(np.float32)
        rough = _noise(samples, 0.2, random) * np.float32(0.08)
        puff = _resonant((saw + rough).astype(np.float32), (700, 1_250))
        shape = np.sin(np.linspace(0, np.pi, samples, dtype=np.float32)) * np.float32(0.9**k)
        parts += [
            puff * shape,
            _noise(int(random.uniform(0.05, 0.12) * WIRE_RATE_HZ), 0.3, random) * np.float32(0.05),
        ]
    return _loud(np.concatenate(parts).astype(np.float32), random)


def _keypad(_split: Split, random: Random) -> Sound:
    """A few keys pressed: dual tones of 80-250 ms (ITU-T Q.23)."""
    parts = list[Sound]()
    for _ in range(random.choice((1, 1, 2, 4, 6))):
        low, high = random.choice(_DTMF_HZ)
        samples = int(random.uniform(0.08, 0.25) * WIRE_RATE_HZ)
        seconds = np.arange(samples) / WIRE_RATE_HZ
        parts += [
            (np.sin(tau * low * seconds) + np.sin(tau * high * seconds)).astype(np.float32),
            np.zeros(int(random.uniform(0.06, 0.3) * WIRE_RATE_HZ), np.float32),
        ]
    return _loud(np.concatenate(parts), random)


def _click(_split: Split, random: Random) -> Sound:
    """One or two clicks of the line or of a tongue."""
    samples = int(random.uniform(0.02, 0.25) * WIRE_RATE_HZ)
    sound = np.zeros(samples, np.float32)
    for _ in range(random.choice((1, 1, 2))):
        at = random.randrange(max(samples - 60, 1))
        click = _noise(random.randint(4, 50), random.uniform(0, 0.6), random)
        sound[at : at + len(click)] += click[: samples - at]
    return _loud(sound, random)


def _dial_tone(samples: int, random: Random) -> Sound:
    seconds = np.arange(samples) / WIRE_RATE_HZ
    tones = random.choice(((350, 440), (425,), (400, 450)))
    return _levelled(np.sum([np.sin(tau * hz * seconds) for hz in tones], axis=0).astype(np.float32), 0)


def _busy_tone(samples: int, random: Random) -> Sound:
    seconds = np.arange(samples) / WIRE_RATE_HZ
    on = (seconds % random.choice((0.5, 1.0, 0.74))) < random.choice((0.25, 0.37))
    return _levelled((np.sin(tau * random.choice((425, 480)) * seconds) * on).astype(np.float32), 0)


def _fax(samples: int, random: Random) -> Sound:
    """Calling tone (1,100 Hz, half a second in 3.5) or answer (2,100 Hz, then warbling data)."""
    seconds = np.arange(samples) / WIRE_RATE_HZ
    if random.random() < 0.5:
        return _levelled((np.sin(tau * 1_100 * seconds) * (seconds % 3.5 < 0.5)).astype(np.float32), -3)
    bits = np.random.default_rng(random.getrandbits(32)).integers(0, 2, samples // 27 + 1)
    hz = np.where(np.repeat(bits, 27)[:samples], 1_650, 1_850)
    return _levelled(
        np.sin(tau * np.cumsum(np.where(seconds < 2, 2_100, hz)) / WIRE_RATE_HZ).astype(np.float32), -3
    )


def _music(samples: int, random: Random) -> Sound:
    """Music on hold: a tune over chords, plucked, blown or bowed, with or without drums, in a steady beat."""
    sound = np.zeros(samples, np.float32)
    beat = int(random.uniform(0.14, 0.6) * WIRE_RATE_HZ)
    tune, chord = _instrument(random), _instrument(random)
    key, bar = 2 ** (random.randint(-9, 9) / 12), random.choice((3, 4, 8))
    drums = random.random() < 0.4
    rests = random.uniform(0, 0.5)
    for number, at in enumerate(range(0, samples, beat)):
        if number % bar == 0:
            root = random.randrange(len(_SCALE_HZ))
            for third in range(3):
                hz = _SCALE_HZ[(root + 2 * third) % len(_SCALE_HZ)] * key / 2
                _note(sound, at, bar * beat, hz, chord)
        if random.random() >= rests:
            _note(sound, at, 2 * beat, random.choice(_SCALE_HZ) * key * random.choice((1, 1, 2)), tune)
        if drums:
            knock = _noise(min(700, samples - at), 0.9 if number % 2 == 0 else 0.1, random)
            sound[at : at + len(knock)] += knock * np.exp(
                -6 * np.linspace(0, 1, len(knock), dtype=np.float32)
            )
    return _levelled(sound, -2)


@dataclass(frozen=True, slots=True)
class _Instrument:
    """How a note sounds: overtones, how fast it dies away (1/s), how much its pitch trembles, how loud."""

    overtones: int
    dullness: float
    dies: float
    trembles: float
    loudness: float


def _instrument(random: Random) -> _Instrument:
    return _Instrument(
        random.randint(1, 7),
        random.uniform(0.7, 2.2),
        random.choice((0.2, 1, 3, 5, 8)),
        random.choice((0, 0, 0.3)),
        random.uniform(0.25, 1),
    )


def _note(sound: Sound, at: int, lasts: int, hz: float, instrument: _Instrument) -> None:
    length = min(lasts, len(sound) - at)
    seconds = np.arange(length, dtype=np.float32) / WIRE_RATE_HZ
    phase = tau * hz * seconds + instrument.trembles * np.sin(tau * 5.5 * seconds, dtype=np.float32)
    tone = np.zeros(length, np.float32)
    for n in range(1, instrument.overtones + 1):
        if n * hz < WIRE_RATE_HZ / 2:
            tone += np.sin(n * phase, dtype=np.float32) / np.float32(n**instrument.dullness)
    swell = np.minimum(seconds * 60, 1) * np.exp(-seconds * instrument.dies)
    sound[at : at + length] += tone * swell * np.float32(instrument.loudness)


def _noise(samples: int, dull: float, random: Random) -> Sound:
    """Noise, white at 0, the duller the nearer to 1."""
    white = np.random.default_rng(random.getrandbits(32)).standard_normal(samples, np.float32)
    kernel = (np.float32(dull) ** np.arange(24, dtype=np.float32)).astype(np.float32)
    return np.convolve(white, kernel / np.sqrt((kernel**2).sum()), mode="full")[:samples].astype(np.float32)


def _resonant(sound: Sound, formants_hz: tuple[float, float]) -> Sound:
    spectrum = np.fft.rfft(sound)
    hz = np.arange(len(spectrum)) * (WIRE_RATE_HZ / max(len(sound), 1))
    gain = np.full(len(hz), 0.05)
    for formant in formants_hz:
        gain += 1 / (1 + ((hz - formant) / 180) ** 2)
    return np.fft.irfft(spectrum * gain, len(sound)).astype(np.float32)


def _loud(sound: Sound, random: Random) -> Sound:
    """At a level between faint and louder than speech."""
    return _levelled(sound, random.uniform(-12, 8))


def _levelled(sound: Sound, level_db: float) -> Sound:
    """Bring the loudest tenth of a second to a level relative to speech."""
    block = min(WIRE_RATE_HZ // 10, max(len(sound), 1))
    whole = len(sound) // block * block
    rms = np.sqrt((sound[:whole].reshape(-1, block).astype(np.float64) ** 2).mean(1)).max(initial=1e-9)
    return (sound * (SPEECH_RMS * 10 ** (level_db / 20) / max(rms, 1e-6))).astype(np.float32)
