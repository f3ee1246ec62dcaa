"""A migrated record for every test, on SQLite and, where there is a server, on PostgreSQL."""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from admin.migrate import upgrade
from config.settings import Settings
from tests.admin.office import Office, settings_at


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
    """A server of our own with a migrated database `template`. It refuses to run as root: then as nobody."""
    initdb, pg_ctl = shutil.which("initdb"), shutil.which("pg_ctl")
    if not initdb or not pg_ctl:
        pytest.skip("there is no PostgreSQL here")
    folder = Path(tempfile.mkdtemp(prefix="tandem-pg-"))
    options: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        options |= {"user": nobody.pw_uid, "group": nobody.pw_gid}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data, server = folder / "data", f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off"
    subprocess.run([initdb, "-D", data, "-A", "trust", "-U", "tandem"], **options)  # noqa: S603
    subprocess.run([pg_ctl, "-D", data, "-w", "-l", folder / "log", "-o", server, "start"], **options)  # noqa: S603
    url = f"postgresql+psycopg://tandem@127.0.0.1:{port}"
    _create(url, "template")
    _migrated(settings_at(tmp_path_factory.mktemp("pg"), DATABASE_URL=f"{url}/template"))
    yield url
    subprocess.run([pg_ctl, "-D", data, "-w", "-m", "immediate", "stop"], **options)  # noqa: S603
    shutil.rmtree(folder)


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
