"""Sums over calls out of the record: by day and flow version, and transfers by where and why."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, RowMapping, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from admin.calls.queries import measured_by, of_flow
from admin.calls.sought import CallFilter
from admin.insights.days import Day, slot_before, slot_from
from admin.insights.roll_up import SUMS, TEXTS
from admin.insights.tables import CallMeasuresRow as Measured
from admin.insights.tables import RollUpRow


async def sums(db: AsyncSession, spans: Sequence[Day], sought: CallFilter) -> Sequence[RowMapping]:
    """Sum up by day and flow version, as `day` (the number of a span), `flow`, and the sums.

    Args:
        db: the record.
        spans: days, one after another, that begin with a quarter of an hour.
        sought: its flow, and whether with drafts.
    """
    if not spans:
        return []
    day = _number_of(spans)
    columns = [func.sum(getattr(RollUpRow, name)).label(name) for name in SUMS if name not in TEXTS]
    texts = [func.aggregate_strings(getattr(RollUpRow, name), "").label(name) for name in TEXTS]
    wanted = (
        select(day.label("day"), RollUpRow.flow, *columns, *texts)
        .where(
            RollUpRow.slot >= slot_from(spans[0].from_ms),
            RollUpRow.slot < slot_before(spans[-1].until_ms),
            *of_flow(sought, RollUpRow.flow),
        )
        .group_by(day, RollUpRow.flow)
    )
    return (await db.execute(wanted)).mappings().all()


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


def _number_of(spans: Sequence[Day]) -> ColumnElement[int]:
    """Which span a slot is in, counted from 0.

    Days are of equal length but where the clock is changed; between such changes it is a division.
    """
    runs = _even_runs(spans)
    per_day = [(begins, first + (RollUpRow.slot - begins) // length) for begins, first, length in runs]
    *later, (_, otherwise) = reversed(per_day)
    if not later:
        return otherwise
    return case(*((RollUpRow.slot >= begins, number) for begins, number in later), else_=otherwise)


def _even_runs(spans: Sequence[Day]) -> list[tuple[int, int, int]]:
    """Where runs of equally long days begin: slot, number of the day, slots a day."""
    runs: list[tuple[int, int, int]] = []
    for number, span in enumerate(spans):
        begins, length = slot_from(span.from_ms), slot_before(span.until_ms) - slot_from(span.from_ms)
        if not runs or runs[-1][2] != length:
            runs.append((begins, number, length))
    return runs
