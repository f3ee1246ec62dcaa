"""From what a search heard to the caller's words: written out, digits as digits. Pure."""

from collections.abc import Iterable, Iterator
from typing import Final

from model.ears.numbers import digits_only
from model.ears.tongue import ENGLISH, SPANISH, Tongue
from model.turn import Word

_WRITTEN_OUT: Final = {
    tongue.language: {
        spoken: tuple(written.split())
        for written, spoken in tongue.contractions
        if " " not in spoken and " " in written
    }
    for tongue in (ENGLISH, SPANISH)
}


def caller_words(spoken: Iterable[Word], tongue: Tongue = ENGLISH, *, digits: bool) -> tuple[Word, ...]:
    """Write out what is run together ("don't" → do not); `digits`: numbers are to be read as digits."""
    words = tuple(_written_out(spoken, tongue))
    return digits_only(words, tongue.numerals) if digits else words


def _written_out(spoken: Iterable[Word], tongue: Tongue) -> Iterator[Word]:
    for word in spoken:
        parts = _WRITTEN_OUT[tongue.language].get(word.text, (word.text,))
        length_ms = word.end_ms - word.start_ms
        for k, part in enumerate(parts):
            begin = word.start_ms + length_ms * k // len(parts)
            end = word.start_ms + length_ms * (k + 1) // len(parts)
            yield Word(part, begin, end, word.confidence)
