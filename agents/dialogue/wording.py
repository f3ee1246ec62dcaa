"""From a flow's texts to what is spoken: blanks filled, numbers digit by digit, days as people say them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final, cast

from pydantic import TypeAdapter, ValidationError

from agents.charts.chart import Chart, described
from agents.dialogue.spans import said_span
from agents.dialogue.spelling import said_name
from agents.dialogue.tongue import (
    listed,
    spoken_amount,
    spoken_date,
    spoken_moment,
    spoken_month,
    spoken_time,
    spoken_when,
    tongue_of,
)
from config.flow_steps import Decide
from config.flow_text import BLANK, NOTHING, Text

_MOST_PRICED: Final = 4
"""Nobody keeps more in mind by ear; of the rest only the sum is said."""
_SPAN: Final[TypeAdapter[timedelta]] = TypeAdapter(timedelta)
_TIME_OF_DAY: Final = re.compile(r"[0-2][0-9]:[0-5][0-9]")
_LISTS: Final = ("priced", "moments")
"""Forms that say a list as a whole; any other says one thing, and a list thing by thing."""


@dataclass(frozen=True, slots=True)
class Speech:
    """How a call speaks: `today` is the caller's day, `currency` an ISO 4217 code, `language` a tag."""

    today: date
    currency: str = "USD"
    language: str = "en"


@dataclass(frozen=True, slots=True)
class SlotValue:
    """What a caller has given, and how it is said where a blank asks for no form."""

    value: str
    said: str

    def __str__(self) -> str:
        return self.value


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


def branch(step: Decide, known: Mapping[str, object]) -> str:
    """Tell where a decide leads by what is known. What is not known, or is empty, is the case `nothing`."""
    value = look(step.by, known)
    if value is None or value == "":
        case = NOTHING
    else:
        case = str(value).lower() if isinstance(value, bool) else str(value)
    return step.cases.get(case, step.otherwise)


def spoken_value(value: object, form: str, speech: Speech) -> str | None:
    """Say a value in a form of `config.flow_text.FORMATS`; None when it is missing or not of that form.

    Of a list every thing is said; if one of them cannot be, nothing is.
    """
    if value is None or value == "" or value == []:
        return None
    if not isinstance(value, Sequence) or isinstance(value, str):
        return _said(value, form, speech)
    things = cast("Sequence[object]", value)
    if form == "priced":
        return _priced(things, speech)
    said = [_said(each, form.removesuffix("s") if form in _LISTS else form, speech) for each in things]
    spoken = [each for each in said if each]
    return listed(spoken, speech.language, choose=form == "moments") if len(spoken) == len(said) else None


def _said(value: object, form: str, speech: Speech) -> str | None:
    match form:
        case "digits":
            return spaced(str(value))
        case "spelled":
            return None if isinstance(value, Mapping) else said_name(str(value))
        case "date" | "when" | "month":
            return _said_day(value, form, speech)
        case "time" | "moment":
            moment = _moment(value)
            say = spoken_time if form == "time" else spoken_moment
            return say(moment, speech.language) if moment else None
        case "money":
            return spoken_money(value, speech.currency, speech.language)
        case "span":
            return _said_span(value, speech)
        case "chart":
            return _said_chart(value, speech)
        case _ if isinstance(value, SlotValue):
            return value.said
        case _:
            return None if isinstance(value, Mapping) else str(value)


def spaced(number: str) -> str:
    """Space a number so that it is read digit by digit: "1 0 4 2 3 3"."""
    return " ".join(sign for sign in number if sign.isalnum())


def spoken_money(value: object, currency: str, language: str = "en") -> str | None:
    """Say an amount in whole units, or an object with such an `amount`: "4.05" is "4 dollars and 5 cents"."""
    cents = _cents(value)
    return None if cents is None else spoken_amount(cents, currency, language)


def _cents(value: object) -> int | None:
    amount = cast("Mapping[str, object]", value).get("amount") if isinstance(value, Mapping) else value
    try:
        return int(Decimal(str(amount)).quantize(Decimal("0.01")) * 100)
    except (InvalidOperation, OverflowError, ValueError):
        return None


def _priced(things: Sequence[object], speech: Speech) -> str | None:
    """Say things with a `text` and a `price`, the dearest first, and what the rest comes to."""
    priced: list[tuple[str, int]] = []
    for each in things:
        thing = cast("Mapping[str, object]", each) if isinstance(each, Mapping) else {}
        text, cents = thing.get("text"), _cents(thing.get("price"))
        if not text or cents is None:
            return None
        priced.append((str(text), cents))
    words = tongue_of(speech.language)
    dearest = sorted(priced, key=lambda one: -one[1])
    if rest := dearest[_MOST_PRICED:]:
        dearest = [*dearest[:_MOST_PRICED], (words.rest, sum(cents for _, cents in rest))]
    said = [
        f"{text} {words.price} {spoken_amount(cents, speech.currency, speech.language)}"
        for text, cents in dearest
    ]
    return listed(said, speech.language)


def _said_day(value: object, form: str, speech: Speech) -> str | None:
    day = _day(value)
    if day is None:
        return None
    match form:
        case "date":
            return spoken_date(day, speech.language)
        case "month":
            return spoken_month(day, speech.today, speech.language)
        case _:
            return spoken_when(day, speech.today, speech.language)


def _said_span(value: object, speech: Speech) -> str | None:
    """Say seconds, or a duration in ISO 8601."""
    try:
        span = _SPAN.validate_python(value)
        return (
            said_span(round(span.total_seconds() * 1_000), speech.language) if span >= timedelta() else None
        )
    except ValidationError:
        return None


def _said_chart(value: object, speech: Speech) -> str | None:
    try:
        return described(Chart.model_validate(value), speech.language, speech.today)
    except ValidationError:
        return None


def _day(value: object) -> date | None:
    if isinstance(value, date):
        return value
    text = str(value)[:10]
    try:
        return date.fromisoformat(f"{text}-01" if len(text) == len("2026-11") else text)
    except ValueError:
        return None


def _moment(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    text = str(value)
    if _TIME_OF_DAY.fullmatch(text):
        text = f"{date.min}T{text}"
    try:
        return datetime.fromisoformat(text) if "T" in text else None
    except ValueError:
        return None
