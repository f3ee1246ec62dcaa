"""A text in a voice, at the telephone's rate, with the times of its words and sounds."""

# n samples at WIRE_RATE_HZ

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from config.units import WIRE_RATE_HZ
from model.data.voices import Voice
from model.espeak import EspeakVoice, synthesise
from model.synthesis.espeak_speakers import EspeakSpeaker
from model.synthesis.phones import PHONES, from_espeak
from model.synthesis.speech import Language

_MURMURS: Final[Mapping[str, str]] = {
    "mm-hm": "m-h'm", "mm-mm": "m-?'m", "uh-huh": "V-h'V", "mm": "m:", "mmm": "m::", "hm": "hm:",
    "hmm": "hm::", "eem": "e:m",
}  # fmt: skip
"""Sounds that are no words, in espeak-ng's names; it would spell them."""
_MURMURS_ELSEWHERE: Final[Mapping[str, str]] = {
    "mm-hm": "um hum", "mm-mm": "um um", "uh-huh": "uh huh", "mm": "hum", "mmm": "hum", "hm": "hum",
    "hmm": "hum", "eem": "em",
}  # fmt: skip
_WORD: Final = re.compile(r"[^\s,.?¿!¡]+")
PHONE_NUMBERS: Final[Mapping[str, int]] = {name: number + 1 for number, name in enumerate(PHONES)}
"""The class of a sound; 0 is silence."""


@dataclass(frozen=True, slots=True, eq=False)
class Utterance:
    """What was said: float32[n], ±1.

    Attributes:
        begins_ms: when each whitespace-separated word of the text begins, rising.
        phones: (class of `PHONE_NUMBERS`, when it begins in ms), rising.
    """

    audio: npt.NDArray[np.float32]
    begins_ms: tuple[int, ...]
    phones: tuple[tuple[int, int], ...]


def utter(text: str, voice: Voice) -> Utterance:
    """Speak `text`.

    Raises:
        SynthesisError: the speaker cannot.
        EspeakError: espeak-ng or the voice is missing.
    """
    words = text.split()
    speaker = voice.speaker
    if isinstance(speaker, EspeakSpeaker):
        return _by_espeak(words, voice, speaker)
    throat = voice.throat
    manner = replace(voice.manner, rate=voice.manner.rate / throat)
    plain = [_WORD.sub(lambda m: _MURMURS_ELSEWHERE.get(m[0], m[0]), word) for word in words]
    speech = speaker.say(" ".join(plain), manner)
    events = [(word.offset, round(word.begin_ms / throat)) for word in speech.words]
    phones = tuple((PHONE_NUMBERS[phone.name], round(phone.begin_ms / throat)) for phone in speech.phones)
    audio = to_wire_rate(speech.audio, speech.rate_hz, throat)
    return Utterance(audio, _begins(plain, events, len(audio)), phones)


def _by_espeak(words: list[str], voice: Voice, speaker: EspeakSpeaker) -> Utterance:
    said = [
        _WORD.sub(lambda m: f"[[{_MURMURS[m[0]]}]]" if m[0] in _MURMURS else m[0], word) for word in words
    ]
    murmurs = any(word.startswith("[[") for word in said)
    speech = synthesise(" ".join(said), espeak_voice(voice, speaker), phonemes=murmurs, repeatable=True)
    audio = to_wire_rate(speech.audio, speech.rate_hz, voice.throat)
    times_ms = [round(event.ms / voice.throat) for event in speech.phonemes]
    starts = [*times_ms, len(audio) * 1_000 // WIRE_RATE_HZ]
    phones = list[tuple[int, int]]()
    for event, (begin_ms, end_ms) in zip(speech.phonemes, pairwise(starts), strict=True):
        sounds = espeak_sounds(event.name, speaker.language)
        phones += [
            (sound, begin_ms + (end_ms - begin_ms) * k // len(sounds)) for k, sound in enumerate(sounds)
        ]
    events = [(event.offset, round(event.ms / voice.throat)) for event in speech.words]
    return Utterance(audio, _begins(said, events, len(audio)), tuple(phones))


@cache
def espeak_sounds(name: str, language: Language) -> tuple[int, ...]:
    """The classes of an espeak-ng phoneme event; pauses and marks are silence."""
    return tuple(PHONE_NUMBERS[sound] for sound in from_espeak(name, language)) or (0,)


def espeak_voice(voice: Voice, speaker: EspeakSpeaker) -> EspeakVoice:
    """The settings of espeak-ng that give this speaker in this manner."""
    manner = voice.manner
    return EspeakVoice(
        language=speaker.accent,
        variant=speaker.variant,
        rate_wpm=round(min(max(175 * manner.rate / voice.throat, 80), 450)),
        pitch=round(min(max(50 + 50 * np.log2(manner.pitch), 0), 99)),
        pitch_range=round(min(max(50 * manner.range, 0), 99)),
    )


def _begins(words: list[str], events: list[tuple[int, int]], samples: int) -> tuple[int, ...]:
    """When each word begins; words the synthesiser ran together share the time by their letters."""
    offsets, offset = list[int](), 0
    for word in words:
        offsets.append(offset)
        offset += len(word) + 1
    known: dict[int, int] = {0: events[0][1] if events else 0}
    for at, ms in sorted(events):
        k = max(0, sum(begin <= at for begin in offsets) - 1)
        known.setdefault(k, ms)
    known[len(words)] = samples * 1_000 // WIRE_RATE_HZ
    begins = list[int]()
    spans = sorted(known.items())
    for (k, begin_ms), (after, end_ms) in pairwise(spans):
        letters = [len(word) for word in words[k:after]]
        done = 0
        for count in letters:
            at_ms = begin_ms + (end_ms - begin_ms) * done // sum(letters)
            begins.append(max(at_ms, begins[-1] if begins else 0))
            done += count
    return tuple(begins)


def to_wire_rate(
    audio: npt.NDArray[np.int16], rate_hz: int = 22_050, faster: float = 1.0
) -> npt.NDArray[np.float32]:
    """To 8 000 Hz from any whole multiple of 50 Hz, by cutting (or padding) the spectrum.

    `faster` plays it by that factor faster, and so higher.
    """
    source, target = round(rate_hz * faster / 50), WIRE_RATE_HZ // 50
    periods = -(-max(len(audio), 1) // source)
    while not smooth(periods):
        periods += 1
    padded = np.zeros(periods * source, np.float32)
    padded[: len(audio)] = audio
    spectrum = np.fft.rfft(padded)[: periods * target // 2 + 1]
    lowered = np.fft.irfft(spectrum, periods * target) * (target / source / 32_768)
    return lowered[: len(audio) * target // source].astype(np.float32)


def smooth(n: int) -> bool:
    """Whether a length has no prime factor above seven: spectra of such lengths are cheap."""
    for factor in (2, 3, 5, 7):
        while n % factor == 0:
            n //= factor
    return n == 1
