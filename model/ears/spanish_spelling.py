"""How a Spanish word sounds, by its spelling: in Spain, and in America where that differs.

Spanish is written nearly as it is said, so a vocabulary of thousands of words needs no synthesiser. The
sounds are those that espeak-ng would make.
"""

from typing import Final

from model.synthesis.phones import PHONES

_NUMBER: Final = {name: number for number, name in enumerate(PHONES)}
_PLAIN: Final = {
    "á": "a",
    "é": "e",
    "í": "i",
    "ó": "o",
    "ú": "u",
    "ü": "u",
    **{letter: letter for letter in "aeioubdfklmpstw"},
    "v": "b",
    "ñ": "ny",
    "j": "kh",
    "n": "n",
    "g": "g",
}
_PAIRS: Final = {"ch": "ch", "ll": "y", "rr": "rr", "qu": "k", "ck": "k", "sh": "sh"}
_STRONG: Final = frozenset("aeoáéó")
_VOWELS: Final = _STRONG | frozenset("iuíúü")
_BEFORE_E: Final = frozenset("eiéí")
_ROLLED_AFTER: Final = frozenset("nls")


def can_be_spelled(word: str) -> bool:
    """Whether this is a plain word, lower case: several letters, a vowel among them."""
    return len(word) > 1 and word.isalpha() and not _VOWELS.isdisjoint(word)


def spelled_sounds(word: str) -> tuple[tuple[int, ...], ...]:
    """All ways to say a plain word, as numbers of `PHONES`."""
    ways = [_sounds(word, lisped=lisped) for lisped in (True, False)]
    return tuple(dict.fromkeys(tuple(_NUMBER[sound] for sound in way) for way in ways if way))


def _sounds(word: str, *, lisped: bool) -> list[str]:
    sounds: list[str] = []
    at = 0
    while at < len(word):
        if word[at : at + 2] in _PAIRS:
            sounds.append(_PAIRS[word[at : at + 2]])
            at += 2
            continue
        sounds += _letter(word, at, lisped=lisped)
        mute_u = word[at] == "g" and word[at + 1 : at + 2] == "u" and word[at + 2 : at + 3] in _BEFORE_E
        at += 2 if mute_u and word[at + 2 : at + 3] else 1
    return sounds


def _letter(word: str, at: int, *, lisped: bool) -> list[str]:
    letter, before, after = word[at], word[at - 1 : at] if at else "", word[at + 1 : at + 2]
    soft = after in _BEFORE_E and bool(after)
    match letter:
        case "c" | "z" if soft or letter == "z":
            return ["th" if lisped else "s"]
        case "c":
            return ["k"]
        case "g" if soft:
            return ["kh"]
        case "x":
            return ["k", "s"] if at else ["s"]
        case "r":
            return ["rr" if not before or before in _ROLLED_AFTER else "dx"]
        case "d" if before and before != "n" and after:
            return ["dh"]
        case "n" if after and after in "gj":
            return ["ng"]
        case "n" if after and after in "bv":
            return ["m"]
        case "y":
            return ["i"] if not before and not after else ["y"]
        case "i" | "u" if _glides(word, at):
            return ["y" if letter == "i" else "w"]
        case "h":
            return []
        case _:
            return [_PLAIN[letter]] if letter in _PLAIN else []


def _glides(word: str, at: int) -> bool:
    """Whether this weak vowel is said in one syllable with a strong one beside it."""
    before, after = word[at - 1 : at] if at else "", word[at + 1 : at + 2]
    return bool(after and after in _VOWELS) or bool(before and before in _STRONG)
