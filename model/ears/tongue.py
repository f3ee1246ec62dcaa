"""What the ears know of a language besides its sounds: its numbers, and what callers say in any call.

Words are in lower case, without punctuation.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from model.ears import phrases as english
from model.ears import spanish
from model.ears.dates import date_phrases
from model.ears.numbers import ENGLISH_NUMERALS, Numerals
from model.synthesis.speech import Language


@dataclass(frozen=True, eq=False)
class Tongue:
    """A language as callers speak it on the telephone.

    Attributes:
        yes, no, courtesies, repairs: whole utterances.
        farewells: those of the courtesies that end a call.
        fillers: before anything else.
        digit_leads: before a number that was asked for.
        tails: after any utterance.
        contractions: written out → run together.
        dates: every way of saying a day.
    """

    language: Language
    numerals: Numerals
    yes: Sequence[str]
    no: Sequence[str]
    courtesies: Sequence[str]
    farewells: Sequence[str]
    repairs: Sequence[str]
    fillers: Sequence[str]
    digit_leads: Sequence[str]
    tails: Sequence[str]
    dates: Callable[[], tuple[str, ...]]
    contractions: Sequence[tuple[str, str]] = ()


ENGLISH: Final = Tongue(
    language="en",
    numerals=ENGLISH_NUMERALS,
    yes=english.YES,
    no=english.NO,
    courtesies=english.COURTESIES,
    farewells=english.FAREWELLS,
    repairs=english.REPAIRS,
    fillers=english.FILLERS,
    digit_leads=english.DIGIT_LEADS,
    tails=english.TAILS,
    dates=date_phrases,
    contractions=english.CONTRACTIONS,
)
SPANISH: Final = Tongue(
    language="es",
    numerals=Numerals(
        digits=spanish.DIGITS,
        zeros=(),
        repeats=spanish.REPEATS,
        pairs=spanish.PAIRS,
        tens=spanish.TENS,
        joiner="y",
    ),
    yes=spanish.YES,
    no=spanish.NO,
    courtesies=spanish.COURTESIES,
    farewells=spanish.FAREWELLS,
    repairs=spanish.REPAIRS,
    fillers=spanish.FILLERS,
    digit_leads=spanish.DIGIT_LEADS,
    tails=spanish.TAILS,
    dates=spanish.date_phrases,
)


def tongue_of(tag: str) -> Tongue:
    """Choose by BCP 47 tag ("en-US", "es"); English for what the ears do not know."""
    return SPANISH if tag.lower().partition("-")[0] == "es" else ENGLISH
