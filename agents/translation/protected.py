"""A translator with what must pass exactly taken out before and put back after.

Each item travels as a number that stands nowhere else. A translation that loses, doubles or changes one is
not used: first glossary terms travel as numbers, too, and if that does not help the pieces between the items
are translated each for itself. So whatever a translator does, every item stands in the translation once.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

from agents.translation.glossary import FoundTerm, Glossary
from agents.translation.items import Item, items_in
from agents.translation.translator import Passage, Translator, language_of

_NOT_TEXT: Final = re.compile(r"[\x00-\x1f\x7f\ufeff\ud800-\udfff\s]+")
_PLAIN, _DATED = "7{:05}", "8{:05}"
"""Numbers that stand for items; Apertium's manners know those of days."""
_AS_IT_IS: Final = re.compile(r"[\d\W_]*")


@dataclass(frozen=True, slots=True)
class _Stand:
    """What stands for an item: a number, and what is put in its place."""

    start: int
    end: int
    number: str
    said: str


class GuardedTranslator:
    """A translator that keeps items exact and calls things as the company does. See `Translator`.

    Args:
        translator: closed with this one.
        glossary: of the company.
    """

    def __init__(self, translator: Translator, glossary: Glossary | None = None) -> None:
        self._translator = translator
        self._glossary = glossary or Glossary()

    @property
    def name(self) -> str:
        """See `Translator`."""
        return self._translator.name

    def pairs(self) -> frozenset[tuple[str, str]]:
        """See `Translator`."""
        return self._translator.pairs()

    def knowing(self, names: Sequence[str]) -> "GuardedTranslator":
        """Return it with names that are known in this call and stay as they are."""
        return GuardedTranslator(self._translator, self._glossary.with_kept(names))

    async def close(self) -> None:
        """See `Translator`."""
        await self._translator.close()

    async def translate(self, passage: Passage) -> str:
        """See `Translator`. White space becomes single spaces."""
        text = _NOT_TEXT.sub(" ", passage.text).strip()
        if language_of(passage.source) == language_of(passage.target):
            return text
        items, found = self._what_stands_in(text, passage)
        stands = _stands(items, text)
        terms = (*passage.terms, *(each.term for each in found))
        said = await self._attempt(replace(passage, terms=terms), text, stands)
        if said is not None and _has_terms(said, found):
            return said
        if found:
            renamed = (Item(each.start, each.end, each.term.target) for each in found)
            stands = _stands((*items, *renamed), text)
            said = await self._attempt(passage, text, stands)
            if said is not None:
                return said
        return await self._piecewise(passage, text, stands)

    def _what_stands_in(self, text: str, passage: Passage) -> tuple[tuple[Item, ...], tuple[FoundTerm, ...]]:
        """Find items, words that stay as they are among them, and terms; none overlaps another."""
        terms = self._glossary.found(text, passage.source, passage.target)
        kept = [Item(each.start, each.end, text[each.start : each.end]) for each in terms if _stays(each)]
        items = [
            item
            for item in items_in(text, passage.source, passage.target)
            if not any(_overlap(item, each) for each in (terms if item.named else kept))
        ]
        items += kept
        others = (each for each in terms if not _stays(each))
        return tuple(items), tuple(each for each in others if not any(_overlap(each, item) for item in items))

    async def _attempt(self, passage: Passage, text: str, stands: Sequence[_Stand]) -> str | None:
        """Translate with numbers for items; None when they do not come back just once each."""
        asked = _with_numbers(text, stands)
        if _AS_IT_IS.fullmatch(asked):  # nothing but items
            return _with_what_is_said(asked, stands)
        said = await self._translator.translate(replace(passage, text=asked))
        if any(len(_places(said, stand.number)) != 1 for stand in stands):
            return None
        return _with_what_is_said(said, stands)

    async def _piecewise(self, passage: Passage, text: str, stands: Sequence[_Stand]) -> str:
        parts: list[str] = []
        at = 0
        for stand in stands:
            parts += [await self._piece(passage, text[at : stand.start]), stand.said]
            at = stand.end
        parts.append(await self._piece(passage, text[at:]))
        return " ".join(part for part in parts if part)

    async def _piece(self, passage: Passage, text: str) -> str:
        text = text.strip()
        if _AS_IT_IS.fullmatch(text):
            return text
        return await self._translator.translate(replace(passage, text=text, whole=False, terms=()))


def _overlap(one: Item | FoundTerm, other: Item | FoundTerm) -> bool:
    return one.start < other.end and other.start < one.end


def _stays(found: FoundTerm) -> bool:
    return found.term.source == found.term.target


def _stands(items: Iterable[Item], text: str) -> tuple[_Stand, ...]:
    """Give each item a number that stands nowhere in the text."""
    ordered = sorted(items, key=lambda item: item.start)
    stands: list[_Stand] = []
    numbers = count(1)
    for item in ordered:
        pattern = _DATED if item.dated else _PLAIN
        number = next(each for n in numbers if (each := pattern.format(n)) not in text)
        stands.append(_Stand(item.start, item.end, number, item.said))
    return tuple(stands)


def _with_numbers(text: str, stands: Sequence[_Stand]) -> str:
    """Write the numbers where the items stand, apart from the words around them."""
    written, at = "", 0
    for stand in stands:
        before = text[at : stand.start]
        gap = " " if before[-1:].isalnum() else ""
        after = " " if text[stand.end : stand.end + 1].isalnum() else ""
        written += f"{before}{gap}{stand.number}{after}"
        at = stand.end
    return written + text[at:]


def _with_what_is_said(said: str, stands: Sequence[_Stand]) -> str:
    if not stands:
        return said
    by_number = {stand.number: stand.said for stand in stands}
    numbers = re.compile(rf"(?<!\d)(?:{'|'.join(by_number)})(?!\d)")
    return numbers.sub(lambda match: by_number[match[0]], said)


def _places(said: str, number: str) -> list[str]:
    return re.findall(rf"(?<!\d){number}(?!\d)", said)


def _has_terms(said: str, found: Sequence[FoundTerm]) -> bool:
    """Whether every term stands in the translation as often as it was said."""
    wanted = Counter(each.term.target.casefold() for each in found)
    plain = said.casefold()
    return all(plain.count(target) >= times for target, times in wanted.items())
