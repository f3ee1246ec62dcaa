"""The seam of the voice: text in, 16 kHz audio with word times out, clause by clause."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from model.turn import Audio, VoiceChoice, Word


@dataclass(frozen=True, slots=True)
class Speech:
    """A clause as sound: int16[n] at 16 kHz, and its words at ms from the clause's first sample.

    The words are those of the text, in order, none left out: joining the words of all clauses gives the
    text back (whitespace aside), punctuation staying on the word it follows.
    """

    audio: Audio
    words: tuple[Word, ...]


class Voice(Protocol):
    """Voices text. Thread-safe; `speak` yields the first clause as soon as it is ready."""

    def speak(self, text: str, language: str, choice: VoiceChoice) -> Iterator[Speech]:
        """Voice a text in the language of a BCP 47 tag; one the voice does not know in its own.

        A `choice` it has not is spoken as usual.
        """
        ...
