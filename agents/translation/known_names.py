"""Names known in advance (`names.yaml`), found in a text without capitals and marks: what ears hear. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict, field_validator

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_IN: Final = frozenset(
    {
        "in",
        "from",
        "to",
        "at",
        "of",
        "near",
        "through",
        "for",
        "en",
        "de",
        "a",
        "desde",
        "hasta",
        "para",
        "por",
    }
)
"""Words before a place."""
_MOST_OF_PLACE: Final = 4
_PARTICLES: Final = frozenset(
    {"de", "del", "la", "las", "los", "van", "von", "da", "dos", "di", "san", "santa"}
)


class _Names(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    given: frozenset[str]
    doubtful: frozenset[str]
    surnames: frozenset[str]
    places: frozenset[str]
    of_words: frozenset[str]

    @field_validator("given", "doubtful", "surnames", "places", mode="before")
    @classmethod
    def _parted(cls, words: str) -> frozenset[str]:
        return frozenset(_folded(word) for word in words.split())

    @field_validator("of_words", mode="before")
    @classmethod
    def _plain(cls, names: Sequence[str]) -> frozenset[str]:
        return frozenset(map(_folded, names))


@cache
def _names() -> _Names:
    text = files("agents.translation").joinpath("names.yaml").read_text(encoding="utf-8")
    return _Names.model_validate(yaml.safe_load(text))


def known_names(text: str) -> Iterator[tuple[int, int]]:
    """Find names of people and places, however they are written: where each begins and ends."""
    found = list(_WORD.finditer(text))
    words = [_folded(match[0]) for match in found]
    at = 0
    while at < len(words):
        end = name_end(words, at)
        if end > at:
            # Marks inside part it: "Maria, Lopez wants ..."
            while end > at + 1 and any(
                text[one.end() : other.start()] != " "
                for one, other in zip(found[at : end - 1], found[at + 1 : end], strict=True)
            ):
                end -= 1
            yield found[at].start(), found[end - 1].end()
        at = max(end, at + 1)


def name_end(words: Sequence[str], at: int) -> int:
    """Say up to which word a name goes that begins here; `at` where none does.

    Args:
        words: lower case, accents or not.
        at: a place among them.
    """
    return max(_person_end(words, at), _place_end(words, at))


def may_go_on(word: str) -> bool:
    """Whether this is a given name, which a surname may follow."""
    return _folded(word) in _names().given


def _person_end(words: Sequence[str], at: int) -> int:
    names = _names()
    first = _folded(words[at])
    if first not in names.given and first not in names.doubtful:
        return at
    end, surnames = at + 1, 0
    while end < len(words):
        skip = 0
        while skip < 2 and end + skip < len(words) and words[end + skip] in _PARTICLES:
            skip += 1
        if end + skip == len(words):
            break
        word = _folded(words[end + skip])
        if word in names.surnames:
            surnames += 1
        elif skip or word not in names.given:
            break
        end += skip + 1
    return end if surnames or first in names.given else at


def _place_end(words: Sequence[str], at: int) -> int:
    names = _names()
    for size in range(_MOST_OF_PLACE, 1, -1):
        if at + size <= len(words) and " ".join(map(_folded, words[at : at + size])) in names.of_words:
            return at + size
    return at + (at > 0 and words[at - 1] in _IN and _folded(words[at]) in names.places)


@lru_cache(maxsize=8_192)
def _folded(word: str) -> str:
    """Lower case without accents; the ñ stays."""
    plain = unicodedata.normalize("NFD", word.lower()).replace("n\u0303", "ñ")
    return "".join(sign for sign in plain if not unicodedata.combining(sign))
