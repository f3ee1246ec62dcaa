"""What is said in service calls, translated clause by clause: by the phrase book, or else by asking."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from agents.translation.apertium_manners import after, before, put_back, stand_ins
from agents.translation.glossary import Glossary
from agents.translation.phrasebook import (
    REST,
    Clause,
    Word,
    clauses_of,
    phrasebook,
    service_terms,
    words_of,
)
from agents.translation.translator import Term

Ask = Callable[[str], Awaitable[str]]
_I: Final = re.compile(r"(?<![\w'])i(?=['’\s]|$)")
_KEEPS_CAPITAL: Final = re.compile(r"I\b|\w?[A-Z\d]{2}")
_ASSERTS: Final = re.compile(
    r"^(I|you|we|they|he|she|it) (can|could|will|would|should|must|am|are|is|was|were)\b", re.IGNORECASE
)
_HAS: Final = re.compile(r"^(I|you|we|they) (have|need|want|know|see|do)\b", re.IGNORECASE)
_JOINTS: Final = {
    "and": "y", "but": "pero", "because": "porque", "so": "así que",
    "y": "and", "pero": "but", "porque": "because",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Heard:
    """A clause, and its words without regard to terms."""

    body: str
    words: tuple[Word, ...]

    def plain(self, words: Sequence[Word]) -> tuple[Word, ...]:
        """The same part of the clause, terms as the words they are."""
        start, end = words[0].start, words[-1].end
        return tuple(word for word in self.words if start <= word.start and word.end <= end)


def read_books(source: str) -> None:
    """Read what a direction needs, which takes a tenth of a second once: not where calls are served."""
    phrasebook(source)
    service_terms()
    after(before("", source), source)


class ServiceTalk:
    """One direction.

    Args:
        ask: translates a clause that is not in the book.
        source, target: "en" and "es", either way.
    """

    def __init__(self, ask: Ask, source: str, target: str) -> None:
        self._ask = ask
        self._source = source
        self._target = target
        self._book = phrasebook(source)

    async def translated(self, text: str, terms: Sequence[Term]) -> str:
        """Translate a text; `terms` stand above those of the book."""
        glossary = service_terms().before_these(terms)
        said: list[str] = []
        begins = True
        for part in clauses_of(text):
            said.append(await self._clause(part, glossary, begins=begins))
            begins = any(sign in part.tail for sign in ".?!")
        return " ".join(" ".join(said).split())

    async def _clause(self, part: Clause, glossary: Glossary, *, begins: bool) -> str:
        if not any(sign.isalpha() for sign in part.body):
            return f"{part.lead}{part.body}{part.tail}"
        found = glossary.found(part.body, self._source, self._target)
        heard = _Heard(part.body, words_of(part.body))
        said = after(await self._said(words_of(part.body, found), heard), self._source).rstrip(".?!")
        if not any(sign.isupper() for sign in part.body):
            said = said.lower()
        tail = part.tail.strip()
        if "?" in tail and self._target == "en":
            said = _asked_in_english(said)
        first = next(sign for sign in part.body if sign.isalpha())
        said = _first_letter(said, capital=begins and first.isupper())
        opened = {"?": "¿", "!": "¡"}.get(tail[:1], "") if self._target == "es" else ""
        return f"{opened}{_I.sub('I', said) if self._target == 'en' else said}{tail}"

    async def _said(self, words: Sequence[Word], heard: _Heard) -> str:
        """Translate some words of a clause."""
        if not words:
            return ""
        book, body = self._book, heard.body
        if whole := book.whole(heard.plain(words), body) or book.whole(words, body):
            return whole.says
        if leading := book.leading(words, body):
            return leading.says.replace(REST, await self._said(leading.rest, heard))
        if opening := book.opening(words, body):
            return f"{opening.says}, {await self._said(opening.rest, heard)}"
        if closing := book.closing(words, body):
            return f"{await self._said(closing.rest, heard)}, {closing.says}"
        for at in range(1, len(words) - 1):
            joint, right = _JOINTS.get(words[at].key), words[at + 1 :]
            if joint and (book.whole(heard.plain(right), body) or book.leading(right, body)):
                return f"{await self._said(words[:at], heard)} {joint} {await self._said(right, heard)}"
        return await self._asked(words, body)

    async def _asked(self, words: Sequence[Word], body: str) -> str:
        start, end = words[0].start, words[-1].end
        terms = [word for word in words if word.term]
        nouns = stand_ins([word.term for word in terms if word.term], body, self._source)
        text, at = "", start
        for word, noun in zip(terms, nouns, strict=True):
            text += body[at : word.start] + (noun[0] if noun else body[word.start : word.end])
            at = word.end
        said = await self._mended(text + body[at:end])
        for word, noun in zip(terms, nouns, strict=True):
            if noun and word.term:
                named = put_back(said, noun[1], word.term.target)
                if named is None:  # it came back otherwise: without stand-ins, then
                    return await self._mended(body[start:end])
                said = named
        return said

    async def _mended(self, text: str) -> str:
        said = after(await self._ask(before(text, self._source)), self._source)
        return _first_letter(said, capital=False)


def _first_letter(said: str, *, capital: bool) -> str:
    if capital:
        return said[:1].upper() + said[1:]
    return said if _KEEPS_CAPITAL.match(said) else said[:1].lower() + said[1:]


def _asked_in_english(said: str) -> str:
    """Turn "you can pay" into "can you pay" and "you have it" into "do you have it"."""
    said = _ASSERTS.sub(lambda match: f"{match[2].lower()} {match[1]}", said, count=1)
    return _HAS.sub(lambda match: f"do {match[1]} {match[2].lower()}", said, count=1)
