"""Times, amounts and addresses as people say and write them here and there, also while thinking."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.dialogue.hours import read_amount, read_time
from agents.dialogue.spelling import read_email, said_email

HOURS = ["una", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce"]
MINUTES = {"cinco": 5, "diez": 10, "cuarto": 15, "veinte": 20, "veinticinco": 25}
FILLERS = {"en": ["um", "uh", "er", "hmm"], "es": ["eh", "este", "pues", "em"]}


def article(hour: int) -> str:
    return "la" if hour == 0 else "las"


@given(
    st.integers(0, 11), st.sampled_from(sorted(MINUTES)), st.sampled_from(["", "de la mañana", "de la tarde"])
)
def test_what_is_left_to_the_hour_is_the_same_in_mexico_and_in_spain(hour, minutes, part):
    mexico = f"{minutes} para {article(hour)} {HOURS[hour]} {part}"
    spain = f"{article(hour)} {HOURS[hour]} menos {minutes} {part}"
    short = f"{HOURS[hour]} menos {minutes} {part}"
    time = read_time(mexico, "es")
    assert time is not None
    assert int(time[3:]) == 60 - MINUTES[minutes]
    assert time == read_time(spain, "es") == read_time(short, "es")
    assert time == read_time(f"faltan {minutes} minutos para {article(hour)} {HOURS[hour]} {part}", "es")


@given(st.integers(0, 11), st.sampled_from([("y media", 30), ("y cuarto", 15), ("en punto", 0)]))
def test_an_hour_needs_no_article(hour, past):
    words, minutes = past
    time = read_time(f"{HOURS[hour]} {words}", "es")
    assert time is not None
    assert time == read_time(f"{article(hour)} {HOURS[hour]} {words}", "es")
    assert int(time[3:]) == minutes


@given(st.integers(0, 99_999_999))
def test_an_amount_is_the_same_however_it_is_written(cents):
    english = f"{cents / 100:,.2f}"
    spain = english.translate(str.maketrans(".,", ",."))
    expected = f"{cents // 100}.{cents % 100:02d}"
    assert read_amount(english, "en") == expected
    assert read_amount(english, "es") == expected
    assert read_amount(f"{spain} euros", "es") == expected


@settings(max_examples=200)
@given(
    st.from_regex(re.compile(r"[a-z]{3,8}([._-][a-z]{3,8})?", re.ASCII), fullmatch=True),
    st.sampled_from(["example.com", "shop.example.co.uk"]),
    st.sampled_from(["en", "es"]),
    st.data(),
)
def test_what_is_said_while_one_thinks_is_no_part_of_an_address(local, domain, language, data):
    address = f"{local}@{domain}"
    said = said_email(address, language).split()
    if read_email(" ".join(said), language) != address:
        return  # a name that is a word of its own in this language, "dos": it does not come back as it is
    for _ in range(data.draw(st.integers(1, 4))):
        said.insert(data.draw(st.integers(0, len(said))), data.draw(st.sampled_from(FILLERS[language])) + ",")
    assert read_email(" ".join(said), language) == address


@pytest.mark.parametrize(
    ("language", "text", "address"),
    [
        ("en", "ana at, um, example dot com", "ana@example.com"),
        ("en", "yes ana at example dot com okay", "ana@example.com"),
        ("en", "you can reach me at ana at example dot com", "ana@example.com"),
        ("en", "sure, it is ana at example dot co dot uk", "ana@example.co.uk"),
        ("es", "pues ana arroba este ejemplo punto com", "ana@ejemplo.com"),
    ],
)
def test_what_leads_to_an_address_is_no_part_of_it(language, text, address):
    assert read_email(text, language) == address


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("quiero cita para las tres", "15:00"),
        ("dos personas para las tres", "15:00"),
        ("tres y cuarto de la tarde", "15:15"),
        ("cuarto para la una", "12:45"),
        ("mañana a las tres menos cuarto", "14:45"),
        ("menos cuarto", None),
        ("un cuarto", None),
        ("y media", None),
    ],
)
def test_times_in_spanish(text, time):
    assert read_time(text, "es") == time


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.200", "1200.00"),
        ("12,5", "12.50"),
        ("3 mil", "3000.00"),
        ("doce coma cinco", "12.50"),
        ("dos mil quinientos con cincuenta", "2500.50"),
        ("1.234,567", None),
        ("un millón", None),
    ],
)
def test_amounts_in_spanish(text, amount):
    assert read_amount(text, "es") == amount
