"""Removing what is kept no longer: recordings, tapes, calls, the audit log, each after its days."""

import asyncio
import logging
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import delete, select

from admin.audit.tables import AuditRow
from admin.house.kept import KeptRules
from admin.house.rules import Rules
from admin.insights import words
from admin.insights.roll_up import forget
from admin.insights.tables import CallMeasuresRow
from admin.times import ms
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
    """Remove what the rules keep no longer. Doing it again, or broken off in the middle, does no harm."""
    recordings = folders = calls = entries = 0
    if rules.keep_recordings_days is not None:
        old = await _ended(database, now - timedelta(days=rules.keep_recordings_days))
        recordings = await asyncio.to_thread(_remove_each, _remove_recording, tapes, old)
    if rules.keep_tapes_days is not None:
        old = await _ended(database, now - timedelta(days=rules.keep_tapes_days))
        folders = await asyncio.to_thread(_remove_each, _remove_folder, tapes, old)
        await _remove_words(database, list(old))
    if rules.keep_calls_days is not None:
        old = await _ended(database, now - timedelta(days=rules.keep_calls_days))
        await asyncio.to_thread(_remove_each, _remove_folder, tapes, old)
        calls = await _remove_calls(database, list(old))
    if rules.keep_audit_days is not None:
        before_ms = ms(now - timedelta(days=rules.keep_audit_days))
        async with database.writing() as db:
            old_entries = delete(AuditRow).where(AuditRow.at_ms < before_ms).returning(AuditRow.id)
            entries = len((await db.scalars(old_entries)).all())
    return Removed(recordings, folders, calls, entries)


async def _ended(database: Database, before: datetime) -> Mapping[str, str]:
    """The tapes, by call, of calls that began before a moment and are over; nobody speaks for days."""
    wanted = select(CallRow.id, CallRow.tape).where(
        CallRow.began_at < before.astimezone(UTC), CallRow.outcome.is_not(None)
    )
    async with database.reading() as db:
        return {row.id: row.tape for row in await db.execute(wanted)}


def _remove_each(remove: Callable[[Path | None], int], tapes: Path, calls: Mapping[str, str]) -> int:
    return sum(remove(_folder(tapes, tape)) for tape in calls.values())


async def _remove_words(database: Database, ids: Sequence[str]) -> None:
    """Remove what was said in calls from where it is searched, and their charts. Their measures stay."""
    for first in range(0, len(ids), _AT_ONCE):
        some = ids[first : first + _AT_ONCE]
        async with database.writing() as db:
            numbers = select(CallMeasuresRow.number).where(CallMeasuresRow.call_id.in_(some))
            await words.forget(db, list(await db.scalars(numbers)))
            await db.execute(delete(ChartRow).where(ChartRow.call_id.in_(some)))


async def _remove_calls(database: Database, ids: Sequence[str]) -> int:
    """Remove calls with every row of every table that names them."""
    about = [table for table in Table.metadata.sorted_tables if "call_id" in table.columns]
    for first in range(0, len(ids), _AT_ONCE):
        some = ids[first : first + _AT_ONCE]
        async with database.writing() as db:
            await forget(db, some)
            for table in reversed(about):
                await db.execute(delete(table).where(table.columns["call_id"].in_(some)))
            await db.execute(delete(CallRow).where(CallRow.id.in_(some)))
    return len(ids)


def _folder(tapes: Path, tape: str) -> Path | None:
    folder = (tapes / tape).resolve()
    return folder if folder.parent == tapes.resolve() else None


def _remove_recording(folder: Path | None) -> int:
    """Remove a call's recording, and those of its replays and of people called, who speak with the caller."""
    if folder is None:
        return 0
    for beside in _BESIDE:
        for recording in folder.glob(f"{beside}/*/{_RECORDING}"):
            recording.unlink()
    if not (folder / _RECORDING).is_file():
        return 0
    (folder / _RECORDING).unlink()
    return 1


def _remove_folder(folder: Path | None) -> int:
    if folder is None or not folder.is_dir():
        return 0
    shutil.rmtree(folder, ignore_errors=True)
    return 1
