"""What a database that was migrated has and the code does not, or the other way round."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from admin.tables import METADATA


def differences(connection: Connection) -> list[object]:
    """None, where the migrations make the tables that the code uses; steps of Alembic's otherwise."""
    options = {"compare_type": True, "include_object": _is_mapped}
    return compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)


def _is_mapped(_item: object, name: str | None, kind: str, *_: object) -> bool:
    """The index of words is the database's own; on SQLite it consists of several tables."""
    return not (kind == "table" and name is not None and name.startswith("call_words"))
