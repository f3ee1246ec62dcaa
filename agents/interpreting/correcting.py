"""Putting right what was translated and then heard otherwise: does it matter, which words are said. Pure."""

import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

from agents.interpreting.events import HeardWord
from agents.interpreting.items import bonds
from agents.interpreting.tongue import number_words, tongue_of

_MOST_LEANING: Final = 3
"""Words before what is put right that are said with it ("on the second")."""
_MOST_WORDS: Final = 8
"""What differs in more words is said as a whole."""
_LEAST_ALIKE: Final = 0.4
"""The same where so little is alike."""
_STEM: Final = 4


def put_right(before_words: Sequence[HeardWord], words: Sequence[HeardWord], tag: str) -> Sequence[HeardWord]:
    """Say which words put a phrase right: "i come on tuesday" → "i come on thursday" is "on thursday".

    Returns:
        nothing where the difference does not matter, or nothing was said after all.
    """
    tongue = tongue_of(tag)
    before, now = [word.text for word in before_words], [word.text for word in words]
    changes = [
        change
        for change in SequenceMatcher(None, before, now, autojunk=False).get_opcodes()
        if change[0] != "equal" and _matters(before[change[1] : change[2]], now[change[3] : change[4]], tag)
    ]
    if not now or not changes:
        return ()
    begin, end = changes[0][3], changes[-1][4]
    differing = {
        word for change in changes for word in (*before[change[1] : change[2]], *now[change[3] : change[4]])
    }
    turned = not tongue.denials.isdisjoint(differing)
    alike = SequenceMatcher(None, before, now, autojunk=False).ratio()
    if turned or end - begin > _MOST_WORDS or alike < _LEAST_ALIKE:
        return words
    begin, end = _constituent(now, begin, end, tag)
    return words[begin:end]


def _matters(before: Sequence[str], now: Sequence[str], tag: str) -> bool:
    """Whether one in place of the other changes what is meant."""
    tongue = tongue_of(tag)
    weighty_before, weighty_now = _weighty(before, tag), _weighty(now, tag)
    if weighty_before == weighty_now:
        return False
    if not tongue.denials.isdisjoint({*before} ^ {*now}):
        return True
    if weighty_now:
        return True
    # Words were heard in vain: only a number, a day or the like is missed.
    return any(_is_data(word, tag) for word in before)


def _weighty(words: Sequence[str], tag: str) -> list[str]:
    tongue = tongue_of(tag)
    light = tongue.light | tongue.unfinished | tongue.fillers
    return [
        word if _is_data(word, tag) or word in tongue.denials else _stem(word)
        for word in words
        if word in tongue.denials or _is_data(word, tag) or word not in light
    ]


def _is_data(word: str, tag: str) -> bool:
    tongue = tongue_of(tag)
    return (
        word in number_words(tag)
        or word in tongue.days
        or word in tongue.months
        or any(sign.isdecimal() for sign in word)
    )


def _stem(word: str) -> str:
    """The same for forms of a word that sound nearly alike: "orders" and "order", "esta" and "está"."""
    plain = "".join(sign for sign in unicodedata.normalize("NFD", word) if not unicodedata.combining(sign))
    if len(plain) <= _STEM:
        return plain
    return plain.removesuffix("s").removesuffix("e")


def _constituent(now: Sequence[str], begin: int, end: int, tag: str) -> tuple[int, int]:
    """Widen a stretch to what can be said by itself: whole items, what leans on it, a word of weight."""
    tongue = tongue_of(tag)
    bound = bonds(now, tag)
    while end < len(now) and (begin == end or now[end - 1] in tongue.unfinished or bound[end - 1]):
        end += 1
    while begin > 0 and bound[begin - 1]:
        begin -= 1
    if begin == end:
        begin = max(0, begin - 1)
    leaning = 0
    while begin > 0 and leaning < _MOST_LEANING and now[begin - 1] in tongue.openers:
        begin -= 1
        leaning += 1
    return begin, end
