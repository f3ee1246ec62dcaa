"""Which language an interpreted person speaks now, as their ears tell it turn by turn. Pure.

A change is believed as in any call (`config.flow.LanguageRecognition`): at once when it is very likely and
more than a word was said, else when it was likely two turns in a row. A turn that goes on must have told so
twice.
"""

from dataclasses import dataclass, replace
from typing import Final

from agents.interpreting.events import UNKNOWN
from agents.translation.translator import language_of
from config.expectation import AnswerKind, Expectation
from config.flow import LanguageRecognition
from model.ears.spoken_language import CLASSES, OTHER
from model.turn import LanguageHeard, Transcript

ANYTHING: Final = Expectation(
    AnswerKind.FREE,
    any_words=True,
    elsewhere=tuple((language, ()) for language in CLASSES if language != OTHER),
)
"""What is awaited of a person who is interpreted: any words, in any of the languages."""
_IN_A_ROW: Final = 2


@dataclass(frozen=True, slots=True)
class Tongue:
    """What is known of one person's language.

    Attributes:
        own: the last one they spoke that is known here, a BCP 47 tag; in it they are spoken to.
        first: the tag they began with; empty: they have gone over to no other since.
        foreign: they speak none that is known here.
        turns: turns in a row that were likely in another language.
        readings: readings of the turn under way in a row that were very likely in another one.
    """

    own: str
    first: str = ""
    foreign: bool = False
    turns: int = 0
    readings: int = 0

    @property
    def spoken(self) -> str:
        """What they speak; `UNKNOWN` for a language nobody here knows."""
        return UNKNOWN if self.foreign else self.own


def followed(
    tongue: Tongue, said: Transcript, others: str, recognition: LanguageRecognition
) -> tuple[Tongue, Transcript | None]:
    """Take in what a person is saying.

    Args:
        tongue: as it was.
        said: their turn so far.
        others: the other person's tag, which stands for its language.
        recognition: how sure is sure enough.

    Returns:
        Their language from now on, and the turn as understood in it; None where it was not.
    """
    after = _after(tongue, said, others, recognition) if recognition.on else tongue
    return after, None if after.foreign else _in(after.own, said, heard_as=tongue.own)


def _after(tongue: Tongue, said: Transcript, others: str, recognition: LanguageRecognition) -> Tongue:
    heard = said.spoken
    if heard is None or not _differs(tongue, heard):
        return replace(tongue, turns=0 if said.final else tongue.turns, readings=0)
    sure = heard.probability >= recognition.sure and len(said.words) >= recognition.words
    likely = heard.probability >= recognition.likely
    readings = tongue.readings + 1 if sure and not said.final else 0
    turns = tongue.turns if not said.final else tongue.turns + 1 if likely else 0
    if readings >= _IN_A_ROW or turns >= _IN_A_ROW or (sure and said.final):
        return _speaking(tongue, heard.language, others)
    return replace(tongue, turns=turns, readings=readings)


def _differs(tongue: Tongue, heard: LanguageHeard) -> bool:
    if heard.language == OTHER:
        return not tongue.foreign
    return tongue.foreign or heard.language != language_of(tongue.own)


def _speaking(tongue: Tongue, language: str, others: str) -> Tongue:
    if language == OTHER:
        return Tongue(tongue.own, tongue.first, foreign=True)
    first = tongue.first or tongue.own
    tags = (tag for tag in (first, others) if language_of(tag) == language)
    return Tongue(next(tags, language), first)


def _in(tag: str, said: Transcript, *, heard_as: str) -> Transcript | None:
    """Take the turn as it was understood in a language; `heard_as`: what the ears took it to be in."""
    for each in (said, said.otherwise):
        if each is not None and language_of(each.language or heard_as) == language_of(tag):
            return each
    return None
