"""The demo company: Lumen & Oak, a lighting shop, with customers, orders, invoices and appointments.

Everything but the days is the same on every machine; days count back from today, so that what is "on its
way" stays on its way however long the demo has been installed. The words come from `demo.yaml`; telephone
numbers are from the range kept free for fiction (555-0100 to 555-0199), addresses from example.com.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Annotated, Final, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from agents.crm.port import AppointmentState, OrderState
from agents.crm.tables import AppointmentRow, CustomerRow, InvoiceRow, OrderItemRow, OrderRow
from config.database import Database
from config.settings import Settings
from config.tables import Table

CUSTOMERS: Final = 240
ORDERS: Final = 421
APPOINTMENTS: Final = 90
FIRST_ORDER_NUMBER: Final = 103_820
DEMO_ORDER_NUMBER: Final = "104233"
"""Shipped, on its way, with a carrier and a day: the order a newcomer asks for."""

_SEED: Final = 1906
_FEATURED: Final = {
    DEMO_ORDER_NUMBER: OrderState.SHIPPED,
    "104198": OrderState.DELIVERED,
    "104217": OrderState.DELAYED,
    "104225": OrderState.CANCELLED,
    "104240": OrderState.PLACED,
}

_OLDEST_WORKING_DAYS: Final = 130
_PROMISED_WORKING_DAYS: Final = 4


class _Words(BaseModel):
    """`demo.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first_names: Annotated[list[str], BeforeValidator(str.split)]
    last_names: Annotated[list[str], BeforeValidator(str.split)]
    cities: dict[str, str]
    products: dict[str, int]
    carriers: dict[str, str]
    delays: list[str]
    cancellations: list[str]
    returns: list[str]
    visits: list[str]

    @classmethod
    def load(cls) -> Self:
        return cls.model_validate(yaml.safe_load(Path(__file__).with_name("demo.yaml").read_text("utf-8")))


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
    rows = demo_company(today)
    async with database.writing() as session:
        if not await _is_ours(session):
            return False
        wanted = next(row for row in rows if isinstance(row, OrderRow) and row.number == DEMO_ORDER_NUMBER)
        present = await session.get(OrderRow, DEMO_ORDER_NUMBER)
        if present is not None and present.placed_on == wanted.placed_on:
            return False
        session.expunge_all()
        for table in (AppointmentRow, InvoiceRow, OrderItemRow, OrderRow, CustomerRow):
            await session.execute(delete(table))
        for table in (CustomerRow, OrderRow, InvoiceRow, AppointmentRow):
            session.add_all(row for row in rows if isinstance(row, table))
            await session.flush()
    return True


async def _is_ours(session: AsyncSession) -> bool:
    """Whether the records are empty or hold the demo company and nobody else."""
    strangers = select(func.count()).where(CustomerRow.email.not_like("%@example.com"))
    return await session.scalar(strangers) == 0


def demo_company(today: date) -> list[Table]:
    """Make every row of the demo company, as it stands `today`."""
    chance, words = Random(_SEED), _Words.load()
    customers = [_customer(chance, words, index) for index in range(CUSTOMERS)]
    rows: list[Table] = [*customers]
    for index in range(ORDERS):
        order = _order(chance, words, index, today)
        order.customer_id = chance.choice(customers).id
        rows.append(order)
        if order.state not in (OrderState.PLACED, OrderState.CANCELLED):
            rows.append(_invoice(chance, order, today))
    for index in range(APPOINTMENTS):
        appointment = _appointment(chance, words, index, today)
        appointment.customer_id = chance.choice(customers).id
        rows.append(appointment)
    return rows


def _customer(chance: Random, words: _Words, index: int) -> CustomerRow:
    first, last = chance.choice(words.first_names), chance.choice(words.last_names)
    city = list(words.cities)[index % len(words.cities)]
    return CustomerRow(
        id=f"C{1_001 + index}",
        name=f"{first} {last}",
        phone=f"+1{words.cities[city]}55501{index // len(words.cities):02d}",
        email=f"{first}.{last}{index}@example.com".lower(),
        city=city,
    )


def _order(chance: Random, words: _Words, index: int, today: date) -> OrderRow:
    """Make one order. Its age in working days, and so its state, does not depend on the day of the week."""
    number = str(FIRST_ORDER_NUMBER + index)
    age = round(_OLDEST_WORKING_DAYS * (ORDERS - 1 - index) / (ORDERS - 1))
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
    return InvoiceRow(
        number=f"L{order.number}",
        customer_id=order.customer_id,
        order_number=order.number,
        issued_on=issued_on,
        due_on=issued_on + timedelta(days=30),
        paid_on=paid_on if paid_on <= today else None,
        total_cents=sum(item.quantity * item.unit_price_cents for item in order.items),
    )


def _appointment(chance: Random, words: _Words, index: int, today: date) -> AppointmentRow:
    days = chance.choice([offset for offset in range(-20, 21) if offset])
    day, hour, minute = working_days_from(today, days), chance.randrange(9, 17), chance.choice((0, 30))
    took_place = AppointmentState.CANCELLED if chance.random() < 0.12 else AppointmentState.DONE
    return AppointmentRow(
        id=f"A{501 + index}",
        kind=chance.choice(words.visits),
        starts_at=datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC),
        state=AppointmentState.BOOKED if days > 0 else took_place,
    )


def working_days_from(day: date, count: int) -> date:
    """Go `count` working days (Monday to Friday) forward, or back when negative; 0 from a weekend: Friday."""
    while day.isoweekday() > 5:  # Saturday is 6
        day -= timedelta(days=1)
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while day.isoweekday() > 5:
            day += step
    return day
