"""Once per key: the note that a write was done is committed together with what it did."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from agents.crm.tables import CounterRow, WriteRow
from agents.errors import Invalid
from config.tables import Table

R = TypeVar("R")

_FIRST_NUMBER = 7_001


async def once(
    session: AsyncSession,
    key: str,
    write: Sequence[object],
    effect: Callable[[], Awaitable[R]],
    kind: type[R],
    now: datetime,
) -> R:
    """Do a write unless its key was used before; then return what was returned the first time.

    Of two transactions with one key, the second waits here until the first is over; if that one came to
    nothing, the second does the write.

    Args:
        session: the transaction; what `effect` does belongs to it.
        key: the idempotency key.
        write: what the write is called, and its arguments.
        effect: does it. What it raises leaves the key unused.
        kind: a dataclass: what it returns.
        now: when.

    Raises:
        Invalid: the key was used for another write.
    """
    digest = hashlib.sha256(json.dumps(write, default=str).encode()).hexdigest()
    claim = inserting(session, WriteRow).values(
        key=key, what=str(write[0]), arguments_sha256=digest, outcome="", written_at=now
    )
    claimed = await session.scalar(claim.on_conflict_do_nothing().returning(WriteRow.key))
    if claimed is None:
        before = await session.get_one(WriteRow, key)
        if before.arguments_sha256 != digest:
            raise Invalid("this key was used for another write")
        return _adapter(kind).validate_json(before.outcome)
    outcome = await effect()
    await session.flush()
    written = _adapter(kind).dump_json(outcome).decode()
    await session.execute(update(WriteRow).where(WriteRow.key == key).values(outcome=written))
    return outcome


async def next_number(session: AsyncSession, name: str) -> int:
    """Count one more of these; no two transactions get the same number."""
    first = inserting(session, CounterRow).values(name=name, last=_FIRST_NUMBER)
    one_more = first.on_conflict_do_update(index_elements=["name"], set_={"last": CounterRow.last + 1})
    return await session.scalar(one_more.returning(CounterRow.last)) or _FIRST_NUMBER


def inserting(session: AsyncSession, table: type[Table]) -> postgresql.Insert | sqlite.Insert:
    """Begin an insert that knows what to do about a conflict, which each database spells its own way."""
    spelled = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return spelled(table)


@lru_cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
