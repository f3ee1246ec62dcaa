"""The demo company: Lumen & Oak, a lighting shop, with customers, orders, invoices and a service desk.

Everything but the days is the same on every machine; days count back from today, so that what is "on its
way" stays on its way however long the demo has been installed. The words come from `demo.yaml`; telephone
numbers are from the range kept free for fiction (555-0100 to 555-0199), addresses from example.com.
"""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from agents.crm.port import AppointmentState, OrderState
from agents.crm.seed_service import cases, invoice_lines, monthly_bills, refunds, slots
from agents.crm.seed_words import Words, at_the_shop, working_days_from
from agents.crm.tables import (
    AppointmentRow,
    CallbackRow,
    CaseNoteRow,
    CaseRow,
    CustomerRow,
    InvoiceLineRow,
    InvoiceRow,
    OrderItemRow,
    OrderRow,
    RefundRow,
    SlotRow,
    WriteRow,
)
from config.database import Database
from config.settings import Settings
from config.tables import Table

CUSTOMERS: Final = 240
ORDERS: Final = 421
APPOINTMENTS: Final = 90
FIRST_ORDER_NUMBER: Final = 103_820
DEMO_ORDER_NUMBER: Final = "104233"
"""Shipped, on its way, with a carrier and a day: the order a newcomer asks for."""
DEMO_POSTCODE: Final = "83702"
"""Of the customer who placed it, who has monthly bills too."""

_SEED: Final = 1906
_SERVICE_SEED: Final = 1907
_SHIPPING_CENTS: Final = 790
_FREE_SHIPPING_FROM_CENTS: Final = 10_000
_FEATURED: Final = {
    DEMO_ORDER_NUMBER: OrderState.SHIPPED,
    "104198": OrderState.DELIVERED,
    "104217": OrderState.DELAYED,
    "104225": OrderState.CANCELLED,
    "104240": OrderState.PLACED,
}

_CHILDREN_FIRST: Final = (
    WriteRow,
    CallbackRow,
    CaseNoteRow,
    CaseRow,
    RefundRow,
    SlotRow,
    AppointmentRow,
    InvoiceLineRow,
    InvoiceRow,
    OrderItemRow,
    OrderRow,
    CustomerRow,
)

_OLDEST_WORKING_DAYS: Final = 130
_PROMISED_WORKING_DAYS: Final = 4


async def seed_demo(settings: Settings) -> bool:
    """Put the demo company into the built-in customer records; `seed` with today's day."""
    database = Database(settings.database_url)
    try:
        return await seed(database, datetime.now(UTC).date())
    finally:
        await database.close()


async def seed(database: Database, today: date) -> bool:
    """Write the demo company as it stands `today`. Whether anything was written.

    Nothing is written when it stands there already with today's days, nor when the records hold customers of
    somebody else: then they are no demo. The tables must exist.
    """
    async with database.writing() as session:
        if not await _is_ours(session) or await _stands(session, today):
            return False
        rows = demo_company(today)
        session.expunge_all()
        for table in _CHILDREN_FIRST:
            await session.execute(delete(table))
        for table in (CustomerRow, OrderRow, InvoiceRow, AppointmentRow, SlotRow, RefundRow, CaseRow):
            session.add_all(row for row in rows if isinstance(row, table))
            await session.flush()
    return True


async def _stands(session: AsyncSession, today: date) -> bool:
    """Whether the demo company is there, whole, as it stands `today`."""
    order = await session.get(OrderRow, DEMO_ORDER_NUMBER)
    customer = await session.get(CustomerRow, order.customer_id) if order else None
    if order is None or customer is None:
        return False
    age = _age(int(DEMO_ORDER_NUMBER) - FIRST_ORDER_NUMBER)
    return order.placed_on == working_days_from(today, -age) and customer.postcode == DEMO_POSTCODE


def _age(index: int) -> int:
    """Of the order that was placed so many orders after the first, in working days."""
    return round(_OLDEST_WORKING_DAYS * (ORDERS - 1 - index) / (ORDERS - 1))


async def _is_ours(session: AsyncSession) -> bool:
    """Whether the records are empty or hold the demo company and nobody else."""
    strangers = select(func.count()).where(CustomerRow.email.not_like("%@example.com"))
    return await session.scalar(strangers) == 0


def demo_company(today: date) -> list[Table]:
    """Make every row of the demo company, as it stands `today`."""
    chance, words = Random(_SEED), Words.load()
    customers = [_customer(chance, words, index) for index in range(CUSTOMERS)]
    orders: list[OrderRow] = []
    invoices: list[InvoiceRow] = []
    for index in range(ORDERS):
        order = _order(chance, words, index, today)
        order.customer_id = chance.choice(customers).id
        orders.append(order)
        if order.state not in (OrderState.PLACED, OrderState.CANCELLED):
            invoices.append(_invoice(chance, order, today))
    appointments: list[AppointmentRow] = []
    for index in range(APPOINTMENTS):
        appointment = _appointment(chance, words, index, today)
        appointment.customer_id = chance.choice(customers).id
        appointments.append(appointment)
    chance = Random(_SERVICE_SEED)
    featured = next(order.customer_id for order in orders if order.number == DEMO_ORDER_NUMBER)
    for customer in customers:
        customer.postcode = f"{words.postcodes[customer.city]}{chance.randrange(1, 100):02d}"
        if customer.id == featured:
            customer.postcode = DEMO_POSTCODE
    return [
        *customers,
        *orders,
        *invoices,
        *monthly_bills(chance, customers, featured, today),
        *appointments,
        *slots(chance, words, appointments, today),
        *refunds(orders, invoices, today),
        *cases(chance, words, customers, today),
    ]


