"""Days as callers say them: "next Tuesday", "the twenty fourth of November", "pasado mañana".

dateparser was tried: of thirteen such sayings it read seven, and none of the Spanish ones.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from agents.dialogue.numerals import Numerals, cardinal, numerals_of, words
from agents.dialogue.tongue import ENGLISH, SPANISH, is_spanish

_ORDINALS: Final = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14,
    "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20,
    "thirtieth": 30, "primero": 1, "primer": 1,
}  # fmt: skip
_ENDINGS: Final = frozenset({"st", "nd", "rd", "th"})
_DAY_WORDS: Final = frozenset({"the", "el", "día", "dia"})
_MOST_DAYS: Final = 366
_DENIALS: Final = frozenset({"no", "not", "except", "cannot", "excepto", "salvo"})
_BARE: Final = frozenset({"one", "first", "uno", "primero", "primer"})
"""A day of the month only where nothing that is counted follows: not in "the first available day"."""
_AFTER_BARE: Final = frozenset({"of", "de", "please", "thanks", "por", "gracias"})


@dataclass(frozen=True, slots=True)
class _Names:
    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    near: tuple[tuple[tuple[str, ...], int], ...]
    """Sayings for days near today, the longer ones first."""
    units: Mapping[str, int]
    """Days in a unit: "weeks"."""
    ahead: frozenset[str]
    """Words before a span that lies ahead: "in two weeks"."""
    next_week: tuple[tuple[str, ...], ...]
    counted_from: frozenset[str]
    """Words behind a unit that count on from a day: "a week from tomorrow"."""


def _numbered(names: tuple[str, ...]) -> dict[str, int]:
    plain = {name.lower(): number for number, name in enumerate(names)}
    return plain | {_folded(name): number for name, number in plain.items()}


def _folded(word: str) -> str:
    return word.translate(str.maketrans("áéíóúü", "aeiouu"))


_ENGLISH: Final = _Names(
    months=_numbered(ENGLISH.months),
    weekdays=_numbered(ENGLISH.weekdays),
    near=(
        (("day", "after", "tomorrow"), 2), (("day", "before", "yesterday"), -2),
        (("today",), 0), (("tomorrow",), 1), (("yesterday",), -1),
    ),
    units={"day": 1, "days": 1, "week": 7, "weeks": 7},
    ahead=frozenset({"in"}),
    next_week=(("next", "week"),),
    counted_from=frozenset({"from"}),
)  # fmt: skip
_SPANISH: Final = _Names(
    months=_numbered(SPANISH.months) | {"setiembre": 8},
    weekdays=_numbered(SPANISH.weekdays),
    near=(
        (("pasado", "mañana"), 2), (("antes", "de", "ayer"), -2), (("anteayer",), -2),
        (("hoy",), 0), (("ayer",), -1),
    ),
    units={"día": 1, "días": 1, "dia": 1, "dias": 1, "semana": 7, "semanas": 7},
    ahead=frozenset({"en", "dentro"}),
    next_week=(("próxima", "semana"), ("proxima", "semana"), ("semana", "que", "viene")),
    counted_from=frozenset({"desde"}),
)  # fmt: skip
_MORNING: Final = ("la", "por", "esta")
"""Before "mañana": the morning, not tomorrow."""


def read_day(text: str, today: date, language: str, lies: Literal["ahead", "behind"]) -> date | None:
    """Read a day; None when none is said, or one there is not ("the 31st of November").

    What comes behind a "not" is no day that is wanted; nor is one that is counted from ("a week from today").

    Args:
        text: the caller's words.
        today: the caller's day.
        language: a tag, `es-MX`.
        lies: where a day without its year, or a day of the week, is looked for.
    """
    heard = _wanted(words(text), spanish=is_spanish(language))
    names = _SPANISH if is_spanish(language) else _ENGLISH
    numerals = numerals_of(language)
    sign = 1 if lies == "ahead" else -1
    for at, word in enumerate(heard):
        if word in names.months and (word != "may" or _is_may(heard, at, numerals)):
            return _in_month(heard, at, names, numerals, today, sign)
    if _is_counted_from(heard, names, numerals):
        return None
    for saying, days in names.near:
        if _found(heard, saying) is not None:
            return today + timedelta(days=days)
    if "mañana" in heard and is_spanish(language) and heard[: heard.index("mañana")][-1:] != ["la"]:
        at = heard.index("mañana")
        if not at or heard[at - 1] not in _MORNING:
            return today + timedelta(days=1)
    span = _span(heard, names, numerals)
    if span is not None:
        return today + timedelta(days=span)
    triggers = _DAY_WORDS | (set(names.weekdays) if is_spanish(language) else set())
    day = _day_of_the_month(heard, triggers, names, numerals)
    return _weekday(heard, names, today, sign) if day is None else _of_the_month(day, today, sign)


def _wanted(heard: list[str], *, spanish: bool) -> list[str]:
    """Leave off what is denied, but not what a "no" at the beginning corrects: "no, the fourth"."""
    leads = heard[:1] == ["no"] and (not spanish or heard[1:2] in (["el"], ["para"], ["mejor"]))
    rest = heard[leads:]
    denial = next((at for at, word in enumerate(rest) if word in _DENIALS or word.endswith("n't")), None)
    return rest[:denial]


def _is_counted_from(heard: list[str], names: _Names, numerals: Numerals) -> bool:
    for at, word in enumerate(heard[:-1]):
        following = heard[at + 1]
        if word in names.units and (
            following in names.counted_from or heard[at + 1 : at + 3] == ["a", "partir"]
        ):
            return True
        if word in ("hoy", "mañana") and following == "en" and cardinal(heard, at + 2, numerals)[0]:
            return True
    return False


def _is_may(heard: list[str], at: int, numerals: Numerals) -> bool:
    """Whether "may" is the month: a day stands beside it."""
    return _day_number(heard, at, numerals) is not None


def _found(heard: list[str], saying: tuple[str, ...]) -> int | None:
    size = len(saying)
    return next((at for at in range(len(heard)) if tuple(heard[at : at + size]) == saying), None)


def _in_month(
    heard: list[str], at: int, names: _Names, numerals: Numerals, today: date, sign: int
) -> date | None:
    day = _day_number(heard, at, numerals)
    if day is None:
        return None
    month = names.months[heard[at]] + 1
    year = _year(heard, at, numerals)
    if year is not None:
        return _valid(year, month, day)
    for offset in range(5):  # the 29th of February may be years off
        found = _valid(today.year + sign * offset, month, day)
        if found and (found - today).days * sign >= 0:
            return found
    return None


def _day_number(heard: list[str], at: int, numerals: Numerals) -> int | None:
    """Read the day of the month that stands before or after a month's name."""
    before = [word for word in heard[:at] if word not in ("of", "de")]
    for start in (-3, -2, -1):
        tail = [word for word in before[start:] if word not in _ENDINGS]
        if len(before) >= -start and (day := _whole_day(tail, numerals)) is not None:
            return day
    after = [word for word in heard[at + 1 :] if word not in _DAY_WORDS]
    return _leading_day(after, numerals)


