from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.tools.phones import e164
from agents.tools.saying import listed, money, spoken_moment


@pytest.mark.parametrize(
    ("cents", "amount", "words"),
    [
        (0, "0.00", "0 dollars"),
        (1, "0.01", "1 cent"),
        (100, "1.00", "1 dollar"),
        (4_850, "48.50", "48 dollars and 50 cents"),
        (-205, "-2.05", "minus 2 dollars and 5 cents"),
    ],
)
def test_money_is_cents_and_words(cents: int, amount: str, words: str) -> None:
    said = money(cents)
    assert (said.cents, said.amount, said.words) == (cents, amount, words)


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [
        (0, 0, "12 in the morning"),
        (9, 0, "9 in the morning"),
        (9, 5, "9 oh 5 in the morning"),
        (11, 30, "11 30 in the morning"),
        (12, 0, "noon"),
        (12, 15, "12 15 in the afternoon"),
        (17, 45, "5 45 in the afternoon"),
        (18, 0, "6 in the evening"),
    ],
)
def test_times_are_said_by_the_companys_clock(hour: int, minute: int, said: str) -> None:
    shown = datetime(2026, 11, 24, hour, minute)  # noqa: DTZ001 - what this machine's clock shows
    assert spoken_moment(shown.astimezone(UTC)) == f"Tuesday the 24th of November at {said}"


def test_several_things_are_said_in_one_breath() -> None:
    assert [listed("abc"[:count]) for count in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert listed("abc", last="or") == "a, b or c"


@given(st.from_regex(r"[2-9][0-9]{9}", fullmatch=True))
def test_ten_digits_are_a_north_american_number_however_they_are_grouped(digits: str) -> None:
    grouped = f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
    assert e164(grouped) == e164(digits) == e164(f"1{digits}") == e164(f"+1 {digits}") == f"+1{digits}"


@given(st.text(max_size=20))
def test_whatever_is_taken_for_a_number_is_one(text: str) -> None:
    try:
        number = e164(text)
    except ValueError:
        return
    assert number[0] == "+"
    assert number[1:].isascii()
    assert number[1:].isdecimal()
    assert 7 <= len(number[1:]) <= 15
