"""How people say digits, and what they meant: "double four" is four four, "forty two" is four two.

Pure. The ears' output has one word per digit, so that whoever reads it never has to know how it was said.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

from model.turn import Word

DIGITS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
"""The word of each digit, by its value."""
OH: Final = "oh"
TEENS: Final = (
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
REPEATS: Final = {"double": 2, "triple": 3}


@dataclass(frozen=True, eq=False)
class Numerals:
    """How a language says numbers.

    Attributes:
        digits: the word of each digit, by its value.
        zeros: other words for zero.
        repeats: "double" → 2.
        pairs: words that say two digits at once ("twelve" → 1, 2).
        tens: words that say a ten and may be followed by a digit ("forty" → 4).
        joiner: stands between ten and digit; None where nothing does.
    """

    digits: tuple[str, ...]
    zeros: tuple[str, ...]
    repeats: Mapping[str, int]
    pairs: Mapping[str, tuple[int, int]]
    tens: Mapping[str, int]
    joiner: str | None = None

    @cached_property
    def values(self) -> Mapping[str, int]:
        """The value of each word for a single digit."""
        return {word: value for value, word in enumerate(self.digits)} | dict.fromkeys(self.zeros, 0)


ENGLISH_NUMERALS: Final = Numerals(
    digits=DIGITS,
    zeros=(OH,),
    repeats=REPEATS,
    pairs={word: (1, k) for k, word in enumerate(TEENS)},
    tens={word: 2 + k for k, word in enumerate(TENS)},
)


def digits_only(words: Sequence[Word], numerals: Numerals = ENGLISH_NUMERALS) -> tuple[Word, ...]:
    """Turn spoken numbers into digit words and leave other words as they are.

    "double four" → four four; "triple oh" → zero zero zero; "forty two" → four two; "thirty" → three zero;
    "twelve" → one two; "treinta y dos" → tres dos. A digit's time is its share of what was said; its
    confidence the lowest involved. A "double" whose digit has not been heard yet says nothing so far.
    """
    return tuple(_digits_only(words, numerals))


def _digits_only(words: Sequence[Word], numerals: Numerals) -> Iterator[Word]:
    k = 0
    while k < len(words):
        word = words[k]
        rest = [after.text for after in words[k + 1 : k + 3]]
        if word.text in numerals.repeats:
            if rest and rest[0] in numerals.values:
                value = numerals.values[rest[0]]
                yield from _spread((value,) * numerals.repeats[word.text], words[k : k + 2], numerals)
                k += 1
        elif word.text in numerals.tens:
            unit = _unit_after(rest, numerals)
            used = 1 if unit is None else 2 if numerals.joiner is None else 3
            yield from _spread((numerals.tens[word.text], unit or 0), words[k : k + used], numerals)
            k += used - 1
        elif word.text in numerals.pairs:
            yield from _spread(numerals.pairs[word.text], (word,), numerals)
        elif word.text in numerals.values:
            yield from _spread((numerals.values[word.text],), (word,), numerals)
        else:
            yield word
        k += 1


def _unit_after(rest: Sequence[str], numerals: Numerals) -> int | None:
    """The digit that belongs to the ten before `rest`: none for zeros, or without the joiner."""
    if numerals.joiner is not None:
        if not rest or rest[0] != numerals.joiner:
            return None
        rest = rest[1:]
    if not rest or rest[0] in numerals.zeros:
        return None
    return numerals.values.get(rest[0]) or None


def _spread(values: Sequence[int], said: Sequence[Word], numerals: Numerals) -> Iterator[Word]:
    """The digits `values` over the time of the words that said them, in equal shares."""
    start_ms, end_ms = said[0].start_ms, said[-1].end_ms
    edges = [start_ms + (end_ms - start_ms) * k // len(values) for k in range(len(values) + 1)]
    confidence = min(word.confidence for word in said)
    for value, (begin, end) in zip(values, pairwise(edges), strict=True):
        yield Word(numerals.digits[value], begin, end, confidence)
