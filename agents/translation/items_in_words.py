"""Numbers, amounts, days and times as they are said, in words or figures, in English and Spanish. Pure.

Each reader is given lower-case words and a place among them; it answers what stands there and how many words
it takes, or (None, 0).
"""

from collections.abc import Sequence
from typing import Final

from agents.dialogue.numerals import Numerals, cardinal, digits_at, numerals_of
from agents.dialogue.tongue import ENGLISH, SPANISH, is_spanish
from agents.translation.data_said import Amount, Clock, Day

_CURRENCIES: Final = {
    "dollar": "USD", "dollars": "USD", "dólar": "USD", "dólares": "USD", "dolar": "USD", "dolares": "USD",
    "buck": "USD", "bucks": "USD", "euro": "EUR", "euros": "EUR", "pound": "GBP", "pounds": "GBP",
    "libra": "GBP", "libras": "GBP", "peso": "MXN", "pesos": "MXN", "$": "USD", "us$": "USD", "€": "EUR",
    "£": "GBP", "usd": "USD", "eur": "EUR", "gbp": "GBP", "mxn": "MXN",
}  # fmt: skip
_COINS: Final = frozenset(
    {"cent", "cents", "centavo", "centavos", "céntimo", "céntimos", "centimos", "penny", "pence"}
)
_AND: Final = frozenset({"and", "con", "y"})
_POINT: Final = frozenset({"point", "punto", "coma"})
_MONTHS: Final = {
    name.lower(): at + 1 for words in (ENGLISH, SPANISH) for at, name in enumerate(words.months)
}
_ORDINALS: Final = {
    word: at + 1
    for at, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "  # noqa: SIM905
        "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split()
    )
} | {"thirtieth": 30, "primero": 1}
_TENS: Final = {"twenty": 20, "thirty": 30}
_ENDINGS: Final = frozenset({"st", "nd", "rd", "th"})
_MINUTES: Final = {"cuarto": 15, "media": 30}
_HALVES: Final = {
    ("am",): False, ("a", "m"): False, ("in", "the", "morning"): False, ("de", "la", "mañana"): False,
    ("pm",): True, ("p", "m"): True, ("in", "the", "afternoon"): True, ("in", "the", "evening"): True,
    ("at", "night"): True, ("de", "la", "tarde"): True, ("de", "la", "noche"): True,
}  # fmt: skip
_AFTER_A_TIME: Final = frozenset(
    {"", "today", "tomorrow", "on", "in", "and", "or", "please", "but", "if", "until", "to", "because"}
    | {"de", "del", "y", "o", "por", "en", "hoy", "mañana", "el", "para", "pero", "si", "porque", "hasta"}
)
_BEFORE_A_TIME: Final = frozenset(
    {"until", "till", "before", "after", "between", "by", "around", "from", "since"}
    | {"hasta", "desde", "entre", "sobre", "hacia"}
)
_BEFORE_DE: Final = frozenset({"antes", "después", "despues", "partir", "alrededor"})
_BETWEEN_TIMES: Final = frozenset({"and", "or", "to", "y", "o", "a"})
_FAR: Final = 8
"""Words back to what says that times follow: "between three thirty and"."""
_STREETS: Final = frozenset({"street", "avenue", "road", "lane", "drive", "boulevard", "court", "square"})
_CALLES: Final = frozenset({"calle", "avenida", "plaza", "paseo", "carretera", "camino", "bulevar", "ronda"})
_MOST_OF_STREET: Final = 4
"""Words of a street's name."""
_NO_STREET: Final = frozenset(
    {"and", "on", "in", "to", "is", "the", "at", "from", "y", "en", "es", "está", "con", "que", "a", "por"}
    | {"minute", "minutes", "hour", "hours", "day", "days", "week", "weeks", "mile", "miles"}
)
_NO_ROW_ALONE: Final = frozenset({"oh", "o"})
_WORDS_ALSO: Final = frozenset({"a", "i", "y", "o", "e", "u"})
"""Letters that are words, too."""
_SHORTEST_SPELLED: Final = 3
_SMALL: Final = 10

