"""From a script to sound: the caller's lines, spoken or read, at telephone level, before the call begins."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from config.units import WIRE_RATE_HZ
from model.espeak import ESPEAK_RATE_HZ, EspeakError, EspeakVoice, synthesise
from model.turn import Audio
from telephony.simulator.ear import Span, sounds
from telephony.simulator.errors import ScriptError
from telephony.simulator.script import CallScript, Keys, Pause, Play, Say, When, check
from telephony.simulator.wav import read_wav, to_wire_rate

VOICE_DBOV: Final = -26.0
"""Nominal speech level on a telephone line (ITU-T P.56 active speech level), dB below overload."""
_FULL_SCALE: Final = 32_768.0
_FADE_MS: Final = 60
_NOISE_S: Final = 20
_CALLER_RATE_WPM: Final = 160


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line to be heard: int16[n] at 8 kHz; `sound` is where in it there is sound, in ms from its start."""

    text: str
    audio: Audio
    sound: Span
    when: When
    if_heard: str = ""
    during_answer: bool = False


@dataclass(frozen=True, slots=True)
class Keyed:
    keys: str


@dataclass(frozen=True, slots=True)
class Rest:
    ms: int


Performance = Spoken | Keyed | Rest


def perform(script: CallScript) -> tuple[Performance, ...]:
    """Prepare all steps. Takes tens of milliseconds: call it before dialling, in a thread.

    Raises:
        ScriptError: a step cannot be performed.
    """
    check(script)
    return tuple(_perform(step, script.voice) for step in script.steps)


def _perform(step: Say | Play | Keys | Pause, voice: str) -> Performance:
    match step:
        case Say():
            audio = speak(step.text, step.voice or voice)
            return Spoken(step.text, audio, _extent(audio), step.when, step.if_heard, step.during_answer)
        case Play():
            audio = read_wav(step.path)
            return Spoken(f"({step.path.name})", audio, _extent(audio), step.when)
        case Keys():
            return Keyed(step.keys)
        case Pause():
            return Rest(step.ms)


@lru_cache(maxsize=256)
def speak(text: str, voice: str) -> Audio:
    """Speak `text` at telephone level, int16[n] at 8 kHz, with no more silence around than speech fades in.

    Raises:
        ScriptError: there is no such voice.
    """
    language, _, variant = voice.partition("+")
    try:
        speech = synthesise(text, EspeakVoice(language, variant, rate_wpm=_CALLER_RATE_WPM), repeatable=True)
    except EspeakError as error:
        raise ScriptError(f"voice {voice!r} cannot speak: {error}") from None
    audio = to_wire_rate(speech.audio.astype(np.float32) / _FULL_SCALE, ESPEAK_RATE_HZ)
    extent = _extent(audio)
    per_ms = WIRE_RATE_HZ // 1_000
    start, end = int(extent.start_ms * per_ms), int(extent.end_ms * per_ms)
    rms = float(np.sqrt(np.mean(np.square(audio[start:end], dtype=np.float64)))) if audio.size else 0.0
    if rms == 0.0:
        raise ScriptError(f"{text!r} makes no sound when spoken")
    fade = _FADE_MS * per_ms
    levelled = audio[max(start - fade, 0) : end + fade] * (_FULL_SCALE * 10 ** (VOICE_DBOV / 20) / rms)
    spoken = np.clip(np.rint(levelled), -_FULL_SCALE, _FULL_SCALE - 1).astype(np.int16)
    spoken.setflags(write=False)
    return spoken


def _extent(audio: Audio) -> Span:
    """From the first sound to the last, or the whole if it is all silent."""
    spans = sounds(audio)
    return Span(spans[0].start_ms, spans[-1].end_ms) if spans else Span(0, audio.size * 1_000 / WIRE_RATE_HZ)


def room_noise(noise_db: float, seed: int) -> Audio:
    """Make 20 s of background noise, int16 at 8 kHz, to be repeated: `noise_db` below a telephone voice.

    Its spectrum falls by 6 dB an octave above 300 Hz, as that of rooms and streets does.
    """
    count = _NOISE_S * WIRE_RATE_HZ
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    frequency_hz = np.fft.rfftfreq(count, 1 / WIRE_RATE_HZ)
    spectrum *= 1 / np.maximum(frequency_hz / 300.0, 1.0) * (frequency_hz > 50)
    noise = np.fft.irfft(spectrum, count)
    level = _FULL_SCALE * 10 ** ((VOICE_DBOV - noise_db) / 20)
    noise *= level / np.sqrt(np.mean(np.square(noise)))
    return np.clip(np.rint(noise), -_FULL_SCALE, _FULL_SCALE - 1).astype(np.int16)
