import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from agents.crm.port import AppointmentState, CustomerRecords, OrderState
from agents.crm.seed import DEMO_ORDER_NUMBER, seed
from agents.crm.sql import SqlCustomerRecords
from agents.crm.tables import (
    AppointmentRow,
    CaseNoteRow,
    CustomerRow,
    InvoiceRow,
    OrderItemRow,
    OrderRow,
    SlotRow,
    WriteRow,
)
from agents.errors import Invalid, NotFound, Refused, Unavailable
from config.database import Database
from config.settings import load
from config.tables import Table

TODAY = date(2026, 11, 22)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(load({"TANDEM_HOME": str(tmp_path)}).database_url)
    async with database.connection() as connection:
        await connection.run_sync(Table.metadata.create_all)
    yield database
    await database.close()


@pytest.fixture
async def records(database: Database) -> CustomerRecords:
    async with database.writing() as session:
        session.add_all(
            CustomerRow(id=id_, name=name, phone="+15035550100", email=f"{id_}@example.com", city="Portland")
            for id_, name in (("C1", "Ada Quinn"), ("C2", "Ben Quinn"))
        )
        await session.flush()
        for number, day in (("100001", 3), ("100002", 9)):
            session.add(
                OrderRow(
                    number=number,
                    customer_id="C1",
                    state="placed",
                    placed_on=date(2026, 3, day),
                    items=[
                        OrderItemRow(position=1, product="bulb", quantity=2, unit_price_cents=900),
                        OrderItemRow(position=0, product="lamp", quantity=1, unit_price_cents=9_900),
                    ],
                )
            )
        await session.flush()
        for number, issued_on in (("100001", date(2026, 3, 4)), ("100002", date(2026, 3, 10))):
            session.add(
                InvoiceRow(
                    number=f"L{number}",
                    customer_id="C1",
                    order_number=number,
                    issued_on=issued_on,
                    due_on=date(2026, 4, 9),
                    total_cents=11_700,
                )
            )
        for id_, hour in (("A2", 15), ("A1", 9)):
            session.add(
                AppointmentRow(
                    id=id_,
                    customer_id="C1",
                    kind="lamp repair",
                    starts_at=datetime(2026, 5, 1, hour, tzinfo=UTC),
                    state="booked",
                )
            )
    return SqlCustomerRecords(database)


async def test_an_order_comes_with_its_items_in_order(records: CustomerRecords) -> None:
    order = await records.order("100001")
    assert order is not None
    assert order.state is OrderState.PLACED
    assert [(item.product, item.quantity) for item in order.items] == [("lamp", 1), ("bulb", 2)]


async def test_what_does_not_exist_is_none(records: CustomerRecords) -> None:
    assert await records.order("999999") is None
    assert await records.customer("C9") is None
    assert await records.customers_with_phone("+15035550199") == []


async def test_one_number_may_belong_to_several_customers(records: CustomerRecords) -> None:
    assert [each.name for each in await records.customers_with_phone("+15035550100")] == [
        "Ada Quinn",
        "Ben Quinn",
    ]


async def test_orders_and_invoices_come_newest_first(records: CustomerRecords) -> None:
    assert [each.number for each in await records.orders_of("C1")] == ["100002", "100001"]
    assert [each.number for each in await records.invoices_of("C1")] == ["L100002", "L100001"]
    assert await records.orders_of("C2") == []


async def test_appointments_come_earliest_first_and_know_their_zone(records: CustomerRecords) -> None:
    first, second = await records.appointments_of("C1")
    assert (first.id, second.id) == ("A1", "A2")
    assert first.starts_at == datetime(2026, 5, 1, 9, tzinfo=UTC)
    assert first.state is AppointmentState.BOOKED


