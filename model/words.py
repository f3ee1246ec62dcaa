"""What the caller's words amount to: a mere "mm-hm", or an answer, perhaps a complete one. Pure. English."""

from collections.abc import Sequence
from typing import Final

from config.expectation import AnswerKind, Expectation
from model.turn import Word

_MURMURS: Final = frozenset(
    {"mm", "mhm", "mm-hm", "mmhm", "hm", "hmm", "uh-huh", "uhhuh", "uh", "huh", "ah", "oh"}
)
_ASSENTS: Final = frozenset(
    {"yeah", "yep", "yes", "yup", "okay", "ok", "right", "sure", "alright", "good", "great", "fine"}
)
_BACKCHANNEL_PHRASES: Final = frozenset({("i", "see"), ("got", "it"), ("all", "right"), ("of", "course")})
_DIGITS: Final = frozenset(
    ["zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
)
_YES_NO: Final = frozenset(
    ["yes", "yeah", "yep", "yup", "no", "nope", "sure", "correct", "right", "okay", "wrong"]
)


def is_backchannel(words: Sequence[Word]) -> bool:
    """Whether the words, if any, only say "go on"."""
    texts = [word.text for word in words]
    k = 0
    while k < len(texts):
        if tuple(texts[k : k + 2]) in _BACKCHANNEL_PHRASES:
            k += 2
        elif texts[k] in _MURMURS or texts[k] in _ASSENTS:
            k += 1
        else:
            return False
    return True


def completeness(words: Sequence[Word], expectation: Expectation) -> int:
    """Judge an answer by its words: 1 it is complete, -1 more must come, 0 the words do not tell."""
    texts = [word.text for word in words]
    match expectation.kind:
        case AnswerKind.DIGITS if expectation.digits is not None:
            count = sum(text in _DIGITS for text in texts)
            if count == 0:
                return 0
            return 1 if count == expectation.digits else -1 if count < expectation.digits else 0
        case AnswerKind.YES_NO:
            return 1 if len(texts) == 1 and texts[0] in _YES_NO else 0
        case AnswerKind.CHOICE | AnswerKind.FREE:
            return 1 if " ".join(texts) in expectation.phrases else 0
        case _:
            return 0
