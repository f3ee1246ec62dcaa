"""Bring the record's tables to this version of Tandem."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from config.database import Database
from config.settings import Settings

_LOCK_KEY: Final = 0x74616E64656D
"""PostgreSQL's advisory lock "tandem", held to the end of the transaction."""


async def upgrade(settings: Settings) -> None:
    """Run every migration the database has not seen, in one transaction.

    Does nothing when there is none. Processes that start together take turns: the second finds it done.
    """
    database = Database(settings.database_url)
    try:
        async with database.connection() as connection:
            if (
                connection.dialect.name == "postgresql"
            ):  # SQLite has begun its one writing transaction already
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
            await connection.run_sync(_upgrade)
    finally:
        await database.close()


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration on this connection; quiet, and without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    command.upgrade(alembic_config(connection), "head")