def _customer(chance: Random, words: Words, index: int) -> CustomerRow:
    first, last = chance.choice(words.first_names), chance.choice(words.last_names)
    city = list(words.cities)[index % len(words.cities)]
    return CustomerRow(
        id=f"C{1_001 + index}",
        name=f"{first} {last}",
        phone=f"+1{words.cities[city]}55501{index // len(words.cities):02d}",
        email=f"{first}.{last}{index}@example.com".lower(),
        city=city,
    )


def _order(chance: Random, words: Words, index: int, today: date) -> OrderRow:
    """Make one order. Its age in working days, and so its state, does not depend on the day of the week."""
    number = str(FIRST_ORDER_NUMBER + index)
    age = _age(index)
    placed_on = working_days_from(today, -age)
    state = _FEATURED.get(number) or _state(chance, age)
    carrier = chance.choice(list(words.carriers))
    tracking_number = f"{words.carriers[carrier]}{chance.randrange(10**14, 10**15)}"
    products = chance.sample(list(words.products), k=chance.choices((1, 2, 3, 4), weights=(9, 6, 3, 1))[0])
    quantities = [chance.choices((1, 2, 3, 4), weights=(12, 5, 1, 2))[0] for _ in products]
    delivery_days, delay_days = chance.choice((3, 4, 4, 5)), chance.choice((2, 3, 4, 6))
    reason, cancelled, returned = (
        chance.choice(words.delays),
        chance.choice(words.cancellations),
        chance.choice(words.returns),
    )
    if number == DEMO_ORDER_NUMBER:
        products, quantities, carrier = ["brass reading lamp", "linen lampshade"], [1, 2], "UPS"
        tracking_number = "1Z839204417265530"
    has_shipped = state in (OrderState.SHIPPED, OrderState.DELIVERED, OrderState.RETURNED)
    has_arrived = state in (OrderState.DELIVERED, OrderState.RETURNED)
    expected_on = {
        OrderState.CANCELLED: None,
        OrderState.RETURNED: None,
        OrderState.DELAYED: working_days_from(today, delay_days),
    }.get(state, working_days_from(placed_on, _PROMISED_WORKING_DAYS))
    return OrderRow(
        number=number,
        state=state,
        placed_on=placed_on,
        carrier=carrier if has_shipped else None,
        tracking_number=tracking_number if has_shipped else None,
        expected_on=expected_on,
        delivered_on=working_days_from(placed_on, delivery_days) if has_arrived else None,
        note={
            OrderState.DELAYED: reason,
            OrderState.CANCELLED: cancelled,
            OrderState.RETURNED: returned,
        }.get(state),
        items=[
            OrderItemRow(
                position=at, product=product, quantity=quantity, unit_price_cents=words.products[product]
            )
            for at, (product, quantity) in enumerate(zip(products, quantities, strict=True))
        ],
    )


def _state(chance: Random, age: int) -> OrderState:
    """Where an order of this age in working days would be."""
    draw = chance.random()
    if age == 0:
        return OrderState.PLACED
    if age == 1:
        return OrderState.PACKED
    if age <= _PROMISED_WORKING_DAYS:
        return OrderState.DELAYED if draw < 0.1 else OrderState.SHIPPED
    if age <= 2 * _PROMISED_WORKING_DAYS and draw < 0.15:
        return OrderState.DELAYED
    if draw > 0.95:
        return OrderState.RETURNED
    return OrderState.CANCELLED if draw > 0.91 else OrderState.DELIVERED


def _invoice(chance: Random, order: OrderRow, today: date) -> InvoiceRow:
    issued_on = min(working_days_from(order.placed_on, 1), today)
    by_card, pays_late_days = chance.random() < 0.8, chance.randrange(3, 60)
    paid_on = issued_on if by_card else issued_on + timedelta(days=pays_late_days)
    lines = [
        (item.product if item.quantity == 1 else f"{item.product}, {item.quantity} pieces", _cents(item))
        for item in order.items
    ]
    if sum(cents for _, cents in lines) < _FREE_SHIPPING_FROM_CENTS:
        lines.append(("shipping", _SHIPPING_CENTS))
    return InvoiceRow(
        number=f"L{order.number}",
        customer_id=order.customer_id,
        order_number=order.number,
        issued_on=issued_on,
        due_on=issued_on + timedelta(days=30),
        paid_on=paid_on if paid_on <= today else None,
        total_cents=sum(cents for _, cents in lines),
        lines=invoice_lines(lines),
    )


def _cents(item: OrderItemRow) -> int:
    return item.quantity * item.unit_price_cents


def _appointment(chance: Random, words: Words, index: int, today: date) -> AppointmentRow:
    days = chance.choice([offset for offset in range(-20, 21) if offset])
    day, hour, minute = working_days_from(today, days), chance.randrange(9, 17), chance.choice((0, 30))
    took_place = AppointmentState.CANCELLED if chance.random() < 0.12 else AppointmentState.DONE
    return AppointmentRow(
        id=f"A{501 + index}",
        kind=chance.choice(words.visits),
        starts_at=at_the_shop(day, hour, minute),
        state=AppointmentState.BOOKED if days > 0 else took_place,
    )
