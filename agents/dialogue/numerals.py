"""Numbers in words, in English and Spanish: digit by digit, in pairs, or as a whole.

Of the maintained parsers, none reads numbers as they are said on the telephone ("ten forty two thirty three"
for 104233), so this is our own.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from agents.dialogue.tongue import is_spanish

_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|[0-9]+")


def words(text: str) -> list[str]:
    """Split into lower-case words and figures; hyphens and punctuation fall away."""
    return _WORD.findall(text.lower())


@dataclass(frozen=True, slots=True)
class Numerals:
    """The number words of one language.

    Attributes:
        units, teens, tens: 0 to 9, 10 to 19 (or 29), 20 to 90 by tens.
        hundreds: hundreds that are one word ("doscientos").
        hundred: the word that makes hundreds of a unit ("two hundred").
        thousand: the word for 1,000.
        times: "double", "triple".
        joins: what may stand within one number ("thirty | y | two", "one hundred | and | four").
        needs_join: whether tens and units are one number only with such a word between.
        between: what may stand between the digits of one number.
    """

    units: Mapping[str, int]
    teens: Mapping[str, int]
    tens: Mapping[str, int]
    hundreds: Mapping[str, int]
    hundred: str
    thousand: str
    times: Mapping[str, int]
    joins: frozenset[str]
    needs_join: bool
    between: frozenset[str]


ENGLISH: Final = Numerals(
    units={
        "zero": 0, "nought": 0, "oh": 0, "o": 0, "one": 1, "two": 2, "three": 3, "four": 4,
        "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "niner": 9,
    },
    teens={
        "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
        "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
    },
    tens={
        "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50,
        "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    },
    hundreds={},
    hundred="hundred",
    thousand="thousand",
    times={"double": 2, "triple": 3, "treble": 3},
    joins=frozenset({"and"}),
    needs_join=False,
    between=frozenset({"um", "uh", "er", "erm", "and", "then", "dash", "hyphen", "space"}),
)  # fmt: skip
SPANISH: Final = Numerals(
    units={
        "cero": 0, "un": 1, "uno": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6,
        "siete": 7, "ocho": 8, "nueve": 9,
    },
    teens={
        "diez": 10, "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "dieciséis": 16,
        "dieciseis": 16, "diecisiete": 17, "dieciocho": 18, "diecinueve": 19, "veinte": 20, "veintiuno": 21,
        "veintiún": 21, "veintiun": 21, "veintiuna": 21, "veintidós": 22, "veintidos": 22, "veintitrés": 23,
        "veintitres": 23, "veinticuatro": 24, "veinticinco": 25, "veintiséis": 26, "veintiseis": 26,
        "veintisiete": 27, "veintiocho": 28, "veintinueve": 29,
    },
    tens={
        "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80,
        "noventa": 90,
    },
    hundreds={
        "cien": 100, "ciento": 100, "doscientos": 200, "doscientas": 200, "trescientos": 300,
        "trescientas": 300, "cuatrocientos": 400, "cuatrocientas": 400, "quinientos": 500, "quinientas": 500,
        "seiscientos": 600, "seiscientas": 600, "setecientos": 700, "setecientas": 700, "ochocientos": 800,
        "ochocientas": 800, "novecientos": 900, "novecientas": 900,
    },
    hundred="",
    thousand="mil",
    times={"doble": 2, "triple": 3},
    joins=frozenset({"y"}),
    needs_join=True,
    between=frozenset({"eh", "este", "pues", "y", "luego", "guion", "guión", "espacio"}),
)  # fmt: skip


def numerals_of(language: str) -> Numerals:
    """Give the number words of a language by its tag; English for those not known."""
    return SPANISH if is_spanish(language) else ENGLISH


@dataclass(frozen=True, slots=True)
class SpokenDigits:
    """The digits in an utterance.

    Attributes:
        runs: each unbroken row of digits, in order ("it's 104233, no, 104234" has two).
        mostly: whether the utterance is about the digits: at least half of its words are numbers.
    """

    runs: tuple[str, ...]
    mostly: bool

    def number(self, length: int) -> str | None:
        """Find the number of this length: the last such row, or all rows together if they are most of it."""
        for run in reversed(self.runs):
            if len(run) == length:
                return run
            if len(run) == length + 1 and run.startswith("0"):
                return run[1:]  # "oh, one zero four..."
        return self.digits if self.mostly and len(self.digits) == length else None

    @property
    def digits(self) -> str:
        """All digits in order."""
        return "".join(self.runs)


def spoken_digits(text: str, language: str = "en") -> SpokenDigits:
    """Read the digits of an utterance: "ten forty two thirty three" is 104233."""
    heard = words(text)
    numerals = numerals_of(language)
    runs: list[str] = []
    run = ""
    counted = 0
    at = 0
    while at < len(heard):
        digits, used = digits_at(heard, at, numerals)
        if used:
            run += digits
            counted += used
            at += used
        else:
            if heard[at] not in numerals.between and run:
                runs.append(run)
                run = ""
            counted += heard[at] in numerals.between
            at += 1
    if run:
        runs.append(run)
    return SpokenDigits(tuple(runs), mostly=bool(heard) and 2 * counted >= len(heard))


def digits_at(heard: list[str], at: int, numerals: Numerals) -> tuple[str, int]:
    """Read one number word group: its digits, and how many words it takes (0: no number stands here)."""
    word = heard[at]
    following = heard[at + 1] if at + 1 < len(heard) else ""
    if word in numerals.times and (
        following in numerals.units or (following.isdecimal() and len(following) == 1)
    ):
        digit = str(numerals.units[following]) if following in numerals.units else following
        return digit * numerals.times[word], 2
    if word.isdecimal():
        return word, 1
    if word in numerals.hundreds or word == numerals.thousand == "mil":
        number, used = cardinal(heard, at, numerals)
        return (str(number), used) if number is not None else ("", 0)
    below, used = _below_hundred(heard, at, numerals)
    if below is None:
        return "", 0
    if numerals.hundred and following == numerals.hundred and word in numerals.units and below > 0:
        number, used = cardinal(heard, at, numerals)
        return str(number), used
    if used == 1 and word in numerals.units:
        return str(numerals.units[word]), 1
    return str(below), used


def cardinal(heard: list[str], at: int, numerals: Numerals) -> tuple[int | None, int]:
    """Read a whole number below a million, in words or figures, and how many words it takes (0: none)."""
    if at < len(heard) and heard[at].isascii() and heard[at].isdecimal() and len(heard[at]) <= 6:
        number, used = int(heard[at]), 1
        if number >= 1_000:
            return number, used
    elif at < len(heard) and heard[at] == numerals.thousand == "mil":
        number, used = 1, 0
    else:
        number, used = _below_thousand(heard, at, numerals)
    if number is not None and number > 0 and at + used < len(heard) and heard[at + used] == numerals.thousand:
        used += 1
        skip = at + used < len(heard) and heard[at + used] in numerals.joins
        rest, more = _below_thousand(heard, at + used + skip, numerals)
        number = number * 1_000 + (rest or 0)
        used += more + skip if more else 0
    return number, used


def _below_thousand(heard: list[str], at: int, numerals: Numerals) -> tuple[int | None, int]:
    if at < len(heard) and heard[at] in numerals.hundreds:
        first, used = numerals.hundreds[heard[at]], 1
    else:
        first, used = _below_hundred(heard, at, numerals)
        if first is None or at + used >= len(heard) or heard[at + used] != (numerals.hundred or None):
            return first, used
        first, used = first * 100, used + 1
    skip = at + used < len(heard) and heard[at + used] in numerals.joins
    rest, more = _below_hundred(heard, at + used + skip, numerals)
    return (first, used) if rest is None else (first + rest, used + skip + more)


def _below_hundred(heard: list[str], at: int, numerals: Numerals) -> tuple[int | None, int]:
    if at >= len(heard):
        return None, 0
    word = heard[at]
    if word in numerals.units:
        return numerals.units[word], 1
    if word in numerals.teens:
        return numerals.teens[word], 1
    if word not in numerals.tens:
        return None, 0
    joined = at + 1 < len(heard) and heard[at + 1] in numerals.joins
    if numerals.needs_join and not joined:
        return numerals.tens[word], 1
    unit = at + 1 + numerals.needs_join
    name = heard[unit] if unit < len(heard) else ""
    value = numerals.units.get(name, 0) if name not in ("oh", "o") else 0
    return (numerals.tens[word] + value, unit - at + 1) if value else (numerals.tens[word], 1)
