"""What callers can be asked for: the kinds of slot, and what is kept of an answer.

A slot's value is text, whatever its kind:

    digits         "104233"                      order_number   "LO104233"
    phone          E.164, "+15035550100"         email          "ada@example.com"
    date           ISO 8601, "2026-11-24"        time           "09:30", on the company's clock
    money          "12.50", the flow's currency  spelled_name   "Nguyen"
    yes_no         "yes" or "no"                 choice         the name of what was chosen
    free_words     the caller's words
"""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from config.flow_text import Name, Part, Phrases


class DigitsSlot(Part):
    """A number that is said or keyed digit by digit. `digits`: how many it has."""

    kind: Literal["digits"]
    digits: int = Field(ge=1, le=16)


class OrderNumberSlot(Part):
    """Letters and digits as printed on a receipt. `format`: A for each letter, 9 for each digit, "AA9999"."""

    kind: Literal["order_number"]
    format: str = Field(pattern=r"^[A9]{3,16}$")


class PhoneSlot(Part):
    """A telephone number. `country`: of numbers that are given without their country code."""

    kind: Literal["phone"]
    country: Literal["US", "GB", "ES", "MX"] = "US"


class EmailSlot(Part):
    kind: Literal["email"]


class DateSlot(Part):
    """A day. `lies`: where one is looked for that has no year, "the 24th" or "Tuesday"."""

    kind: Literal["date"]
    lies: Literal["ahead", "behind"] = "ahead"


class TimeSlot(Part):
    """A time of day. Without "in the morning" or the like, 1 to 7 are taken for the afternoon."""

    kind: Literal["time"]


class MoneySlot(Part):
    kind: Literal["money"]


class SpelledNameSlot(Part):
    """A name that is spelled letter by letter."""

    kind: Literal["spelled_name"]


class YesNoSlot(Part):
    kind: Literal["yes_no"]


class ChoiceSlot(Part):
    """One of a few things. `choices`: for each value, how callers say it."""

    kind: Literal["choice"]
    choices: Mapping[Name, Phrases] = Field(min_length=2)


class FreeWordsSlot(Part):
    """Whatever the caller says that means nothing else here: what a case is about."""

    kind: Literal["free_words"]


Slot = Annotated[
    DigitsSlot
    | OrderNumberSlot
    | PhoneSlot
    | EmailSlot
    | DateSlot
    | TimeSlot
    | MoneySlot
    | SpelledNameSlot
    | YesNoSlot
    | ChoiceSlot
    | FreeWordsSlot,
    Field(discriminator="kind"),
]

SLOT_TYPES: Final = (
    DigitsSlot, OrderNumberSlot, PhoneSlot, EmailSlot, DateSlot, TimeSlot, MoneySlot, SpelledNameSlot,
    YesNoSlot, ChoiceSlot, FreeWordsSlot,
)  # fmt: skip
SLOT_KINDS: Final = tuple(str(get_args(each.model_fields["kind"].annotation)[0]) for each in SLOT_TYPES)
