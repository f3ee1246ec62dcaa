"""Adding a call's measures to the record, and to the sums of the spans it began in."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from admin.insights import words
from admin.insights.latencies import written
from admin.insights.tables import BLOCK_SLOTS, SLOT_MS, BlockRow, CallMeasuresRow, RollUpRow
from agents.crm.sql_once import inserting
from config.tables import Table
from config.tape.measures import Ending


def _columns(table: type[Table]) -> list[str]:
    return list(table.__table__.columns.keys())


_KEY: Final = ("slot", "flow")
SUMS: Final = tuple(name for name in _columns(RollUpRow) if name not in _KEY)
TEXTS: Final = ("latencies", "slowest")
"""Of a roll-up's columns those that are put together: numbers added, texts one after another."""
_BLOCK_MS: Final = BLOCK_SLOTS * SLOT_MS
_SPANS_MS: Final = {BlockRow: _BLOCK_MS, RollUpRow: SLOT_MS}
"""In the order in which all who write lock their rows: a block first, then what is within."""

Sums = dict[str, Any]
"""By columns."""
Summed = tuple[type[BlockRow] | type[RollUpRow], int, str]
"""Where sums stand: the table, the span, the flow."""


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


def sums_of(row: CallMeasuresRow) -> Sums:
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


def add_up(sums: dict[Summed, Sums], row: CallMeasuresRow) -> None:
    """Add one call to sums."""
    more = sums_of(row)
    for table, span_ms in _SPANS_MS.items():
        key: Summed = (table, row.began_at_ms // span_ms, row.flow)
        before = sums.get(key)
        sums[key] = more if before is None else {name: before[name] + more[name] for name in SUMS}


async def forget(db: AsyncSession, call_ids: Sequence[str]) -> None:
    """Remove what was measured of calls, also from the sums, and the words said in them."""
    asked = select(CallMeasuresRow).where(CallMeasuresRow.call_id.in_(call_ids))
    rows = list(await db.scalars(asked))
    blocks = sorted({row.began_at_ms // _BLOCK_MS for row in rows})
    held = select(BlockRow.flow).where(BlockRow.slot.in_(blocks)).order_by(BlockRow.slot, BlockRow.flow)
    await db.execute(held.with_for_update())
    numbers = [row.number for row in rows]
    await words.forget(db, numbers)
    await db.execute(delete(CallMeasuresRow).where(CallMeasuresRow.number.in_(numbers)))
    for block in blocks:
        await _sum_up_again(db, block)


async def _sum_up_again(db: AsyncSession, block: int) -> None:
    from_ms, until_ms = block * _BLOCK_MS, (block + 1) * _BLOCK_MS
    for table, span_ms in _SPANS_MS.items():
        within = (table.slot >= from_ms // span_ms, table.slot < until_ms // span_ms)
        await db.execute(delete(table).where(*within))
    began_at_ms = CallMeasuresRow.began_at_ms
    left = select(CallMeasuresRow).where(began_at_ms >= from_ms, began_at_ms < until_ms)
    sums: dict[Summed, Sums] = {}
    for row in await db.scalars(left.order_by(CallMeasuresRow.number)):
        add_up(sums, row)
    for (table, slot, flow), each in sums.items():
        anew = inserting(db, table).values(slot=slot, flow=flow, **each)  # a call just added may be there
        await db.execute(anew.on_conflict_do_update(index_elements=list(_KEY), set_=each))


async def _add_to_sums(db: AsyncSession, row: CallMeasuresRow) -> None:
    sums = sums_of(row)
    for table, span_ms in _SPANS_MS.items():
        first = inserting(db, table).values(slot=row.began_at_ms // span_ms, flow=row.flow, **sums)
        more = {name: getattr(table, name) + sums[name] for name in SUMS}
        await db.execute(first.on_conflict_do_update(index_elements=list(_KEY), set_=more))
