"""How amounts, dates and times of day are said in a language, whatever language they were read in. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from babel.dates import format_date, format_skeleton

from agents.dialogue.tongue import is_spanish, spoken_amount, spoken_time

_PESOS: Final = "MXN"
_LEAP_YEAR: Final = 2024
"""Of a date without a year: it has a 29th of February."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Money, in hundredths. `currency`: ISO 4217; pesos of whichever country are MXN."""

    cents: int
    currency: str

    def said(self, language: str) -> str:
        """Say "49 dollars and 90 cents", "49 dólares con 90 centavos"."""
        if self.currency != _PESOS:
            return spoken_amount(self.cents, self.currency, language)
        whole, rest = divmod(abs(self.cents), 100)
        spanish = is_spanish(language)
        minus = ("menos " if spanish else "minus ") if self.cents < 0 else ""
        coins = (
            f" {'con' if spanish else 'and'} {rest} {'centavo' if rest == 1 else 'centavos'}" if rest else ""
        )
        return f"{minus}{whole} {'peso' if whole == 1 else 'pesos'}{coins}"


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a month, with the year if one was said."""

    month: int
    day: int
    year: int | None = None

    def said(self, language: str) -> str:
        """Say "November 24", "24 de noviembre de 2026"."""
        when = date(self.year or _LEAP_YEAR, self.month, self.day)
        locale = "es" if is_spanish(language) else "en"
        if self.year:
            return format_date(when, format="long", locale=locale)
        return format_skeleton("MMMMd", when, locale=locale)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day.

    Attributes:
        hour, minute: 0–23 where `half` is known, else as they were said.
        half: whether the half of the day is known.
        at: it was said with what stands before a time: "at", "a las".
    """

    hour: int
    minute: int
    half: bool
    at: bool

    def said(self, language: str) -> str:
        """Say "at 3 30 in the afternoon", "a las 3 y media de la tarde"; "3:30", "las 3:30"."""
        spanish = is_spanish(language)
        if self.half:
            said = spoken_time(datetime(2024, 1, 1, self.hour, self.minute), language)  # noqa: DTZ001 - a clock's
        else:
            said = f"{self.hour}:{self.minute:02}" if self.minute or not spanish else str(self.hour)
            said = f"{'la' if self.hour == 1 else 'las'} {said}" if spanish else said.removesuffix(":00")
            if not spanish and not self.minute and not self.at:
                said += " o'clock"
        return f"{'a' if spanish else 'at'} {said}" if self.at else said