Reading = tuple[str | None, int]


def currency_of(sign: str) -> str:
    """Give the code of a currency by its sign, code or name, in lower case."""
    return _CURRENCIES[sign]


def amount_at(words: list[str], at: int, language: str) -> tuple[Amount | None, int]:
    """Read "forty nine dollars and ninety cents", "cuarenta y nueve con noventa euros", "20 cents"."""
    numerals = numerals_of(language)
    if at and words[at - 1] in numerals.units:
        return None, 0  # the end of a row of digits
    whole, used = cardinal(words, at, numerals)
    if whole is None or not used:
        return None, 0
    here = at + used
    if _word(words, here) in _COINS:
        return Amount(whole, "USD"), used + 1
    if currency := _CURRENCIES.get(_word(words, here)):
        here += 1
        joined = _word(words, here) in _AND
        coins, more = cardinal(words, here + joined, numerals)
        named = _word(words, here + joined + more) in _COINS
        if coins is not None and coins < 100 and more and (named or (joined and _word(words, here) == "con")):
            return Amount(whole * 100 + coins, currency), here + joined + more + named - at
        return Amount(whole * 100, currency), here - at
    if _word(words, here) in _POINT | {"con"}:
        coins, more = cardinal(words, here + 1, numerals)
        currency = _CURRENCIES.get(_word(words, here + 1 + more))
        if coins is not None and coins < 100 and more and currency:
            return Amount(whole * 100 + coins, currency), used + more + 2
    return None, 0


def day_at(words: list[str], at: int, language: str) -> tuple[Day | None, int]:
    """Read "November the twenty fourth", "the 24th of November 2026", "24 de noviembre de 2026"."""
    spanish = is_spanish(language)
    month = _MONTHS.get(words[at])
    if month and not spanish:
        skip = _word(words, at + 1) == "the"
        day, used = _ordinal(words, at + 1 + skip, language)
        if used:
            return _day(month, day, words, at, 1 + skip + used, language)
        return None, 0
    day, used = _ordinal(words, at, language)
    if not used:
        return None, 0
    of = _word(words, at + used) in ("of", "de")
    month = _MONTHS.get(_word(words, at + used + of))
    if month is None or (spanish and not of):
        return None, 0
    return _day(month, day, words, at, used + of + 1, language)


def _day(month: int, day: int, words: list[str], at: int, used: int, language: str) -> tuple[Day | None, int]:
    if not 1 <= day <= (29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31):
        return None, 0
    skip = _word(words, at + used) in ("de", "del")
    year, more = cardinal(words, at + used + skip, numerals_of(language))
    if year is not None and 1_900 <= year <= 2_100 and not (month == 2 and day == 29):
        return Day(month, day, year), used + skip + more
    return Day(month, day), used


def _ordinal(words: list[str], at: int, language: str) -> tuple[int, int]:
    """Read the number of a day: "24", "24 th", "twenty fourth", "veinticuatro"."""
    word = _word(words, at)
    if word in _ORDINALS:
        return _ORDINALS[word], 1
    if word in _TENS and _ORDINALS.get(_word(words, at + 1), 10) < 10:
        return _TENS[word] + _ORDINALS[words[at + 1]], 2
    day, used = cardinal(words, at, numerals_of(language))
    if day is None or day > 31:
        return 0, 0
    return day, used + (word.isdecimal() and _word(words, at + used) in _ENDINGS)


def time_at(words: list[str], at: int, language: str) -> tuple[Clock | None, int]:
    """Read "at three thirty p m", "half past three", "a las cuatro menos cuarto de la tarde"."""
    return _spanish_time(words, at) if is_spanish(language) else _english_time(words, at)


