"""Replays, one after another: each in a process apart, at low priority, so that calls do not suffer.

What waits and what runs stands in the record, and is lost with the server that sees to it: whoever reads it
then is told.
"""

import asyncio
import contextlib
import logging
import multiprocessing
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from admin.apart import Apart
from admin.calls.tape import folder_of, read_rows
from admin.problems import Problem
from admin.replays.compare import compare
from admin.replays.tables import ReplayRow
from agents.toolbox import find_tools
from config.database import Database
from config.replaying import By, Done, Failed, News, Progressed, Replay, ReplayOrder
from config.settings import Settings
from config.tables import CallRow

logger = logging.getLogger(__name__)

MOST_WAITING: Final = 8
LOST_AFTER_MS: Final = 60_000
"""A replay nobody has seen to for so long is lost: its server has ended."""
_SEEN_EVERY_S: Final = 5.0
_LONGEST_S: Final = 3_600.0
_KEPT_MS: Final = 30 * 24 * 3_600_000
_MOST_ROWS: Final = 1_000_000
_FAREWELL_S: Final = 5.0


class Status(StrEnum):
    """Where a replay stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNDER_WAY: Final = (Status.WAITING.value, Status.RUNNING.value)


@dataclass(slots=True)
class _Asked:
    """A replay this server sees to."""

    id: str
    process: Any = None
    into: Path | None = None
    """Where its tape goes."""
    cancelled: bool = False


def replay_folder(settings: Settings, tape: str, replay_id: str) -> Path:
    """Where a replay's own tape is: with the call's, and removed with it."""
    return settings.tapes.resolve() / tape / "replays" / replay_id


class Replays:
    """Runs replays. Close it at the end.

    Args:
        settings: of the installation.
        database: the record.
        apart: compares tapes.
        replay: does the work, in a process of its own.
        now_ms: Unix time.
    """

    def __init__(
        self, settings: Settings, database: Database, apart: Apart, replay: Replay, now_ms: Callable[[], int]
    ) -> None:
        self._settings = settings
        self._database = database
        self._apart = apart
        self._replay = replay
        self._now_ms = now_ms
        self._asked: list[_Asked] = []
        self._running: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def is_full(self) -> bool:
        """Whether no further one is taken now."""
        return len(self._asked) > MOST_WAITING

    def ask(self, replay_id: str) -> None:
        """See to a replay whose row has been written: when those before it are done."""
        self._asked.append(_Asked(replay_id))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._see_to_all(), name="replays")

    async def cancel(self, replay_id: str) -> None:
        """Break a replay off; does nothing to one that is over."""
        for asked in self._asked:
            if asked.id == replay_id:
                asked.cancelled = True
                if asked.process is not None:
                    asked.process.terminate()
        await self._write(replay_id, status=Status.CANCELLED, ended_at_ms=self._now_ms())

    async def idle(self) -> None:
        """Wait until nothing runs and nothing waits."""
        while self._running is not None and not self._running.done():
            await asyncio.wait({self._running})

    async def close(self) -> None:
        """Break off what runs, and let go of what waits. Idempotent."""
        self._closed = True
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        for asked in self._asked:
            ended = {"why": "The server was stopped; ask again.", "ended_at_ms": self._now_ms()}
            with contextlib.suppress(Exception):  # the record may be gone already; readers are told then, too
                await self._write(asked.id, status=Status.CANCELLED, **ended)
            if asked.into is not None:
                await asyncio.to_thread(_remove, asked.into)
        self._asked.clear()

    async def forget_old(self) -> None:
        """Remove replays of a month ago, with their tapes."""
        old = select(ReplayRow.id, CallRow.tape).join(CallRow, CallRow.id == ReplayRow.call_id)
        wanted = old.where(ReplayRow.asked_at_ms < self._now_ms() - _KEPT_MS).limit(100)
        async with self._database.writing() as db:
            found = [(row.id, row.tape) for row in await db.execute(wanted)]
            await db.execute(delete(ReplayRow).where(ReplayRow.id.in_([each for each, _ in found])))
        for replay_id, tape in found:
            await asyncio.to_thread(_remove, replay_folder(self._settings, tape, replay_id))

    # --- one after another --------------------------------------------------------------------------

    async def _see_to_all(self) -> None:
        seeing = asyncio.create_task(self._stay_seen())
        try:
            with contextlib.suppress(DBAPIError):  # they are forgotten another time
                await self.forget_old()
            while self._asked and not self._closed:
                asked = self._asked[0]
                try:
                    if not asked.cancelled:
                        await self._see_to(asked)
                except Exception:  # the record may be away; this one is told as lost then, the next goes on
                    logger.exception("what came of replay %s could not be entered", asked.id)
                self._asked.remove(asked)
        finally:
            seeing.cancel()

    async def _stay_seen(self) -> None:
        """Say that somebody sees to what waits and runs."""
        while True:
            await asyncio.sleep(_SEEN_EVERY_S)
            ids = [asked.id for asked in self._asked]
            try:
                async with self._database.writing() as db:
                    seen = update(ReplayRow).where(ReplayRow.id.in_(ids)).values(seen_at_ms=self._now_ms())
                    await db.execute(seen)
            except Exception:  # the record may be away for a moment
                logger.warning("replays could not be entered in the record", exc_info=True)

    async def _see_to(self, asked: _Asked) -> None:
        try:
            async with asyncio.timeout(_LONGEST_S):
                values = await self._replayed(asked)
        except TimeoutError:
            values = {"status": Status.FAILED, "why": "It took longer than an hour."}
        except Problem as problem:
            values = {"status": Status.FAILED, "why": problem.detail[:1_000]}
        except Exception:  # the next one is to be seen to all the same
            logger.exception("replay %s failed", asked.id)
            values = {"status": Status.FAILED, "why": "It failed on our side; the server's log says why."}
        wanted = bool(values) and await self._write(asked.id, **values, ended_at_ms=self._now_ms())
        if asked.into is not None and not (wanted and values["status"] == Status.DONE):
            await asyncio.to_thread(_remove, asked.into)

    async def _replayed(self, asked: _Asked) -> dict[str, Any]:
        """Replay a call, and give what is to be written of it."""
        async with self._database.reading() as db:
            row = await db.get(ReplayRow, asked.id)
            call = await db.get(CallRow, row.call_id) if row else None
        if row is None or call is None or row.status not in UNDER_WAY:
            return {}
        tape = folder_of(self._settings.tapes, call.tape)
        if not await self._write(asked.id, status=Status.RUNNING):
            return {}
        asked.into = into = replay_folder(self._settings, call.tape, asked.id)
        last = await self._run(ReplayOrder(self._settings, tape, into, row.yaml, By(row.played_by)), asked)
        match last:
            case Done(sources=sources, beyond_ms=beyond_ms):
                result = await self._apart.run(compare_tapes, tape, into, self._settings, sources, beyond_ms)
                return {"status": Status.DONE, "progress": 1.0, "result": result}
            case Failed(why=why):
                return {"status": Status.FAILED, "why": why[:1_000]}
            case _ if asked.cancelled:
                return {}  # whoever cancelled it has entered that
            case _:
                return {"status": Status.FAILED, "why": "The process that replayed it ended; try again."}

    async def _run(self, order: ReplayOrder, asked: _Asked) -> News | None:
        """Run the process to its end, and give the last that it told."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(
            target=self._replay, args=(order, theirs), name="tandem-replay", daemon=True
        )
        last: News | None = None
        try:
            await asyncio.to_thread(process.start)
            theirs.close()
            asked.process = process
            if asked.cancelled:
                return None
            while (news := await asyncio.to_thread(_received, ours)) is not None:
                last = news
                if isinstance(news, Progressed) and not await self._write(asked.id, progress=news.share):
                    asked.cancelled = True  # at another server, or its call is kept no longer
                    return None
        finally:
            asked.process = None
            if process.pid is not None:
                process.terminate()
                await asyncio.shield(asyncio.to_thread(process.join, _FAREWELL_S))
                process.kill()
        return last

    async def _write(self, replay_id: str, **values: Any) -> bool:  # noqa: ANN401 - columns
        """Change a replay's row; return False, and change nothing, when it neither waits nor runs."""
        wanted = update(ReplayRow).where(ReplayRow.id == replay_id, ReplayRow.status.in_(UNDER_WAY))
        async with self._database.writing() as db:
            changed = wanted.values(**values, seen_at_ms=self._now_ms()).returning(ReplayRow.id)
            return await db.scalar(changed) is not None


def _remove(folder: Path) -> None:
    """Remove a replay's tape; and the call's folder where that was removed meanwhile and we made it again."""
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):  # there are other replays, or the call's tape: then it stays
        folder.parent.rmdir()
        folder.parent.parent.rmdir()


def _received(connection: Connection) -> News | None:
    """The next news; None: the process has ended."""
    try:
        return connection.recv()
    except (EOFError, OSError):
        return None


def compare_tapes(
    recorded: Path, replayed: Path, settings: Settings, sources: dict[str, str], beyond_ms: int
) -> str:
    """Compare two tapes; the `Comparison` as JSON."""
    then, now = (read_rows(folder, 0, _MOST_ROWS).rows for folder in (recorded, replayed))
    return compare(then, now, find_tools(settings), sources, beyond_ms).model_dump_json()
