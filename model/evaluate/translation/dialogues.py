"""Two people on the telephone: what each says, what it should become, and what of it must be exact.

The dialogues are data, pair by pair, so every turn has its reference by construction. Those kept for figures
stand in a file of their own; the company's line, the glossary and the policy are tuned on the others.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Final, Literal

import yaml

from model.evaluate.translation.slots import PROTECTED, Value
from model.evaluate.translation.values import MAKERS
from model.synthesis.speech import Language

Split = Literal["train", "test"]
Who = Literal["caller", "company"]

_SLOT: Final = re.compile(r"\{(\w+?)(\d?)(-?)\}")
_STUCK: Final = re.compile(r"\s*~\s*")
LANGUAGES: Final[tuple[Language, ...]] = ("en", "es")


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody says, in both languages.

    Attributes:
        said: in words, with "~" where the speaker may get stuck, and the signs that make pauses.
        written: as people write it: a perfect transcript in the one, the reference in the other language.
        values: what must reach the listener exactly; what the speaker takes back is not among it.
    """

    who: Who
    said: Mapping[Language, str]
    written: Mapping[Language, str]
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A call: `languages` says who speaks which; the two differ."""

    id: str
    name: str
    turns: tuple[Turn, ...]
    languages: Mapping[Who, Language]


@cache
def templates(split: Split) -> Mapping[str, tuple[tuple[Who, str, str], ...]]:
    """The turns of each dialogue, by its name: who speaks, in English, in Spanish, slots open."""
    text = Path(__file__).with_name(f"dialogues_{split}.yaml").read_text(encoding="utf-8")
    return {name: tuple(tuple(turn) for turn in turns) for name, turns in yaml.safe_load(text).items()}


def dialogues(split: Split, count: int, seed: int) -> Iterator[Dialogue]:
    """Fill so many dialogues, one after the other; in every other round the languages change sides."""
    names = list(templates(split))
    for number in range(count):
        name = names[number % len(names)]
        swapped = (number + number // len(names)) % 2 == 1
        caller: Language = "en" if swapped else "es"
        company: Language = "es" if swapped else "en"
        yield Dialogue(
            id=f"translation-{number:03d}",
            name=name,
            turns=_turns(templates(split)[name], Random(f"{seed} {number}")),
            languages={"caller": caller, "company": company},
        )


def _turns(turns: tuple[tuple[Who, str, str], ...], random: Random) -> tuple[Turn, ...]:
    values: dict[str, Value] = {}
    for slot in (found for _, english, _ in turns for found in _SLOT.finditer(english)):
        if slot[0] not in values:
            values[slot[0]] = _another(slot[1], values, random)
    return tuple(_turn(turn, values) for turn in turns)


def _another(maker: str, values: Mapping[str, Value], random: Random) -> Value:
    """A value that no other slot of the dialogue has: a listener could not tell which was meant."""
    while True:
        value = MAKERS[maker](random)
        if value not in values.values():
            return value


def _turn(turn: tuple[Who, str, str], values: Mapping[str, Value]) -> Turn:
    who, *texts = turn
    said: dict[Language, str] = {}
    written: dict[Language, str] = {}
    for language, text in zip(LANGUAGES, texts, strict=True):
        said[language] = _SLOT.sub(lambda slot, of=language: values[slot[0]].forms[of].said, text)
        plain = _STUCK.sub(" ", text)
        written[language] = _SLOT.sub(lambda slot, of=language: values[slot[0]].forms[of].written, plain)
    stands = {slot[0] for slot in _SLOT.finditer(texts[0]) if not slot[3]}
    exact = tuple(value for key, value in values.items() if key in stands and value.kind in PROTECTED)
    return Turn(who, said, written, exact)
