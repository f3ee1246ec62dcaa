"""Which of a speaker's words are stable: heard alike often enough, or for long enough. Pure.

Partials replace each other. What was translated before is found again in each, by its words and times; what
follows it waits until it is stable.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from agents.interpreting.events import HeardWord
from agents.interpreting.policy import Policy

_LATER_MS: Final = 2_000
"""Words that begin so long after what was translated are none of it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A word not yet translated: in how many partials running it was heard, since when."""

    word: HeardWord
    seen: int
    since_ms: int


def waiting_after(
    before: tuple[Waiting, ...], words: Sequence[HeardWord], now_ms: int
) -> tuple[Waiting, ...]:
    """Take in the words of a partial that were not translated: which of them were there before, and where."""
    taken: list[Waiting] = []
    alike = True
    for at, word in enumerate(words):
        alike = alike and at < len(before) and before[at].word.text == word.text
        taken.append(
            replace(before[at], word=word, seen=before[at].seen + 1) if alike else Waiting(word, 1, now_ms)
        )
    return tuple(taken)


def stable(waiting: tuple[Waiting, ...], policy: Policy, now_ms: int) -> int:
    """Say how many of the words that wait are stable; those before them always are too."""
    for at, each in enumerate(waiting):
        agreed = each.seen >= policy.agree and len(waiting) - at > policy.behind
        stood = now_ms - each.since_ms >= policy.unchanged_ms
        if not (agreed or stood or each.word.confidence >= policy.sure):
            return at
    return len(waiting)


def places(said: Sequence[HeardWord], words: Sequence[HeardWord]) -> tuple[int, ...]:
    """Find translated words again in another hearing of the same turn.

    Returns:
        where each of `said` begins in `words`, and behind the last where what follows begins: never falling.
        What has no match takes no place.
    """
    texts = [word.text for word in said]
    if [word.text for word in words[: len(said)]] == texts:
        return tuple(range(len(said) + 1))
    end_ms = said[-1].end_ms + _LATER_MS if said else 0
    near = [word for word in words if word.start_ms <= end_ms]
    costs = _costs(texts, [word.text for word in near])
    return _traced(costs, texts, [word.text for word in near], _cut(costs[-1], said, near))


def _cut(costs: list[int], said: Sequence[HeardWord], words: Sequence[HeardWord]) -> int:
    """Choose how many words the translated ones have become: of what costs the same, what ends like them."""

    def unlike(cut: int) -> tuple[int, bool, int]:
        if not cut or not said:
            return costs[cut], True, cut
        last, word = said[-1], words[cut - 1]
        return costs[cut], word.text != last.text, abs(word.end_ms - last.end_ms)

    return min(range(len(words) + 1), key=unlike)


def _costs(texts: list[str], others: list[str]) -> list[list[int]]:
    """Levenshtein's distances of all beginnings of one list to all of the other."""
    rows = [list(range(len(others) + 1))]
    for at, text in enumerate(texts, start=1):
        row = [at]
        for k, other in enumerate(others, start=1):
            row.append(min(rows[-1][k - 1] + (text != other), rows[-1][k] + 1, row[-1] + 1))
        rows.append(row)
    return rows


def _traced(costs: list[list[int]], texts: list[str], others: list[str], cut: int) -> tuple[int, ...]:
    begins = [cut]
    at, place = len(texts), cut
    while at:
        here = costs[at][place]
        if place and here == costs[at - 1][place - 1] + (texts[at - 1] != others[place - 1]):
            at, place = at - 1, place - 1
            begins.append(place)
        elif place and here == costs[at][place - 1] + 1:
            place -= 1
        else:
            at -= 1
            begins.append(place)
    begins[-1] = 0
    return tuple(reversed(begins))
