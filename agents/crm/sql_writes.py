"""What each write does to the built-in customer records, and the company's rules about it.

Every function runs in a transaction of its own (`agents.crm.sql_once`) and locks the row it decides about, so
that of two that race one sees what the other did.
"""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from agents.crm.port import (
    Appointment,
    AppointmentState,
    Callback,
    Case,
    CaseState,
    Order,
    OrderState,
    Refund,
)
from agents.crm.sql_once import next_number
from agents.crm.sql_rows import as_appointment, as_callback, as_case, as_order, as_refund, in_utc
from agents.crm.tables import (
    AppointmentRow,
    CallbackRow,
    CaseNoteRow,
    CaseRow,
    CustomerRow,
    InvoiceRow,
    OrderRow,
    RefundRow,
    SlotRow,
)
from agents.errors import Invalid, NotFound, Refused

_NOT_YET_GONE: Final = (OrderState.PLACED, OrderState.PACKED, OrderState.DELAYED)
_MOST_CHARACTERS: Final = 256


async def cancel_order(session: AsyncSession, now: datetime, number: str, reason: str) -> Order:
    """Cancel an order that has not left."""
    del now
    order = await _order(session, number)
    if order.state == OrderState.CANCELLED:
        raise Refused("the order was cancelled before")
    if order.state not in _NOT_YET_GONE:
        raise Refused("the order has left already")
    order.state = OrderState.CANCELLED
    order.expected_on = None
    order.note = _short(reason)
    return as_order(order)


async def refund(
    session: AsyncSession, now: datetime, order_number: str, amount_cents: int | None, reason: str
) -> Refund:
    """Pay back part of what was paid for an order; None: all that is left."""
    if amount_cents is not None and amount_cents <= 0:
        raise Invalid("the amount must be above zero")
    order = await _order(session, order_number)
    paid = select(func.sum(InvoiceRow.total_cents)).where(
        InvoiceRow.order_number == order.number, InvoiceRow.paid_on.is_not(None)
    )
    returned = select(func.sum(RefundRow.amount_cents)).where(RefundRow.order_number == order.number)
    left_cents = int(await session.scalar(paid) or 0) - int(await session.scalar(returned) or 0)
    if left_cents <= 0:
        raise Refused("nothing is left to pay back")
    if amount_cents is not None and amount_cents > left_cents:
        raise Refused("that is more than is left of what was paid")
    row = RefundRow(
        id=f"R{await next_number(session, 'refund')}",
        order_number=order.number,
        amount_cents=left_cents if amount_cents is None else amount_cents,
        reason=_short(reason),
        made_at=now,
    )
    session.add(row)
    return as_refund(row)


async def book(session: AsyncSession, now: datetime, customer_id: str, slot_id: str) -> Appointment:
    """Give a customer a free slot."""
    await _customer(session, customer_id)
    slot = await _slot_to_come(session, now, slot_id)
    row = AppointmentRow(
        id=f"A{await next_number(session, 'appointment')}",
        customer_id=customer_id,
        kind=slot.kind,
        starts_at=in_utc(slot.starts_at),
        state=AppointmentState.BOOKED,
    )
    session.add(row)
    await session.flush()
    await _take(session, slot_id, row.id)
    return as_appointment(row)


async def move(session: AsyncSession, now: datetime, appointment_id: str, slot_id: str) -> Appointment:
    """Give a booked appointment another free slot of its kind."""
    row = await session.get(AppointmentRow, appointment_id, with_for_update=True)
    if row is None:
        raise NotFound("there is no such appointment")
    if row.state != AppointmentState.BOOKED:
        raise Refused("the appointment is over")
    slot = await _slot_to_come(session, now, slot_id)
    if slot.kind != row.kind:
        raise Refused("that time is for something else")
    await _take(session, slot_id, row.id)
    before = update(SlotRow).where(SlotRow.appointment_id == row.id, SlotRow.id != slot_id)
    await session.execute(before.values(appointment_id=None))
    row.starts_at = in_utc(slot.starts_at)
    return as_appointment(row)


async def open_case(
    session: AsyncSession, now: datetime, customer_id: str | None, subject: str, note: str
) -> Case:
    """Open a case with its first note."""
    if customer_id is not None:
        await _customer(session, customer_id)
    row = CaseRow(
        id=str(await next_number(session, "case")),
        customer_id=customer_id,
        subject=_short(subject),
        state=CaseState.OPEN,
        opened_at=now,
        notes=[CaseNoteRow(position=0, text=note, written_at=now)],
    )
    session.add(row)
    return as_case(row)


async def append_note(session: AsyncSession, now: datetime, case_id: str, note: str) -> Case:
    """Add a note to a case."""
    row = await session.get(CaseRow, case_id, with_for_update=True)
    if row is None:
        raise NotFound("there is no such case")
    row.notes.append(CaseNoteRow(position=len(row.notes), text=note, written_at=now))
    return as_case(row)


async def ask_callback(
    session: AsyncSession, now: datetime, phone: str, reason: str, due_at: datetime | None
) -> Callback:
    """Note that somebody is to be rung."""
    row = CallbackRow(
        id=f"B{await next_number(session, 'callback')}",
        phone=phone,
        reason=_short(reason),
        due_at=None if due_at is None else due_at.astimezone(UTC),
        asked_at=now,
    )
    session.add(row)
    return as_callback(row)


async def _customer(session: AsyncSession, customer_id: str) -> CustomerRow:
    row = await session.get(CustomerRow, customer_id)
    if row is None:
        raise NotFound("there is no such customer")
    return row


async def _order(session: AsyncSession, number: str) -> OrderRow:
    row = await session.get(OrderRow, number, with_for_update=True)
    if row is None:
        raise NotFound("no order has this number")
    return row


async def _slot_to_come(session: AsyncSession, now: datetime, slot_id: str) -> SlotRow:
    row = await session.get(SlotRow, slot_id)
    if row is None:
        raise NotFound("there is no such time")
    if in_utc(row.starts_at) < now:
        raise Refused("that time has passed")
    return row


async def _take(session: AsyncSession, slot_id: str, appointment_id: str) -> None:
    """Put the appointment into the slot's one place."""
    free = update(SlotRow).where(SlotRow.id == slot_id, SlotRow.appointment_id.is_(None))
    taken = await session.scalar(free.values(appointment_id=appointment_id).returning(SlotRow.id))
    if taken is None:
        raise Refused("that time is taken")


def _short(text: str) -> str:
    """Cut what is longer than its column."""
    return text if len(text) <= _MOST_CHARACTERS else f"{text[: _MOST_CHARACTERS - 1]}…"
