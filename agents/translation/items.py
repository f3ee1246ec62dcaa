"""What must pass exactly: numbers, amounts, dates, times, names, addresses, blanks of templates. Pure.

What is data (an amount, a date, a time) is said as the target language says it; what identifies passes letter
for letter. Figures and number words are read alike: texts from ears have only words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from agents.dialogue.spelling import read_email, said_email
from agents.dialogue.tongue import is_spanish
from agents.translation.data_said import Amount, Clock
from agents.translation.items_in_words import (
    amount_at,
    currency_of,
    day_at,
    number_at,
    spelled_at,
    street_at,
    time_at,
)
from agents.translation.names import as_written, names_in


@dataclass(frozen=True, slots=True)
class Item:
    """Something that passes exactly, from `start` up to `end` of a text; `said` stands in its translation.

    `dated`: a day, before which languages have different small words. `named`: a name.
    """

    start: int
    end: int
    said: str
    dated: bool = False
    named: bool = False


_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+")
_BLANK: Final = re.compile(r"\{[^{}\n]*\}")
_ADDRESS_ON_THE_NET: Final = re.compile(
    r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+|https?://[^\s,;!)]*[^\s,;!?).]|\bwww\.[^\s,;!)]*[^\s,;!?).]"
)
_SPOKEN_EMAIL: Final = re.compile(
    r"\b\w+(?:\s(?:dot|punto|underscore|guion bajo|guión bajo|dash|guion|guión)\s\w+)*"
    r"\s(?:at|arroba)\s\w+(?:\s(?:dot|punto|dash|guion|guión)\s\w+)+\b",
    re.IGNORECASE,
)
_SIGNED_AMOUNT: Final = re.compile(
    r"(?<![\w.,])(?P<minus>-)?(?P<sign>US\$|[$€£])\s?(?P<figures>\d[\d.,]*\d|\d)(?![\w])", re.IGNORECASE
)
_AMOUNT_SIGNED: Final = re.compile(
    r"(?<![\w.,])(?P<minus>-)?(?P<figures>\d[\d.,]*\d|\d)\s?(?P<sign>[$€£]|USD|EUR|GBP|MXN)(?!\w)",
    re.IGNORECASE,
)
_TIME: Final = re.compile(
    r"(?<![\w.,:])(?:(?P<at>at|a\slas?|las?)\s)?(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?"
    r"(?:\s?(?P<half>[ap])\.?\s?m\b\.?)?(?![\w:])",
    re.IGNORECASE,
)
_TAKEN: Final = "\0"
"""Stands for the letters of an item that was found already."""
_CODE: Final = re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[^\W\d_])\w+(?:-\w+)*(?![\w-])")
_NO_CODE: Final = re.compile(r"\d+(?:st|nd|rd|th|[ap]m)", re.IGNORECASE)
_ORDINAL_ENDINGS: Final = ("st", "nd", "rd", "th")
_AT: Final = frozenset({"at", "a las", "a la"})
_WORDED_AMOUNT: Final = re.compile(
    r"(?<![\w.,])(?P<minus>-)?(?P<figures>\d[\d.,]*[.,]\d+)\s(?P<sign>dollars?|d[óo]lar(?:es)?|euros?|pounds?"
    r"|libras?|pesos?)\b",
    re.IGNORECASE,
)
_STREET: Final = re.compile(
    r"\b(?:\d+\w?\s+(?:[A-Z]\w+\s+){1,3}(?:street|avenue|road|lane|drive|boulevard|court|square|st|ave|rd|dr|blvd)\b\.?"
    r"|(?:calle|avenida|av\.|plaza|paseo|carretera|camino|bulevar)\s+(?:(?:de|del|la|las|los|el)\s+)*"
    r"(?:[A-ZÁÉÍÓÚÑ]\w+\s*(?:(?:de|del|la|las|los)\s+)*){1,3},?\s*(?:número\s+)?\d+\w?\b)",
    re.IGNORECASE,
)
_WITH_FIGURES: Final = re.compile(
    r"(?<!\w)[+#]?\(?\w*\d[\w]*(?:[-./:() ]{1,2}(?=\(?\d)\(?[\w]*\d\w*|[-./:]\w*\d\w*)*\)?"
)


def items_in(text: str, source: str, target: str) -> tuple[Item, ...]:
    """Find all items of a text without null characters, in order; none overlaps another."""
    claimed: list[Item] = []
    left = text
    for find in (_blanks, _addresses, _amounts, _times, _codes, _words_said, _figures, _names):
        for item in find(left, source, target):
            if item.start < item.end and _TAKEN not in left[item.start : item.end]:
                claimed.append(item)
                left = left[: item.start] + _TAKEN * (item.end - item.start) + left[item.end :]
    return tuple(sorted(claimed, key=lambda item: item.start))


def _blanks(text: str, source: str, target: str) -> Iterator[Item]:
    del source, target
    return _as_they_are(_BLANK, text)


def _addresses(text: str, source: str, target: str) -> Iterator[Item]:
    yield from _as_they_are(_ADDRESS_ON_THE_NET, text)
    for match in _SPOKEN_EMAIL.finditer(text):
        if address := read_email(match[0], source):
            yield Item(match.start(), match.end(), said_email(address, target))
    yield from _as_they_are(_STREET, text)


def _amounts(text: str, source: str, target: str) -> Iterator[Item]:
    del source
    for pattern in (_SIGNED_AMOUNT, _AMOUNT_SIGNED, _WORDED_AMOUNT):
        for match in pattern.finditer(text):
            cents = cents_of(match["figures"])
            if cents is not None:
                amount = Amount(-cents if match["minus"] else cents, currency_of(match["sign"].lower()))
                yield Item(match.start(), match.end(), amount.said(target))


def _times(text: str, source: str, target: str) -> Iterator[Item]:
    del source
    for match in _TIME.finditer(text):
        hour, minute, half = int(match["hour"]), int(match["minute"] or 0), match["half"]
        if (
            minute > 59
            or hour > (12 if half else 23)
            or (half and hour == 0)
            or not (half or match["minute"])
        ):
            continue
        if half:
            hour = hour % 12 + 12 * (half in "pP")
        known = bool(half) or hour > 12
        clock = Clock(hour, minute, half=known, at=(match["at"] or "").lower() in _AT)
        yield Item(match.start(), match.end(), clock.said(target))


def _words_said(text: str, source: str, target: str) -> Iterator[Item]:
    found = list(_WORD.finditer(text))
    words = [match[0].lower() for match in found]
    joined = [_is_joined(text, one.end(), other.start()) for one, other in pairwise(found)]
    at = 0
    while at < len(words):
        end = at
        while end < len(joined) and joined[end]:
            end += 1
        run = words[at : end + 1]
        yield from _of_run(
            run, [(match.start(), match.end()) for match in found[at : end + 1]], source, target
        )
        at = end + 1


def _of_run(
    words: Sequence[str], spans: Sequence[tuple[int, int]], source: str, target: str
) -> Iterator[Item]:
    at = 0
    run = list(words)
    while at < len(run):
        for read in (street_at, amount_at, day_at, time_at, spelled_at, number_at):
            value, used = read(run, at, source)
            if value is not None:
                said = value if isinstance(value, str) else value.said(target)
                yield Item(spans[at][0], spans[at + used - 1][1], said, dated=read is day_at)
                at += used
                break
        else:
            at += 1


def _codes(text: str, source: str, target: str) -> Iterator[Item]:
    del source, target
    for item in _as_they_are(_CODE, text):
        if not _NO_CODE.fullmatch(item.said):
            yield item


def _figures(text: str, source: str, target: str) -> Iterator[Item]:
    del source, target
    return _as_they_are(_WITH_FIGURES, text)


def _names(text: str, source: str, target: str) -> Iterator[Item]:
    del target
    for start, end in names_in(text, spanish=is_spanish(source)):
        yield Item(start, end, as_written(text[start:end]), named=True)


def _as_they_are(pattern: re.Pattern[str], text: str) -> Iterator[Item]:
    for match in pattern.finditer(text):
        yield Item(match.start(), match.end(), match[0])


def _is_joined(text: str, end: int, start: int) -> bool:
    """Whether nothing but a space, a comma, or a hyphen of number words stands between two words."""
    between = text[end:start]
    if not between:
        return text[end - 1].isdecimal() and text[start : start + 2].lower() in _ORDINAL_ENDINGS
    if between == "-":
        return text[end - 1].isalpha() and text[start].isalpha()
    return 0 < len(between) <= 2 and between.strip() in ("", ",")


def cents_of(figures: str) -> int | None:
    """Read an amount in figures, whichever way it marks thousands and hundredths."""
    whole, mark, rest = figures, "", ""
    at = max(figures.rfind("."), figures.rfind(","))
    if at >= 0 and len(figures) - at - 1 in (1, 2):
        whole, mark, rest = figures[:at], figures[at], figures[at + 1 :]
    groups = re.split(r"[.,]", whole)
    if (mark and mark in whole) or any(len(group) != 3 for group in groups[1:]) or len(groups[0]) > 9:
        return None
    return int("".join(groups)) * 100 + int((rest + "00")[:2])
