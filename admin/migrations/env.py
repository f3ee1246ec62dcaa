"""What Alembic runs: the migrations, on the connection and in the transaction `admin.migrate` gives it."""

from alembic import context
from sqlalchemy import Connection

from admin import tables

connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=tables.METADATA,
    render_as_batch=connection.dialect.name == "sqlite",  # SQLite alters a table by copying it
)
context.run_migrations()
