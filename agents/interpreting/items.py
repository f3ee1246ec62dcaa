"""What must stay in one piece: numbers, amounts, dates, names, addresses, what is spelled. Pure."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from agents.dialogue.spelling import spelled
from agents.interpreting.tongue import Tongue, number_words, tongue_of
from agents.translation.known_names import may_go_on, name_end

_NAME: Final = 2
"""Words of a name."""
_ADDRESS: Final = 12
"""Words of an address for mail, or of something spelled, at most."""
_STREET: Final = 4
"""Words from the number of a house to the word for street."""
_BEFORE_HOUSES: Final = frozenset({"at", "to", "is"})
"""English words before a number that may be a house's: its street is still to come."""
_LETTERS: Final = 2


def bonds(words: Sequence[str], tag: str) -> tuple[bool, ...]:
    """Say of each word whether it and the next belong to one item; of the last, whether one may go on.

    "it is | thirty dollars and twenty cents | please": "thirty" to "twenty" are each bound to the next.
    """
    tongue = tongue_of(tag)
    bound = [False] * len(words)
    for begin, end, goes_on in _runs(words, tag, tongue):
        if begin and words[begin - 1] in _BEFORE_HOUSES and len(words) - end < _STREET - 1:
            goes_on = goes_on or tongue.unfinished.isdisjoint(words[end:])
        for at in range(begin, len(words) if goes_on else _counted(words, end, tongue) - 1):
            bound[at] = True
    for at, word in enumerate(words):
        if word in tongue.spelt:
            _bind(bound, at, _ADDRESS)
        elif word in tongue.ways:
            _bind_street(bound, words, at, tag)
        elif (end := name_end(words, at)) > at:
            _bind(bound, at, end - at - (end < len(words) or not may_go_on(word)))
        elif word in tongue.names or (at and f"{words[at - 1]} {word}" in tongue.names):
            _bind_name(bound, words, at, tongue)
    return tuple(bound)


def _counted(words: Sequence[str], end: int, tongue: Tongue) -> int:
    """Take in what a number that ends here counts ("two orders"), or the street whose house it is."""
    for far in range(end, min(end + _STREET, len(words))):
        if words[far] in tongue.streets:
            return far + 1
    return end + 1 if end < len(words) and words[end] not in tongue.unfinished else end


def _bind(bound: list[bool], at: int, words: int) -> None:
    for place in range(at, min(at + words, len(bound))):
        bound[place] = True


def _bind_street(bound: list[bool], words: Sequence[str], at: int, tag: str) -> None:
    """Bind a street to its name and the number of the house, as far as they come ("calle mayor cinco")."""
    tongue = tongue_of(tag)
    numbers = number_words(tag)
    for place in range(at, min(at + _STREET, len(words))):
        following = words[place + 1] if place + 1 < len(words) else None
        if following in tongue.clauses or words[place] in numbers:
            return
        bound[place] = True


def _bind_name(bound: list[bool], words: Sequence[str], at: int, tongue: Tongue) -> None:
    """Bind what introduces a name to it, and its words to each other, up to the next clause."""
    for place in range(at, min(at + _NAME, len(words))):
        if place + 1 < len(words) and words[place + 1] in tongue.clauses:
            return
        bound[place] = True


def _runs(words: Sequence[str], tag: str, tongue: Tongue) -> list[tuple[int, int, bool]]:
    """Find rows of words that are numbers or count with them: begin, end, whether it may go on."""
    numbers = number_words(tag)
    counts = tongue.days | tongue.months | tongue.measures | tongue.streets
    core = [_is_core(words, at, tag) for at in range(len(words))]
    runs: list[tuple[int, int, bool]] = []
    at = 0
    while at < len(words):
        end = at
        while end < len(words) and (core[end] or words[end] in counts or words[end] in tongue.joins):
            end += 1
        if end == at:
            at += 1
            continue
        solid = [k for k in range(at, end) if core[k] or words[k] in counts]
        begin, last = (solid[0], solid[-1] + 1) if solid else (at, at)
        some = range(begin, last)
        dated = any(words[k] in tongue.days or words[k] in tongue.months for k in some)
        if any(core[k] or words[k] in numbers for k in some) or dated:
            runs.append((begin, last, end == len(words)))
        at = end
    return runs


def _is_core(words: Sequence[str], at: int, tag: str) -> bool:
    word = words[at]
    tongue = tongue_of(tag)
    if word in tongue.signs or word in number_words(tag) or any(sign.isdecimal() for sign in word):
        return True
    before = at > 0 and _are_spelled(words[at - 1], word, tag)
    after = at + 1 < len(words) and _are_spelled(word, words[at + 1], tag)
    return before or after


@lru_cache(maxsize=8_192)
def _are_spelled(one: str, other: str, tag: str) -> bool:
    tongue = tongue_of(tag)
    if {one, other} <= tongue.unfinished:
        return False  # "i", "a", "y" are words, too
    if not (spelled(one, tag) and spelled(other, tag)):
        return False
    rows = spelled(f"{one} {other}", tag)
    return len(rows) == 1 and len(rows[0]) >= _LETTERS
