"""What the caller's words amount to: a mere "mm-hm", or an answer, perhaps a complete one. Pure.

English and Spanish together: callers change between them, and no word here means the opposite in the other.
"""

from collections.abc import Sequence
from typing import Final

from config.expectation import AnswerKind, Expectation
from model.turn import Word


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_MURMURS: Final = _set("mm mhm mm-hm mmhm mm-mm hm hmm uh-huh uhhuh uh huh ah aha oh wow ajá aja ujum")
_ASSENTS: Final = _set(
    "yeah yep yes yup okay ok right sure alright good great fine true exactly really perfect nice then "
    "lovely then sí si vale claro bueno bien ya entiendo exacto perfecto correcto eso genial cierto anda"
)
_ASSENTING_PHRASES: Final = frozenset(
    {
        ("i", "see"),
        ("got", "it"),
        ("all", "right"),
        ("of", "course"),
        ("fair", "enough"),
        ("oh", "no"),
        ("oh", "dear"),
        ("makes", "sense"),
        ("sounds", "good"),
        ("i", "understand"),
        ("de", "acuerdo"),
        ("muy", "bien"),
        ("ya", "veo"),
        ("por", "supuesto"),
        ("está", "bien"),
        ("así", "es"),
        ("qué", "bien"),
    }
)
_SAYING_GO_ON: Final = _MURMURS | _ASSENTS
_PHRASES_BEGIN: Final = frozenset(first for first, _ in _ASSENTING_PHRASES)
_DIGITS: Final = _set(
    "zero oh one two three four five six seven eight nine "
    "cero uno una dos tres cuatro cinco seis siete ocho nueve"
)
_YES_NO: Final = _set(
    "yes yeah yep yup no nope sure correct right okay wrong sí si claro vale correcto exacto"
)
_LEADING_ON: Final = _set(
    "a an the my your his her our their this i we he she they and or but because if when is are was am has "
    "of to for from with by at um uh er "
    "el la los las un mi su y o pero porque que de del para con en por cuando es eh este pues"
)
"""Nobody ends a turn on these; the caller is looking for the next word."""


def is_backchannel(words: Sequence[Word]) -> bool:
    """Whether the words, if any, only say "go on", or may still come to that ("I", before "see")."""
    texts = [word.text for word in words]
    k = 0
    while k < len(texts):
        if tuple(texts[k : k + 2]) in _ASSENTING_PHRASES:
            k += 2
        elif texts[k] in _SAYING_GO_ON or (texts[k:] == texts[-1:] and texts[k] in _PHRASES_BEGIN):
            k += 1
        else:
            return False
    return True


def completeness(words: Sequence[Word], expectation: Expectation) -> int:
    """Judge a turn by its words: 1 the answer is complete, -1 more must come, 0 the words do not tell."""
    texts = [word.text for word in words]
    if not texts:
        return 0
    match expectation.kind:
        case AnswerKind.DIGITS if expectation.digits is not None:
            missing = expectation.digits - sum(text in _DIGITS for text in texts)
            if missing == 0:
                return 1
            if 0 < missing < expectation.digits:
                return -1
        case AnswerKind.YES_NO if len(texts) == 1 and texts[0] in _YES_NO:
            return 1
        case AnswerKind.CHOICE | AnswerKind.FREE if " ".join(texts) in expectation.phrases:
            return 1
        case _:
            pass
    return -1 if texts[-1] in _LEADING_ON else 0
