"""A small company in the built-in customer records, and the facts about it."""

from datetime import UTC, date, datetime, timedelta

from agents.crm.port import Customer
from agents.crm.tables import (
    CustomerRow,
    InvoiceLineRow,
    InvoiceRow,
    OrderItemRow,
    OrderRow,
    SlotRow,
)
from config.database import Database
from config.tables import Table
from tests.agents.crm.subject import Facts

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
ADA = Customer("C1", "Ada Quinn", "+15035550100", "Ada.Quinn@example.com", "Portland", "97205")
FACTS = Facts(
    customer=ADA,
    unknown_customer_id="C9",
    unknown_case_id="9999",
    orders=("100002", "100001"),
    unknown_order="999999",
    open_order="100002",
    gone_order="100001",
    paid_order="100001",
    paid_cents=11_700,
    invoices=("M2", "L100001", "M1"),
    slot_kind="lamp repair",
    since=NOW,
    until=NOW + timedelta(days=7),
    unknown_slot_id="S99",
    unknown_appointment_id="A99",
)


async def fill(database: Database) -> None:
    """Write what `FACTS` says, and things that must not get in the way."""
    async with database.writing() as session:
        session.add(CustomerRow(id="C1", **_of(ADA)))
        session.add(CustomerRow(id="C2", **{**_of(ADA), "name": "Ben Quinn", "email": "ben@example.com"}))
        await session.flush()
        for number, customer, state, day in (
            ("100001", "C1", "shipped", 3),
            ("100002", "C1", "packed", 9),
            ("100003", "C2", "placed", 10),
        ):
            item = OrderItemRow(position=0, product="lamp", quantity=1, unit_price_cents=11_700)
            order = OrderRow(number=number, customer_id=customer, state=state, placed_on=date(2026, 4, day))
            order.items = [item]
            session.add(order)
        await session.flush()
        for number, customer, order, day, paid in (
            ("M1", "C1", None, 1, True),
            ("L100001", "C1", "100001", 4, True),
            ("M2", "C1", None, 30, False),
            ("L100003", "C2", "100003", 11, True),
        ):
            issued_on = date(2026, 4, day)
            session.add(
                InvoiceRow(
                    number=number,
                    customer_id=customer,
                    order_number=order,
                    issued_on=issued_on,
                    due_on=issued_on + timedelta(days=30),
                    paid_on=issued_on if paid else None,
                    total_cents=11_700,
                    lines=[
                        InvoiceLineRow(position=1, text="shipping", amount_cents=700),
                        InvoiceLineRow(position=0, text="lamp", amount_cents=11_000),
                    ],
                )
            )
        for id_, kind, hours in (
            ("S0", "lamp repair", -2),
            ("S3", "lamp repair", 30),
            ("S1", "lamp repair", 2),
            ("S2", "lamp repair", 26),
            ("S4", "lamp repair", 24 * 8),
            ("S5", "showroom visit", 3),
        ):
            session.add(SlotRow(id=id_, kind=kind, starts_at=NOW + timedelta(hours=hours)))


def _of(customer: Customer) -> dict[str, str]:
    names = ("name", "phone", "email", "city", "postcode")
    return {name: getattr(customer, name) for name in names}


async def filled(url: str) -> Database:
    database = Database(url)
    async with database.connection() as connection:
        await connection.run_sync(Table.metadata.drop_all)
        await connection.run_sync(Table.metadata.create_all)
    await fill(database)
    return database
