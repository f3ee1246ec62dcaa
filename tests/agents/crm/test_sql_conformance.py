from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from admin.migrate import upgrade
from agents.crm.seed import seed
from agents.crm.sql import SqlCustomerRecords
from config.database import Database
from config.settings import load
from tests.agents.crm.company import FACTS, NOW, filled
from tests.agents.crm.conformance import Conformance
from tests.agents.crm.subject import Subject
from tests.migrated import differences
from tests.postgresql import running_server


class TestSqlite(Conformance):
    @pytest.fixture
    async def subject(self, tmp_path: Path) -> AsyncIterator[Subject]:
        database = await filled(f"sqlite+aiosqlite:///{tmp_path / 'tandem.db'}")
        yield Subject(SqlCustomerRecords(database, lambda: NOW), FACTS)
        await database.close()


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    pytest.importorskip("psycopg")
    with running_server() as url:
        yield f"{url}/postgres"


@pytest.mark.service
async def test_migrated_tables_on_postgresql_are_those_the_code_uses(postgres_url: str) -> None:
    admin = create_async_engine(postgres_url, isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        await connection.execute(text("CREATE DATABASE migrated"))
    await admin.dispose()
    url = f"{postgres_url.rpartition('/')[0]}/migrated"
    await upgrade(load({"DATABASE_URL": url}))
    database = Database(url)
    async with database.connection() as connection:
        assert await connection.run_sync(differences) == []
    assert await seed(database, date(2026, 11, 22))
    await database.close()


@pytest.mark.service
class TestPostgresql(Conformance):
    @pytest.fixture
    async def subject(self, postgres_url: str) -> AsyncIterator[Subject]:
        database = await filled(postgres_url)
        yield Subject(SqlCustomerRecords(database, lambda: NOW), FACTS)
        await database.close()