def _leading_day(after: list[str], numerals: Numerals) -> int | None:
    """Read the day a list of words begins with: the longest such number."""
    for size in (3, 2, 1):
        head = [word for word in after[:size] if word not in _ENDINGS]
        if len(after) >= size and (day := _whole_day(head, numerals)) is not None:
            return day
    return None


def _whole_day(part: list[str], numerals: Numerals) -> int | None:
    """Read all of a few words as a day of the month: "twenty fourth", "24", "treinta y uno"."""
    number: int | None = None
    if len(part) == 1 and part[0] in _ORDINALS:
        number = _ORDINALS[part[0]]
    elif len(part) == 2 and part[0] in ("twenty", "thirty") and _ORDINALS.get(part[1], 10) < 10:
        number = numerals.tens[part[0]] + _ORDINALS[part[1]] if part[0] in numerals.tens else None
    elif part:
        value, used = cardinal(part, 0, numerals)
        number = value if used == len(part) else None
    return number if number is not None and 1 <= number <= 31 else None


def _year(heard: list[str], at: int, numerals: Numerals) -> int | None:
    """Read a year behind the month: "2027", "twenty twenty seven", "dos mil veintisiete"."""
    for start in range(at + 1, len(heard)):
        number, used = cardinal(heard, start, numerals)
        if number is None:
            continue
        if 1900 <= number <= 2199:
            return number
        following, more = cardinal(heard, start + used, numerals)
        if number in (19, 20) and more and following is not None and 10 <= following <= 99:
            return number * 100 + following
    return None


def _span(heard: list[str], names: _Names, numerals: Numerals) -> int | None:
    for at, word in enumerate(heard):
        if word not in names.units:
            continue
        for start in range(max(0, at - 3), at):
            count, used = (1, 1) if heard[start] in ("a", "un", "una") else cardinal(heard, start, numerals)
            if count is None or start + used != at:
                continue
            days = count * names.units[word]
            led = names.ahead & set(heard[max(0, start - 2) : start])
            return days if led and days <= _MOST_DAYS else None
    return None


def _weekday(heard: list[str], names: _Names, today: date, sign: int) -> date | None:
    found = next((names.weekdays[word] for word in heard if word in names.weekdays), None)
    if found is None:
        return None
    if any(_found(heard, saying) is not None for saying in names.next_week):
        return today + timedelta(days=7 - today.weekday() + found)
    away = (sign * (found - today.weekday())) % 7 or 7
    return today + timedelta(days=sign * away)


def _day_of_the_month(
    heard: list[str], triggers: Collection[str], names: _Names, numerals: Numerals
) -> int | None:
    """Read "the 24th" or "Tuesday the 24th"; `triggers`: the words such a day stands behind."""
    for at, word in enumerate(heard):
        if word not in triggers:
            continue
        rest = heard[at + 1 :]
        while rest and (rest[0] in _DAY_WORDS or rest[0] in names.weekdays):
            rest = rest[1:]
        if rest and rest[0] in _BARE and rest[1:2] and rest[1] not in _AFTER_BARE | _ENDINGS:
            continue
        if (day := _leading_day(rest, numerals)) is not None:
            return day
    return None


def _of_the_month(day: int, today: date, sign: int) -> date | None:
    """Find the next, or the last, month that has such a day."""
    month = today.year * 12 + today.month - 1
    for offset in range(12):
        year, index = divmod(month + sign * offset, 12)
        found = _valid(year, index + 1, day)
        if found and (found - today).days * sign >= 0:
            return found
    return None


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
