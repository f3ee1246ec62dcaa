"""The outbox: requests that must not be lost, written down before they are sent.

    waiting ─► sent ─► settled        a worker has ended it
       └────────┴────► withdrawn      nobody wants it any more, and it must not begin

What can change something, or goes on after hang-up, takes this way; it costs one commit before it is sent.
A mere look-up does not: only its call wants it, and the call keeps it in memory and sends it again. If the
call's process dies the call is gone, and with it everybody who wanted the answer.
"""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from agents.messages import ReportKind, TaskReport, TaskRequest
from agents.tables import WITHDRAWN, OutboxRow
from agents.tool_calls import FORGOTTEN_MS, Settled, State, begun_by
from config.database import Database

logger = logging.getLogger(__name__)

OWNED_MS: Final = 20_000
"""A server process that has not said for so long that it lives is gone, and its calls with it."""
MOST_TRIES: Final = 6
"""How often something is sent again, and how often its follow-up is tried, after hang-up."""
_AGAIN_AFTER_MS: Final = 60_000


class Box(StrEnum):
    """Where a request is."""

    WAITING = "waiting"
    SENT = "sent"
    SETTLED = "settled"
    WITHDRAWN = WITHDRAWN


_OPEN: Final = (Box.WAITING, Box.SENT)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What withdrawing came to.

    `begun`: too late, it had begun. `writes`: what it had come to by then. `unclear`: the record did not say.
    """

    begun: bool
    writes: Sequence[Settled] = ()
    unclear: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be done for calls that have ended: requests to send, and tasks to follow up."""

    send: tuple[TaskRequest, ...] = ()
    follow: tuple[str, ...] = ()


class Outbox:
    """The rows. Everything raises what the database raises.

    Args:
        database: the record.
        unix_ms: the clock deadlines are on.
        owner: this server process; empty on a worker.
    """

    def __init__(self, database: Database, unix_ms: Callable[[], int], owner: str = "") -> None:
        self._database = database
        self._unix_ms = unix_ms
        self._owner = owner

    async def put(self, request: TaskRequest) -> None:
        """Write a request down, before it is sent."""
        now_ms = self._unix_ms()
        async with self._database.writing() as session:
            session.add(
                OutboxRow(
                    task_id=request.task_id,
                    call_id=request.call_id,
                    state=Box.WAITING,
                    request=request.model_dump_json(),
                    follows=request.follow_up is not None,
                    owner=self._owner,
                    owned_until_ms=now_ms + OWNED_MS,
                    deadline_ms=request.deadline_unix_ms,
                    tries=0,
                    made_at_ms=now_ms,
                )
            )

    async def mark_sent(self, task_id: str) -> None:
        """Note that the broker has it."""
        async with self._database.writing() as session:
            await session.execute(
                update(OutboxRow)
                .where(OutboxRow.task_id == task_id, OutboxRow.state == Box.WAITING)
                .values(state=Box.SENT, sent_at_ms=self._unix_ms())
            )

    async def withdraw(self, task_id: str) -> Withdrawal:
        """Keep a request from beginning, if it has not begun."""
        async with self._database.writing() as session:
            row = await session.get(OutboxRow, task_id, with_for_update=True)
            writes = await begun_by(session, task_id)
            if row is None or row.state == Box.SETTLED or any(each.state != State.FAILED for each in writes):
                return Withdrawal(begun=bool(writes), writes=writes)
            _close(row, Box.WITHDRAWN, ReportKind.CANCELLED, None, self._unix_ms())
            return Withdrawal(begun=False)

    async def leave(self, task_id: str) -> None:
        """Note that the call ended while this was open: it goes on, and is followed up."""
        now_ms = self._unix_ms()
        async with self._database.writing() as session:
            row = await session.get(OutboxRow, task_id, with_for_update=True)
            if row is not None and row.left_at_ms is None and row.state != Box.WITHDRAWN:
                _leave(row, now_ms)

    async def tell(self, task_id: str) -> None:
        """Note that the call has heard how this ended: nothing is to be followed up."""
        async with self._database.writing() as session:
            await session.execute(
                update(OutboxRow)
                .where(OutboxRow.task_id == task_id, OutboxRow.left_at_ms.is_(None))
                .values(follows=False, request=None)
            )

    async def finish(self, report: TaskReport) -> None:
        """Note how a task ended, from its last report; does nothing for one that has no row."""
        now_ms = self._unix_ms()
        async with self._database.writing() as session:
            row = await session.get(OutboxRow, report.task_id, with_for_update=True)
            if row is None or row.state == Box.SETTLED:
                return
            row.result = None if report.result is None else json.dumps(report.result, ensure_ascii=False)
            withdrawn = row.state == Box.WITHDRAWN
            _close(row, Box.WITHDRAWN if withdrawn else Box.SETTLED, report.kind, report.error, now_ms)

    async def stay_alive(self) -> None:
        """Say that this process lives and holds its calls."""
        ours = and_(OutboxRow.owner == self._owner, OutboxRow.left_at_ms.is_(None), _unheard())
        if not await self._any(ours):
            return  # so that saying nothing never makes a writer wait
        async with self._database.writing() as session:
            await session.execute(
                update(OutboxRow).where(ours).values(owned_until_ms=self._unix_ms() + OWNED_MS)
            )

    async def take_due(self) -> Due:
        """Settle honestly what nobody holds any more, and take what is to be done after hang-up.

        What is taken is due again later, until it is noted as done: whoever took it may die.
        """
        now_ms = self._unix_ms()
        gone = and_(OutboxRow.left_at_ms.is_(None), OutboxRow.owned_until_ms < now_ms, _unheard())
        forgotten = and_(
            OutboxRow.state.in_(_OPEN),
            OutboxRow.follows.is_(False),
            OutboxRow.deadline_ms < now_ms - FORGOTTEN_MS,
        )
        due = and_(OutboxRow.followed_at_ms.is_(None), OutboxRow.next_try_ms <= now_ms)
        wanted = or_(gone, forgotten, due)
        if not await self._any(wanted):
            return Due()
        send: list[TaskRequest] = []
        follow: list[str] = []
        async with self._database.writing() as session:
            locked = select(OutboxRow).where(wanted).with_for_update(skip_locked=True)
            for row in await session.scalars(locked):
                if row.left_at_ms is None and row.follows:
                    _leave(row, now_ms)
                if row.left_at_ms is None:
                    await _abandon(session, row, now_ms)
                elif row.next_try_ms is not None and row.next_try_ms <= now_ms:
                    row.tries += 1
                    if row.state == Box.SETTLED:
                        follow += _followed(row, now_ms)
                    else:
                        send += _sent_again(row, now_ms)
        return Due(tuple(send), tuple(follow))

    async def _any(self, wanted: ColumnElement[bool]) -> bool:
        async with self._database.reading() as session:
            return (await session.scalar(select(OutboxRow.task_id).where(wanted).limit(1))) is not None


