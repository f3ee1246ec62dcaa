"""The words of the ears' lessons: how they sound, how common they are, what follows what.

Dictionary (CMUdict) and language model come with the pocketsphinx package; Spanish words, and English ones
the dictionary lacks, sound as espeak-ng reads them.
"""

from bisect import bisect
from functools import cache, lru_cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Final

import pocketsphinx

from model.espeak import EspeakVoice, synthesise
from model.synthesis.phones import from_arpabet, from_espeak
from model.synthesis.speech import Language

Sounds = tuple[str, ...]

_FOLDER: Final = Path(pocketsphinx.get_model_path()) / "en-us"
_LOG_BASE: Final = 1.0001
_COMMON: Final = 30_000
"""Words drawn from, the most frequent of the dictionary."""
_FLATTENED: Final = 0.5
"""Exponent of a word's frequency: rare words come more often than people say them."""
_PROPOSED: Final = 120
_ACCENT: Final[dict[Language, str]] = {"en": "en-us", "es": "es"}
_SYLLABLES: Final = (
    "ba", "be", "bi", "bo", "bu", "ca", "co", "cu", "da", "de", "di", "do", "du", "fa", "fe", "fi",
    "fo", "ga", "go", "gue", "gui", "ha", "ja", "jo", "je", "la", "le", "li", "lo", "lu", "lla",
    "lle", "llo", "ma", "me", "mi", "mo", "mu", "na", "ne", "ni", "no", "nu", "ña", "ño", "pa",
    "pe", "pi", "po", "pu", "que", "qui", "ra", "re", "ri", "ro", "ru", "sa", "se", "si", "so",
    "su", "ta", "te", "ti", "to", "tu", "va", "ve", "vi", "ya", "yo", "za", "zo", "ce", "ci", "cha",
    "che", "chi", "cho", "tra", "tre", "bra", "bri", "cla", "cri", "dra", "fra", "gra", "gri",
    "pla", "pre", "pri", "blo", "flo", "glo", "rra", "rro", "al", "an", "ar", "as", "el", "en",
    "er", "es", "in", "or", "os", "un", "cal", "can", "car", "cas", "ten", "ter", "tor", "cion",
    "mer", "mar", "mun", "per", "por", "pur", "sal", "sen", "sol", "tan",
)  # fmt: skip


@cache
def _dictionary() -> dict[str, tuple[Sounds, ...]]:
    """Every word with its pronunciations, the usual one first."""
    found: dict[str, list[Sounds]] = {}
    for line in (_FOLDER / "cmudict-en-us.dict").read_text("utf-8").splitlines():
        entry, *names = line.split()
        sounds = tuple(sound for name in names for sound in from_arpabet(name))
        found.setdefault(entry.partition("(")[0], []).append(sounds)
    return {word: tuple(sounds) for word, sounds in found.items()}


@lru_cache(maxsize=65_536)
def sounds_of(word: str, language: Language) -> tuple[Sounds, ...]:
    """How a word (lower case) can sound, the usual way first; empty when it has no sound."""
    if language == "en" and (known := _dictionary().get(word)):
        return known
    read = _read_by_espeak(word, _ACCENT[language])
    if language == "es" and "th" in read:
        return (read, tuple("s" if sound == "th" else sound for sound in read))
    return (read,) if read else ()


@lru_cache(maxsize=65_536)
def _read_by_espeak(word: str, accent: str) -> Sounds:
    language: Language = "es" if accent.startswith("es") else "en"
    events = synthesise(word, EspeakVoice(language=accent, rate_wpm=400)).phonemes
    return tuple(sound for event in events for sound in from_espeak(event.name, language))


class EnglishWords:
    """Draws common and less common words, alone or as they follow each other."""

    def __init__(self) -> None:
        self._model = pocketsphinx.NGramModel.readfile(str(_FOLDER / "en-us.lm.bin"))
        unknown = self._model.prob(["<not a word>"])
        scored = [
            (self._model.prob([word]), word)
            for word in _dictionary()
            if word.replace("'", "").isalpha() and (len(word) > 1 or word in "ai")
        ]
        scored = sorted((pair for pair in scored if pair[0] > unknown), reverse=True)[:_COMMON]
        self._words = [word for _, word in scored]
        self._frequent = list(accumulate(_LOG_BASE ** float(score) for score, _ in scored))
        self._flat = list(accumulate(_LOG_BASE ** (_FLATTENED * score) for score, _ in scored))

    def word(self, random: Random) -> str:
        """A word, often a rare one, that synthesisers can be trusted to read as the dictionary does."""
        while True:
            word = _drawn(self._words, self._flat, random)
            if _regular(word):
                return word

    def sentence(self, words: int, random: Random) -> list[str]:
        """Words that can follow each other: of many drawn by frequency, one by what stands before it."""
        said: list[str] = []
        before = "<s>"
        for _ in range(words):
            proposed = [_drawn(self._words, self._frequent, random) for _ in range(_PROPOSED)]
            given = [_LOG_BASE ** self._model.prob([word, before]) for word in proposed]
            alone = [_LOG_BASE ** self._model.prob([word]) for word in proposed]
            fitting = list(accumulate(g / a for g, a in zip(given, alone, strict=True)))
            before = _drawn(proposed, fitting, random)
            said.append(before)
        return said


@cache
def english_words() -> EnglishWords:
    """The one instance; reading the language model takes half a second."""
    return EnglishWords()


def spanish_word(random: Random) -> str:
    """A word nobody knows: Spanish is written as it sounds, so it need not exist to be heard."""
    return "".join(random.choice(_SYLLABLES) for _ in range(random.choice((1, 2, 2, 3, 3, 4))))


def _drawn(words: list[str], cumulated: list[float], random: Random) -> str:
    return words[min(bisect(cumulated, random.random() * cumulated[-1]), len(words) - 1)]


@lru_cache(maxsize=65_536)
def _regular(word: str) -> bool:
    """Whether espeak-ng's rules agree, roughly, with the dictionary: no abbreviation, no foreign name."""
    read = _read_by_espeak(word, "en-us")
    return any(distance(read, sounds) <= max(1, len(sounds) // 3) for sounds in _dictionary()[word])


def distance(first: Sounds, second: Sounds) -> int:
    """Fewest sounds to insert, delete or replace to make one of the other (Levenshtein)."""
    row = list(range(len(second) + 1))
    for i, sound in enumerate(first, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(second, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (sound != other))
    return row[-1]
