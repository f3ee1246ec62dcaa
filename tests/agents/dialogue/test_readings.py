"""What callers say for a slot, in English and Spanish; and that what Tandem says itself comes back."""

# ruff: noqa: E501, SIM905 - word lists read as words
import re
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from agents.dialogue.numerals import cardinal, numerals_of, spoken_digits, words
from agents.dialogue.readings import keyed, read, said
from agents.dialogue.slots import Reply, is_acknowledgement, yes_or_no
from agents.dialogue.spelling import said_name
from agents.dialogue.tongue import spoken_when
from agents.dialogue.understanding import understood
from agents.dialogue.wording import Speech
from config.flow import Meaning
from config.flow_slots import SLOT_KINDS, Slot

TODAY = date(2026, 11, 22)  # a Sunday
ENGLISH, SPANISH = Speech(TODAY, "USD", "en-US"), Speech(TODAY, "EUR", "es-ES")
SPEECHES = {"en": ENGLISH, "es": SPANISH}
_SLOT = TypeAdapter(Slot)

_UNITS = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis "
    "diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco "
    "veintiséis veintisiete veintiocho veintinueve",
}
_TENS = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
}
_HUNDREDS = (
    "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
)
_ORDINALS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)


def aloud(number: int, language: str) -> str:
    """A number below a million in words, as a recogniser writes it."""
    small = _UNITS[language].split()
    if number < len(small):
        return small[number]
    if number < 100:
        ten, one = divmod(number, 10)
        join = " y " if language == "es" else " "
        return _TENS[language].split()[ten - 2] + (join + small[one] if one else "")
    if number < 1_000:
        hundred, rest = divmod(number, 100)
        if language == "es":
            head = "cien" if number == 100 else _HUNDREDS.split()[hundred - 1]
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
    return f"{_TENS['en'].split()[ten - 2]} {names[one]}" if one else "thirtieth"


def heard(text: str, language: str) -> str:
    """What is said, as a recogniser writes it: small letters, numbers as words."""
    text = re.sub(r"(\d+)(?:st|nd|rd|th)", lambda found: ordinal(int(found[1])), text.lower())
    text = re.sub(r"\d+", lambda found: aloud(int(found[0]), language), text)
    return re.sub(r"[^\w\s']", " ", text)


def slot(kind: str, **fields: object) -> Slot:
    return _SLOT.validate_python({"kind": kind, **fields})


def reads(kind: str, text: str, language: str = "en", **fields: object) -> str | None:
    return read(slot(kind, **fields), text, SPEECHES[language])


# --- what is said comes back -----------------------------------------------------------------------------


@given(st.integers(0, 999_999), st.sampled_from(["en", "es"]))
def test_every_number_comes_back(number, language):
    spoken = words(aloud(number, language))
    assert cardinal(spoken, 0, numerals_of(language)) == (number, len(spoken))


@given(st.from_regex(r"[0-9]{6}", fullmatch=True), st.sampled_from(["en", "es"]))
def test_digits_come_back(number, language):
    spoken = " ".join(aloud(int(digit), language) for digit in number)
    assert reads("digits", spoken, language, digits=6) == number


@given(st.dates(TODAY, TODAY + timedelta(days=360)), st.sampled_from(["en", "es"]))
def test_a_day_ahead_comes_back_as_it_is_said(day, language):
    for spoken in (
        said(slot("date"), day.isoformat(), SPEECHES[language]),
        spoken_when(day, TODAY, language),
    ):
        assert reads("date", heard(spoken, language), language) == day.isoformat()


@given(st.dates(TODAY - timedelta(days=360), TODAY), st.sampled_from(["en", "es"]))
def test_a_day_behind_comes_back_as_it_is_said(day, language):
    spoken = said(slot("date"), day.isoformat(), SPEECHES[language])
    assert reads("date", heard(spoken, language), language, lies="behind") == day.isoformat()


@given(st.integers(0, 23), st.integers(0, 59), st.sampled_from(["en", "es"]))
def test_a_time_comes_back_as_it_is_said(hour, minute, language):
    value = f"{hour:02d}:{minute:02d}"
    spoken = said(slot("time"), value, SPEECHES[language])
    assert reads("time", heard(spoken, language), language) == value


