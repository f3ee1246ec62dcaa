from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dialogue import wording
from agents.dialogue.tongue import listed, ordinal, spoken_date, spoken_when
from agents.dialogue.wording import Filled, Speech, branch, spaced, spoken_money, spoken_value
from config.flow_steps import Decide
from config.flow_text import FORMATS

TODAY = date(2026, 11, 22)
SPEECH = Speech(TODAY)
SPANISH = Speech(TODAY, "EUR", "es-MX")


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


PLAN = {"text": "care plan", "price": {"amount": "19.00"}}
VISIT = {"text": "inspección", "price": {"amount": "65.50"}}
BULB = {"text": "bulb", "price": {"amount": "1.00"}}


@pytest.mark.parametrize(
    ("value", "form", "english", "spanish"),
    [
        ("2026-11-24", "date", "Tuesday the 24th of November", "martes 24 de noviembre"),
        ("2026-12-01", "when", "on Tuesday the 1st of December", "el martes primero de diciembre"),
        (
            "2026-11-21",
            "when",
            "yesterday, Saturday the 21st of November",
            "ayer, sábado 21 de noviembre",
        ),
        ("2026-11", "month", "November", "noviembre"),
        ("2025-11", "month", "November 2025", "noviembre de 2025"),
        ("2026-11-24T13:05:00-08:00", "time", "1 oh 5 in the afternoon", "la una y 5 de la tarde"),
        (
            "2026-11-24T09:30:00-08:00",
            "moment",
            "Tuesday the 24th of November at 9 30 in the morning",
            "martes 24 de noviembre a las 9 y media de la mañana",
        ),
        (125, "span", "2 minutes and 5 seconds", "2 minutos y 5 segundos"),
        ("PT1H", "span", "1 hour", "una hora"),
        ({"amount": "4.05", "cents": 405}, "money", "4 dollars and 5 cents", "4 euros con 5 céntimos"),
        ("1.01", "money", "1 dollar and 1 cent", "un euro con un céntimo"),
        ("-3.00", "money", "minus 3 dollars", "menos 3 euros"),
        (
            [PLAN, VISIT],
            "priced",
            "inspección for 65 dollars and 50 cents and care plan for 19 dollars",
            "inspección por 65 euros con 50 céntimos y care plan por 19 euros",
        ),
        (
            [BULB] * 5,
            "priced",
            "bulb for 1 dollar, bulb for 1 dollar, bulb for 1 dollar, bulb for 1 dollar "
            "and other things for 1 dollar",
            "bulb por un euro, bulb por un euro, bulb por un euro, bulb por un euro "
            "y otras cosas por un euro",
        ),
        (["Portland", "Idaho"], "plain", "Portland and Idaho", "Portland e Idaho"),
        (
            ["2026-11-24", "2026-11-25"],
            "date",
            "Tuesday the 24th of November and Wednesday the 25th of November",
            "martes 24 de noviembre y miércoles 25 de noviembre",
        ),
    ],
)
def test_what_tools_return_is_said_in_the_language_of_the_call(value, form, english, spanish):
    assert spoken_value(value, form, SPEECH) == english
    assert spoken_value(value, form, SPANISH) == spanish


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize("minute", [0, 5, 15, 30, 45])
def test_every_time_of_day_is_said_apart_from_every_other(hour, minute):
    for speech in (SPEECH, SPANISH):
        said = spoken_value(datetime(2026, 11, 24, hour, minute), "time", speech)  # noqa: DTZ001 - as shown
        noon = spoken_value(datetime(2026, 11, 24, 12, 0), "time", speech)  # noqa: DTZ001
        assert said
        assert (said == noon) is ((hour, minute) == (12, 0))


def test_times_to_choose_from_are_said_with_or():
    times = ["2026-11-24T09:00:00", "2026-11-24T12:00:00"]
    assert spoken_value(times, "moments", SPEECH) == (
        "Tuesday the 24th of November at 9 in the morning or Tuesday the 24th of November at noon"
    )
    assert " o martes 24 de noviembre a las 12 del mediodía" in (
        spoken_value(times, "moments", SPANISH) or ""
    )


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("2026-11-24", "moment"), ("soon", "time"), ("P1X", "span"), (-5, "span"), ([PLAN, {}], "priced"),
        ([PLAN, "x"], "priced"), ({"kind": "pie"}, "chart"), ({"a": 1}, "plain"), ([], "plain"),
        (["2026-11-24", "soon"], "date"), ({}, "money"), ("NaN", "money"), ("Infinity", "money"),
    ],
)  # fmt: skip
def test_what_is_not_of_its_form_is_not_said(value, form):
    assert spoken_value(value, form, SPEECH) is None


@given(
    st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.lists(inner)),
    st.sampled_from(FORMATS),
)
def test_whatever_a_tool_returns_is_said_or_not_and_never_breaks(value, form):
    assert spoken_value(value, form, SPEECH) is None or isinstance(spoken_value(value, form, SPANISH), str)


def test_a_list_in_spanish_changes_its_and_before_the_same_sound():
    assert listed(["uno", "hijos"], "es") == "uno e hijos"
    assert listed(["agua", "hielo"], "es") == "agua y hielo"
    assert listed(["siete", "ocho"], "es", choose=True) == "siete u ocho"


def test_a_decide_knows_a_case_for_what_is_not_known():
    step = Decide(kind="decide", by="order.late", cases={"nothing": "a", "true": "b"}, otherwise="c")
    orders = ({}, {"late": None}, {"late": True}, {"late": 1})
    assert [branch(step, {"order": order}) for order in orders] == ["a", "a", "b", "c"]


@pytest.mark.parametrize(
    ("amount", "currency", "english", "spanish"),
    [
        ("250", "MXN", "250 pesos", "250 pesos"),
        ("1", "MXN", "1 peso", "un peso"),
        ("21", "USD", "21 dollars", "veintiún dólares"),
        ("101.31", "USD", "101 dollars and 31 cents", "ciento un dólares con treinta y un centavos"),
        ("11.11", "EUR", "11 euros and 11 cents", "11 euros con 11 céntimos"),
        ("21", "GBP", "21 pounds", "veintiuna libras"),
        ("200", "GBP", "200 pounds", "doscientas libras"),
        ("1000000", "EUR", "1000000 euros", "un millón de euros"),
        ("2.50", "CHF", "2 Swiss francs and 50 cents", "2 francos suizos con 50 centavos"),
        ("-0.21", "MXN", "minus 21 centavos", "menos veintiún centavos"),
    ],
)
def test_amounts_are_said_as_each_language_says_them(
    amount: str, currency: str, english: str, spanish: str
) -> None:
    said = [spoken_money(amount, currency, language) for language in ("en-US", "es-MX")]
    assert said == [english, spanish]


@pytest.mark.parametrize(
    ("clock", "english", "spanish"),
    [
        ("00:00", "midnight", "las 12 de la noche"),
        ("00:30", "12 30 at night", "las 12 y media de la noche"),
        ("01:01", "1 oh 1 in the morning", "la una y 1 de la mañana"),
        ("12:45", "12 45 in the afternoon", "las 12 y 45 del mediodía"),
        ("13:15", "1 15 in the afternoon", "la una y cuarto de la tarde"),
        ("20:00", "8 in the evening", "las 8 de la noche"),
    ],
)
def test_every_hour_is_said_so_that_day_and_night_differ(clock: str, english: str, spanish: str) -> None:
    said = [
        spoken_value(clock, "time", Speech(date(2026, 11, 22), language=language))
        for language in ("en-US", "es-MX")
    ]
    assert said == [english, spanish]
