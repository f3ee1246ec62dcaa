"""Times of day and amounts as callers say them: "half past nine", "las diez menos cuarto", "twelve fifty"."""

import re
from typing import Final

from agents.dialogue.numerals import Numerals, cardinal, numerals_of, words
from agents.dialogue.tongue import is_spanish, tongue_of

_NAMED: Final = {"noon": 12, "midday": 12, "mediodía": 12, "mediodia": 12, "midnight": 0, "medianoche": 0}
_MORNING: Final = frozenset({"morning", "am"})
_LATER: Final = frozenset({"afternoon", "evening", "tonight", "night", "pm", "tarde", "noche"})
_TO: Final = frozenset({"to", "till", "before", "of"})
_PARTS: Final = {"half": 30, "quarter": 15, "media": 30, "cuarto": 15}
_THOUSANDS: Final = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+(?!\d)")
_SPANISH_THOUSANDS: Final = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:(?:\.\d{3})+|(?:,\d{3})+)(?!\d)")
"""Either sign stands between thousands, "2.050" in Spain and "2,050" in Mexico."""
_DECIMAL_COMMA: Final = re.compile(r"(?<=\d),(?=\d{1,2}(?!\d))")
_MILLIONS: Final = frozenset({"million", "millions", "millón", "millon", "millones"})
"""More than is read."""
_BEFORE_THE_HOUR: Final = (5, 10, 15, 20, 25)
"""Minutes that "cinco para las nueve" may have; other numbers count something else."""
_FIGURES: Final = re.compile(r"([0-9]+)\.([0-9]+)")
_AFTERNOON: Final = range(1, 8)
"""Hours that mean the afternoon unless a part of the day is said."""


def read_time(text: str, language: str) -> str | None:
    """Read a time of day as "HH:MM"; None when none is said."""
    heard = words(text.lower().replace("a.m.", "am").replace("p.m.", "pm"))
    joined = [
        *(f"{word}m" if word in ("a", "p") and heard[at + 1 : at + 2] == ["m"] else word
          for at, word in enumerate(heard))
    ]  # fmt: skip
    numerals = numerals_of(language)
    clock = _spanish(joined, numerals) if is_spanish(language) else _english(joined, numerals)
    if clock is None:
        named = next((_NAMED[word] for word in joined if word in _NAMED), None)
        return None if named is None else f"{named:02d}:00"
    return _in_day(*clock, joined, spanish=is_spanish(language))


def _in_day(hour: int, minute: int, heard: list[str], *, spanish: bool) -> str | None:
    if not (0 <= hour <= 23 and 0 <= minute <= 59):
        return None
    said = set(heard)
    morning = bool(said & _MORNING) or (
        spanish and any(heard[at - 2 : at + 1] == ["de", "la", "mañana"] for at in range(2, len(heard)))
    )
    if hour == 12 and (morning or (said & {"night", "noche", "midnight", "medianoche"})):
        hour = 0
    elif 1 <= hour < 12 and not morning and (said & _LATER or hour in _AFTERNOON):
        hour += 12
    return f"{hour:02d}:{minute:02d}"


def _english(heard: list[str], numerals: Numerals) -> tuple[int, int] | None:
    for at, word in enumerate(heard):
        minutes, used = (_PARTS[word], 1) if word in ("half", "quarter") else cardinal(heard, at, numerals)
        if minutes is None or word in ("oh", "o"):
            continue
        rest = at + used
        rest += rest < len(heard) and heard[rest] in ("minutes", "minute")
        link = heard[rest] if rest < len(heard) else ""
        if link in ("past", "after") or (link in _TO and link != "of"):
            hour, _ = cardinal(heard, rest + 1, numerals)
            hour = _NAMED.get(heard[rest + 1]) if hour is None and rest + 1 < len(heard) else hour
            if hour is None:
                continue
            return (hour, minutes) if link in ("past", "after") else ((hour - 1) % 24 or 12, 60 - minutes)
        if word in ("half", "quarter"):
            continue
        return _hour_and_minute(minutes, heard, at + used, numerals)
    return None


def _hour_and_minute(hour: int, heard: list[str], at: int, numerals: Numerals) -> tuple[int, int] | None:
    """Read what stands behind an hour: "thirty", "oh five", "o clock", "30", or nothing."""
    if hour > 23 and 100 <= hour <= 2359 and hour % 100 < 60:
        return divmod(hour, 100)  # "930"
    if heard[at : at + 1] in (["oh"], ["o"], ["zero"]) and heard[at + 1 : at + 2] != ["clock"]:
        minute, _ = cardinal(heard, at + 1, numerals)
        return hour, minute or 0
    minute, _ = cardinal(heard, at, numerals)
    return hour, minute if minute is not None and heard[at] not in ("oh", "o") else 0


