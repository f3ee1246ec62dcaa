"""What people say in service calls as a whole, in both languages: a phrase book. Pure.

A phrase of the book is words with blanks: `{}` is an item (a number, a name, an amount: a word with a figure
in it stands for one), `{term}` a term of the glossary, `{rest}` whatever follows, up to the clause's end. On
the Spanish side `{un}` and `{el}` are articles that fit the term.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict

from agents.translation.glossary import Entry, FoundTerm, Glossary
from agents.translation.translator import Term

ITEM: Final = "{}"
TERM: Final = "{term}"
REST: Final = "{rest}"
_TOKEN: Final = re.compile(r"\{\w*\}|\w+(?:['’]\w+)*")
_CLAUSE: Final = re.compile(r"([¿¡\s]*)([^.,;:!?¿¡…—]*(?:[.,:]\w[^.,;:!?¿¡…—]*)*)([.,;:!?…—]*\s*)")
_SHORT: Final = {
    "i'm": "i am", "i've": "i have", "i'd": "i would", "i'll": "i will", "you're": "you are",
    "it's": "it is", "you've": "you have", "you'll": "you will", "you'd": "you would", "that's": "that is",
    "what's": "what is", "where's": "where is", "when's": "when is", "how's": "how is",
    "there's": "there is", "we're": "we are", "we've": "we have", "we'll": "we will", "he's": "he is",
    "she's": "she is", "they're": "they are", "it'll": "it will", "can't": "cannot", "don't": "do not",
    "doesn't": "does not", "didn't": "did not", "isn't": "is not", "wasn't": "was not", "hasn't": "has not",
    "haven't": "have not", "won't": "will not", "couldn't": "could not", "wouldn't": "would not",
    "aren't": "are not", "let's": "let us", "who's": "who is",
}  # fmt: skip
_YES: Final = "sí"
_IF: Final = "si"
"""The accent tells them apart: "si puede" is no "yes, you can"."""
_FOLDED: Final = str.maketrans("áéíóúü", "aeiouu")
_ARTICLES: Final = {
    "un": {"m": "un", "f": "una", "ms": "unos", "fs": "unas"},
    "el": {"m": "el", "f": "la", "ms": "los", "fs": "las"},
}
_ARTICLE_BLANKS: Final = frozenset({"{un}", "{el}"})
_ANY_ARTICLE: Final = frozenset({"un", "una", "unos", "unas", "el", "la", "los", "las"})


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a clause, from `start` up to `end` of it; a term is one word. `key`: as it is compared."""

    start: int
    end: int
    key: str
    term: Term | None = None


@dataclass(frozen=True, slots=True)
class Matched:
    """A phrase of the book that fits: what it says, and the words it leaves for `{rest}`, or none."""

    says: str
    rest: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a text between marks: what stands before it, its words, what stands after it."""

    lead: str
    body: str
    tail: str


@dataclass(frozen=True, slots=True)
class _Phrase:
    pattern: tuple[str, ...]
    says: str


class _Pages(BaseModel):
    """The file. Each phrase: "English / another way = Spanish / another way"; the first of each is said."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    whole: tuple[str, ...]
    opens: tuple[str, ...]
    closes: tuple[str, ...]
    leads: tuple[str, ...]
    terms: tuple[Entry, ...]


class Phrasebook:
    """One direction of the book. Of phrases that fit, the longest is taken."""

    def __init__(self, pages: _Pages, source: str) -> None:
        self._whole = _by_first_word(
            phrase for page in (pages.whole, pages.opens, pages.closes) for phrase in _phrases(page, source)
        )
        self._leads = _by_first_word(_phrases(pages.leads, source))
        self._opens = _by_first_word(_phrases(pages.opens, source))
        self._closes = sorted(_phrases(pages.closes, source), key=_longest_first)

    def whole(self, words: Sequence[Word], body: str) -> Matched | None:
        """Find the phrase that is the whole clause; "si" alone is a "sí"."""
        if [word.key for word in words] == [_IF]:
            words = (replace(words[0], key=_YES),)
        fitting = (_fitted(each, words, body) for each in _candidates(self._whole, words))
        return next(filter(None, fitting), None)

    def leading(self, words: Sequence[Word], body: str) -> Matched | None:
        """Find the phrase that the clause begins with and that says how the rest goes on."""
        for each in _candidates(self._leads, words):
            size = len(each.pattern)
            if size < len(words) and (found := _fitted(each, words[:size], body)):
                return Matched(found.says, tuple(words[size:]))
        return None

    def opening(self, words: Sequence[Word], body: str) -> Matched | None:
        """Find a greeting or the like that the clause begins with."""
        for each in _candidates(self._opens, words):
            size = len(each.pattern)
            if size < len(words) and (found := _fitted(each, words[:size], body)):
                return Matched(found.says, tuple(words[size:]))
        return None

    def closing(self, words: Sequence[Word], body: str) -> Matched | None:
        """Find a courtesy that the clause ends with; the rest is what stands before it."""
        for each in self._closes:
            at = len(words) - len(each.pattern)
            if at > 0 and (found := _fitted(each, words[at:], body)):
                return Matched(found.says, tuple(words[:at]))
        return None


