"""Text as it is written, English or Spanish → clauses as they are spoken. Pure.

A clause is what is voiced in one breath: the synthesiser's intonation follows its last sign, and the pause
after it follows from that sign too. Numbers keep the form they are written in: figures that stand apart
("1 0 4 2 3 3") are read one by one, figures that stand together are one number.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from model.synthesis.speech import Language

_DIGITS: Final[Mapping[Language, tuple[str, ...]]] = {
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    "es": ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"),
}
_TITLES: Final = frozenset(
    {"dr", "mr", "mrs", "ms", "st", "prof", "dra", "sr", "sra", "srta", "ud", "uds", "núm"}
)
"""Words whose full stop is part of their spelling when another word follows."""
_LONE_DIGIT: Final = re.compile(r"(?P<before>[^\w\s]*)(?P<digit>\d)(?P<after>[^\w\s]*)")
_CLOSING: Final = "\"')]}”’»"
_PAUSES_MS: Final = {",": 150, "–": 180, "—": 180, ";": 240, ":": 240, ".": 330, "!": 330, "?": 360, "…": 420}
"""Silence after a clause by the sign that ends it; about what read speech has at 165 words a minute."""
_LONGEST_WORDS: Final = 24
"""A clause without any sign is cut here, so that nothing waits for a paragraph to be synthesised."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One breath.

    Attributes:
        words: as written, punctuation staying on the word it follows.
        spoken: for each word, what is handed to the synthesiser.
        pause_ms: silence after it when more follows.
    """

    words: tuple[str, ...]
    spoken: tuple[str, ...]
    pause_ms: int

    @property
    def text(self) -> str:
        """What the synthesiser reads."""
        return " ".join(self.spoken)


def clauses(text: str, language: Language = "en") -> tuple[Clause, ...]:
    """Cut `text` into clauses. The words of all of them, joined, are the text (whitespace aside)."""
    written = _joined_signs(text.split())
    found: list[Clause] = []
    begin = 0
    for k, word in enumerate(written):
        following = written[k + 1] if k + 1 < len(written) else None
        if following is None or k + 1 - begin >= _LONGEST_WORDS or _ends_clause(word, following):
            found.append(_clause(tuple(written[begin : k + 1]), language))
            begin = k + 1
    return tuple(found)


def _joined_signs(words: list[str]) -> list[str]:
    """Put signs that stand alone (" – ") on the word before them; with none before, on the one after."""
    joined: list[str] = []
    leading = ""
    for word in words:
        if any(sign.isalnum() for sign in word):
            joined.append(f"{leading} {word}" if leading else word)
            leading = ""
        elif joined:
            joined[-1] = f"{joined[-1]} {word}"
        else:
            leading = f"{leading} {word}".strip()
    return joined


def _ends_clause(word: str, following: str) -> bool:
    bare = word.rstrip(_CLOSING)
    sign = bare[-1:]
    if sign not in _PAUSES_MS:
        return False
    if sign == ".":
        letters = bare.rstrip(".").lower()
        abbreviated = letters in _TITLES or "." in letters or (len(letters) == 1 and letters.isalpha())
        return not abbreviated or (letters not in _TITLES and len(letters) > 1 and following[0].isupper())
    return True


def _clause(words: tuple[str, ...], language: Language) -> Clause:
    sign = words[-1].rstrip(_CLOSING)[-1:]
    return Clause(words, tuple(_spoken(word, language) for word in words), _PAUSES_MS.get(sign, 0))


def _spoken(word: str, language: Language) -> str:
    """What the synthesiser is to read for a word, without anything it could take for markup."""
    plain = word.replace("[[", "").replace("]]", "")
    alone = _LONE_DIGIT.fullmatch(plain)
    if alone:
        return f"{alone['before']}{_DIGITS[language][int(alone['digit'])]}{alone['after']}"
    if plain.endswith(".") and plain[:-1].lower() in _TITLES:
        return plain[:-1]
    return plain