def _english_time(words: list[str], at: int) -> tuple[Clock | None, int]:
    says_at = words[at] == "at"
    here = at + says_at
    numerals = numerals_of("en")
    first = _word(words, here)
    if first in ("half", "quarter") and _word(words, here + 1) in ("past", "to"):
        hour, used = cardinal(words, here + 2, numerals)
        if hour is None or not 1 <= hour <= 12:
            return None, 0
        before = words[here + 1] == "to"
        hour = (hour - 2) % 12 + 1 if before else hour
        minute = 45 if before else 30 if first == "half" else 15
        clock, taken = _clock(
            words, at, here + 2 + used, hour, minute, says_at=says_at, timed=says_at, spanish=False
        )
        return (
            (clock, taken) if clock else (Clock(hour, minute, half=False, at=says_at), here + 2 + used - at)
        )
    hour, used = cardinal(words, here, numerals)
    if hour is None or not 1 <= hour <= 12 or used != 1:
        return None, 0
    here += 1
    if _word(words, here) == "o'clock":
        clock, taken = _clock(words, at, here + 1, hour, 0, says_at=says_at, timed=says_at, spanish=False)
        return (clock, taken) if clock else (Clock(hour, 0, half=False, at=says_at), here + 1 - at)
    minute, more = _minute(words, here)
    timed = says_at or bool(more and _tells_when(words, at))
    return _clock(words, at, here + more, hour, minute, says_at=says_at, timed=timed, spanish=False)


def _minute(words: list[str], at: int) -> tuple[int, int]:
    """Read the minutes of a time: "fifteen", "oh five"; 0 where there are none."""
    numerals = numerals_of("en")
    if _word(words, at) in _NO_ROW_ALONE:
        minute, used = cardinal(words, at + 1, numerals)
        return (minute, used + 1) if minute is not None and 1 <= minute <= 9 else (0, 0)
    minute, used = cardinal(words, at, numerals)
    return (minute, used) if minute is not None and 10 <= minute <= 59 else (0, 0)


def _tells_when(words: Sequence[str], at: int) -> bool:
    """Whether what begins here is a time by the words before it: "until", "between three thirty and"."""
    if _word(words, at - 1) in _BEFORE_A_TIME:
        return True
    if _word(words, at - 1) == "de" and _word(words, at - 2) in _BEFORE_DE:
        return True
    earlier = words[max(0, at - _FAR) : at]
    return _word(words, at - 1) in _BETWEEN_TIMES and not _BEFORE_A_TIME.isdisjoint(earlier)


def _spanish_time(words: list[str], at: int) -> tuple[Clock | None, int]:
    says_at = words[at] == "a" and _word(words, at + 1) in ("las", "la")
    here = at + says_at
    if _word(words, here) not in ("las", "la"):
        return None, 0
    timed = says_at or _tells_when(words, here)
    hour, used = cardinal(words, here + 1, numerals_of("es"))
    if hour is None or not 1 <= hour <= 12 or used != 1 or (hour == 1) != (words[here] == "la"):
        return None, 0
    here += 2
    minute = 0
    if _word(words, here) in ("y", "menos"):
        past, more = _MINUTES.get(_word(words, here + 1)), 1
        if past is None:
            past, more = cardinal(words, here + 1, numerals_of("es"))
        if past is not None and 1 <= past <= 59:
            before = words[here] == "menos"
            hour, minute = ((hour - 2) % 12 + 1, 60 - past) if before else (hour, past)
            here += 1 + more
            timed = True
    return _clock(words, at, here, hour, minute, says_at=says_at, timed=timed, spanish=True)


def _clock(
    words: Sequence[str],
    begin: int,
    here: int,
    hour: int,
    minute: int,
    *,
    says_at: bool,
    timed: bool,
    spanish: bool,
) -> tuple[Clock | None, int]:
    """Complete a time that was read up to `here` by the half of the day, or tell that it is none.

    `timed`: what stands around it says that it is one.
    """
    for half, later in _HALVES.items():
        if tuple(words[here : here + len(half)]) == half:
            clock = Clock(hour % 12 + 12 * later, minute, half=True, at=says_at)
            return clock, here + len(half) - begin
    ends = _word(words, here) in _AFTER_A_TIME
    if not timed or not (ends or minute) or _goes_on(words, here, spanish=spanish):
        return None, 0
    return Clock(hour, minute, half=False, at=says_at), here - begin


