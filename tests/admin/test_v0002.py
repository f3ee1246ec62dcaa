from pathlib import Path

from alembic import command
from sqlalchemy import Connection, text

from admin.migrate import alembic_config
from config.database import Database

CUSTOMER = "INSERT INTO crm_customer VALUES ('C1', 'Ada', '+15035550100', 'ada@example.com', 'Portland')"
ORDER = (
    "INSERT INTO crm_order (number, customer_id, state, placed_on) VALUES ('1', 'C1', 'placed', '2026-01-01')"
)
INVOICE = """
    INSERT INTO crm_invoice (number, customer_id, order_number, issued_on, due_on, total_cents)
    VALUES ('L1', 'C1', '1', '2026-01-01', '2026-02-01', 500)
"""
MONTHLY = """
    INSERT INTO crm_invoice (number, customer_id, issued_on, due_on, total_cents)
    VALUES ('M1', 'C1', '2026-01-01', '2026-02-01', 500)
"""


async def test_records_of_the_first_version_are_kept_on_the_way_up_and_down(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'tandem.db'}")

    async def do(*statements: str) -> list[str]:
        async with database.connection() as connection:
            for statement in statements:
                await connection.execute(text(statement))
            return list(await connection.scalars(text("SELECT number FROM crm_invoice ORDER BY number")))

    async def go(revision: str) -> None:
        def to(connection: Connection) -> None:
            move = command.upgrade if revision == "v0002" else command.downgrade
            move(alembic_config(connection), revision)

        async with database.connection() as connection:
            await connection.run_sync(to)

    await go("v0002")
    await go("v0001")
    await do(CUSTOMER, ORDER, INVOICE)
    await go("v0002")
    assert await do(MONTHLY) == ["L1", "M1"]
    await go("v0001")
    assert await do() == ["L1"]
    await database.close()
