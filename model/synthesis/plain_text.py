"""Texts as old synthesisers can read them."""

import unicodedata
from typing import Final

_SIGNS: Final = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "."})


def in_ascii(text: str) -> str:
    """`text` in ASCII, letter by letter, so that offsets stay what they are; spaces for what has no like."""
    letters = (unicodedata.normalize("NFKD", letter)[:1] for letter in text.translate(_SIGNS))
    return "".join(letter if letter.isascii() and letter.isprintable() else " " for letter in letters)
