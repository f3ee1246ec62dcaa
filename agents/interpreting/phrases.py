"""What an interpreter says of its own, and what people say to it (`phrases.yaml`)."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from agents.interpreting.tongue import tongue_of
from agents.translation.translator import language_of


class Phrases(BaseModel):
    """The sentences of one language; the heading of `phrases.yaml` says when each is said."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    correction: str
    repeat: tuple[str, ...]
    politeness: frozenset[str]
    introduction: str
    missing: str
    failed: str
    left: str
    not_spoken: str


def languages() -> tuple[str, ...]:
    """List the languages an interpreter has words of its own in, as codes: `es`."""
    return tuple(_phrases())


def phrases_of(tag: str) -> Phrases:
    """Give the sentences of a language by its tag, `es-MX`; English for those not known."""
    phrases = _phrases()
    return phrases.get(language_of(tag), phrases["en"])


def asks_to_repeat(words: Sequence[str], tag: str) -> bool:
    """Whether somebody asks to hear the last sentence again: "sorry, could you repeat that please?".

    Args:
        words: of a whole turn, lower case, without punctuation.
        tag: the language they are in.
    """
    return tuple(_plain(words, tag)) in _requests(tag)


def may_ask_to_repeat(words: Sequence[str], tag: str) -> bool:
    """Whether these may be the first words of such a request."""
    plain = tuple(_plain(words, tag))
    return any(request[: len(plain)] == plain for request in _requests(tag))


def _plain(words: Sequence[str], tag: str) -> list[str]:
    skipped = phrases_of(tag).politeness | tongue_of(tag).fillers
    return [word for word in words if word not in skipped]


@cache
def _requests(tag: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(_plain(request.split(), tag)) for request in phrases_of(tag).repeat) - {()}


@cache
def _phrases() -> dict[str, Phrases]:
    read = yaml.safe_load(Path(__file__).with_name("phrases.yaml").read_text("utf-8"))
    return {language: Phrases.model_validate(phrases) for language, phrases in read.items()}
