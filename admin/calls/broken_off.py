"""Calls that nobody ended in the record, because their server died: closed by a server that lives."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import select, update

from admin.calls.tape import ROWS
from admin.times import utc
from config.database import Database
from config.tables import CallRow

OUTCOME: Final = "abandoned"
_SLACK: Final = timedelta(minutes=10)
"""A call takes so much longer than it may at most: goodbyes, clocks that differ."""
_LEFT_TO_OTHERS: Final = timedelta(hours=1)
"""So long a call is left to the server that has its tape."""


async def close_broken_off(database: Database, tapes: Path, longest: timedelta, now: datetime) -> int:
    """Close the calls that can be up no longer; return how many. Each ended when its tape was last written.

    Args:
        database: the record.
        tapes: this server's.
        longest: how long a call may take.
        now: the time.
    """
    wanted = select(CallRow.id, CallRow.tape, CallRow.began_at).where(
        CallRow.outcome.is_(None), CallRow.began_at < (now - longest - _SLACK).astimezone(UTC)
    )
    async with database.reading() as db:
        found = (await db.execute(wanted)).all()
    ends: dict[str, datetime] = {}
    for call_id, tape, at in found:
        began_at, written_at = utc(at), _written_at(tapes / tape / ROWS)
        if written_at is not None:
            ends[call_id] = max(began_at, written_at)
        elif began_at < now - longest - _SLACK - _LEFT_TO_OTHERS:
            ends[call_id] = began_at
    if ends:
        async with database.writing() as db:
            for call_id, ended_at in ends.items():
                still_open = update(CallRow).where(CallRow.id == call_id, CallRow.outcome.is_(None))
                await db.execute(still_open.values(outcome=OUTCOME, ended_at=ended_at))
    return len(ends)


def _written_at(file: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except OSError:
        return None