@given(st.integers(0, 99_999_999), st.sampled_from(["en", "es"]))
def test_an_amount_comes_back_as_it_is_said(cents, language):
    value = f"{cents // 100}.{cents % 100:02d}"
    spoken = said(slot("money"), value, SPEECHES[language])
    assert reads("money", heard(spoken, language), language) == value


@given(
    st.sampled_from([("US", r"\+1[2-9]\d{9}"), ("GB", r"\+44[1-9]\d{9}"), ("ES", r"\+34[1-9]\d{8}"), ("MX", r"\+52[1-9]\d{9}")]),
    st.data(),
    st.sampled_from(["en", "es"]),
)  # fmt: skip
def test_a_telephone_number_comes_back_as_it_is_said(country, data, language):
    name, pattern = country
    number = data.draw(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True))
    spoken = said(slot("phone", country=name), number, SPEECHES[language])
    assert reads("phone", heard(spoken, language), language, country=name) == number


@settings(max_examples=200)
@given(
    st.from_regex(re.compile(r"[a-z]{2,8}([._\-+][a-z]{2,8}|[0-9]{1,3})?", re.ASCII), fullmatch=True),
    st.sampled_from(["example.com", "lumen-oak.co.uk", "gmail.com", "correo.es"]),
    st.sampled_from(["en", "es"]),
)
def test_an_address_comes_back_as_it_is_said(local, domain, language):
    if set(re.findall("[a-z]+", local)) & _NO_NAMES:
        return
    address = f"{local}@{domain}"
    spoken = said(slot("email"), address, SPEECHES[language])
    assert reads("email", heard(spoken, language), language) == address


_NO_NAMES = {
    *_UNITS["en"].split(), *_UNITS["es"].split(), *_TENS["en"].split(), *_TENS["es"].split(), *_HUNDREDS.split(),
    "at", "dot", "is", "es", "it", "to", "oh", "un", "una", "mil", "cien", "mas", "guion", "punto", "arroba",
    "dash", "plus", "minus", "point", "period", "double", "doble", "triple", "mail", "email", "correo", "hyphen",
    "um", "umm", "uh", "uhm", "er", "erm", "hm", "hmm", "mm", "mmm", "eh", "em", "este", "pues",
    "yes", "yeah", "sure", "okay", "ok", "well", "so", "right", "si", "bueno", "claro", "vale",
}  # fmt: skip
"""Words that mean a sign or a number when an address is said, or nothing."""


@given(st.from_regex(re.compile(r"[a-z]{2,12}", re.ASCII), fullmatch=True), st.sampled_from(["en", "es"]))
def test_a_name_comes_back_as_it_is_spelled(name, language):
    assert reads("spelled_name", heard(said_name(name), language), language) == name.title()


@given(
    st.from_regex(re.compile(r"[A-Z]{2}[0-9]{4}", re.ASCII), fullmatch=True), st.sampled_from(["en", "es"])
)
def test_an_order_number_with_letters_comes_back(number, language):
    spoken = heard(said(slot("order_number", format="AA9999"), number, SPEECHES[language]), language)
    assert reads("order_number", spoken, language, format="AA9999") == number


# --- as people say it ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("en", "the day after tomorrow", "2026-11-24"),
        ("en", "next tuesday would be good", "2026-11-24"),
        ("en", "tuesday next week", "2026-11-24"),
        ("en", "in two weeks", "2026-12-06"),
        ("en", "a week from now", None),
        ("en", "november twenty fourth", "2026-11-24"),
        ("en", "the third", "2026-12-03"),
        ("en", "may the first", "2027-05-01"),
        ("en", "i may come", None),
        ("en", "the thirty first of november", None),
        ("en", "march third twenty twenty seven", "2027-03-03"),
        ("es", "pasado mañana", "2026-11-24"),
        ("es", "mañana por la mañana", "2026-11-23"),
        ("es", "por la mañana", None),
        ("es", "el martes que viene", "2026-11-24"),
        ("es", "dentro de dos semanas", "2026-12-06"),
        ("es", "el tres de marzo de dos mil veintisiete", "2027-03-03"),
        ("es", "el miercoles", "2026-11-25"),
        ("es", "el veinticuatro", "2026-11-24"),
        ("en", "tuesday the eighth", "2026-12-08"),
        ("en", "the tuesday", "2026-11-24"),
        ("es", "el martes 8", "2026-12-08"),
        ("es", "martes ocho", "2026-12-08"),
        ("en", "monday the 7th", "2026-12-07"),
        ("en", "the first available day", None),
        ("en", "the one after that", None),
        ("es", "el primer día libre", None),
        ("en", "the first", "2026-12-01"),
        ("en", "the first of the month", "2026-12-01"),
        ("en", "the first please", "2026-12-01"),
        ("en", "two weeks from today", None),
        ("en", "a week from tomorrow", None),
        ("es", "una semana a partir de mañana", None),
        ("es", "a partir de mañana", "2026-11-23"),
        ("es", "de hoy en ocho", None),
        ("en", "not today tomorrow", None),
        ("en", "i can't do tuesday", None),
        ("en", "tuesday not wednesday", "2026-11-24"),
        ("en", "no the fourth", "2026-12-04"),
        ("es", "no mañana, el jueves", None),
        ("es", "no el jueves", "2026-11-26"),
        ("es", "no puedo el martes", None),
    ],
)
def test_days_as_callers_say_them(language, text, day):
    assert reads("date", text, language) == day


