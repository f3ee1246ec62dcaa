import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from config.database import Database


def url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'new' / 'tandem.db'}"


async def run(database: Database, *statements: str) -> None:
    async with database.writing() as session:
        for statement in statements:
            await session.execute(text(statement))


async def count(database: Database, table: str = "tally") -> int:
    async with database.reading() as session:
        return (await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()  # noqa: S608


async def test_the_folder_of_a_new_database_is_made(tmp_path: Path) -> None:
    database = Database(url(tmp_path))
    await run(database, "CREATE TABLE tally (n INTEGER)")
    await database.close()
    assert (tmp_path / "new" / "tandem.db").exists()


async def test_what_a_failed_transaction_wrote_is_not_there(tmp_path: Path) -> None:
    database = Database(url(tmp_path))
    await run(database, "CREATE TABLE tally (n INTEGER NOT NULL)")
    with pytest.raises(IntegrityError):
        await run(database, "INSERT INTO tally VALUES (1)", "INSERT INTO tally VALUES (NULL)")
    assert await count(database) == 0
    await database.close()


async def test_a_failed_transaction_takes_its_new_tables_back(tmp_path: Path) -> None:
    database = Database(url(tmp_path))
    with pytest.raises(OperationalError):
        await run(database, "CREATE TABLE tally (n INTEGER)", "INSERT INTO elsewhere VALUES (1)")
    assert await count(database, "sqlite_master") == 0
    await database.close()


async def test_writers_take_turns_and_none_is_refused(tmp_path: Path) -> None:
    databases = [Database(url(tmp_path)) for _ in range(4)]
    await run(databases[0], "CREATE TABLE tally (n INTEGER)", "INSERT INTO tally VALUES (0)")

    async def raise_tally(database: Database) -> None:
        for _ in range(10):
            async with database.writing() as session:
                before = (await session.execute(text("SELECT n FROM tally"))).scalar_one()
                await asyncio.sleep(0)  # others may run here; they must wait for us to finish
                await session.execute(text("UPDATE tally SET n = :n"), {"n": before + 1})

    await asyncio.gather(*(raise_tally(database) for database in databases))
    async with databases[0].reading() as session:
        assert (await session.execute(text("SELECT n FROM tally"))).scalar_one() == 40
    for database in databases:
        await database.close()


async def test_a_reader_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    database = Database(url(tmp_path))
    await run(database, "CREATE TABLE tally (n INTEGER)")
    async with database.writing() as session:
        await session.execute(text("INSERT INTO tally VALUES (1)"))
        assert await asyncio.wait_for(count(database), timeout=5) == 0
    assert await count(database) == 1
    await database.close()


async def test_a_row_that_points_nowhere_is_refused(tmp_path: Path) -> None:
    database = Database(url(tmp_path))
    await run(
        database,
        "CREATE TABLE parent (id INTEGER PRIMARY KEY)",
        "CREATE TABLE child (parent INTEGER REFERENCES parent (id))",
    )
    with pytest.raises(IntegrityError):
        await run(database, "INSERT INTO child VALUES (7)")
    await database.close()
