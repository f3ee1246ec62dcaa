import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import TypeVar

import pytest

from agents.crm.port import AppointmentState, OrderState
from agents.crm.seed import CUSTOMERS, DEMO_ORDER_NUMBER, DEMO_POSTCODE, ORDERS, demo_company
from agents.crm.seed_service import MONTHS, PLANS
from agents.crm.seed_words import Words, working_days_from
from agents.crm.tables import (
    AppointmentRow,
    CaseRow,
    CustomerRow,
    InvoiceRow,
    OrderRow,
    RefundRow,
    SlotRow,
)

DAYS = [date(2026, 11, 16) + timedelta(days=offset) for offset in range(7)]


RowT = TypeVar("RowT")


company = cache(demo_company)


def rows_of(table: type[RowT], today: date) -> list[RowT]:
    return [row for row in company(today) if isinstance(row, table)]


def orders(today: date) -> list[OrderRow]:
    return rows_of(OrderRow, today)


def test_the_company_is_of_a_believable_size() -> None:
    rows = company(DAYS[0])
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
    phones = [row.phone for row in company(DAYS[0]) if isinstance(row, CustomerRow)]
    assert all(re.fullmatch(r"\+1\d{3}55501\d\d", phone) for phone in phones)
    assert len(set(phones)) == len(phones)


@pytest.mark.parametrize("today", DAYS)
def test_nothing_is_paid_tomorrow(today: date) -> None:
    for row in company(today):
        if isinstance(row, InvoiceRow):
            assert row.issued_on <= today
            assert row.paid_on is None or row.paid_on <= today


def test_everybody_has_a_postcode_of_their_city() -> None:
    words = Words.load()
    for customer in rows_of(CustomerRow, DAYS[0]):
        assert re.fullmatch(words.postcodes[customer.city] + r"\d\d", customer.postcode)


def test_the_demo_customer_is_known_by_order_and_postcode_and_has_monthly_bills() -> None:
    order = next(order for order in orders(DAYS[0]) if order.number == DEMO_ORDER_NUMBER)
    customers = {customer.id: customer for customer in rows_of(CustomerRow, DAYS[0])}
    assert customers[order.customer_id].postcode == DEMO_POSTCODE
    bills = [bill for bill in rows_of(InvoiceRow, DAYS[0]) if bill.order_number is None]
    assert sum(bill.customer_id == order.customer_id for bill in bills) == MONTHS


@pytest.mark.parametrize("today", [*DAYS, date(2026, 1, 1), date(2028, 2, 29)])
def test_plans_are_billed_on_the_first_of_each_of_twelve_months(today: date) -> None:
    bills = [bill for bill in rows_of(InvoiceRow, today) if bill.order_number is None]
    by_customer: dict[str, list[date]] = {}
    for bill in bills:
        by_customer.setdefault(bill.customer_id, []).append(bill.issued_on)
    assert len(by_customer) == PLANS
    for issued in by_customer.values():
        months = sorted(day.year * 12 + day.month for day in issued)
        assert len(months) == MONTHS
        assert all(later == earlier + 1 for earlier, later in pairwise(months))
        assert months[-1] == today.year * 12 + today.month
        assert all(day.day == 1 for day in issued)
    assert len({bill.number for bill in bills}) == len(bills)
    assert len({bill.total_cents for bill in bills}) > 5


def test_invoices_add_up() -> None:
    for invoice in rows_of(InvoiceRow, DAYS[0]):
        assert invoice.lines
        assert sum(line.amount_cents for line in invoice.lines) == invoice.total_cents


@pytest.mark.parametrize("today", DAYS)
def test_every_kind_of_visit_has_free_times_on_working_days_to_come(today: date) -> None:
    slots = rows_of(SlotRow, today)
    free = Counter(slot.kind for slot in slots if slot.appointment_id is None)
    assert set(free) == set(Words.load().visits)
    assert min(free.values()) > 20
    for slot in slots:
        day = slot.starts_at.astimezone().date()
        assert day > today
        assert day.isoweekday() <= 5
        assert 9 <= slot.starts_at.astimezone().hour < 17
    assert len({slot.id for slot in slots}) == len(slots)


def test_booked_appointments_take_their_time_and_no_free_one_is_at_the_same_time() -> None:
    slots = rows_of(SlotRow, DAYS[0])
    booked = {each.id for each in rows_of(AppointmentRow, DAYS[0]) if each.state == AppointmentState.BOOKED}
    assert {slot.appointment_id for slot in slots if slot.appointment_id} == booked
    taken = {(slot.kind, slot.starts_at) for slot in slots if slot.appointment_id}
    assert not taken & {(slot.kind, slot.starts_at) for slot in slots if not slot.appointment_id}


def test_some_of_what_came_back_was_paid_back_and_some_was_not() -> None:
    paid = {bill.order_number: bill.total_cents for bill in rows_of(InvoiceRow, DAYS[0]) if bill.paid_on}
    returned = {order.number for order in orders(DAYS[0]) if order.state == OrderState.RETURNED}
    refunds = {refund.order_number: refund.amount_cents for refund in rows_of(RefundRow, DAYS[0])}
    assert refunds
    assert returned & set(paid) - set(refunds)
    assert all(number in returned and paid[number] == cents for number, cents in refunds.items())


@pytest.mark.parametrize("today", DAYS)
def test_cases_were_opened_before_today_and_have_notes(today: date) -> None:
    cases = rows_of(CaseRow, today)
    assert {case.state for case in cases} == {"open", "waiting", "solved"}
    now = datetime(today.year, today.month, today.day, tzinfo=UTC) + timedelta(days=1)
    assert all(case.notes and note.written_at < now for case in cases for note in case.notes)


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