@pytest.mark.parametrize(
    ("language", "text", "time"),
    [
        ("en", "half past nine", "09:30"),
        ("en", "a quarter to three", "14:45"),
        ("en", "ten to twelve", "11:50"),
        ("en", "nine o'clock", "09:00"),
        ("en", "nine o clock", "09:00"),
        ("en", "four thirty p m", "16:30"),
        ("en", "twenty one thirty", "21:30"),
        ("en", "at noon", "12:00"),
        ("en", "2 pm", "14:00"),
        ("en", "any time", None),
        ("es", "a las nueve y media", "09:30"),
        ("es", "a las tres menos cuarto", "14:45"),
        ("es", "a la una y cuarto", "13:15"),
        ("es", "a las ocho de la tarde", "20:00"),
        ("es", "a mediodía", "12:00"),
        ("es", "cuando sea", None),
    ],
)
def test_times_as_callers_say_them(language, text, time):
    assert reads("time", text, language) == time


@pytest.mark.parametrize(
    ("language", "text", "amount"),
    [
        ("en", "twelve fifty", "12.50"),
        ("en", "one hundred and twenty dollars", "120.00"),
        ("en", "fifty cents", "0.50"),
        ("en", "it was $19.99", "19.99"),
        ("en", "a dollar", "1.00"),
        ("en", "a hundred and fifty dollars", "150.00"),
        ("en", "a hundred dollars", "100.00"),
        ("en", "a thousand two hundred dollars and ten cents", "1200.10"),
        ("en", "it was $2,050.00", "2050.00"),
        ("en", "$1,234.50", "1234.50"),
        ("en", "$2,050", "2050.00"),
        ("en", "$12.5", "12.50"),
        ("en", "12.505", None),
        ("en", "$1234567.50", None),
        ("en", "minus three dollars", None),
        ("en", "too much", None),
        ("es", "doce euros con cincuenta", "12.50"),
        ("es", "mil doscientos euros", "1200.00"),
        ("es", "doce coma cinco", "12.50"),
        ("es", "un euro", "1.00"),
    ],
)
def test_amounts_as_callers_say_them(language, text, amount):
    assert reads("money", text, language) == amount


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("en", "n as in nancy g u y e n", "Nguyen"),
        ("en", "my name is byron b y r o n", "Byron"),
        ("en", "smith s m double t", "Smtt"),
        ("en", "alpha delta alpha", "Ada"),
        ("en", "byron", None),
        ("es", "eme a ere i a", "Maria"),
        ("es", "pe e eñe a", "Peña"),
    ],
)
def test_names_as_callers_spell_them(language, text, name):
    assert reads("spelled_name", text, language) == name


