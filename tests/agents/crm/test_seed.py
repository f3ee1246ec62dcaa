import re
from datetime import date, timedelta

import pytest

from agents.crm.port import OrderState
from agents.crm.seed import CUSTOMERS, ORDERS, demo_company
from agents.crm.seed_words import working_days_from
from agents.crm.tables import CustomerRow, InvoiceRow, OrderRow

DAYS = [date(2026, 11, 16) + timedelta(days=offset) for offset in range(7)]


def orders(today: date) -> list[OrderRow]:
    return [row for row in demo_company(today) if isinstance(row, OrderRow)]


def test_the_company_is_of_a_believable_size() -> None:
    rows = demo_company(DAYS[0])
    assert sum(isinstance(row, CustomerRow) for row in rows) == CUSTOMERS
    assert len({row.number for row in rows if isinstance(row, OrderRow)}) == ORDERS


def test_order_numbers_have_six_digits_and_rise_with_time() -> None:
    all_orders = orders(DAYS[0])
    assert all(re.fullmatch(r"\d{6}", order.number) for order in all_orders)
    assert [order.placed_on for order in all_orders] == sorted(order.placed_on for order in all_orders)


def test_everything_but_the_days_is_the_same_on_every_day() -> None:
    def undated(today: date) -> list[tuple[object, ...]]:
        return [
            (order.number, order.customer_id, order.state, order.carrier, order.note, len(order.items))
            for order in orders(today)
        ]

    assert all(undated(today) == undated(DAYS[0]) for today in DAYS[1:])


@pytest.mark.parametrize("today", DAYS)
def test_orders_make_sense_on_every_day_of_the_week(today: date) -> None:
    for order in orders(today):
        assert order.placed_on <= today
        assert (order.delivered_on is None) == (
            order.state not in (OrderState.DELIVERED, OrderState.RETURNED)
        )
        if order.delivered_on:
            assert order.placed_on < order.delivered_on <= today
        if order.state in (OrderState.PLACED, OrderState.PACKED, OrderState.SHIPPED, OrderState.DELAYED):
            assert order.expected_on is not None
            assert order.expected_on >= today or today.isoweekday() > 5
        assert bool(order.carrier) == bool(order.tracking_number)
        assert bool(order.note) == (
            order.state in (OrderState.DELAYED, OrderState.CANCELLED, OrderState.RETURNED)
        )


def test_every_state_can_be_asked_for() -> None:
    assert {order.state for order in orders(DAYS[0])} == set(OrderState)


def test_telephone_numbers_are_made_up() -> None:
    phones = [row.phone for row in demo_company(DAYS[0]) if isinstance(row, CustomerRow)]
    assert all(re.fullmatch(r"\+1\d{3}55501\d\d", phone) for phone in phones)
    assert len(set(phones)) == len(phones)


@pytest.mark.parametrize("today", DAYS)
def test_nothing_is_paid_tomorrow(today: date) -> None:
    for row in demo_company(today):
        if isinstance(row, InvoiceRow):
            assert row.issued_on <= today
            assert row.paid_on is None or row.paid_on <= today


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # Friday to Monday
        (date(2026, 11, 23), -1, date(2026, 11, 20)),
        (date(2026, 11, 22), 0, date(2026, 11, 20)),  # a Sunday counts as its Friday
        (date(2026, 11, 22), 1, date(2026, 11, 23)),
        (date(2026, 11, 18), 5, date(2026, 11, 25)),
    ],
)
def test_working_days_skip_weekends(day: date, count: int, expected: date) -> None:
    assert working_days_from(day, count) == expected
