"""From what the decoder heard to the caller's words: written out, digits as digits, in call time. Pure."""

from collections.abc import Callable, Iterator
from typing import Final

from model.ears.careful import Reading
from model.ears.numbers import digits_only
from model.ears.phrases import CONTRACTIONS
from model.turn import Word

_WRITTEN_OUT: Final = {
    spoken: tuple(written.split()) for written, spoken in CONTRACTIONS if " " not in spoken and " " in written
}


def caller_words(reading: Reading, at_ms: Callable[[int], int], *, digits: bool) -> tuple[Word, ...]:
    """The words of a reading.

    Args:
        reading: spans in frames of the turn.
        at_ms: the call time of a frame.
        digits: numbers are to be read as digits.
    """
    words = tuple(_words(reading, at_ms))
    return digits_only(words) if digits else words


def _words(reading: Reading, at_ms: Callable[[int], int]) -> Iterator[Word]:
    for span, sureness in zip(reading.spans, reading.sureness, strict=True):
        start_ms, end_ms = at_ms(span.start_frame), at_ms(span.end_frame)
        parts = _WRITTEN_OUT.get(span.word, (span.word,))
        for k, part in enumerate(parts):
            begin = start_ms + (end_ms - start_ms) * k // len(parts)
            end = start_ms + (end_ms - start_ms) * (k + 1) // len(parts)
            yield Word(part, begin, end, sureness)
