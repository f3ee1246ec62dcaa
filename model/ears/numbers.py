"""How people say digits, and what they meant: "double four" is four four, "forty two" is four two.

Pure. The ears' output has one word per digit, so that whoever reads it never has to know how it was said.
"""

from collections.abc import Iterator, Sequence
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

_SINGLE: Final = {word: value for value, word in enumerate(DIGITS)} | {OH: 0}
_TEEN: Final = {word: 10 + k for k, word in enumerate(TEENS)}
_TEN: Final = {word: 20 + 10 * k for k, word in enumerate(TENS)}


def is_digit(word: str) -> bool:
    """Whether `word` says one digit ("oh" does)."""
    return word in _SINGLE


def digits_only(words: Sequence[Word]) -> tuple[Word, ...]:
    """Turn spoken numbers into digit words and leave other words as they are.

    "double four" → four four; "triple oh" → zero zero zero; "forty two" → four two; "thirty" → three zero;
    "twelve" → one two. A digit's time is its share of what was said; its confidence the lowest involved.
    A "double" whose digit has not been heard yet says nothing so far.
    """
    return tuple(_digits_only(words))


def _digits_only(words: Sequence[Word]) -> Iterator[Word]:
    k = 0
    while k < len(words):
        word = words[k]
        after = words[k + 1] if k + 1 < len(words) else None
        if word.text in REPEATS:
            if after is not None and after.text in _SINGLE:
                yield from _spread((_SINGLE[after.text],) * REPEATS[word.text], (word, after))
                k += 1
        elif word.text in _TEN:
            tens = _TEN[word.text] // 10
            if after is not None and _SINGLE.get(after.text, 0) > 0 and after.text != OH:
                yield from _spread((tens, _SINGLE[after.text]), (word, after))
                k += 1
            else:
                yield from _spread((tens, 0), (word,))
        elif word.text in _TEEN:
            yield from _spread((1, _TEEN[word.text] - 10), (word,))
        elif word.text in _SINGLE:
            yield from _spread((_SINGLE[word.text],), (word,))
        else:
            yield word
        k += 1


def _spread(values: Sequence[int], said: Sequence[Word]) -> Iterator[Word]:
    """The digits `values` over the time of the words that said them, in equal shares."""
    start_ms, end_ms = said[0].start_ms, said[-1].end_ms
    edges = [start_ms + (end_ms - start_ms) * k // len(values) for k in range(len(values) + 1)]
    confidence = min(word.confidence for word in said)
    for value, (begin, end) in zip(values, pairwise(edges), strict=True):
        yield Word(DIGITS[value], begin, end, confidence)
