from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.tools.phones import e164
from agents.tools.saying import at_the_company, money


@pytest.mark.parametrize(
    ("cents", "amount"), [(0, "0.00"), (1, "0.01"), (100, "1.00"), (4_850, "48.50"), (-205, "-2.05")]
)
def test_money_is_cents_and_whole_units(cents: int, amount: str) -> None:
    assert money(cents).model_dump() == {"cents": cents, "amount": amount}


def test_a_moment_is_shown_by_the_companys_clock() -> None:
    shown = datetime(2026, 11, 24, 9, 5).astimezone()
    moment = at_the_company(shown.astimezone(UTC))
    assert moment.isoformat() == shown.isoformat()


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
