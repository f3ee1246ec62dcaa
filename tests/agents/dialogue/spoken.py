"""Words as callers say them and recognisers write them, in English and Spanish, and what is read in them."""

import re
from datetime import date

from pydantic import TypeAdapter

from agents.dialogue.readings import read
from agents.dialogue.wording import Speech
from config.flow_slots import Slot

TODAY = date(2026, 11, 22)  # a Sunday
ENGLISH, SPANISH = Speech(TODAY, "USD", "en-US"), Speech(TODAY, "EUR", "es-ES")
SPEECHES = {"en": ENGLISH, "es": SPANISH}
_SLOT = TypeAdapter(Slot)

UNITS = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
    "dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro "
    "veinticinco veintiséis veintisiete veintiocho veintinueve",
}
TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
}
HUNDREDS = (
    "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
)
_ORDINALS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)


def aloud(number: int, language: str) -> str:
    """A number below a million in words, as a recogniser writes it."""
    small = UNITS[language].split()
    if number < len(small):
        return small[number]
    if number < 100:
        ten, one = divmod(number, 10)
        join = " y " if language == "es" else " "
        return TENS[language].split()[ten - 2] + (join + small[one] if one else "")
    if number < 1_000:
        hundred, rest = divmod(number, 100)
        if language == "es":
            head = "cien" if number == 100 else HUNDREDS.split()[hundred - 1]
            return head + (f" {aloud(rest, 'es')}" if rest else "")
        return f"{small[hundred]} hundred" + (f" and {aloud(rest, 'en')}" if rest else "")
    thousand, rest = divmod(number, 1_000)
    head = (
        "mil"
        if language == "es" and thousand == 1
        else f"{aloud(thousand, language)} {'mil' if language == 'es' else 'thousand'}"
    )
    return head + (f" {aloud(rest, language)}" if rest else "")


def ordinal(number: int) -> str:
    names = _ORDINALS.split()
    if number < len(names):
        return names[number]
    ten, one = divmod(number, 10)
    return f"{TENS['en'].split()[ten - 2]} {names[one]}" if one else "thirtieth"


def heard(text: str, language: str) -> str:
    """What is said, as a recogniser writes it: small letters, numbers as words."""
    text = re.sub(r"(\d+)(?:st|nd|rd|th)", lambda found: ordinal(int(found[1])), text.lower())
    text = re.sub(r"\d+", lambda found: aloud(int(found[0]), language), text)
    return re.sub(r"[^\w\s']", " ", text)


def slot(kind: str, **fields: object) -> Slot:
    return _SLOT.validate_python({"kind": kind, **fields})


def reads(kind: str, text: str, language: str = "en", **fields: object) -> str | None:
    return read(slot(kind, **fields), text, SPEECHES[language])
