"""The words of a language: days, months, amounts, times, lists, in English and Spanish.

What tools return says nothing in words; it is worded here, in the language of the call. Figures stay figures:
the voice reads them.
"""

# ruff: noqa: SIM905 - word lists read as words
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from babel.numbers import get_currency_name
from num2words import num2words

Coins = tuple[str, str, str, str]
"""What a currency's units are called: one, several, and the same of its hundredths."""


@dataclass(frozen=True, slots=True)
class Tongue:
    """The words of one language. `money`: by ISO 4217 code. `one`: what 1 is before a word that needs it."""

    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    money: Mapping[str, Coins]
    coins_after: str
    minus: str
    near: Mapping[int, str]
    """Days from today, for those that have a name."""
    both: str
    either: str
    price: str
    rest: str
    one: Mapping[str, str]


ENGLISH: Final = Tongue(
    months=tuple(
        "January February March April May June July August September October November December".split()
    ),
    weekdays=tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()),
    money={
        "USD": ("dollar", "dollars", "cent", "cents"),
        "EUR": ("euro", "euros", "cent", "cents"),
        "GBP": ("pound", "pounds", "penny", "pence"),
        "MXN": ("peso", "pesos", "centavo", "centavos"),
    },
    coins_after=" and ",
    minus="minus ",
    near={0: "today", 1: "tomorrow", -1: "yesterday"},
    both="and",
    either="or",
    price="for",
    rest="other things",
    one={},
)
SPANISH: Final = Tongue(
    months=tuple(
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()
    ),
    weekdays=tuple("lunes martes miércoles jueves viernes sábado domingo".split()),
    money={
        "USD": ("dólar", "dólares", "centavo", "centavos"),
        "EUR": ("euro", "euros", "céntimo", "céntimos"),
        "GBP": ("libra", "libras", "penique", "peniques"),
        "MXN": ("peso", "pesos", "centavo", "centavos"),
    },
    coins_after=" con ",
    minus="menos ",
    near={0: "hoy", 1: "mañana", -1: "ayer"},
    both="y",
    either="o",
    price="por",
    rest="otras cosas",
    one={"libra": "una"} | dict.fromkeys(("dólar", "euro", "peso", "centavo", "céntimo", "penique"), "un"),
)


def is_spanish(language: str) -> bool:
    """Whether a tag like `es-MX` is of Spanish."""
    return language.lower().partition("-")[0] == "es"


def tongue_of(language: str) -> Tongue:
    """Give the words of a language by its tag, `es-MX`; English for those not known."""
    return SPANISH if is_spanish(language) else ENGLISH


# --- days and times ---------------------------------------------------------------------------------


