"""A migrated record for every test, on SQLite and, where there is a server, on PostgreSQL."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from admin.migrate import upgrade
from config.settings import Settings
from tests.admin.office import Office, settings_at
from tests.postgresql import running_server


def _migrated(settings: Settings) -> None:
    with ThreadPoolExecutor(1) as thread:  # a loop of its own, beside the tests'
        thread.submit(asyncio.run, upgrade(settings)).result()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("migrated")
    _migrated(settings_at(home))
    return home / "tandem.db"


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with a migrated database `template`."""
    with running_server() as url:
        _create(url, "template")
        _migrated(settings_at(tmp_path_factory.mktemp("pg"), DATABASE_URL=f"{url}/template"))
        yield url


def _create(url: str, name: str, template: str = "template1") -> None:
    async def create() -> None:
        engine = create_async_engine(f"{url}/postgres", isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        await engine.dispose()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, create()).result()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "tandem.db")
        return settings_at(tmp_path)
    url, name = request.getfixturevalue("postgresql"), f"test_{uuid4().hex}"
    _create(url, name, "template")
    return settings_at(tmp_path, DATABASE_URL=f"{url}/{name}")


@pytest.fixture
async def office(settings: Settings) -> AsyncIterator[Office]:
    office = Office(settings)
    yield office
    await office.close()
