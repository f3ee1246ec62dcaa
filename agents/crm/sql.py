"""Customer records in Tandem's own database."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from agents.crm.port import Appointment, AppointmentState, Customer, Invoice, Order, OrderItem, OrderState
from agents.crm.tables import AppointmentRow, CustomerRow, InvoiceRow, OrderRow
from agents.errors import Unavailable
from config.database import Database


class SqlCustomerRecords:
    """`CustomerRecords` on the tables of `agents.crm.tables`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def order(self, number: str) -> Order | None:
        async with self._reading() as session:
            row = await session.get(OrderRow, number)
            return None if row is None else _order(row)

    async def customer(self, customer_id: str) -> Customer | None:
        async with self._reading() as session:
            row = await session.get(CustomerRow, customer_id)
            return None if row is None else _customer(row)

    async def customers_with_phone(self, phone: str) -> Sequence[Customer]:
        wanted = select(CustomerRow).where(CustomerRow.phone == phone).order_by(CustomerRow.id)
        async with self._reading() as session:
            return [_customer(row) for row in await session.scalars(wanted)]

    async def orders_of(self, customer_id: str) -> Sequence[Order]:
        wanted = (
            select(OrderRow)
            .where(OrderRow.customer_id == customer_id)
            .order_by(OrderRow.placed_on.desc(), OrderRow.number.desc())
        )
        async with self._reading() as session:
            return [_order(row) for row in await session.scalars(wanted)]

    async def invoices_of(self, customer_id: str) -> Sequence[Invoice]:
        wanted = (
            select(InvoiceRow)
            .where(InvoiceRow.customer_id == customer_id)
            .order_by(InvoiceRow.issued_on.desc(), InvoiceRow.number.desc())
        )
        async with self._reading() as session:
            return [_invoice(row) for row in await session.scalars(wanted)]

    async def appointments_of(self, customer_id: str) -> Sequence[Appointment]:
        wanted = (
            select(AppointmentRow)
            .where(AppointmentRow.customer_id == customer_id)
            .order_by(AppointmentRow.starts_at)
        )
        async with self._reading() as session:
            return [_appointment(row) for row in await session.scalars(wanted)]

    @asynccontextmanager
    async def _reading(self) -> AsyncGenerator[AsyncSession]:
        try:
            async with self._database.reading() as session:
                yield session
        except DBAPIError as error:
            raise Unavailable("the customer database does not answer") from error


def _customer(row: CustomerRow) -> Customer:
    return Customer(id=row.id, name=row.name, phone=row.phone, email=row.email, city=row.city)


def _order(row: OrderRow) -> Order:
    return Order(
        number=row.number,
        customer_id=row.customer_id,
        state=OrderState(row.state),
        items=tuple(
            OrderItem(product=item.product, quantity=item.quantity, unit_price_cents=item.unit_price_cents)
            for item in row.items
        ),
        placed_on=row.placed_on,
        carrier=row.carrier,
        tracking_number=row.tracking_number,
        expected_on=row.expected_on,
        delivered_on=row.delivered_on,
        note=row.note,
    )


def _invoice(row: InvoiceRow) -> Invoice:
    return Invoice(
        number=row.number,
        customer_id=row.customer_id,
        order_number=row.order_number,
        issued_on=row.issued_on,
        due_on=row.due_on,
        paid_on=row.paid_on,
        total_cents=row.total_cents,
    )


def _appointment(row: AppointmentRow) -> Appointment:
    return Appointment(
        id=row.id,
        customer_id=row.customer_id,
        kind=row.kind,
        starts_at=_utc(row.starts_at),
        state=AppointmentState(row.state),
    )


def _utc(moment: datetime) -> datetime:
    """Give the moment its zone: SQLite keeps none, and all moments are written in UTC."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
