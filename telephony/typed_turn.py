"""A turn that was typed instead of spoken, as words. Pure."""

from typing import Final

from model.turn import Word

MOST_WORDS: Final = 100
_AROUND: Final = '.,;:!?¡¿…"“”«»()[]'


def typed(text: str, now_ms: int) -> tuple[Word, ...]:
    """Give the words of a typed text, all at call time `now_ms`: lower case, without the signs around them.

    Figures, addresses and amounts stay as they were written: whoever reads slots reads them so, too.
    """
    words = (part.strip(_AROUND) for part in text.lower().split())
    return tuple(Word(word, now_ms, now_ms) for word in words if word)[:MOST_WORDS]
