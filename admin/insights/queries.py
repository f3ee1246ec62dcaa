"""Sums over calls out of the record: by day and flow version, and transfers by where and why."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, SelectBase, case, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from admin.calls.queries import measured_by, of_flow
from admin.calls.sought import CallFilter
from admin.insights.days import Day, slot_before, slot_from
from admin.insights.roll_up import SUMS, TEXTS
from admin.insights.tables import BLOCK_SLOTS, BlockRow, RollUpRow
from admin.insights.tables import CallMeasuresRow as Measured

NUMBERS: Final = tuple(name for name in SUMS if name not in TEXTS)
"""What is summed up."""


class DaySums(NamedTuple):
    """Sums over the calls of a flow version on one day."""

    day: int
    """The number of the span."""
    flow: str
    latencies: str
    slowest: str
    """As `admin.insights.latencies` writes them."""
    numbers: tuple[int, ...]
    """By `NUMBERS`."""


async def sums(db: AsyncSession, spans: Sequence[Day], sought: CallFilter) -> list[DaySums]:
    """Sum up by day and flow version.

    Args:
        db: the record.
        spans: days, one after another, that begin with a quarter of an hour.
        sought: its flow, and whether with drafts.
    """
    if not spans:
        return []
    rows = _sums_within(spans, sought).subquery().c
    day = _number_of(spans, rows.slot)
    texts = [func.aggregate_strings(rows[name], "") for name in TEXTS]
    numbers = [func.sum(rows[name]) for name in NUMBERS]
    wanted: Select[Any] = select(day, rows.flow, *texts, *numbers).group_by(day, rows.flow)
    found: Sequence[Any] = (await db.execute(wanted)).all()
    return [DaySums._make((*row[:4], tuple(row[4:]))) for row in found]


def _sums_within(spans: Sequence[Day], sought: CallFilter) -> SelectBase:
    """The rows to be summed up: blocks, and where the border of a day cuts one the quarters in it."""
    borders = [slot_from(span.from_ms) for span in spans] + [slot_before(spans[-1].until_ms)]
    cut = sorted({border // BLOCK_SLOTS for border in borders if border % BLOCK_SLOTS})
    whole = select((BlockRow.slot * BLOCK_SLOTS).label("slot"), BlockRow.flow, *_columns(BlockRow)).where(
        BlockRow.slot >= borders[0] // BLOCK_SLOTS,
        BlockRow.slot * BLOCK_SLOTS < borders[-1],
        BlockRow.slot.not_in(cut),
        *of_flow(sought, BlockRow.flow),
    )
    if not cut:
        return whole
    quarters = select(RollUpRow.slot, RollUpRow.flow, *_columns(RollUpRow)).where(
        RollUpRow.slot >= borders[0],
        RollUpRow.slot < borders[-1],
        (RollUpRow.slot // BLOCK_SLOTS).in_(cut),
        *of_flow(sought, RollUpRow.flow),
    )
    return union_all(whole, quarters)


def _columns(table: type[BlockRow] | type[RollUpRow]) -> list[InstrumentedAttribute[Any]]:
    return [getattr(table, name) for name in SUMS]


async def transfers(db: AsyncSession, sought: CallFilter) -> list[tuple[str, str, int]]:
    """Count the transferred calls by where they went and which step they left for it, most first."""
    count = func.count()
    wanted = (
        select(Measured.transferred_to, Measured.transferred_from, count)
        .where(*measured_by(sought, db.get_bind().dialect.name))
        .group_by(Measured.transferred_to, Measured.transferred_from)
        .order_by(count.desc(), Measured.transferred_to, Measured.transferred_from)
    )
    return [(to, left, calls) for to, left, calls in await db.execute(wanted)]


def _number_of(spans: Sequence[Day], slot: ColumnElement[int]) -> ColumnElement[int]:
    """Which span a slot is in, counted from 0.

    Days are of equal length but where the clock is changed; between such changes it is a division.
    """
    runs = _even_runs(spans)
    per_day = [(begins, first + (slot - begins) // length) for begins, first, length in runs]
    *later, (_, otherwise) = reversed(per_day)
    if not later:
        return otherwise
    return case(*((slot >= begins, number) for begins, number in later), else_=otherwise)


def _even_runs(spans: Sequence[Day]) -> list[tuple[int, int, int]]:
    """Where runs of equally long days begin: slot, number of the day, slots a day."""
    runs: list[tuple[int, int, int]] = []
    for number, span in enumerate(spans):
        begins, length = slot_from(span.from_ms), slot_before(span.until_ms) - slot_from(span.from_ms)
        if not runs or runs[-1][2] != length:
            runs.append((begins, number, length))
    return runs
