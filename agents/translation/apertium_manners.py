"""What Apertium needs around it: edits before and after, and nouns that stand in for terms. Pure."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict

from agents.translation.translator import Term

_SPACES: Final = re.compile(r"\s+")
_SPACE_BEFORE_MARK: Final = re.compile(r"\s+([.,;:!?…)])")


class _StandIn(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    en: tuple[str, str]
    es: tuple[str, str]

    def form(self, language: str, *, plural: bool) -> str:
        return (self.en if language == "en" else self.es)[plural]


class _Edits(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    before: tuple[str, ...]
    after: tuple[str, ...]


class _Manners(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    stand_ins: Mapping[str, tuple[_StandIn, ...]]
    en: _Edits
    es: _Edits


Edits = tuple[tuple[re.Pattern[str], str], ...]


@cache
def _manners() -> _Manners:
    text = files("agents.translation").joinpath("apertium_manners.yaml").read_text(encoding="utf-8")
    return _Manners.model_validate(yaml.safe_load(text))


@cache
def _edits(source: str) -> tuple[Edits, Edits]:
    edits = _manners().en if source == "en" else _manners().es
    before, after = (tuple(_edit(line) for line in each) for each in (edits.before, edits.after))
    return before, after


def _edit(line: str) -> tuple[re.Pattern[str], str]:
    pattern, new = line.split(" -> ")
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE), new


def before(text: str, source: str) -> str:
    """Put a text in words that Apertium gets right."""
    for pattern, new in _edits(source)[0]:
        text = pattern.sub(new, text)
    return text


def after(text: str, source: str) -> str:
    """Put right what Apertium is known to get wrong in what it gave for a text in `source`."""
    for pattern, new in _edits(source)[1]:
        text = pattern.sub(new, text)
    return _SPACE_BEFORE_MARK.sub(r"\1", _SPACES.sub(" ", text)).strip()


def stand_ins(terms: Sequence[Term], text: str, source: str) -> tuple[tuple[str, str] | None, ...]:
    """Give each term a noun that stands in for it, as (what to send, what comes back).

    None for a term whose gender is not known, and when the nouns are used up. None of them stands in the
    text.
    """
    words = set(re.findall(r"\w+", text.lower()))
    target = "es" if source == "en" else "en"
    free = {
        gender: [each for each in those if not words & {*each.en, *each.es}]
        for gender, those in _manners().stand_ins.items()
    }
    given: list[tuple[str, str] | None] = []
    for term in terms:
        if not (nouns := free.get(term.gender)):
            given.append(None)
            continue
        noun = nouns.pop(0)
        given.append((noun.form(source, plural=term.plural), noun.form(target, plural=term.plural)))
    return tuple(given)


def put_back(text: str, stand_in: str, target: str) -> str | None:
    """Write a term where its stand-in came back; None unless it came back just once."""
    pattern = re.compile(rf"(?<!\w){re.escape(stand_in)}(?!\w)", re.IGNORECASE)
    if len(pattern.findall(text)) != 1:
        return None
    return pattern.sub(lambda _: target, text)