@cache
def _pages() -> _Pages:
    text = files("agents.translation").joinpath("service_talk.yaml").read_text(encoding="utf-8")
    return _Pages.model_validate(yaml.safe_load(text))


@cache
def phrasebook(source: str) -> Phrasebook:
    """Give the book from English ("en") into Spanish, or from Spanish."""
    return Phrasebook(_pages(), source)


@cache
def service_terms() -> Glossary:
    """Give the words of service talk that a general translator gets wrong: an order is "un pedido"."""
    return Glossary(_pages().terms)


def clauses_of(text: str) -> Iterator[Clause]:
    """Part a text at its marks. A mark inside a number or an address parts nothing."""
    for match in _CLAUSE.finditer(text):
        if match[0]:
            yield Clause(match[1], match[2], match[3])


def words_of(body: str, terms: Sequence[FoundTerm] = ()) -> tuple[Word, ...]:
    """Part a clause into words, a short form ("I'm") into those it is short for."""
    words: list[Word] = []
    at = 0
    for found in terms:
        words += _plain(body, at, found.start)
        words.append(Word(found.start, found.end, "", found.term))
        at = found.end
    words += _plain(body, at, len(body))
    if words:  # signs around the words are theirs
        words[0] = replace(words[0], start=0)
        words[-1] = replace(words[-1], end=len(body))
    return tuple(words)


def _plain(body: str, start: int, end: int) -> Iterator[Word]:
    for match in _TOKEN.finditer(body, start, end):
        lower = match[0].lower().replace("’", "'")
        lower = lower if lower == _YES else lower.translate(_FOLDED)
        for key in _SHORT.get(lower, lower).split():
            yield Word(match.start(), match.end(), key)


def _phrases(pairs: Sequence[str], source: str) -> Iterator[_Phrase]:
    for pair in pairs:
        english, spanish = ([way.strip() for way in side.split(" / ")] for side in pair.split(" = "))
        ways, others = (english, spanish) if source == "en" else (spanish, english)
        says = others[0]
        for way in ways:
            pattern = tuple(word.key for word in _plain(way, 0, len(way)) if word.key != REST)
            yield _Phrase(pattern, says)


def _longest_first(phrase: _Phrase) -> int:
    return -len(phrase.pattern)


def _by_first_word(phrases: Iterable[_Phrase]) -> dict[str, list[_Phrase]]:
    by_word: dict[str, list[_Phrase]] = {}
    for each in sorted(phrases, key=_longest_first):
        by_word.setdefault("" if each.pattern[0].startswith("{") else each.pattern[0], []).append(each)
    return by_word


def _candidates(phrases: dict[str, list[_Phrase]], words: Sequence[Word]) -> list[_Phrase]:
    return [*phrases.get(words[0].key or "-", ()), *phrases.get("", ())] if words else []


def _fitted(phrase: _Phrase, words: Sequence[Word], body: str) -> Matched | None:
    """Fill the blanks of a phrase, if it fits these words exactly."""
    if len(words) != len(phrase.pattern):
        return None
    items: list[str] = []
    terms: list[Term] = []
    for wanted, word in zip(phrase.pattern, words, strict=True):
        if wanted == ITEM and any(sign.isdecimal() for sign in word.key):
            items.append(body[word.start : word.end])
        elif wanted == TERM and word.term:
            terms.append(word.term)
        elif wanted in _ARTICLE_BLANKS:
            if word.key not in _ANY_ARTICLE:
                return None
        elif wanted != word.key or word.term:
            return None
    return Matched(_said(phrase.says, items, terms))


def _said(says: str, items: list[str], terms: list[Term]) -> str:
    for item in items:
        says = says.replace(ITEM, item, 1)
    for term in terms:
        form = f"{term.gender or 'm'}{'s' if term.plural else ''}"
        for name, forms in _ARTICLES.items():
            says = says.replace(f"{{{name}}} {TERM}", f"{forms[form]} {TERM}", 1)
        says = says.replace(TERM, term.target, 1)
    return says
