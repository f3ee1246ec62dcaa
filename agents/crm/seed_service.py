"""The demo company's service: monthly bills, times to come by, refunds, cases.

What is made here draws from a chance of its own, so that the customers and orders of `agents.crm.seed` stay
as they are.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Final

from agents.crm.port import AppointmentState, CaseState, OrderState
from agents.crm.seed_words import Words, at_the_shop, working_days_from
from agents.crm.tables import (
    AppointmentRow,
    CaseNoteRow,
    CaseRow,
    CustomerRow,
    InvoiceLineRow,
    InvoiceRow,
    OrderRow,
    RefundRow,
    SlotRow,
)

PLANS: Final = 24
"""So many customers have a care plan, and twelve monthly bills."""
MONTHS: Final = 12
CASES: Final = 30
DAYS_WITH_SLOTS: Final = 15
FREE_SLOTS_A_DAY: Final = 3
"""Of each kind of visit, on each working day to come."""

_PLAN_CENTS: Final = 1_900
_VISIT_CENTS: Final = 6_500
_BULB_CENTS: Final = 950
_PAID_AFTER_DAYS: Final = 14
_FIRST_CASE: Final = 6_001
_FIRST_REFUND: Final = 6_001


def monthly_bills(
    chance: Random, customers: Sequence[CustomerRow], featured: str, today: date
) -> list[InvoiceRow]:
    """Bill the care plan to some customers, `featured` among them, for the last twelve months.

    A bill is the plan, the bulbs that were changed, and now and then a repair.
    """
    others = [each.id for each in customers if each.id != featured]
    bills: list[InvoiceRow] = []
    for customer_id in (featured, *chance.sample(others, k=PLANS - 1)):
        for month in range(MONTHS):
            issued_on = _first_of_month(today, month)
            bulbs = chance.choices((0, 1, 2, 3, 6), weights=(6, 4, 3, 2, 1))[0]
            lines = [("care plan", _PLAN_CENTS)]
            if bulbs:
                lines.append(
                    ("bulb changed" if bulbs == 1 else f"{bulbs} bulbs changed", bulbs * _BULB_CENTS)
                )
            if chance.random() < 0.12:
                lines.append(("repair visit", _VISIT_CENTS))
            paid_on = issued_on + timedelta(days=_PAID_AFTER_DAYS)
            bills.append(
                InvoiceRow(
                    number=f"P{customer_id.removeprefix('C')}-{issued_on:%y%m}",
                    customer_id=customer_id,
                    issued_on=issued_on,
                    due_on=issued_on + timedelta(days=30),
                    paid_on=paid_on if paid_on <= today else None,
                    total_cents=sum(cents for _, cents in lines),
                    lines=invoice_lines(lines),
                )
            )
    return bills


def invoice_lines(lines: Sequence[tuple[str, int]]) -> list[InvoiceLineRow]:
    """Write what an invoice is made of."""
    return [
        InvoiceLineRow(position=at, text=text, amount_cents=cents) for at, (text, cents) in enumerate(lines)
    ]


def slots(chance: Random, words: Words, appointments: Sequence[AppointmentRow], today: date) -> list[SlotRow]:
    """Offer times on the working days to come; those of booked appointments are taken."""
    rows = [
        SlotRow(kind=each.kind, starts_at=each.starts_at, appointment_id=each.id)
        for each in appointments
        if each.state == AppointmentState.BOOKED
    ]
    taken = {(row.kind, row.starts_at) for row in rows}
    times = [(hour, minute) for hour in range(9, 17) for minute in (0, 30)]
    for kind in words.visits:
        for offset in range(1, DAYS_WITH_SLOTS + 1):
            day = working_days_from(today, offset)
            for hour, minute in sorted(chance.sample(times, k=FREE_SLOTS_A_DAY)):
                starts_at = at_the_shop(day, hour, minute)
                if (kind, starts_at) not in taken:
                    rows.append(SlotRow(kind=kind, starts_at=starts_at))
    rows.sort(key=lambda row: (row.starts_at, row.kind, row.appointment_id or ""))
    for index, row in enumerate(rows):
        row.id = f"S{1_001 + index}"
    return rows


def refunds(orders: Sequence[OrderRow], invoices: Sequence[InvoiceRow], today: date) -> list[RefundRow]:
    """Pay back every other order that came back and was paid; the rest is still to be asked for."""
    paid = {invoice.order_number: invoice for invoice in invoices if invoice.paid_on}
    returned = [order for order in orders if order.state == OrderState.RETURNED and order.number in paid]
    return [
        RefundRow(
            id=f"R{_FIRST_REFUND + index}",
            order_number=order.number,
            amount_cents=paid[order.number].total_cents,
            reason="the order came back",
            made_at=at_the_shop(min(today, (order.delivered_on or today) + timedelta(days=7)), 10, 0),
        )
        for index, order in enumerate(returned[::2])
    ]


def cases(chance: Random, words: Words, customers: Sequence[CustomerRow], today: date) -> list[CaseRow]:
    """Open cases over the last weeks; the older ones are solved."""
    rows: list[CaseRow] = []
    for index in range(CASES):
        matter = chance.choice(words.matters)
        opened_at = at_the_shop(working_days_from(today, index - CASES), chance.randrange(9, 17), 15)
        age = CASES - index
        state = CaseState.SOLVED if age > 8 else chance.choice((CaseState.OPEN, CaseState.WAITING))
        rows.append(
            CaseRow(
                id=str(_FIRST_CASE + index),
                customer_id=chance.choice(customers).id,
                subject=matter.subject,
                state=state,
                opened_at=opened_at,
                notes=[
                    CaseNoteRow(position=at, text=note, written_at=opened_at + timedelta(hours=at))
                    for at, note in enumerate(matter.notes)
                ],
            )
        )
    return rows


def _first_of_month(today: date, months_ago: int) -> date:
    months = today.year * 12 + today.month - 1 - months_ago
    return date(months // 12, months % 12 + 1, 1)
