"""Ways of saying a day, as phrases for the grammar."""

from functools import cache
from typing import Final

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_ONES: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_TEENS: Final = (
    *("tenth", "eleventh", "twelfth", "thirteenth", "fourteenth"),
    *("fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"),
)
ORDINALS: Final = (
    *_ONES,
    *_TEENS,
    "twentieth",
    *(f"twenty {one}" for one in _ONES),
    "thirtieth",
    "thirty first",
)
"""The days of a month, the first first."""
_RELATIVE: Final = (
    *("today", "tomorrow", "yesterday", "tonight", "the day after tomorrow", "the day before yesterday"),
    *("this week", "next week", "last week", "next month", "this afternoon", "tomorrow morning"),
    *("tomorrow afternoon", "in the morning", "in the afternoon", "any day", "as soon as possible"),
    *("this weekend", "next weekend", "in two days", "in three days", "in a week", "in two weeks"),
)


@cache
def date_phrases() -> tuple[str, ...]:
    """Every way of saying a day that the ears listen for: a few thousand phrases with shared beginnings."""
    phrases = [*_RELATIVE]
    for day in WEEKDAYS:
        phrases += [day, f"on {day}", f"next {day}", f"this {day}", f"last {day}", f"{day} next week"]
        phrases += [f"{day} the {ordinal}" for ordinal in ORDINALS]
        phrases += [f"{day} morning", f"{day} afternoon"]
    for ordinal in ORDINALS:
        phrases += [f"the {ordinal}", f"on the {ordinal}"]
        for month in MONTHS:
            phrases += [f"{month} {ordinal}", f"{month} the {ordinal}", f"the {ordinal} of {month}"]
            phrases += [f"on {month} {ordinal}", f"on the {ordinal} of {month}"]
    return tuple(phrases)
