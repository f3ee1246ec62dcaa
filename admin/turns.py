"""Taking turns: what is changed on the state that was read, is compared and changed by one at a time.

The comparison belongs to the transaction that changes: of two who built on the same state, at whichever
servers, the second sees what the first has made of it.
"""

import hashlib

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession


async def in_turn(db: AsyncSession, what: str) -> None:
    """Wait until nobody else changes this; then others wait until this transaction is over.

    On SQLite who writes has waited for all others once it has begun, so it begins here.

    Args:
        db: a writing transaction that has read nothing of it yet.
        what: a name for it; the same at every server.
    """
    await db.connection()
    if db.get_bind().dialect.name == "postgresql":
        await db.execute(select(func.pg_advisory_xact_lock(_key(what))))


def _key(what: str) -> int:
    """A 64-bit number, as PostgreSQL's advisory locks have for names."""
    return int.from_bytes(hashlib.sha256(f"tandem {what}".encode()).digest()[:8], "big", signed=True)