def _spanish(heard: list[str], numerals: Numerals) -> tuple[int, int] | None:
    if before := _before_the_hour(heard, numerals):
        return before
    shown = [at + 1 for at, word in enumerate(heard) if word in ("la", "las")]
    starts = [at for at in shown if cardinal(heard, at, numerals)[1]] or range(len(heard))
    for at in starts:
        hour, used = cardinal(heard, at, numerals)
        if hour is None or heard[at] == "un":  # "un cuarto" is no hour
            continue
        rest = at + used
        link = heard[rest] if rest < len(heard) else ""
        after = rest + (link in ("y", "menos", "con"))
        part = heard[after] if after < len(heard) else ""
        minute = _PARTS[part] if part in ("media", "cuarto") else cardinal(heard, after, numerals)[0]
        if link == "menos" and minute:
            return (hour - 1) % 24 or 12, 60 - minute
        return hour, minute or 0
    return None


def _before_the_hour(heard: list[str], numerals: Numerals) -> tuple[int, int] | None:
    """Read "cuarto para las tres", "faltan diez minutos para la una"."""
    for at in range(1, len(heard) - 2):
        if heard[at] not in ("para", "pa") or heard[at + 1] not in ("la", "las"):
            continue
        hour, _ = cardinal(heard, at + 2, numerals)
        last = at - 2 if heard[at - 1] in ("minutos", "minuto") else at - 1
        if hour is None or last < 0:
            continue
        if heard[last] == "cuarto":
            return (hour - 1) % 24 or 12, 45
        for first in (last - 2, last - 1, last):
            minutes, used = cardinal(heard, first, numerals) if first >= 0 else (None, 0)
            if minutes in _BEFORE_THE_HOUR and first + used == last + 1:
                return (hour - 1) % 24 or 12, 60 - minutes
    return None


def read_amount(text: str, language: str) -> str | None:
    """Read an amount of money as "12.50", in whole units of whatever currency; None when none is said.

    What is below nothing, or has more than two decimals, is none.
    """
    plain = _figures(text, spanish=is_spanish(language))
    heard = words(plain)
    numerals = numerals_of(language)
    names = tongue_of(language).money.values()
    units = {word for one, several, _, _ in names for word in (one, several)} | {"bucks", "peso", "pesos"}
    coins = {word for _, _, one, several in names for word in (one, several)}
    if {"minus", "menos", *_MILLIONS} & set(heard):
        return None
    if figures := _FIGURES.search(plain):
        return (
            f"{int(figures[1])}.{figures[2].ljust(2, '0')}"
            if len(figures[1]) <= 6 and len(figures[2]) <= 2
            else None
        )
    if not is_spanish(language):
        heard = [_one(heard, at) for at in range(len(heard))]
    at, number, used = 0, None, 0
    while at < len(heard):
        number, used = (1, 1) if _is_one(heard, at, units | coins) else cardinal(heard, at, numerals)
        if number is not None:
            break
        at += 1
    if number is None:
        return None
    rest = at + used
    following = heard[rest] if rest < len(heard) else ""
    if following in coins:
        return f"{number // 100}.{number % 100:02d}"
    point = False
    while following in units | {"and", "y", "con", "point", "punto", "coma", "de"}:
        point = point or following in ("point", "punto", "coma")
        rest += 1
        following = heard[rest] if rest < len(heard) else ""
    part, _ = (1, 1) if _is_one(heard, rest, coins) else cardinal(heard, rest, numerals)
    if part is None or rest >= len(heard):
        return f"{number}.00"
    if point and len(heard) > rest and part < 10 and heard[rest] not in ("oh", "o"):
        second, _ = cardinal(heard, rest + 1, numerals)
        part = part * 10 + (second if second is not None and second < 10 else 0)
    return f"{number}.{part:02d}" if part < 100 else None


def _figures(text: str, *, spanish: bool) -> str:
    """Write amounts in figures with no sign between thousands and a point before hundredths."""
    thousands = _SPANISH_THOUSANDS if spanish else _THOUSANDS
    plain = thousands.sub(lambda found: re.sub(r"[.,]", "", found[0]), text)
    return _DECIMAL_COMMA.sub(".", plain) if spanish else plain


def _one(heard: list[str], at: int) -> str:
    """Say "one" for the "a" of "a hundred"."""
    counts = heard[at] == "a" and heard[at + 1 : at + 2] in (["hundred"], ["thousand"])
    return "one" if counts else heard[at]


def _is_one(heard: list[str], at: int, names: set[str]) -> bool:
    return heard[at : at + 1] == ["a"] and heard[at + 1 : at + 2] != [] and heard[at + 1] in names
