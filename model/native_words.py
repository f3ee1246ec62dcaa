"""The model's own words: pieces put together as they come out of the words head, with times."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from config.units import SLOT_MS
from model.pieces import BLANK, PIECES, WORD
from model.turn import Word

KEPT: Final = 64
"""Words that are remembered; a turn has fewer."""


@dataclass(frozen=True, slots=True)
class NativeWords:
    """What the caller has said of late, as the model itself reads it: the best class of each slot, CTC's way.

    Attributes:
        words: the latest `KEPT`; the last one may still grow. Times are of call time, when its pieces came
            out, a little after they were said; confidence is the least of its pieces'.
        last: the class of the slot before.
    """

    words: tuple[Word, ...] = ()
    last: int = BLANK

    def heard(self, classes: Sequence[int], confidences: Sequence[float], at_ms: int) -> "NativeWords":
        """After some more slots, the first of which began at `at_ms`; a class that repeats counts once."""
        words, last = list(self.words), self.last
        for k, (now, confidence) in enumerate(zip(classes, confidences, strict=True)):
            if now not in (BLANK, last):
                _put(words, PIECES[now - 1], at_ms + k * SLOT_MS, confidence)
            last = now
        return NativeWords(tuple(words[-KEPT:]), last)


def _put(words: list[Word], piece: str, begin_ms: int, confidence: float) -> None:
    end_ms = begin_ms + SLOT_MS
    if words and not piece.startswith(WORD):
        word = words[-1]
        words[-1] = replace(
            word,
            text=word.text + piece,
            end_ms=end_ms,
            confidence=min(word.confidence, confidence),
        )
    else:
        words.append(Word(piece.removeprefix(WORD), begin_ms, end_ms, confidence))
