"""What Tandem says itself is read as it was meant; and nothing that is said breaks reading."""

# ruff: noqa: E501, SIM905 - word lists read as words
import re
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.dialogue.numerals import cardinal, numerals_of, words
from agents.dialogue.readings import keyed, read, said
from agents.dialogue.spelling import said_name
from agents.dialogue.tongue import spoken_when
from config.flow_slots import SLOT_KINDS
from tests.agents.dialogue.spoken import (
    HUNDREDS,
    SPEECHES,
    TENS,
    TODAY,
    UNITS,
    aloud,
    heard,
    reads,
    slot,
)


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
    *UNITS["en"].split(), *UNITS["es"].split(), *TENS["en"].split(), *TENS["es"].split(), *HUNDREDS.split(),
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
