"""The sounds of speech as classes: what the model is taught to tell apart on the way to understanding."""

from functools import cache
from typing import Final

SILENCE: Final = 0
PHONES: Final = (
    "_", "p", "b", "t", "d", "k", "g", "f", "v", "T", "D", "s", "z", "S", "Z", "tS", "dZ", "h", "m", "n",
    "N", "l", "r", "j", "w", "i", "i:", "I", "E", "a", "A:", "V", "0", "O:", "U", "u:", "3:", "@", "eI", "aI",
    "OI", "aU", "oU", "i@", "e@", "U@", "?",
)  # fmt: skip
"""espeak-ng's names of the sounds of English, near ones merged; the last is every other sound."""
_NEAR: Final = {
    "3": "3:", "a#": "@", "@2": "@", "@5": "@", "@L": "@", "VR": "3:", "I2": "I", "I#": "I", "e": "E",
    "aa": "a", "A": "A:", "A@": "A:", "A#": "A:", "O": "O:", "O@": "O:", "o@": "O:", "O2": "O:", "0#": "0",
    "u": "u:", "i@3": "i@", "aI@": "aI", "aI2": "aI", "aI3": "aI", "aI@3": "aI", "U@": "U@", "t#": "t",
    "t2": "t", "t[": "t", "d#": "d", "r-": "r", "n-": "n", "w#": "w", "*": "t", "x": "k", "C": "h", "l^": "l",
    "W": "w", "o": "oU", "o:": "oU", "e:": "eI", "E:": "E", "a:": "A:", "y": "u:", "IR": "i@", "3:r": "3:",
    "ju:": "u:", "E2": "E",
}  # fmt: skip
_INDEX: Final = {name: index for index, name in enumerate(PHONES)}


@cache
def phone_index(name: str) -> int:
    """The class of an espeak-ng phoneme event; pauses, marks and clause ends are silence."""
    bare = name.strip("',%=|_!:") or ""
    if not bare or bare in (";", "?"):
        return SILENCE
    for candidate in (name.strip("',%=|_!"), bare):
        known = _NEAR.get(candidate, candidate)
        if known in _INDEX:
            return _INDEX[known]
    return len(PHONES) - 1
