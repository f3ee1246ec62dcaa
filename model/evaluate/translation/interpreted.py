"""What became of a turn that was interpreted: who said what when, and what the listener heard of it when."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from config.units import MICRO_TURN_MS
from model.evaluate.cases import Span
from model.evaluate.translation.dialogues import Turn
from model.evaluate.translation.spoken import SpokenTurn
from model.synthesis.speech import Language
from model.turn import Word

_BRIDGED_MS: Final = 100


@dataclass(frozen=True, slots=True)
class Way:
    """When the last word of a phrase was told of, when it went to the translator, when it might be voiced."""

    heard_ms: int
    asked_ms: int
    said_ms: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """A piece of the translation as it was voiced.

    Attributes:
        from_ms, upto_ms: when the speaker said what it stands for, as the interpreter understood it.
        words: at the listener's ear, ms from the same zero.
        corrects: it puts right what was said before.
        way: None where nobody noted it.
        speed: of the voice, 1.0 is as usual.
    """

    text: str
    source: str
    from_ms: int
    upto_ms: int
    words: tuple[Word, ...]
    corrects: bool = False
    way: Way | None = None
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Interpreted:
    """A turn and its translation; ms from the beginning of the call, in which the turn began `at_ms`.

    Attributes:
        call: id of the dialogue.
        heard: what the interpreter understood.
        unsaid: phrases that had no translation.
        translator_ms: how long each request took.
    """

    call: str
    turn: Turn
    spoken: SpokenTurn
    target: Language
    at_ms: int
    heard: str
    phrases: tuple[Phrase, ...]
    unsaid: int = 0
    translator_ms: tuple[float, ...] = ()

    @property
    def source(self) -> tuple[Word, ...]:
        """The words that were truly said."""
        return tuple(
            Word(word.text, self.at_ms + word.start_ms, self.at_ms + word.end_ms)
            for word in self.spoken.words
        )

    @property
    def voiced(self) -> tuple[Word, ...]:
        """The words of the translation, at the ear."""
        return tuple(word for phrase in self.phrases for word in phrase.words)

    @property
    def translation(self) -> str:
        return " ".join(phrase.text for phrase in self.phrases)

    @property
    def source_spans(self) -> tuple[Span, ...]:
        """When the speaker's voice is heard."""
        return joined(
            Span(self.at_ms + k * MICRO_TURN_MS, self.at_ms + (k + 1) * MICRO_TURN_MS)
            for k, voiced in enumerate(self.spoken.voiced)
            if voiced
        )

    @property
    def target_spans(self) -> tuple[Span, ...]:
        """When the interpreter's is."""
        return joined(Span(word.start_ms, word.end_ms) for word in self.voiced)


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Rising spans, those that nearly touch as one."""
    found: list[Span] = []
    for span in spans:
        if found and span.start_ms - found[-1].end_ms <= _BRIDGED_MS:
            found[-1] = Span(found[-1].start_ms, max(found[-1].end_ms, span.end_ms))
        else:
            found.append(span)
    return tuple(found)
