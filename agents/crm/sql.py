"""Customer records in Tandem's own database: SQLite or PostgreSQL.

Reading is here; what each write does is in `agents.crm.sql_writes`, and `agents.crm.sql_once` sees to it that
it is done once.
"""

from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession

from agents.crm import sql_writes
from agents.crm.port import Ability, Appointment, Callback, Case, Customer, Invoice, Order, Refund, Slot
from agents.crm.sql_once import once
from agents.crm.sql_rows import as_appointment, as_case, as_customer, as_invoice, as_order, as_slot
from agents.crm.tables import AppointmentRow, CaseRow, CustomerRow, InvoiceRow, OrderRow, SlotRow
from agents.errors import Unavailable
from config.database import Database

P = ParamSpec("P")
R = TypeVar("R")
RowT = TypeVar("RowT")


def utc_now() -> datetime:
    """Return this moment."""
    return datetime.now(UTC)


class SqlCustomerRecords:
    """`CustomerRecords` on the tables of `agents.crm.tables`, with every ability.

    The same key for another write, or with other arguments, is `Invalid`.

    Args:
        database: where the tables are.
        now: the clock; what has begun cannot be booked.
    """

    def __init__(self, database: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._now = now

    @property
    def abilities(self) -> frozenset[Ability]:
        return frozenset(Ability)

    async def customer(self, customer_id: str) -> Customer | None:
        row = await self._row(CustomerRow, customer_id)
        return None if row is None else as_customer(row)

    async def customers_with_phone(self, phone: str) -> Sequence[Customer]:
        reached = select(CustomerRow).where(CustomerRow.phone == phone)
        return [as_customer(row) for row in await self._rows(reached.order_by(CustomerRow.id))]

    async def customers_with_email(self, email: str) -> Sequence[Customer]:
        reached = select(CustomerRow).where(func.lower(CustomerRow.email) == email.lower())
        return [as_customer(row) for row in await self._rows(reached.order_by(CustomerRow.id))]

    async def order(self, number: str) -> Order | None:
        row = await self._row(OrderRow, number)
        return None if row is None else as_order(row)

    async def orders_of(self, customer_id: str) -> Sequence[Order]:
        theirs = select(OrderRow).where(OrderRow.customer_id == customer_id)
        newest_first = theirs.order_by(OrderRow.placed_on.desc(), OrderRow.number.desc())
        return [as_order(row) for row in await self._rows(newest_first)]

    async def cancel_order(self, number: str, reason: str, key: str) -> Order:
        return await self._write(key, Order, sql_writes.cancel_order, number, reason)

    async def refund(self, order_number: str, amount_cents: int | None, reason: str, key: str) -> Refund:
        return await self._write(key, Refund, sql_writes.refund, order_number, amount_cents, reason)

    async def invoices_of(self, customer_id: str) -> Sequence[Invoice]:
        theirs = select(InvoiceRow).where(InvoiceRow.customer_id == customer_id)
        newest_first = theirs.order_by(InvoiceRow.issued_on.desc(), InvoiceRow.number.desc())
        return [as_invoice(row) for row in await self._rows(newest_first)]

    async def appointments_of(self, customer_id: str) -> Sequence[Appointment]:
        theirs = select(AppointmentRow).where(AppointmentRow.customer_id == customer_id)
        earliest_first = theirs.order_by(AppointmentRow.starts_at, AppointmentRow.id)
        return [as_appointment(row) for row in await self._rows(earliest_first)]

    async def free_slots(self, kind: str, since: datetime, until: datetime) -> Sequence[Slot]:
        free = select(SlotRow).where(
            SlotRow.kind == kind,
            SlotRow.appointment_id.is_(None),
            SlotRow.starts_at >= max(since, self._now()).astimezone(UTC),
            SlotRow.starts_at < until.astimezone(UTC),
        )
        return [as_slot(row) for row in await self._rows(free.order_by(SlotRow.starts_at, SlotRow.id))]

    async def book(self, customer_id: str, slot_id: str, key: str) -> Appointment:
        return await self._write(key, Appointment, sql_writes.book, customer_id, slot_id)

    async def move(self, appointment_id: str, slot_id: str, key: str) -> Appointment:
        return await self._write(key, Appointment, sql_writes.move, appointment_id, slot_id)

    async def cases_of(self, customer_id: str) -> Sequence[Case]:
        theirs = select(CaseRow).where(CaseRow.customer_id == customer_id)
        return [
            as_case(row)
            for row in await self._rows(theirs.order_by(CaseRow.opened_at.desc(), CaseRow.id.desc()))
        ]

    async def open_case(self, customer_id: str | None, subject: str, note: str, key: str) -> Case:
        return await self._write(key, Case, sql_writes.open_case, customer_id, subject, note)

    async def append_note(self, case_id: str, note: str, key: str) -> Case:
        return await self._write(key, Case, sql_writes.append_note, case_id, note)

    async def ask_callback(self, phone: str, reason: str, due_at: datetime | None, key: str) -> Callback:
        return await self._write(key, Callback, sql_writes.ask_callback, phone, reason, due_at)

    async def _write(
        self,
        key: str,
        kind: type[R],
        effect: Callable[Concatenate[AsyncSession, datetime, P], Awaitable[R]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Do one write in one transaction, with the note that its key is used up."""
        now = self._now()
        with answering():
            async with self._database.writing() as session:
                done = partial(effect, session, now, *args, **kwargs)
                return await once(session, key, (effect.__name__, *args), done, kind, now)

    async def _row(self, table: type[RowT], key: str) -> RowT | None:
        with answering():
            async with self._database.reading() as session:
                return await session.get(table, key)

    async def _rows(self, wanted: Select[Any]) -> Sequence[Any]:
        with answering():
            async with self._database.reading() as session:
                return (await session.scalars(wanted)).all()


@contextmanager
def answering() -> Generator[None]:
    """Turn whatever a database that does not work raises into `Unavailable`."""
    try:
        yield
    except (DBAPIError, PoolTimeoutError, OSError) as error:
        raise Unavailable("the customer database does not answer") from error
