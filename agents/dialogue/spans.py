"""Spans of time as people say them, in English and Spanish: "every four minutes", "dentro de media hora"."""

from dataclasses import dataclass
from typing import Final

from agents.dialogue.numerals import words
from agents.dialogue.tongue import is_spanish

SHORTEST_MS: Final = 5_000
LONGEST_MS: Final = 4 * 3_600_000
"""What is shorter or longer was misheard, or is no use on the telephone."""

_SECOND_MS: Final = 1_000
_MINUTE_MS: Final = 60_000
_HOUR_MS: Final = 3_600_000

_UNITS: Final = {
    "second": _SECOND_MS, "seconds": _SECOND_MS, "sec": _SECOND_MS, "secs": _SECOND_MS,
    "segundo": _SECOND_MS, "segundos": _SECOND_MS,
    "minute": _MINUTE_MS, "minutes": _MINUTE_MS, "min": _MINUTE_MS, "mins": _MINUTE_MS,
    "minuto": _MINUTE_MS, "minutos": _MINUTE_MS,
    "hour": _HOUR_MS, "hours": _HOUR_MS, "hora": _HOUR_MS, "horas": _HOUR_MS,
}  # fmt: skip
_NUMBERS: Final = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
    "un": 1, "uno": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7,
    "ocho": 8, "nueve": 9, "diez": 10, "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15,
    "dieciséis": 16, "dieciseis": 16, "diecisiete": 17, "dieciocho": 18, "diecinueve": 19, "veinte": 20,
    "veintiún": 21, "veintiun": 21, "veintiuna": 21, "veintiuno": 21, "veintidós": 22, "veintidos": 22,
    "veintitrés": 23, "veintitres": 23, "veinticuatro": 24, "veinticinco": 25, "veintiséis": 26,
    "veintiseis": 26, "veintisiete": 27, "veintiocho": 28, "veintinueve": 29, "treinta": 30, "cuarenta": 40,
    "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80, "noventa": 90, "cien": 100, "ciento": 100,
}  # fmt: skip
_ARTICLES: Final = frozenset({"a", "an"})
_HALVES: Final = frozenset({"half", "media", "medio"})
_AND: Final = frozenset({"and", "y"})
_EVERY: Final = frozenset({"every", "each", "cada"})
_OTHER: Final = "other"


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time in ms; `every`: again and again, otherwise once."""

    ms: int
    every: bool


def spoken_span(text: str) -> Span | None:
    """Read a span of time: "remind me every two and a half minutes" is 150 s, again and again.

    Returns:
        None when there is none, or one that is no use on the telephone.
    """
    heard = words(text)
    total = 0.0
    free = 0
    for at, word in enumerate(heard):
        if word not in _UNITS:
            continue
        count = _count_before(heard[free:at], joined=total > 0)
        if count is not None:
            after = heard[at + 1 : at + 4]
            more = 0.5 if after[:1] and after[0] in _AND and _HALVES & set(after[1:3]) else 0.0
            total += (count + more) * _UNITS[word]
        free = at + 1
    every = any(word in _EVERY for word in heard)
    return Span(round(total), every) if SHORTEST_MS <= total <= LONGEST_MS else None


def _count_before(heard: list[str], *, joined: bool) -> float | None:
    """Read how many of a unit: the longest number that ends where the unit stands.

    Args:
        heard: the words before the unit.
        joined: these words join two spans ("one minute and | thirty seconds").
    """
    for start in range(max(0, len(heard) - 6), len(heard)):
        if heard[start] in _AND:
            continue
        count = _count(heard[start:])
        if count is not None and (not joined or start <= 1):
            return count
    return 1.0 if heard and heard[-1] in _EVERY else None


def _count(heard: list[str]) -> float | None:
    """Read a whole list of words as one number: "two and a half", "a couple of", "treinta y cinco"."""
    plain = [word for word in heard if word not in _ARTICLES]
    halves = [word for word in plain if word in _HALVES]
    rest = [word for word in plain if word not in _HALVES]
    if not plain:
        return 1.0 if heard else None
    half = 0.5 if halves else 0.0
    if not rest:
        return half if len(halves) == 1 else None
    if rest in (["couple", "of"], ["couple"], ["par", "de"], ["un", "par", "de"]):
        return 2.0
    if rest[-1] == _OTHER and len(rest) == 1 + (rest[0] in _EVERY):
        return 2.0
    if halves and rest[-1] in _AND:
        rest = rest[:-1]
    elif halves:
        return None
    number = _whole(rest)
    return None if number is None else number + half


def _whole(heard: list[str]) -> int | None:
    total = 0
    last = 1_000
    for at, word in enumerate(heard):
        if word in _AND and 0 < at < len(heard) - 1:
            continue
        if word.isascii() and word.isdecimal() and len(heard) == 1 and len(word) <= 4:
            return int(word)
        value = _NUMBERS.get(word)
        if value is None:
            return None
        if value == 100 and 0 < total < 10:
            total, last = total * 100, 100
        elif value < last and (last >= 20 or total == 0) and (last != 100 or value < 100):
            if last < 100 and value >= 10:
                return None
            total, last = total + value, value
        else:
            return None
    return total or None


def said_span(ms: int, language: str) -> str:
    """Say a span of time: "2 minutes and 5 seconds", "un minuto". From ten minutes on, without seconds.

    Args:
        ms: at least 0; rounded down to whole seconds.
        language: as in a flow, `en-US`; Spanish for `es`, English for all others.
    """
    seconds = ms // _SECOND_MS
    hours, minutes, rest = seconds // 3_600, seconds // 60 % 60, seconds % 60
    spanish = is_spanish(language)
    names = (
        (("una hora", "horas"), ("un minuto", "minutos"), ("un segundo", "segundos"))
        if spanish
        else (("1 hour", "hours"), ("1 minute", "minutes"), ("1 second", "seconds"))
    )
    counts = (hours, minutes, rest if seconds < 600 else 0)
    parts = [one if n == 1 else f"{n} {many}" for n, (one, many) in zip(counts, names, strict=True) if n]
    if not parts:
        return "un momento" if spanish else "a moment"
    return (" y " if spanish else " and ").join(parts)


def said_due(span: Span, language: str) -> str:
    """Say when something is due: "every 4 minutes", "en 10 minutos"."""
    spanish = is_spanish(language)
    said = said_span(span.ms, language)
    if not span.every:
        return f"{'en' if spanish else 'in'} {said}"
    one = said if " y " in said or " and " in said else said.removeprefix("1 ").removeprefix("un ")
    return f"{'cada' if spanish else 'every'} {one.removeprefix('una ') if one == said else one}"