async def test_a_database_that_does_not_answer_is_unavailable(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(Unavailable):
        await SqlCustomerRecords(database).order("100001")
    await database.close()


async def test_what_a_broken_database_was_asked_to_write_is_unavailable(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(Unavailable):
        await SqlCustomerRecords(database).open_case(None, "A question", "About lamps.", "k")
    await database.close()


async def test_a_key_names_one_write_and_no_other(records: CustomerRecords) -> None:
    await records.open_case("C1", "A question", "About lamps.", "k")
    with pytest.raises(Invalid):
        await records.open_case("C1", "A question", "About shades.", "k")
    with pytest.raises(Invalid):
        await records.cancel_order("100001", "A question", "k")
    order = await records.order("100001")
    assert order is not None
    assert order.state is OrderState.PLACED
    assert len(await records.cases_of("C1")) == 1


async def test_a_write_that_came_to_nothing_leaves_its_key_unused(
    records: CustomerRecords, database: Database
) -> None:
    with pytest.raises(NotFound):
        await records.open_case("C9", "A question", "About lamps.", "k")
    async with database.reading() as session:
        assert await session.scalar(select(WriteRow.key)) is None
        assert await session.scalar(select(CaseNoteRow.text)) is None
    assert (await records.open_case("C1", "A question", "About lamps.", "k")).customer_id == "C1"


async def test_what_was_answered_first_is_answered_again_though_things_have_changed(
    records: CustomerRecords,
) -> None:
    opened = await records.open_case("C1", "A question", "First.", "k")
    await records.append_note(opened.id, "Second.", "l")
    assert await records.open_case("C1", "A question", "First.", "k") == opened


async def test_two_engines_on_one_file_do_one_write_once(records: CustomerRecords, tmp_path: Path) -> None:
    other = Database(load({"TANDEM_HOME": str(tmp_path)}).database_url)
    first, second = await asyncio.gather(
        records.open_case("C1", "A question", "About lamps.", "k"),
        SqlCustomerRecords(other).open_case("C1", "A question", "About lamps.", "k"),
    )
    await other.close()
    assert first == second
    assert len(await records.cases_of("C1")) == 1


async def test_a_reason_longer_than_its_column_is_cut(records: CustomerRecords) -> None:
    order = await records.cancel_order("100001", "x" * 1_000, "k")
    assert order.note is not None
    assert len(order.note) == 256
    assert await records.order("100001") == order


async def test_times_that_have_passed_or_are_for_something_else_are_refused(
    records: CustomerRecords, database: Database
) -> None:
    now = datetime.now(UTC)
    async with database.writing() as session:
        for id_, kind, hours in (("past", "lamp repair", -1), ("other", "showroom visit", 1)):
            session.add(SlotRow(id=id_, kind=kind, starts_at=now + timedelta(hours=hours)))
    assert await records.free_slots("lamp repair", now - timedelta(days=1), now + timedelta(days=1)) == []
    with pytest.raises(Refused):
        await records.book("C1", "past", "k")
    with pytest.raises(Refused):
        await records.move("A1", "past", "l")
    with pytest.raises(Refused):
        await records.move("A1", "other", "m")


async def test_an_appointment_that_is_over_is_not_moved(records: CustomerRecords, database: Database) -> None:
    async with database.writing() as session:
        (await session.get_one(AppointmentRow, "A1")).state = "done"
        session.add(SlotRow(id="S", kind="lamp repair", starts_at=datetime.now(UTC) + timedelta(hours=1)))
    with pytest.raises(Refused):
        await records.move("A1", "S", "k")


async def test_the_demo_order_is_on_its_way(database: Database) -> None:
    assert await seed(database, TODAY)
    order = await SqlCustomerRecords(database).order(DEMO_ORDER_NUMBER)
    assert order is not None
    assert order.state is OrderState.SHIPPED
    assert order.carrier == "UPS"
    assert order.expected_on is not None
    assert order.expected_on >= TODAY


async def test_seeding_again_on_the_same_day_writes_nothing(database: Database) -> None:
    assert await seed(database, TODAY)
    assert not await seed(database, TODAY)


async def test_a_demo_company_of_an_older_version_is_made_whole(database: Database) -> None:
    await seed(database, TODAY)
    async with database.writing() as session:
        for customer in await session.scalars(select(CustomerRow)):
            customer.postcode = ""
    assert await seed(database, TODAY)
    assert not await seed(database, TODAY)


async def test_what_callers_wrote_into_the_demo_gives_way_to_new_days(database: Database) -> None:
    await seed(database, TODAY)
    today = datetime(2026, 11, 22, tzinfo=UTC)
    records = SqlCustomerRecords(database, lambda: today)
    await records.open_case("C1001", "A question", "About lamps.", "k")
    await records.ask_callback("+15035550100", "a question", None, "l")
    slot = (await records.free_slots("lamp repair", today, today + timedelta(days=9)))[0]
    await records.book("C1001", slot.id, "m")
    assert await seed(database, date(2027, 2, 1))
    assert "A question" not in {case.subject for case in await records.cases_of("C1001")}


async def test_seeding_on_a_later_day_moves_the_days(database: Database) -> None:
    await seed(database, TODAY)
    assert await seed(database, date(2027, 2, 1))
    order = await SqlCustomerRecords(database).order(DEMO_ORDER_NUMBER)
    assert order is not None
    assert order.expected_on is not None
    assert order.expected_on >= date(2027, 2, 1)


async def test_the_records_of_a_real_company_are_left_alone(database: Database) -> None:
    async with database.writing() as session:
        session.add(CustomerRow(id="1", name="A", phone="+1", email="a@company.test", city="B"))
    assert not await seed(database, TODAY)
    assert await SqlCustomerRecords(database).order(DEMO_ORDER_NUMBER) is None
