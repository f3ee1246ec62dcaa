"""Whether an answer is complete by its words: what was awaited, and nothing begun after it. Pure.

English and Spanish together: callers change between them, and no phrase here means the opposite in the other.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from config.expectation import AnswerKind, Expectation
from model.ears.tongue import ENGLISH, SPANISH
from model.turn import Word

_Phrase: TypeAlias = tuple[str, ...]

_TONGUES: Final = (ENGLISH, SPANISH)


def _phrases(*lists: Iterable[str]) -> frozenset[_Phrase]:
    return frozenset(tuple(phrase.split()) for phrases in lists for phrase in phrases)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_DIGITS: Final = frozenset(
    word for tongue in _TONGUES for word in (*tongue.numerals.digits, *tongue.numerals.zeros)
)
_BEFORE: Final = _phrases(*((*t.fillers, *t.courtesies) for t in _TONGUES), ("yes", "yeah", "no", "sí"))
"""May be said before an answer, and is none."""
_AFTER: Final = _phrases(*(tongue.tails for tongue in _TONGUES))
_FAREWELLS: Final = _phrases(*(tongue.farewells for tongue in _TONGUES))
_YES_NO: Final = _phrases(*((*tongue.yes, *tongue.no) for tongue in _TONGUES))
_REFUSALS: Final = frozenset(no for no in _phrases(*(tongue.no for tongue in _TONGUES)) if len(no) > 1)
"""Answers to any question: "no thank you", "that is all"."""
_LEADING_ON: Final = _set(
    "a an the my your his her our their this i we he she they and or but because if when is are was am has "
    "of to for from with by at um uh er "
    "el la los las un mi su y o pero porque que de del para con en por cuando es eh este pues"
)
"""Nobody ends a turn on these; the caller is looking for the next word."""
_MAY_GO_ON: Final = 0.4
"""How complete an answer is that often has a second part: "yes | that's right", "a refund | for a lamp"."""


def completeness(words: Sequence[Word], expectation: Expectation) -> float:
    """Judge a turn by its words: up to 1 the answer is complete, -1 more must come, 0 they do not tell."""
    texts = tuple(word.text for word in words)
    if not texts:
        return 0.0
    if expectation.kind is AnswerKind.DIGITS and expectation.digits is not None:
        missing = expectation.digits - sum(text in _DIGITS for text in texts)
        if missing == 0:
            return 1.0
        if 0 < missing < expectation.digits:
            return -1.0
    answered = _answered(texts, _answers(expectation))
    return -1.0 if not answered and texts[-1] in _LEADING_ON else answered


@lru_cache(maxsize=256)
def _answers(expectation: Expectation) -> frozenset[_Phrase]:
    """All that answers what was asked, in whole."""
    match expectation.kind:
        case AnswerKind.YES_NO:
            return _YES_NO | _FAREWELLS | _phrases(expectation.phrases)
        case AnswerKind.CHOICE | AnswerKind.FREE:
            return _REFUSALS | _FAREWELLS | _phrases(expectation.phrases)
        case _:
            return frozenset()


def _answered(texts: _Phrase, answers: frozenset[_Phrase]) -> float:
    """How complete an answer the texts are: one or more answers, with nothing around them but courtesies."""
    longest = max(map(len, answers | _BEFORE | _AFTER))
    upto: list[float | None] = [0.0, *[None] * len(texts)]
    for begin in range(len(texts)):
        before = upto[begin]
        if before is None:
            continue
        for end in range(begin + 1, min(begin + longest, len(texts)) + 1):
            told = _told_by(texts[begin:end], before, answers, last=end == len(texts))
            if told is not None:
                upto[end] = max(upto[end] or 0.0, told)
    return upto[-1] or 0.0


def _told_by(piece: _Phrase, before: float, answers: frozenset[_Phrase], *, last: bool) -> float | None:
    """How complete an answer is with this piece; None if it is neither an answer nor a courtesy."""
    if piece in answers:
        goes_on = last and any(len(each) > len(piece) and each[: len(piece)] == piece for each in answers)
        return _MAY_GO_ON if goes_on else 1.0
    if before and piece in _AFTER:
        return 1.0
    return 0.0 if piece in _BEFORE else None
