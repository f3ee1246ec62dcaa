"""Cut streamed words into sentences, as soon as each is whole and never before.

Pure: what is held back is passed in and handed back. A cut depends on the sentence and the first sign behind
it, never on how the words arrived. In doubt two sentences stay one: half a sentence must not be spoken.
"""

# ruff: noqa: SIM905 - word lists read as words
import re
from collections.abc import Iterator
from typing import Final

START: Final = "\n"
"""What is held before the first word: the text begins on a line of its own."""

_TITLES: Final = frozenset(
    "dr mr mrs ms prof st rev gen col capt lt sgt hon messrs vs viz cf e.g i.e eg ie approx dept inc ltd "
    "corp bros ave blvd rd jr mt ft u.s u.k u.n d.c ph.d "
    "sr sra srta sres d dña dn avda av izq dcha dpto ud uds vd vds p.ej ej ee ee.uu s.a s.l gral lic ing "
    "arq".split()
)
"""Behind these a stop ends no sentence: more of it follows, or may (English and Spanish)."""
_BEFORE_NUMBERS: Final = frozenset(
    "no nos nr fig vol p pp tel ext apt jan feb mar apr jun jul aug sep sept oct nov dec "
    "núm nº pág págs art tfno ene abr ago dic".split()
)
"""Behind these a stop ends no sentence if a number follows."""
_LAST_WORDS: Final = frozenset("a.m p.m etc".split())
"""Behind these a stop ends a sentence if what follows begins like one."""
_CLOSING: Final = "\"'”’»)]*_"
_GOES_ON: Final = ",;:)]}%/"
"""No sentence begins with these."""

# Where a sentence may end: stops and what closes with them, or the end of a line; then the first sign behind.
_END: Final = re.compile(r"(?P<stop>[.!?…]+)[\"'”’»)\]*_]*(?=\s)|(?P<line>\S)(?=[^\S\n]*\n)")
_NEXT: Final = re.compile(r"\s+(\S)")
_LAST_WORD: Final = re.compile(r"([^\W\d_](?:[\w.]*\w)?)\.$")
_LIST_NUMBER: Final = re.compile(r"\n\s*\d{1,2}\.$")


def cut(held: str, more: str) -> tuple[list[str], str]:
    """Take in more words.

    Args:
        held: what an earlier cut held back; `START` before the first.
        more: what has arrived since.

    Returns:
        The sentences that are whole now, each with the space before it, and what is held back. Together
        they are `held + more`, letter for letter.
    """
    text = held + more
    begin = 0
    sentences: list[str] = []
    for end in _ends(text):
        if text[begin:end].strip() and _ends_here(text[begin:end], text[end:]):
            sentences.append(text[begin:end])
            begin = end
    return sentences, text[begin:]


def _ends(text: str) -> Iterator[int]:
    last = -1
    for found in _END.finditer(text):
        if found.end() != last:
            yield (last := found.end())


def _ends_here(sentence: str, behind: str) -> bool:
    """Tell whether a sentence ends between these; false while the next sign is not there to tell."""
    following = _NEXT.match(behind)
    if following is None:
        return False
    sign = following[1]
    if "\n" in behind[: following.start(1)]:
        return not sign.islower()
    bare = sentence.rstrip(_CLOSING)
    if sign.islower() or sign in _GOES_ON:
        return False
    if not bare.endswith(".") or bare.endswith(".."):
        return True
    return _LIST_NUMBER.search(bare) is None and _stops(bare, sign)


def _stops(bare: str, sign: str) -> bool:
    """Tell whether the stop that ends `bare` ends a sentence, and not an abbreviation or an initial."""
    word = _LAST_WORD.search(bare)
    if word is None:
        return True
    spelled = word[1].lower()
    if spelled in _BEFORE_NUMBERS or spelled in _LAST_WORDS:
        return not sign.isdigit()
    initial = len(spelled) == 1 and word[1].isupper() and spelled != "i"
    return not initial and spelled not in _TITLES
