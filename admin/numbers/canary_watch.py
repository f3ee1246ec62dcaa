"""Watching versions that are tried out, and withdrawing those that do worse than they may."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from admin.audit.trail import Change, note_by_itself
from admin.calls.called import came_to
from admin.flows.tables import FlowVersionRow
from admin.insights.latencies import percentile, read
from admin.insights.tables import CallMeasuresRow as Measured
from admin.numbers.canary import Guardrail, Metric, Observed, is_to_be_withdrawn
from admin.numbers.tables import CanaryRow, NumberRow
from admin.parts import unix_ms
from config.database import Database
from config.tables import CallRow
from config.tape.measures import Ending

logger = logging.getLogger(__name__)

_LOOKS_EVERY_S: Final = 10.0
WITHDRAWN: Final = "withdraw_canary"
"""The action in the audit log."""


class CanaryWatch:
    """Withdraws canaries by itself; any number of servers may watch. `now_ms` tells the time."""

    def __init__(self, database: Database, now_ms: Callable[[], int] = unix_ms) -> None:
        self._database = database
        self._now_ms = now_ms
        self._trouble = False

    async def keep_watch(self) -> None:
        """Look every ten seconds, for ever."""
        while True:
            try:
                await self.look()
                self._trouble = False
            except Exception:  # whatever fails is tried again; it must not end the server
                if not self._trouble:  # once, not every ten seconds
                    logger.exception("versions that are tried out cannot be watched")
                self._trouble = True
            await asyncio.sleep(_LOOKS_EVERY_S)

    async def look(self) -> list[str]:
        """Withdraw what does worse than it may; return the numbers concerned."""
        async with self._database.reading() as db:
            running = list(await db.scalars(running_canaries()))
            seen = [(row, await observe(db, row)) for row in running]
        worse = [(row, observed) for row, observed in seen if is_to_be_withdrawn(guardrail_of(row), observed)]
        return [row.number for row, observed in worse if await self._withdraw(row, observed)]

    async def _withdraw(self, seen: CanaryRow, observed: Observed) -> bool:
        """Withdraw a canary, unless that is done or it has been changed since."""
        now_ms = self._now_ms()
        withdrawing = (
            update(CanaryRow)
            .where(
                CanaryRow.number == seen.number,
                CanaryRow.withdrawn_at_ms.is_(None),
                *(getattr(CanaryRow, name) == getattr(seen, name) for name in _SAME),
            )
            .values(
                withdrawn_at_ms=now_ms,
                withdrawn_at_value=observed.value,
                withdrawn_after_calls=observed.calls,
            )
            .returning(CanaryRow.number)
        )
        before = {name: getattr(seen, name) for name in ("flow", "version", "instead_of", "share")}
        after = {
            "metric": seen.metric,
            "threshold": seen.threshold,
            "value": observed.value,
            "calls": observed.calls,
            "runs": seen.instead_of,
        }
        async with self._database.writing() as db:
            if await db.scalar(withdrawing) is None:
                return False
            note_by_itself(db, WITHDRAWN, now_ms, Change("number", seen.number, before, after))
        key = f"{seen.flow}@{seen.version}"
        logger.warning("%s is withdrawn: %s is %s", key, seen.metric, observed.value)
        return True


_SAME: Final = ("flow", "version", "metric", "threshold", "after_calls", "began_at_ms")


def running_canaries() -> Any:  # noqa: ANN401 - a select of rows
    """Select the canaries that choose calls: not withdrawn, and of the latest version."""
    latest = (
        select(func.max(FlowVersionRow.number)).where(FlowVersionRow.flow == CanaryRow.flow).scalar_subquery()
    )
    return (
        select(CanaryRow)
        .join(NumberRow, NumberRow.number == CanaryRow.number)
        .where(
            CanaryRow.withdrawn_at_ms.is_(None),
            CanaryRow.version == latest,
            NumberRow.flow == CanaryRow.flow,
        )
        .order_by(CanaryRow.number)
    )


def guardrail_of(row: CanaryRow) -> Guardrail:
    """A canary's guardrail."""
    return Guardrail(metric=Metric(row.metric), threshold=row.threshold, after_calls=row.after_calls)


async def observe(db: AsyncSession, row: CanaryRow) -> Observed:
    """Tell how the version does that is tried out, over the number's calls since that began."""
    of = (
        select(*_COLUMNS[Metric(row.metric)])
        .join(CallRow, CallRow.id == Measured.call_id)
        .where(
            Measured.flow == f"{row.flow}@{row.version}",
            Measured.began_at_ms >= row.began_at_ms,
            came_to(row.number),
        )
    )
    over, under, calls = (await db.execute(of)).one()
    if row.metric == Metric.RESPONSE_P95_MS:
        p95 = percentile(read([over or ""]), 0.95)
        return Observed(None if p95 is None else float(p95), calls)
    return Observed(over / under if under else None, calls)


_COLUMNS: Final[dict[Metric, tuple[Any, Any, Any]]] = {
    Metric.CONTAINMENT: (
        func.count().filter(Measured.ending == Ending.CONTAINED.value),
        func.count(),
        func.count(),
    ),
    Metric.TOOL_FAILURES: (
        func.coalesce(func.sum(Measured.tool_failures), 0),
        func.coalesce(func.sum(Measured.tool_calls), 0),
        func.count().filter(Measured.tool_calls > 0),
    ),
    Metric.RESPONSE_P95_MS: (
        func.aggregate_strings(Measured.latencies, ""),
        func.count(),
        func.count().filter(Measured.responses > 0),
    ),
    Metric.SATISFACTION: (
        func.coalesce(func.sum(Measured.satisfaction), 0),
        func.count(Measured.satisfaction),
        func.count(Measured.satisfaction),
    ),
}
"""What to put over what, and how many calls say something; latencies are told apart by themselves."""
