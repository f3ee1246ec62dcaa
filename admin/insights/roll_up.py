"""Adding a call's measures to the record, and to the sums of the quarter of an hour it began in."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from admin.insights import words
from admin.insights.latencies import written
from admin.insights.tables import SLOT_MS, CallMeasuresRow, RollUpRow
from agents.crm.sql_once import inserting
from config.tables import Table
from config.tape.measures import Ending


def _columns(table: type[Table]) -> list[str]:
    return list(table.__table__.columns.keys())


_KEY: Final = ("slot", "flow")
SUMS: Final = tuple(name for name in _columns(RollUpRow) if name not in _KEY)
TEXTS: Final = ("latencies", "slowest")
"""Of a roll-up's columns those that are put together: numbers added, texts one after another."""


async def add_once(db: AsyncSession, row: CallMeasuresRow) -> int | None:
    """Add a call's measures; return their number, or None: they are there already."""
    given = {name: getattr(row, name) for name in _columns(CallMeasuresRow) if name != "number"}
    adding = inserting(db, CallMeasuresRow).values(given)
    number = await db.scalar(
        adding.on_conflict_do_nothing(index_elements=["call_id"]).returning(CallMeasuresRow.number)
    )
    if number is None:
        return None
    await _add_to_sums(db, row)
    return number


def sums_of(row: CallMeasuresRow) -> dict[str, int | str]:
    """What one call adds to the sums."""
    ending = Ending(row.ending)
    return {
        "calls": 1,
        "contained_calls": int(ending is Ending.CONTAINED),
        "transferred_calls": int(ending is Ending.TRANSFERRED),
        "abandoned_calls": int(ending is Ending.ABANDONED),
        "failed_calls": int(ending is Ending.FAILED),
        "duration_ms": row.duration_ms,
        "interruptions": row.interruptions,
        "interrupted_calls": int(row.interruptions > 0),
        "yielded": row.yielded,
        "tool_calls": row.tool_calls,
        "tool_failures": row.tool_failures,
        "tool_failed_calls": int(row.tool_failures > 0),
        "satisfaction": row.satisfaction or 0,
        "rated_calls": int(row.satisfaction is not None),
        "cost_micro_usd": row.cost_micro_usd or 0,
        "costed_calls": int(row.cost_micro_usd is not None),
        "model_tokens": row.model_tokens,
        "model_calls": int(row.model_tokens > 0),
        "latencies": row.latencies,
        "slowest": "" if row.slowest_ms is None else written([row.slowest_ms]),
    }


async def forget(db: AsyncSession, call_ids: Sequence[str]) -> None:
    """Remove what was measured of calls, also from the sums, and the words said in them."""
    asked = select(CallMeasuresRow).where(CallMeasuresRow.call_id.in_(call_ids))
    rows = list(await db.scalars(asked))
    for slot in sorted({row.began_at_ms // SLOT_MS for row in rows}):
        await db.execute(select(RollUpRow.flow).where(RollUpRow.slot == slot).with_for_update())
    numbers = [row.number for row in rows]
    await words.forget(db, numbers)
    await db.execute(delete(CallMeasuresRow).where(CallMeasuresRow.number.in_(numbers)))
    for slot in sorted({row.began_at_ms // SLOT_MS for row in rows}):
        await _sum_up_again(db, slot)


async def _sum_up_again(db: AsyncSession, slot: int) -> None:
    await db.execute(delete(RollUpRow).where(RollUpRow.slot == slot))
    began_at_ms = CallMeasuresRow.began_at_ms
    within = select(CallMeasuresRow).where(began_at_ms >= slot * SLOT_MS, began_at_ms < (slot + 1) * SLOT_MS)
    for row in await db.scalars(within.order_by(CallMeasuresRow.number)):
        await _add_to_sums(db, row)


async def _add_to_sums(db: AsyncSession, row: CallMeasuresRow) -> None:
    sums = sums_of(row)
    first = inserting(db, RollUpRow).values(slot=row.began_at_ms // SLOT_MS, flow=row.flow, **sums)
    more = {name: getattr(RollUpRow, name) + sums[name] for name in SUMS}
    await db.execute(first.on_conflict_do_update(index_elements=list(_KEY), set_=more))
