"""How words sound, in the sounds the phone reader tells apart: every way they are known to be said.

English words come from the dictionary that the pocketsphinx package carries (CMUdict), and beside it, as
espeak-ng would read them, for that is what half of the reader's lessons sounded like. Spanish words sound as
they are spelled, in Spain and in America; what is no plain word is read by espeak-ng.
"""

from functools import lru_cache
from typing import Final

from model.ears.pronounce import pronunciations
from model.ears.spanish_spelling import can_be_spelled, spelled_sounds
from model.espeak import EspeakVoice, synthesise
from model.synthesis.phones import PHONES, from_arpabet, from_espeak
from model.synthesis.speech import Language

Sounds = tuple[int, ...]
"""One way to say a word: numbers of `PHONES`."""

_NUMBER: Final = {name: number for number, name in enumerate(PHONES)}
_VOICES: Final[dict[Language, tuple[EspeakVoice, ...]]] = {
    "en": (EspeakVoice(language="en-us", rate_wpm=300),),
    "es": (EspeakVoice(language="es", rate_wpm=300), EspeakVoice(language="es-419", rate_wpm=300)),
}
_ADDED: Final[dict[tuple[str, Language], tuple[str, ...]]] = {
    ("mhm", "en"): ("m hh ah m", "ah hh ah"),
    ("mhm", "es"): ("m", "a h a"),
    ("okay", "es"): ("o k e y", "o k e"),
    ("ok", "es"): ("o k e y", "o k e"),
    ("z", "en"): ("z iy", "z eh d"),
}
"""Ways of saying that neither source knows."""
_MOST_WAYS: Final = 5


def sounds_of(word: str, language: Language) -> tuple[Sounds, ...]:
    """All ways to say `word` (lower case, letters or figures), the usual one first; none for a mere sign."""
    return _sounds_of(word, language)


@lru_cache(maxsize=16_384)
def _sounds_of(word: str, language: Language) -> tuple[Sounds, ...]:
    ways: list[Sounds] = []
    if language == "en" and not any(letter.isdigit() for letter in word):
        ways += [named(from_arpabet_text(phones)) for phones in pronunciations(word)]
    added = _ADDED.get((word, language), ())
    ways += [named(spelled.split()) for spelled in added]
    if language == "es" and can_be_spelled(word) and not added:
        ways += spelled_sounds(word)
    elif not added:
        ways += [_as_read(word, voice, language) for voice in _VOICES[language]]
    return tuple(way for way in dict.fromkeys(ways) if way)[:_MOST_WAYS]


def from_arpabet_text(phones: str) -> list[str]:
    """The names in `PHONES` of ARPAbet phones separated by spaces ("W AH N")."""
    return [sound for phone in phones.split() for sound in from_arpabet(phone)]


def named(names: list[str]) -> Sounds:
    """The numbers of sounds given by name; unknown names fall out."""
    return tuple(_NUMBER[name] for name in names if name in _NUMBER)


def _as_read(word: str, voice: EspeakVoice, language: Language) -> Sounds:
    """What espeak-ng makes of the word."""
    written = f"{word}." if len(word) == 1 else word
    events = synthesise(written, voice).phonemes
    return named([sound for event in events for sound in from_espeak(event.name, language)])