@pytest.mark.parametrize(
    ("language", "text", "address"),
    [
        ("en", "my email is ada dot byron at example dot com", "ada.byron@example.com"),
        ("en", "it's a d a forty two at gmail dot com please", "ada42@gmail.com"),
        ("en", "meet me at noon", None),
        ("es", "mi correo es ada guion bajo b arroba correo punto es", "ada_b@correo.es"),
    ],
)
def test_addresses_as_callers_say_them(language, text, address):
    assert reads("email", text, language) == address


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("en", "area code five oh three five five five oh one double oh", "+15035550100"),
        ("en", "plus forty four twenty seventy nine forty six oh nine five eight", "+442079460958"),
        ("en", "one two three", None),
        ("en", "one zero three five five five zero one zero zero", None),
        ("es", "nueve uno dos tres cuatro cinco seis siete ocho", None),
    ],
)
def test_telephone_numbers_as_callers_say_them(language, text, number):
    assert reads("phone", text, language) == number


@pytest.mark.parametrize(
    ("kind", "keys", "value", "fields"),
    [
        ("phone", "5035550100", "+15035550100", {}),
        ("phone", "1035550100", None, {}),
        ("date", "1124", "2026-11-24", {}),
        ("date", "0101", "2027-01-01", {}),
        ("date", "0230", None, {}),
        ("date", "1121", "2026-11-21", {"lies": "behind"}),
        ("time", "0930", "09:30", {}),
        ("time", "2460", None, {}),
        ("money", "12*5", "12.50", {}),
        ("money", "12", "12.00", {}),
        ("money", "*", None, {}),
        ("yes_no", "1", "yes", {}),
        ("choice", "2", "shade", {"choices": {"lamp": ["a lamp"], "shade": ["a shade"]}}),
        ("choice", "3", None, {"choices": {"lamp": ["a lamp"], "shade": ["a shade"]}}),
        ("email", "1", None, {}),
    ],
)
def test_what_is_keyed(kind, keys, value, fields):
    assert keyed(slot(kind, **fields), keys, ENGLISH) == value


def test_a_day_is_keyed_in_spanish_as_it_is_written_there():
    assert keyed(slot("date"), "2411", SPANISH) == "2026-11-24"


_FIELDS = {
    "digits": {"digits": 6},
    "order_number": {"format": "AA9999"},
    "choice": {"choices": {"lamp": ["a lamp"], "shade": ["a shade"]}},
}


@settings(max_examples=300)
@given(
    st.sampled_from(SLOT_KINDS),
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(
            "a o oh the el la las de y menos con at dot arroba plus double zero one nine twenty hundred thousand mil "
            "cien treinta may monday lunes mañana in next week half past to as in for i griega 99 31 2026 999999".split()
        ),
        max_size=9,
    ).map(" ".join),
    st.sampled_from(["en", "es"]),
)
def test_whatever_is_said_is_read_or_not_and_never_breaks(kind, text, language):
    one = slot(kind, **_FIELDS.get(kind, {}))
    value = read(one, text, SPEECHES[language])
    assert value is None or said(one, value, SPEECHES[language])
    assert keyed(one, text, SPEECHES[language]) is None or text


# --- Spanish, beside its numbers ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("sí", Reply.YES), ("si por favor", Reply.YES), ("claro que sí", Reply.YES), ("cómo no", Reply.YES),
        ("no", Reply.NO), ("no gracias", Reply.NO), ("eso no es correcto", Reply.NO), ("quizás", None),
    ],
)  # fmt: skip
def test_yes_and_no_in_spanish(text, reply):
    assert yes_or_no(text, "es-MX") is reply


def test_a_spanish_caller_listens():
    assert is_acknowledgement("ya veo", "es") is False
    assert is_acknowledgement("vale entiendo", "es")
    assert not is_acknowledgement("vale", "en")


def test_meanings_are_understood_in_spanish_with_their_endings():
    meanings = [
        ("refund", Meaning(phrases=("quiero que me devuelvan el dinero", "un reembolso"))),
        ("order", Meaning(phrases=("dónde está mi pedido", "quiero saber de mi pedido"))),
    ]
    for text, name in (
        ("oiga donde están mis pedidos", "order"),
        ("quiero un reembolso por favor", "refund"),
        ("el dinero que me lo devuelvan", "refund"),
    ):
        match = understood(text, meanings, "es")
        assert match is not None
        assert match.meaning == name
    assert understood("cortinas moradas", meanings, "es") is None


def test_pairs_of_digits_in_spanish():
    assert spoken_digits("diez cuarenta y dos treinta y tres", "es").number(6) == "104233"
    assert spoken_digits("uno doble cero dos tres tres", "es").number(6) == "100233"