def _unheard() -> ColumnElement[bool]:
    """Rows somebody still waits for: open, or ended and to be followed up."""
    return or_(OutboxRow.state.in_(_OPEN), and_(OutboxRow.state == Box.SETTLED, OutboxRow.follows.is_(True)))


def _close(row: OutboxRow, state: Box, kind: ReportKind, error: str | None, now_ms: int) -> None:
    row.state, row.kind, row.error, row.settled_at_ms = state, kind, error, now_ms
    if state is Box.SETTLED and row.follows:
        row.next_try_ms = None if row.left_at_ms is None else now_ms
    else:
        row.request, row.next_try_ms = None, None


def _leave(row: OutboxRow, now_ms: int) -> None:
    row.left_at_ms = now_ms
    row.next_try_ms = row.deadline_ms if row.state == Box.SENT else now_ms


async def _abandon(session: AsyncSession, row: OutboxRow, now_ms: int) -> None:
    """Settle what nobody waits for: what has not begun must not begin; what has, its worker ends."""
    writes = await begun_by(session, row.task_id)
    if not any(each.state != State.FAILED for each in writes):
        _close(row, Box.WITHDRAWN, ReportKind.CANCELLED, "abandoned", now_ms)
    elif row.deadline_ms < now_ms - FORGOTTEN_MS:
        _close(row, Box.SETTLED, ReportKind.FAILED, "unknown", now_ms)


def _followed(row: OutboxRow, now_ms: int) -> list[str]:
    """Have it followed up, and again later if that is not noted as done."""
    row.next_try_ms = now_ms + _AGAIN_AFTER_MS
    if row.tries <= MOST_TRIES:
        return [row.task_id]
    row.next_try_ms = None
    logger.error("task %s could not be followed up: somebody has to see to it", row.task_id)
    return []


def _sent_again(row: OutboxRow, now_ms: int) -> list[TaskRequest]:
    """Send what was left with a new deadline; in the end it has failed, and that is followed up."""
    if row.tries > MOST_TRIES or row.request is None:
        _close(row, Box.SETTLED, ReportKind.FAILED, "unavailable", now_ms)
        row.tries = 0
        return []
    request = TaskRequest.model_validate_json(row.request)
    row.deadline_ms = row.next_try_ms = now_ms + request.deadline_unix_ms - row.made_at_ms
    return [request.model_copy(update={"attempt": row.tries + 1, "deadline_unix_ms": row.deadline_ms})]
