"""From a flow's texts to what is spoken: blanks filled, numbers digit by digit, days as people say them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from config.flow_text import BLANK, Text

_COINS: Final = {
    "USD": (("dollar", "dollars"), ("cent", "cents")),
    "EUR": (("euro", "euros"), ("cent", "cents")),
    "GBP": (("pound", "pounds"), ("penny", "pence")),
}


@dataclass(frozen=True, slots=True)
class Speech:
    """How a call speaks: `today` is the caller's day, `currency` an ISO 4217 code."""

    today: date
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class Filled:
    """A blank and what was spoken for it. `path` is whole: `order.expected_on`."""

    path: str
    form: str
    spoken: str


@dataclass(frozen=True, slots=True)
class Worded:
    """A text as it is spoken."""

    text: str
    filled: tuple[Filled, ...] = ()


def worded(text: Text, known: Mapping[str, object], speech: Speech, turn: int) -> Worded | None:
    """Choose a wording and fill its blanks.

    Of the wordings whose blanks can all be filled, those with the most blanks tell the most; among them
    `turn` (how often the text was used) chooses.

    Returns:
        What is to be spoken; None when no wording can be filled.
    """
    possible = [spoken for wording in text if (spoken := _filled(wording, known, speech)) is not None]
    if not possible:
        return None
    most = max(len(spoken.filled) for spoken in possible)
    telling = [spoken for spoken in possible if len(spoken.filled) == most]
    return telling[turn % len(telling)]


def _filled(wording: str, known: Mapping[str, object], speech: Speech) -> Worded | None:
    parts: list[str] = []
    filled: list[Filled] = []
    end = 0
    for blank in BLANK.finditer(wording):
        path, form = blank[1] + blank[2], blank[3] or "plain"
        spoken = spoken_value(look(path, known), form, speech)
        if not spoken:
            return None
        filled.append(Filled(path, form, spoken))
        parts += (wording[end : blank.start()], spoken)
        end = blank.end()
    return Worded("".join((*parts, wording[end:])).replace("..", "."), tuple(filled))


def look(path: str, known: Mapping[str, object]) -> object:
    """Find a value by its path ("order.status"); None when there is none."""
    value: object = known
    for name in path.split("."):
        if not isinstance(value, Mapping) or name not in value:
            return None
        value = value[name]
    return value


def spoken_value(value: object, form: str, speech: Speech) -> str | None:
    """Say a value in a form of `config.flow.FORMATS`; None when it is missing or not of that form."""
    if value is None or value == "":
        return None
    match form:
        case "digits":
            return spaced(str(value))
        case "date" | "when":
            day = _day(value)
            if day is None:
                return None
            return spoken_date(day) if form == "date" else spoken_when(day, speech.today)
        case "money":
            return spoken_money(value, speech.currency)
        case _:
            return str(value)


def spaced(number: str) -> str:
    """Space a number so that it is read digit by digit: "1 0 4 2 3 3"."""
    return " ".join(sign for sign in number if sign.isalnum())


def ordinal(number: int) -> str:
    """Write 1st, 2nd, 3rd, 11th, 24th."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def spoken_date(day: date) -> str:
    """Say a day: "Tuesday the 24th of November"."""
    return f"{day:%A} the {ordinal(day.day)} of {day:%B}"


def spoken_when(day: date, today: date) -> str:
    """Answer "when?": "today", "tomorrow", "yesterday", "on Tuesday the 24th of November"."""
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}.get((day - today) // timedelta(days=1))
    return f"{near}, {spoken_date(day)}" if near else f"on {spoken_date(day)}"


def spoken_money(value: object, currency: str) -> str | None:
    """Say an amount given in whole units: "129" is "129 dollars", "4.05" is "4 dollars and 5 cents"."""
    try:
        amount = Decimal(str(value)).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None
    whole, part = divmod(int(abs(amount) * 100), 100)
    big, small = _COINS.get(currency, _COINS["USD"])
    said = [f"{whole} {big[whole != 1]}"] if whole or not part else []
    said += [f"{part} {small[part != 1]}"] if part else []
    return ("minus " if amount < 0 else "") + " and ".join(said)


def _day(value: object) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
