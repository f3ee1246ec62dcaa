"""Names, numbers, amounts, dates, times and things that two people speak about, alike in both languages.

A value is said, written and accepted in each language. What counts as exact is what a listener would write
down: accents, capitals and the choice between "3:30" and "half past three" make no difference, a digit does.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from model.synthesis.speech import Language


class Kind(StrEnum):
    """What a value is. Those of `PROTECTED` have to reach the listener exactly."""

    NAME = "name"
    NUMBER = "number"
    AMOUNT = "amount"
    DATE = "date"
    WEEKDAY = "weekday"
    TIME = "time"
    ADDRESS = "address"
    CITY = "city"
    COUNT = "count"
    PRODUCT = "product"


PROTECTED: Final = frozenset(Kind) - {Kind.PRODUCT}
"""A product has several good names in another language; the rest are data."""


@dataclass(frozen=True, slots=True)
class Form:
    """A value in one language.

    Attributes:
        written: as people write it.
        said: as somebody says it: words, a comma where a group of digits ends.
        accepted: all ways to write or say it that say the same.
    """

    written: str
    said: str
    accepted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """The same in both languages."""

    kind: Kind
    forms: Mapping[Language, Form]

    def is_in(self, text: str, language: Language) -> bool:
        """Whether somebody who hears `text` has heard this value, exactly."""
        if self.kind is Kind.NUMBER:
            return f" {self.forms[language].written} " in _digit_runs(text)
        words = plain_words(text)
        # A name of a street may stay as it is: both languages' forms are an address.
        languages: tuple[Language, ...] = ("en", "es") if self.kind is Kind.ADDRESS else (language,)
        return any(
            _holds(words, plain_words(accepted))
            for each in languages
            for accepted in self.forms[each].accepted
        )


# --- comparing ------------------------------------------------------------------------------------

DIGITS: Final[Mapping[Language, str]] = {
    "en": "zero one two three four five six seven eight nine",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve",
}
"""Digit by digit."""
_DIGIT_OF: Final[Mapping[str, str]] = {
    word: str(digit) for words in DIGITS.values() for digit, word in enumerate(words.split())
} | {"oh": "0", "una": "1", "un": "1"}
_TOKEN: Final = re.compile(r"\d+|[^\W\d_]+")
_DOLLARS: Final = re.compile(r"(?:US)?\$\s?(\d+(?:[.,]\d+)?)")
_ORDINAL: Final = re.compile(r"(\d+)(?:st|nd|rd|th|º|ª|\.º)\b", re.IGNORECASE)


def plain_words(text: str) -> tuple[str, ...]:
    """The words of a text without case, accents and signs; digit words as figures, "$5" as "5 dollars"."""
    letters = unicodedata.normalize("NFKD", heard_text(text))
    return tuple("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def heard_text(text: str) -> str:
    """A text as it sounds: without case and signs; digit words as figures, "$5" as "5 dollars"."""
    marked = _ORDINAL.sub(r"\1", _DOLLARS.sub(r"\1 dollars", text))
    words: list[str] = _TOKEN.findall(unicodedata.normalize("NFC", marked).casefold())
    return " ".join(_DIGIT_OF.get(word, word) for word in words)


def _holds(words: Sequence[str], wanted: Sequence[str]) -> bool:
    n = len(wanted)
    return any(tuple(words[k : k + n]) == tuple(wanted) for k in range(len(words) - n + 1))


def _digit_runs(text: str) -> str:
    """The numbers of a text, digits joined as far as nothing stands between them, parted by spaces."""
    runs = "".join(word if word.isdigit() else " " for word in plain_words(text))
    return f" {runs} "
