"""Ears that never err: the words of the caller, known by construction, a micro-turn after they were said.

They stand in where only timing is to be measured. A system that hears no words does not notice them.
"""

from dataclasses import replace
from typing import Final

from config.units import MICRO_TURN_MS
from model.turn import HeardWords, TurnOutput, TurnTaken, Word

KNOWN: Final = "known"
NONE: Final = "none"
_CONFIDENCE: Final = 0.95


class KnownWords:
    """The words of one case."""

    def __init__(self, words: tuple[Word, ...]) -> None:
        self._words = tuple(replace(word, confidence=_CONFIDENCE) for word in words)
        self._taken = 0
        self._said = 0

    def heard(self, index: int) -> HeardWords:
        """What is known of the present turn at the beginning of micro-turn `index`."""
        now_ms = index * MICRO_TURN_MS
        self._said = sum(word.end_ms <= now_ms for word in self._words)
        midway = any(word.start_ms < now_ms < word.end_ms for word in self._words)
        return HeardWords(self._words[self._taken : self._said], final=not midway)

    def follow(self, output: TurnOutput) -> None:
        """Begin a new turn when the model has."""
        over = output.transcript is not None and output.transcript.final
        if over or any(isinstance(act, TurnTaken) for act in output.acts):
            self._taken = self._said


def told_words(ears: str, words: tuple[Word, ...]) -> KnownWords | None:
    """What tells a system the caller's words; None when it has ears of its own."""
    if ears == KNOWN:
        return KnownWords(words)
    return KnownWords(()) if ears == NONE else None
