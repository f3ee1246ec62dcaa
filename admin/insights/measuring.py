"""Measuring calls that are over: from their tapes, in the background, each once.

A call is found by its end in the record, so that one measured late (the server was killed, an older version
had not measured) is measured all the same. Tapes are read in a process apart: calls that are up do not wait.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from admin.apart import Apart
from admin.calls.broken_off import close_broken_off
from admin.calls.tape import ROWS, read_rows
from admin.insights import roll_up, words
from admin.insights.latencies import bounded, percentile, written
from admin.insights.tables import CallMeasuresRow
from admin.parts import unix_ms
from admin.times import at, ms, utc
from config.database import Database
from config.settings import Settings
from config.tables import CallRow
from config.tape.measures import Measures, ending_of, measure

logger = logging.getLogger(__name__)

_LOOKS_EVERY_S: Final = 2.0
_WITHIN: Final = timedelta(minutes=30)
"""How far back a look goes for calls that have just ended; what is older was found when the server began."""
_TAPE_WAITED_MS: Final = 600_000
"""So long after its end a call may still be measured by the server that has its tape."""
_AT_ONCE: Final = 100
_MOST_ROWS: Final = 1_000_000
_MINUTE_MS: Final = 60_000


@dataclass(frozen=True, slots=True)
class Prices:
    """What is to be paid; None: not known. `carriers`: those that ask it."""

    minute_micro_usd: int | None
    carriers: frozenset[str] = frozenset({"twilio"})

    def of(self, carrier: str, duration_ms: int) -> int | None:
        """What a call of this carrier cost in micro-dollars: each minute begun is paid."""
        if carrier not in self.carriers:
            return 0
        if self.minute_micro_usd is None:
            return None
        return ceil(duration_ms / _MINUTE_MS) * self.minute_micro_usd


class Measuring:
    """Measures calls that are over.

    Args:
        settings: where the tapes are, and prices.
        database: the record.
        apart: reads tapes.
        now_ms: tells the time.
    """

    def __init__(
        self, settings: Settings, database: Database, apart: Apart, now_ms: Callable[[], int] = unix_ms
    ) -> None:
        self._tapes = settings.tapes
        self._longest = timedelta(minutes=settings.max_call_minutes)
        price = settings.carrier_usd_per_minute
        self._prices = Prices(None if price is None else round(price * 1e6))
        self._database = database
        self._apart = apart
        self._now_ms = now_ms
        self._trouble = False

    async def keep_up(self) -> None:
        """Measure all that was not measured yet, then each call within seconds of its end."""
        since: datetime | None = None
        while True:
            try:
                began = at(self._now_ms())
                if await close_broken_off(self._database, self._tapes, self._longest, began):
                    since = None
                await self.measure_all(since)
                since = began - _WITHIN
                self._trouble = False
            except Exception:  # whatever fails is tried again; it must not end the measuring
                if not self._trouble:  # once, not every two seconds
                    logger.warning("calls cannot be measured; it is tried again", exc_info=True)
                self._trouble = True
            await asyncio.sleep(_LOOKS_EVERY_S)

    async def measure_all(
        self, since: datetime | None = None, progress: Callable[[int], None] = lambda _: None
    ) -> int:
        """Measure the calls that ended since a moment (None: ever) and were not measured; return how many.

        Those whose tape another server may have are left to it for a while.

        Args:
            since: the moment.
            progress: told how many more are done, now and then.
        """
        measured, after = 0, ""
        while True:
            async with self._database.reading() as db:
                rows = list(await db.scalars(_unmeasured(since, after)))
            if not rows:
                return measured
            found = [(row, each) for row in rows if (each := await self._measured(row)) is not None]
            measured += await self._keep_all(found)
            after = rows[-1].id
            progress(len(rows))

    async def _keep_all(self, found: Sequence[tuple[CallRow, tuple[Measures, bool]]]) -> int:
        """Keep measures, all at once; if the record refuses that, one by one, but for those it refuses."""
        kept = 0
        try:
            async with self._database.writing() as db:
                for row, measures in found:
                    kept += await self._keep(db, row, measures)
        except DBAPIError:
            if len(found) > 1:
                return sum([await self._keep_all([each]) for each in found])
            if found:
                logger.exception("a call's measures cannot be kept", extra={"call": found[0][0].id})
            return 0
        return kept

    async def forget_all(self) -> None:
        """Forget what was measured of all calls, to measure them again."""
        async with self._database.writing() as db:
            ids = list(await db.scalars(select(CallMeasuresRow.call_id)))
            for first in range(0, len(ids), _AT_ONCE):
                await roll_up.forget(db, ids[first : first + _AT_ONCE])

    async def unmeasured(self) -> int:
        """Count the calls that are over and not measured."""
        async with self._database.reading() as db:
            over = _unmeasured(None, "", limit=None).order_by(None).subquery()
            return await db.scalar(select(func.count()).select_from(over)) or 0

    async def _measured(self, row: CallRow) -> tuple[Measures, bool] | None:
        """Measure a call, and tell whether from its tape; None: not yet, and perhaps not here."""
        folder = self._tapes / row.tape
        if folder.parent == self._tapes and (folder / ROWS).is_file():
            found = await self._apart.run(measure_tape, folder)
            if found is not None:
                return found, True
            logger.warning("the tape of a call cannot be measured", extra={"call": row.id})
        elif row.ended_at is not None and self._now_ms() - ms(utc(row.ended_at)) < _TAPE_WAITED_MS:
            return None
        return _of_record(row), False

    async def _keep(self, db: AsyncSession, row: CallRow, found: tuple[Measures, bool]) -> bool:
        measures, from_tape = found
        written_row = _row(row, measures, from_tape, self._prices)
        number = await roll_up.add_once(db, written_row)
        if number is None:
            return False  # another server has
        await words.keep(db, number, measures.caller_words, measures.agent_words)
        return True


def measure_tape(folder: Path) -> Measures | None:
    """Measure a call by its tape; None: it cannot be read."""
    try:
        return measure(read_rows(folder, 0, _MOST_ROWS).rows)
    except Exception:  # whatever is wrong with a tape, the call itself is known, and others have theirs
        logger.exception("a tape cannot be read")
        return None


def _unmeasured(since: datetime | None, after: str, limit: int | None = _AT_ONCE) -> Select[CallRow]:
    wanted = (
        select(CallRow)
        .outerjoin(CallMeasuresRow, CallMeasuresRow.call_id == CallRow.id)
        .where(CallMeasuresRow.number.is_(None), CallRow.ended_at.is_not(None), CallRow.id > after)
        .order_by(CallRow.id)
        .limit(limit)
    )
    return wanted if since is None else wanted.where(CallRow.ended_at >= since)


def _of_record(row: CallRow) -> Measures:
    """What is known of a call without its tape; who hung up is taken to have been served."""
    ended_at = row.ended_at or row.began_at
    return Measures(
        outcome=row.outcome,
        ending=ending_of(row.outcome, served=True),
        duration_ms=max(0, ms(utc(ended_at)) - ms(utc(row.began_at))),
    )


def _row(call: CallRow, measures: Measures, from_tape: bool, prices: Prices) -> CallMeasuresRow:
    latencies = [bounded(each.latency_ms) for each in measures.responses]
    outcome = call.outcome or measures.outcome or "failed"
    return CallMeasuresRow(
        call_id=call.id,
        began_at_ms=ms(utc(call.began_at)),
        flow=call.flow,
        outcome=outcome,
        ending=measures.ending.value,
        duration_ms=measures.duration_ms,
        language=measures.language or "",
        transferred_to=measures.transferred_to or "",
        transferred_by=measures.transferred_by or "",
        transferred_from=measures.transferred_from or "",
        responses=len(latencies),
        unanswered=measures.unanswered,
        response_p50_ms=percentile(sorted(latencies), 0.5),
        slowest_ms=max(latencies, default=None),
        latencies=written(latencies),
        interruptions=len(measures.interruptions),
        yielded=sum(each.yielded for each in measures.interruptions),
        backchannels=measures.backchannels,
        tool_calls=measures.tool_calls,
        tool_failures=measures.tool_failures,
        satisfaction=measures.satisfaction,
        cost_micro_usd=_together(prices.of(call.carrier, measures.duration_ms), measures.model_micro_usd),
        model_tokens=measures.model_tokens,
        model_micro_usd=measures.model_micro_usd,
        from_tape=from_tape,
    )


def _together(line_micro_usd: int | None, model_micro_usd: int | None) -> int | None:
    return None if line_micro_usd is None or model_micro_usd is None else line_micro_usd + model_micro_usd
