"""The record's database: engine, sessions, and what SQLite needs to be one that several processes share."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, event, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker, create_async_engine

_SQLITE_BUSY_MS: Final = 10_000
"""How long a writer waits for another one. Our transactions take milliseconds."""
_BEGIN: Final = "tandem_begin"


class Database:
    """Sessions on the record. One per process and event loop; close it when the process ends.

    On SQLite, readers never wait (write-ahead log) and writers queue up before they begin (`BEGIN
    IMMEDIATE`): a transaction that has begun to write is never refused half-way.
    """

    def __init__(self, url: str) -> None:
        parts = make_url(url)
        self._engine = create_async_engine(
            parts, pool_pre_ping=not _is_sqlite(parts.drivername), hide_parameters=True
        )
        if _is_sqlite(parts.drivername):
            if parts.database and parts.database != ":memory:":
                Path(parts.database).parent.mkdir(parents=True, exist_ok=True)
            event.listen(self._engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self._engine.sync_engine, "begin", _begin_sqlite)
        self._writing_engine = self._engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
        self._readers = async_sessionmaker(self._engine, expire_on_commit=False)
        self._writers = async_sessionmaker(self._writing_engine, expire_on_commit=False)

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncSession]:
        """Give a session that sees one consistent state and leaves nothing behind."""
        async with self._readers() as session:
            yield session

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[AsyncSession]:
        """Give a session whose work is committed as a whole at the end, or not at all after an error."""
        async with self._writers.begin() as session:
            yield session

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[AsyncConnection]:
        """Give one connection in one writing transaction, for migrations."""
        async with self._writing_engine.begin() as connection:
            yield connection

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


def _is_sqlite(driver_name: str) -> bool:
    return driver_name.startswith("sqlite")


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection has no type
    connection.isolation_level = None  # the driver begins nothing by itself: _begin_sqlite does
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {_SQLITE_BUSY_MS}",
        "journal_mode = WAL",
        "synchronous = NORMAL",  # with WAL: a power cut may lose the last commits, never the database
        "foreign_keys = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))