def ordinal(number: int) -> str:
    """Write 1st, 2nd, 3rd, 11th, 24th."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def spoken_date(day: date, language: str = "en") -> str:
    """Say a day: "Tuesday the 24th of November", "martes 24 de noviembre"."""
    words = tongue_of(language)
    weekday, month = words.weekdays[day.weekday()], words.months[day.month - 1]
    if words is not SPANISH:
        return f"{weekday} the {ordinal(day.day)} of {month}"
    first = day.day == 1 and language != "es-ES"
    return f"{weekday} {'primero' if first else day.day} de {month}"


def spoken_when(day: date, today: date, language: str = "en") -> str:
    """Answer "when?": "tomorrow, Monday the 23rd of November", "el martes 24 de noviembre"."""
    words = tongue_of(language)
    near = words.near.get((day - today) // timedelta(days=1))
    said = spoken_date(day, language)
    return f"{near}, {said}" if near else f"{'el' if words is SPANISH else 'on'} {said}"


def spoken_month(day: date, today: date, language: str = "en") -> str:
    """Say a month, with its year where that is not plain: "November", "noviembre de 2024"."""
    words = tongue_of(language)
    month = words.months[day.month - 1]
    if 0 <= (today.year - day.year) * 12 + today.month - day.month < 12:
        return month
    return f"{month} {'de ' if words is SPANISH else ''}{day.year}"


def spoken_time(shown: datetime, language: str = "en") -> str:
    """Say a time of day as its clock shows it: "9 30 in the morning", "las 9 y media de la mañana"."""
    hour = (shown.hour + 11) % 12 + 1
    if is_spanish(language):
        return _spanish_time(shown, hour)
    if shown.minute == 0 and shown.hour in (0, 12):
        return "noon" if shown.hour else "midnight"
    minute = f" oh {shown.minute}" if 0 < shown.minute < 10 else f" {shown.minute}" if shown.minute else ""
    if shown.hour == 0:
        return f"{hour}{minute} at night"
    part = "morning" if shown.hour < 12 else "afternoon" if shown.hour < 18 else "evening"
    return f"{hour}{minute} in the {part}"


def _spanish_time(shown: datetime, hour: int) -> str:
    minute = {0: "", 15: " y cuarto", 30: " y media"}.get(shown.minute, f" y {shown.minute}")
    if shown.hour == 12:
        part = "del mediodía"
    elif shown.hour == 0:
        part = "de la noche"
    else:
        part = f"de la {'mañana' if shown.hour < 12 else 'tarde' if shown.hour < 20 else 'noche'}"
    return f"{'la una' if hour == 1 else f'las {hour}'}{minute} {part}"


def spoken_moment(shown: datetime, language: str = "en") -> str:
    """Say a day and a time: "Tuesday the 24th of November at 9 30 in the morning".

    The clock is the moment's own: whoever makes it shows it as the caller's clock does.
    """
    at = "a" if is_spanish(language) else "at"
    return f"{spoken_date(shown.date(), language)} {at} {spoken_time(shown, language)}"


# --- amounts and lists ------------------------------------------------------------------------------


def spoken_amount(cents: int, currency: str, language: str = "en") -> str:
    """Say an amount given in hundredths: "4 dollars and 5 cents", "4 dólares con 5 centavos"."""
    words = tongue_of(language)
    one, several, coin, coins = words.money.get(currency) or _coins(currency, words)
    whole, part = divmod(abs(cents), 100)
    said = [counted(whole, one, several, words)] if whole or not part else []
    said += [counted(part, coin, coins, words)] if part else []
    return (words.minus if cents < 0 else "") + words.coins_after.join(said)


def _coins(currency: str, words: Tongue) -> Coins:
    """Name a currency that has no entry of its own, by the locale data of Unicode: "Swiss francs"."""
    locale = "es" if words is SPANISH else "en"
    one, several = (get_currency_name(currency, count, locale=locale) for count in (1, 2))
    return one, several, *words.money["USD"][2:]


def counted(number: int, one: str, several: str, words: Tongue) -> str:
    """Say how many: "1 dollar", "un dólar", "2 dollars", "veintiún dólares", "doscientas libras"."""
    if number == 1:
        return f"{words.one.get(one, '1')} {one}"
    return f"{_agreeing(number, one) if words is SPANISH else number} {several}"


def _agreeing(number: int, one: str) -> str:
    """Say a number before what it counts as Spanish does: it agrees with it, and a million is "of" it."""
    if number and number % 1_000_000 == 0:
        return f"{num2words(number, lang='es')} de"
    feminine = SPANISH.one.get(one) == "una"
    if not (number % 10 == 1 and number % 100 != 11) and not (feminine and number % 1_000 >= 200):
        return str(number)
    said = num2words(number, lang="es")
    if feminine:
        return re.sub(
            r"un[oó]\b", "una", said.replace("cientos", "cientas").replace("quinientos", "quinientas")
        )
    return re.sub(r"uno$", "un", re.sub(r"veintiuno$", "veintiún", said))


def listed(parts: Sequence[str], language: str = "en", *, choose: bool = False) -> str:
    """Say several things in one breath: "a lamp, a shade and a bulb". `choose`: with "or"."""
    if len(parts) < 2:
        return "".join(parts)
    words = tongue_of(language)
    last = words.either if choose else words.both
    following = parts[-1].lower()
    if words is SPANISH and last == "y" and following.startswith(("i", "hi")) and following[:3] != "hie":
        last = "e"
    elif words is SPANISH and last == "o" and following.startswith(("o", "ho")):
        last = "u"
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"
