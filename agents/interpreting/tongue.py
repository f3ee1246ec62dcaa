"""What an interpreter knows of a language (`tongues.yaml`)."""

from functools import cache, cached_property
from pathlib import Path
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict

from agents.dialogue.numerals import Numerals, numerals_of
from agents.translation.translator import language_of

Words = frozenset[str]


class Tongue(BaseModel):
    """The words of one language by what they do; the heading of `tongues.yaml` says what each list is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    clauses: Words
    prepositions: Words
    together: Words
    articles: Words
    leaning: Words
    light: Words
    denials: Words
    fillers: Words
    hesitations: Words
    asks: Words
    inverted: Words
    subjects: Words
    days: Words
    months: Words
    measures: Words
    ordinals: Words
    streets: Words
    ways: Words
    joins: Words
    signs: Words
    emphatic: Words
    capitals: Words
    names: Words
    spelt: Words

    @cached_property
    def openers(self) -> Words:
        """Words that open a constituent, or the articles of one."""
        return self.prepositions | self.articles

    @cached_property
    def unfinished(self) -> Words:
        """Words after which something must follow."""
        return self.clauses | self.openers | self.leaning


def tongue_of(tag: str) -> Tongue:
    """Give what is known of a language by its tag, `es-MX`; English for those not known."""
    tongues = _tongues()
    return tongues.get(language_of(tag), tongues["en"])


@cache
def number_words(tag: str) -> Words:
    """Return the words that are numbers, or parts of them, ordinals too."""
    numerals: Numerals = numerals_of(tag)
    return (
        frozenset(
            word
            for some in (numerals.units, numerals.teens, numerals.tens, numerals.hundreds)
            for word in some
        )
        | {numerals.thousand}
        | ({numerals.hundred} if numerals.hundred else frozenset[str]())
        | tongue_of(tag).ordinals
    ) - _NO_NUMBERS


_NO_NUMBERS: Final = frozenset({"un", "una", "o", "oh"})
"""Articles, and what else is mostly no number."""


@cache
def _tongues() -> dict[str, Tongue]:
    read = yaml.safe_load(Path(__file__).with_name("tongues.yaml").read_text("utf-8"))
    return {language: Tongue.model_validate(words) for language, words in read.items()}
