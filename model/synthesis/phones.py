"""The sounds of English and Spanish, under one set of names, and the names synthesisers have for them.

English sounds have their ARPAbet names in lower case (schwa is "ah", as in the CMU dictionary); Spanish adds
its five pure vowels, the tapped and the trilled r, the jota and the eñe, and shares the rest.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from model.synthesis.speech import Language

PHONES: Final = (
    "aa", "ae", "ah", "ao", "aw", "ay", "b", "ch", "d", "dh", "eh", "er", "ey", "f", "g", "hh", "ih", "iy",
    "jh", "k", "l", "m", "n", "ng", "ow", "oy", "p", "r", "s", "sh", "t", "th", "uh", "uw", "v", "w", "y",
    "z", "zh", "a", "e", "i", "o", "u", "dx", "rr", "kh", "ny",
)  # fmt: skip
"""All sounds; silence is not among them."""

_ESPEAK_SHARED: Final[Mapping[str, str]] = {
    **{name: name for name in ("b", "d", "f", "k", "l", "m", "n", "p", "s", "t", "v", "w", "z")},
    "g": "g", "h": "hh", "j": "y", "N": "ng", "T": "th", "D": "dh", "S": "sh", "Z": "zh", "tS": "ch",
    "dZ": "jh", "x": "kh",
}  # fmt: skip
_ESPEAK_ENGLISH: Final[Mapping[str, str]] = {
    "r": "r", "r-": "r", "*": "d", "t#": "d", "t2": "t", "t[": "t", "d#": "d", "n-": "n", "l#": "l",
    "w#": "w", "W": "w", "C": "hh", "l^": "l", "?": "t", "x": "k",
    "i": "iy", "i:": "iy", "I": "ih", "I2": "ih", "I#": "ih", "E": "eh", "E2": "eh", "e": "eh", "a": "ae",
    "a#": "ah", "aa": "ae", "A": "aa", "A:": "aa", "A#": "aa", "V": "ah", "0": "aa", "0#": "aa", "O": "ao",
    "O:": "ao", "O2": "ao", "U": "uh", "u": "uw", "u:": "uw", "ju:": "y uw", "y": "uw", "@": "ah",
    "@2": "ah", "@5": "ah", "3": "er", "3:": "er", "3:r": "er", "@L": "ah l", "VR": "ah r", "IR": "ih r",
    "A@": "aa r", "O@": "ao r", "o@": "ao r", "e@": "eh r", "i@": "iy ah", "i@3": "iy er", "U@": "uh r",
    "eI": "ey", "e:": "ey", "E:": "eh", "a:": "aa", "aI": "ay", "aI2": "ay", "aI3": "ay", "aI@": "ay er",
    "aI@3": "ay er", "OI": "oy", "aU": "aw", "aU@": "aw er", "oU": "ow", "o": "ow", "o:": "ow",
}  # fmt: skip
_ESPEAK_SPANISH: Final[Mapping[str, str]] = {
    "a": "a", "e": "e", "E": "e", "i": "i", "o": "o", "O": "o", "u": "u", "eI": "e y", "EI": "e y",
    "aI": "a y", "oI": "o y", "uI": "u y", "eU": "e w", "aU": "a w", "oU": "o w", "**": "dx", "*": "dx",
    "R2": "rr", "r": "dx", "R": "rr", "B": "b", "Q": "g", "Q^": "g", "G": "g", "J^": "y", "J": "y",
    "l^": "y", "n^": "ny", "C": "kh", "h": "kh",
}  # fmt: skip
_ARPABET: Final[Mapping[str, str]] = {
    "ax": "ah",
    "axr": "er",
    "ix": "ih",
    "dx": "d",
    "en": "ah n",
    "el": "ah l",
}
_KNOWN: Final = frozenset(PHONES)


@cache
def from_espeak(name: str, language: Language) -> tuple[str, ...]:
    """The sounds of an espeak-ng phoneme event, stress marks and all; none for pauses and marks."""
    bare = name.strip("',%=|_!")
    table = _ESPEAK_ENGLISH if language == "en" else _ESPEAK_SPANISH
    for candidate in (bare, bare.rstrip(":;"), bare.rstrip("2345#-")):
        sounds = table.get(candidate, _ESPEAK_SHARED.get(candidate))
        if sounds is not None:
            return tuple(sounds.split())
    return ()


@cache
def from_arpabet(name: str) -> tuple[str, ...]:
    """The sounds of an ARPAbet name (CMU dictionary, flite), stress digits and all; none for pauses."""
    bare = name.lower().rstrip("012")
    return tuple(sound for sound in _ARPABET.get(bare, bare).split() if sound in _KNOWN)