def _goes_on(words: Sequence[str], at: int, *, spanish: bool) -> bool:
    """Whether a number goes on here: what looked like a time is a row of digits, or an amount."""
    numerals = numerals_of("es" if spanish else "en")
    return at < len(words) and bool(digits_at(list(words), at, numerals)[1])


def street_at(words: list[str], at: int, language: str) -> Reading:
    """Read "sixteen san pedro street", "calle san pedro número dieciséis": with its number in figures."""
    numerals = numerals_of(language)
    if is_spanish(language):
        if words[at] not in _CALLES:
            return None, 0
        here = at + 1
        while here < min(len(words), at + 2 + _MOST_OF_STREET) and words[here] not in _NO_STREET:
            number, used = cardinal(words, here + (words[here] == "número"), numerals)
            if number is not None and used and here > at + 1:
                used += words[here] == "número"
                return " ".join((_as_name(words[at], words[at + 1 : here]), str(number))), here + used - at
            here += 1
        return None, 0
    number, used = cardinal(words, at, numerals)
    if number is None or not used:
        return None, 0
    for here in range(at + used, min(len(words), at + used + _MOST_OF_STREET + 1)):
        if words[here] in _STREETS and here > at + used:
            return f"{number} {_as_name('', words[at + used : here + 1])}", here + 1 - at
        if words[here] in _NO_STREET:
            break
    return None, 0


def _as_name(before: str, words: Sequence[str]) -> str:
    small = {"de", "del", "la", "las", "los", "el"}
    return " ".join([before, *(word if word in small else word.capitalize() for word in words)]).strip()


def spelled_at(words: list[str], at: int, language: str) -> Reading:
    """Read letters that are spelled, with digits among them: "x b one two" is "X B 1 2"."""
    numerals = numerals_of(language)
    signs: list[str] = []
    letters = 0
    here = at
    while here < len(words):
        digits, used = ("", 0) if words[here] in _NO_ROW_ALONE else digits_at(words, here, numerals)
        if used:
            signs += digits
        elif len(words[here]) == 1 and (signs or words[here] not in _WORDS_ALSO):
            signs.append(words[here].upper())
            letters += words[here] not in _WORDS_ALSO
            used = 1
        else:
            break
        here += used
    while signs and here > at and words[here - 1] in _WORDS_ALSO:  # "… and", "… to": not spelled
        here -= 1
        signs.pop()
    if len(signs) < _SHORTEST_SPELLED or not letters:
        return None, 0
    return " ".join(signs), here - at


def number_at(words: list[str], at: int, language: str) -> Reading:
    """Read a row of digits ("1 0 4 2 3 3"), or a whole number of more than a digit ("250").

    A single small number word is left to the translator.
    """
    numerals = numerals_of(language)
    digits, end, groups = _row(words, at, numerals)
    if not digits or (words[at].isdecimal() and end == at + 1):
        return None, 0
    whole, used = cardinal(words, at, numerals)
    if whole is not None and used == end - at:
        return (str(whole), used) if whole >= _SMALL else (None, 0)
    if groups < 3 and words[at] in _NO_ROW_ALONE:
        return None, 0
    return " ".join(digits), end - at


def _row(words: list[str], at: int, numerals: Numerals) -> tuple[str, int, int]:
    digits, groups = "", 0
    while at < len(words):
        more, used = digits_at(words, at, numerals)
        if not used:
            break
        digits, at, groups = digits + more, at + used, groups + 1
    return digits, at, groups


def _word(words: Sequence[str], at: int) -> str:
    return words[at] if 0 <= at < len(words) else ""
