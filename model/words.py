"""Whether the caller's words are a mere "mm-hm". Pure.

English and Spanish together: callers change between them, and no word here means the opposite in the other.
"""

from collections.abc import Sequence
from typing import Final

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
