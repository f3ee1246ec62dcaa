"""From what the caller says or keys to a slot's value, and back to words (kinds: `config.flow_slots`)."""

from datetime import date
from typing import Final, assert_never

from agents.dialogue.days import read_day
from agents.dialogue.hours import read_amount, read_time
from agents.dialogue.numerals import spoken_digits
from agents.dialogue.slots import yes_or_no
from agents.dialogue.spelling import (
    national_length,
    phone_number,
    read_email,
    read_name,
    read_order_number,
    read_phone,
    said_email,
    said_phone,
)
from agents.dialogue.understanding import understood
from agents.dialogue.wording import Speech, spaced, spoken_value
from config.flow import Meaning
from config.flow_slots import (
    ChoiceSlot,
    DateSlot,
    DigitsSlot,
    EmailSlot,
    FreeWordsSlot,
    MoneySlot,
    OrderNumberSlot,
    PhoneSlot,
    Slot,
    SpelledNameSlot,
    TimeSlot,
    YesNoSlot,
)

MOST_WORDS: Final = 1_000
"""Characters kept of a caller's own words."""


def read(slot: Slot, text: str, speech: Speech) -> str | None:
    """Read a slot's value out of the caller's words; None when they do not have one."""
    language = speech.language
    match slot:
        case DigitsSlot(digits=digits):
            return spoken_digits(text, language).number(digits)
        case OrderNumberSlot(format=shape):
            return read_order_number(text, shape, language)
        case PhoneSlot(country=country):
            return read_phone(text, country, language)
        case EmailSlot():
            return read_email(text, language)
        case DateSlot(lies=lies):
            day = read_day(text, speech.today, language, lies)
            return day.isoformat() if day else None
        case TimeSlot():
            return read_time(text, language)
        case MoneySlot():
            return read_amount(text, language)
        case SpelledNameSlot():
            return read_name(text, language)
        case YesNoSlot():
            reply = yes_or_no(text, language)
            return reply.value if reply else None
        case ChoiceSlot(choices=choices):
            named = ((choice, Meaning(phrases=phrases)) for choice, phrases in choices.items())
            chosen = understood(text, named, language)
            return chosen.meaning if chosen else None
        case FreeWordsSlot():
            return " ".join(text.split())[:MOST_WORDS] or None
        case _:
            assert_never(slot)


def digits_of(slot: Slot) -> int | None:
    """How many digits a value has that is nothing but digits and said digit by digit; None for others."""
    match slot:
        case DigitsSlot() | OrderNumberSlot() | PhoneSlot():
            return keyed_length(slot)
        case _:
            return None


def keyed_length(slot: Slot) -> int | None:
    """After how many keys a value is whole without `#`; None: it has no such length, or cannot be keyed."""
    match slot:
        case DigitsSlot(digits=digits):
            return digits
        case OrderNumberSlot(format=shape):
            return len(shape) if "A" not in shape else None
        case PhoneSlot(country=country):
            return national_length(country)
        case DateSlot() | TimeSlot():
            return 4
        case YesNoSlot() | ChoiceSlot():
            return 1
        case _:
            return None


def can_be_keyed(slot: Slot) -> bool:
    """Whether the keypad has what it takes."""
    return isinstance(slot, MoneySlot) or keyed_length(slot) is not None


def keyed(slot: Slot, keys: str, speech: Speech) -> str | None:
    """Read a value that was keyed; None when that is none.

    A date is keyed as month and day (day and month in Spanish), a time as 0930, money with `*` as its point,
    a choice by its place, yes as 1 and no as 2.
    """
    match slot:
        case DigitsSlot(digits=digits):
            return keys if len(keys) == digits else None
        case OrderNumberSlot(format=shape):
            return keys if "A" not in shape and len(keys) == len(shape) else None
        case PhoneSlot(country=country):
            return phone_number(keys, country)
        case DateSlot(lies=lies):
            return _keyed_day(keys, lies == "ahead", speech)
        case TimeSlot():
            hour, minute = keys[:-2], keys[-2:]
            right = len(keys) in (3, 4) and keys.isdecimal() and int(hour) < 24 and int(minute) < 60
            return f"{int(hour):02d}:{minute}" if right else None
        case MoneySlot():
            whole, _, part = keys.partition("*")
            return f"{int(whole)}.{part.ljust(2, '0')}" if whole.isdecimal() and _cents(part) else None
        case YesNoSlot():
            return {"1": "yes", "2": "no"}.get(keys)
        case ChoiceSlot(choices=choices):
            at = int(keys) if keys.isdecimal() else 0
            return tuple(choices)[at - 1] if 1 <= at <= len(choices) else None
        case EmailSlot() | SpelledNameSlot() | FreeWordsSlot():
            return None
        case _:
            assert_never(slot)


def _cents(part: str) -> bool:
    return part == "" or (part.isdecimal() and len(part) <= 2)


def _keyed_day(keys: str, ahead: bool, speech: Speech) -> str | None:
    if len(keys) != 4 or not keys.isdecimal():
        return None
    first, second = int(keys[:2]), int(keys[2:])
    month, day = (second, first) if speech.language.startswith("es") else (first, second)
    for year in range(speech.today.year, speech.today.year + (5 if ahead else -5), 1 if ahead else -1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found == speech.today or (found > speech.today) is ahead:
            return found.isoformat()
    return None


def said(slot: Slot, value: str, speech: Speech) -> str:
    """Say a slot's value as it is read back."""
    match slot:
        case DigitsSlot() | OrderNumberSlot():
            return spaced(value)
        case PhoneSlot(country=country):
            return said_phone(value, country, speech.language)
        case EmailSlot():
            return said_email(value, speech.language)
        case DateSlot():
            return spoken_value(value, "date", speech) or value
        case TimeSlot():
            return spoken_value(value, "time", speech) or value
        case MoneySlot():
            return spoken_value(value, "money", speech) or value
        case ChoiceSlot(choices=choices):
            return choices[value][0] if value in choices else value
        case SpelledNameSlot() | YesNoSlot() | FreeWordsSlot():
            return value
        case _:
            assert_never(slot)
