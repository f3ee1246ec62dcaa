from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dialogue import wording
from agents.dialogue.wording import Filled, Speech, ordinal, spaced, spoken_date, spoken_money, spoken_when

TODAY = date(2026, 11, 22)
SPEECH = Speech(TODAY)


def worded(text, known, speech, turn):
    spoken = wording.worded(text, known, speech, turn)
    return spoken and spoken.text


def test_a_number_is_spaced_to_be_read_digit_by_digit():
    assert spaced("104233") == "1 0 4 2 3 3"


def test_days_are_said_as_people_say_them():
    assert spoken_date(date(2026, 11, 24)) == "Tuesday the 24th of November"
    assert spoken_when(date(2026, 11, 23), TODAY) == "tomorrow, Monday the 23rd of November"
    assert spoken_when(TODAY, TODAY) == "today, Sunday the 22nd of November"
    assert spoken_when(date(2026, 11, 21), TODAY) == "yesterday, Saturday the 21st of November"
    assert spoken_when(date(2026, 11, 24), TODAY) == "on Tuesday the 24th of November"


def test_ordinals_end_as_they_are_spoken():
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 30, 31)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "23rd", "30th", "31st",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("129", "129 dollars"),
        (1, "1 dollar"),
        ("4.05", "4 dollars and 5 cents"),
        (0.5, "50 cents"),
        (0, "0 dollars"),
        ("-3.01", "minus 3 dollars and 1 cent"),
    ],
)
def test_money_is_said_in_words(amount, said):
    assert spoken_money(amount, "USD") == said


def test_money_has_its_currency():
    assert spoken_money("2.01", "GBP") == "2 pounds and 1 penny"
    assert spoken_money("1.20", "EUR") == "1 euro and 20 cents"


def test_what_is_no_amount_and_no_day_is_not_said():
    assert spoken_money("a lot", "USD") is None
    assert worded(("Arrives {day:when}.",), {"day": "soon"}, SPEECH, 0) is None


def test_the_wording_that_tells_most_is_used():
    text = (
        "It is on its way.",
        "It is on its way with {order.carrier}.",
        "With {order.carrier}, {order.day:when}.",
    )
    assert worded(text, {"order": {}}, SPEECH, 0) == "It is on its way."
    assert worded(text, {"order": {"carrier": "UPS", "day": None}}, SPEECH, 0) == "It is on its way with UPS."
    full = {"order": {"carrier": "UPS", "day": "2026-11-23"}}
    assert worded(text, full, SPEECH, 0) == "With UPS, tomorrow, Monday the 23rd of November."


def test_what_was_told_is_known_by_its_path_form_and_words():
    spoken = wording.worded(("It comes {order.day:when}.",), {"order": {"day": "2026-11-23"}}, SPEECH, 0)
    assert spoken is not None
    assert spoken.filled == (Filled("order.day", "when", "tomorrow, Monday the 23rd of November"),)


def test_wordings_take_turns():
    assert [worded(("One.", "Two."), {}, SPEECH, turn) for turn in range(3)] == ["One.", "Two.", "One."]


def test_a_blank_nothing_fills_leaves_nothing_to_say():
    assert worded(("Hello {name}.",), {}, SPEECH, 0) is None


def test_what_a_record_says_is_never_read_as_a_template():
    assert worded(("For {note}.",), {"note": "{secret}"}, SPEECH, 0) == "For {secret}."


@given(st.dates())
def test_every_day_can_be_said(day):
    assert str(day.day) in spoken_date(day)
    assert spoken_when(day, TODAY).endswith(spoken_date(day))
