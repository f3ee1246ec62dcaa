"""Removing what is kept no longer: recordings, tapes, calls, the audit log, each after its days."""

import asyncio
import logging
import shutil
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import delete, func, select, tuple_

from admin.audit.tables import AuditRow
from admin.house.kept import KeptRules
from admin.house.rules import Rules
from admin.insights import words
from admin.insights.roll_up import forget
from admin.insights.tables import CallMeasuresRow
from admin.times import ms, utc
from agents.charts.store import ChartRow
from config.database import Database
from config.tables import CallRow, Table

logger = logging.getLogger(__name__)

_EVERY_S: Final = 3_600.0
_AT_ONCE: Final = 200
_RECORDING: Final = "call.wav"
_BESIDE: Final = ("replays", "legs")
"""Folders of a tape that hold tapes."""


@dataclass(frozen=True, slots=True)
class Removed:
    """How many of each were removed."""

    recordings: int = 0
    tapes: int = 0
    calls: int = 0
    audit_entries: int = 0


async def keep_clearing(database: Database, tapes: Path, kept: KeptRules) -> None:
    """Remove what is kept no longer, now and every hour, for ever."""
    while True:
        try:
            await kept.read()
            removed = await remove_old(database, tapes, kept.rules, datetime.now(UTC))
        except Exception:  # whatever fails is tried again; it must not end the server
            logger.exception("what is kept no longer could not be removed")
        else:
            if removed != Removed():
                logger.info("removed what is kept no longer: %s", removed)
        await asyncio.sleep(_EVERY_S)


async def remove_old(database: Database, tapes: Path, rules: Rules, now: datetime) -> Removed:
    """Remove what the rules keep no longer. Doing it again, or broken off in the middle, does no harm.

    Calls are gone through a few at a time, so that those that are up do not wait. What cannot be removed from
    the disk is said in the log and tried again; its call stays in the record until then.
    """
    recordings = folders = calls = entries = 0
    if rules.keep_recordings_days is not None:
        async for old in _ended(database, now - timedelta(days=rules.keep_recordings_days)):
            recordings += (await asyncio.to_thread(_remove_each, _remove_recording, tapes, old))[0]
    if rules.keep_tapes_days is not None:
        async for old in _ended(database, now - timedelta(days=rules.keep_tapes_days)):
            folders += (await asyncio.to_thread(_remove_each, _remove_folder, tapes, old))[0]
            await _remove_words(database, list(old))
    if rules.keep_calls_days is not None:
        async for old in _ended(database, now - timedelta(days=rules.keep_calls_days)):
            _, gone = await asyncio.to_thread(_remove_each, _remove_folder, tapes, old)
            calls += await _remove_calls(database, gone)
    if rules.keep_audit_days is not None:
        before_ms = ms(now - timedelta(days=rules.keep_audit_days))
        async with database.writing() as db:
            old_entries = delete(AuditRow).where(AuditRow.at_ms < before_ms).returning(AuditRow.id)
            entries = len((await db.scalars(old_entries)).all())
    return Removed(recordings, folders, calls, entries)


async def _ended(database: Database, before: datetime) -> AsyncGenerator[Mapping[str, str]]:
    """The tapes, by call, of calls that ended before a moment: some at a time, the oldest first."""
    before = before.astimezone(UTC)
    began_at, ended_at = CallRow.began_at, func.coalesce(CallRow.ended_at, CallRow.began_at)
    wanted = (
        select(CallRow.id, CallRow.tape, began_at)
        .where(began_at < before, ended_at < before, CallRow.outcome.is_not(None))
        .order_by(began_at, CallRow.id)
        .limit(_AT_ONCE)
    )
    following = wanted
    while True:
        async with database.reading() as db:
            rows = (await db.execute(following)).all()
        if not rows:
            return
        yield {row.id: row.tape for row in rows}
        last = rows[-1]
        following = wanted.where(tuple_(began_at, CallRow.id) > tuple_(utc(last.began_at), last.id))


def _remove_each(
    remove: Callable[[Path], int], tapes: Path, calls: Mapping[str, str]
) -> tuple[int, list[str]]:
    """Remove something of each call: how much was removed, and of which calls none is left."""
    removed, gone = 0, list[str]()
    for call_id, tape in calls.items():
        folder = (tapes / tape).resolve()
        try:
            removed += remove(folder) if folder.parent == tapes.resolve() else 0
        except OSError as error:
            logger.warning("what a call left cannot be removed (%s)", error, extra={"call": call_id})
        else:
            gone.append(call_id)
    return removed, gone


async def _remove_words(database: Database, ids: Sequence[str]) -> None:
    """Remove what was said in calls from where it is searched, and their charts. Their measures stay."""
    async with database.reading() as db:
        numbers = select(CallMeasuresRow.number).where(CallMeasuresRow.call_id.in_(ids))
        kept = await words.kept(db, list(await db.scalars(numbers)))
        charts = await db.scalar(select(ChartRow.id).where(ChartRow.call_id.in_(ids)).limit(1))
    if kept or charts:
        async with database.writing() as db:
            await words.forget(db, kept)
            await db.execute(delete(ChartRow).where(ChartRow.call_id.in_(ids)))


async def _remove_calls(database: Database, ids: Sequence[str]) -> int:
    """Remove calls with every row of every table that names them."""
    about = [table for table in Table.metadata.sorted_tables if "call_id" in table.columns]
    async with database.writing() as db:
        await forget(db, ids)
        for table in reversed(about):
            await db.execute(delete(table).where(table.columns["call_id"].in_(ids)))
        await db.execute(delete(CallRow).where(CallRow.id.in_(ids)))
    return len(ids)


def _remove_recording(folder: Path) -> int:
    """Remove a call's recording, and those of its replays and of people called, who speak with the caller."""
    for beside in _BESIDE:
        for recording in folder.glob(f"{beside}/*/{_RECORDING}"):
            recording.unlink(missing_ok=True)
    if not (folder / _RECORDING).is_file():
        return 0
    (folder / _RECORDING).unlink()
    return 1


def _remove_folder(folder: Path) -> int:
    if not folder.is_dir():
        return 0
    shutil.rmtree(folder)
    return 1
