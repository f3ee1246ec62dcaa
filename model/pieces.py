"""Words in pieces: an alphabet of a few hundred, from letters to whole words, English and Spanish.

A piece that begins a word carries "_" before it: "_order", "_e", "r", "s". Letters stand alone, so that every
name can be spelled; frequent words are one piece. `model.train.fit_pieces` made the list.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final, Literal

WORD: Final = "_"
LETTERS: Final = "abcdefghijklmnopqrstuvwxyzáéíóúüñ'0123456789"
PIECES: Final = tuple(Path(__file__).with_name("pieces.txt").read_text(encoding="utf-8").split())
_INDEX: Final = {piece: index for index, piece in enumerate(PIECES)}
_LONGEST: Final = max(map(len, PIECES))

BLANK: Final = 0
"""In the words head: nothing new here; `1 + i` is the i-th piece."""
CLASSES: Final = 1 + len(PIECES)

ToldKind = Literal["role", "offer", "withdrawn", "report"]
TOLD_KINDS: Final[tuple[ToldKind, ...]] = ("role", "offer", "withdrawn", "report")
TOLD_TOKENS: Final = CLASSES + len(TOLD_KINDS)
"""What may be told in a slot: nothing (0), a piece (`1 + i`), or that a text of some kind begins."""


def spelled(text: str) -> list[str]:
    """The words of a text in the letters we have; other signs part words."""
    letters = (letter if letter in LETTERS else " " for letter in text.lower().replace("’", "'"))
    return [word for word in (run.strip("'") for run in "".join(letters).split()) if word]


@cache
def _of_word(word: str) -> tuple[int, ...]:
    rest, found = WORD + word, list[int]()
    while rest:
        length = next(n for n in range(min(_LONGEST, len(rest)), 0, -1) if rest[:n] in _INDEX)
        found.append(_INDEX[rest[:length]])
        rest = rest[length:]
    return tuple(found)


def to_pieces(text: str) -> list[int]:
    """Indices of the pieces of a text, the longest first at each place."""
    return [index for word in spelled(text) for index in _of_word(word)]


def to_text(pieces: Iterable[int]) -> str:
    """The text that pieces spell."""
    return "".join(PIECES[index] for index in pieces).replace(WORD, " ").strip()


def told_tokens(kind: ToldKind, text: str) -> list[int]:
    """What enters the stream of injected text, one token a slot: its kind, then its pieces."""
    return [CLASSES + TOLD_KINDS.index(kind), *(1 + index for index in to_pieces(text))]
