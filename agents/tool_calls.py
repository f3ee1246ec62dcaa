"""The rows of writes: each is committed before the write is begun, and says what became of it.

    pending ─► done      it happened; the row keeps what the tool returned
            ├► failed    it did not happen
            └► unknown   it may have happened: whoever ran it died, or was not answered

Whoever wants to write claims the row first, so of two workers one writes. A claim is kept alive while the
write runs. When it lapses, a write whose tool takes the idempotency key is run again with the same key, which
changes nothing more if it had happened; any other write becomes unknown and is left to people.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from agents.tables import WITHDRAWN, OutboxRow, ToolCallRow
from agents.tool import IdempotencyKey
from config.database import Database

CLAIM_MS: Final = 4_000
"""A claim that is not renewed for so long has lapsed. It is renewed every second."""
FORGOTTEN_MS: Final = 60_000
"""A lapsed claim nobody took over for so long: nobody will."""


class State(StrEnum):
    """What became of a write."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Write:
    """A write somebody wants to do. `key` names it and nothing else in the world."""

    key: IdempotencyKey
    call_id: str
    task_id: str
    tool: str
    arguments_hash: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """Ours to do. `token` proves it; `run` counts from 1."""

    write: Write
    token: str
    run: int


@dataclass(frozen=True, slots=True)
class Taken:
    """Somebody else is at it, and alive."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The caller no longer wants it, and it had not begun."""


@dataclass(frozen=True, slots=True)
class Settled:
    """It has ended before. `error`: the word of what failed."""

    tool: str
    state: State
    result: dict[str, Any] | None = None
    error: str | None = None


class ToolCalls(Protocol):
    """The rows, as whoever writes needs them. Everything raises what the database raises."""

    async def claim(
        self, write: Write, *, repeatable: bool, within: Claimed | None = None
    ) -> Claimed | Taken | Withdrawn | Settled:
        """Make the write ours if nobody else has it."""
        ...

    async def renew(self, claimed: Claimed) -> bool:
        """Say that it is still being done; False when it is no longer ours."""
        ...

    async def settle(
        self, claimed: Claimed, state: State, result: dict[str, Any] | None = None, error: str | None = None
    ) -> bool:
        """Note how it ended; False when it is no longer ours."""
        ...

    async def writes_of(self, task_id: str) -> Sequence[Settled]:
        """List what a task has begun to write, in that order; what is still pending too."""
        ...


class SqlToolCalls:
    """`ToolCalls` in the record. `unix_ms` is the clock claims are on."""

    def __init__(self, database: Database, unix_ms: Callable[[], int]) -> None:
        self._database = database
        self._unix_ms = unix_ms

    async def claim(
        self, write: Write, *, repeatable: bool, within: Claimed | None = None
    ) -> Claimed | Taken | Withdrawn | Settled:
        """Make the write ours if nobody else has it. What has lapsed and cannot be repeated becomes unknown.

        Args:
            write: which.
            repeatable: running it again with its key is harmless.
            within: a claim that must still be ours, of the work this is part of.
        """
        try:
            return await self._claim(write, repeatable=repeatable, within=within)
        except IntegrityError:
            return Taken()  # somebody else's row came between our look and ours

    async def _claim(
        self, write: Write, *, repeatable: bool, within: Claimed | None
    ) -> Claimed | Taken | Withdrawn | Settled:
        now_ms = self._unix_ms()
        token = uuid4().hex
        async with self._database.writing() as session:
            if within is not None and not await _is_ours(session, within):
                return Taken()
            row = await session.get(ToolCallRow, write.key, with_for_update=True)
            if row is None:
                asked = await session.get(OutboxRow, write.task_id, with_for_update=True)
                if asked is not None and asked.state == WITHDRAWN:
                    return Withdrawn()
                session.add(_new(write, token, now_ms))
                return Claimed(write, token, run=1)
            if row.state == State.PENDING and row.claimed_until_ms > now_ms:
                return Taken()
            if row.state in (State.DONE, State.FAILED) or not repeatable:
                if row.state == State.PENDING:
                    row.state, row.ended_at_ms = State.UNKNOWN, now_ms
                return _settled(row)
            row.state, row.claim, row.claimed_until_ms = State.PENDING, token, now_ms + CLAIM_MS
            row.runs, row.ended_at_ms = row.runs + 1, None
            return Claimed(write, token, row.runs)

    async def renew(self, claimed: Claimed) -> bool:
        """Say that it is still being done; False when it is no longer ours."""
        return await self._change(claimed, {"claimed_until_ms": self._unix_ms() + CLAIM_MS})

    async def settle(
        self, claimed: Claimed, state: State, result: dict[str, Any] | None = None, error: str | None = None
    ) -> bool:
        """Note how it ended; False when it is no longer ours."""
        ended = {
            "state": state,
            "result": None if result is None else json.dumps(result, ensure_ascii=False),
            "error": error,
            "ended_at_ms": self._unix_ms(),
        }
        return await self._change(claimed, ended)

    async def writes_of(self, task_id: str) -> Sequence[Settled]:
        """List what a task has begun to write, in that order; what is still pending too."""
        async with self._database.reading() as session:
            rows = await session.scalars(_of(task_id))
            return [_settled(row) for row in rows]

    async def forget_lapsed(self) -> int:
        """Note as unknown what was begun, has lapsed and is taken over by nobody; how many."""
        now_ms = self._unix_ms()
        lapsed = ToolCallRow.claimed_until_ms < now_ms - FORGOTTEN_MS
        async with self._database.reading() as session:
            wanted = select(ToolCallRow.id).where(ToolCallRow.state == State.PENDING, lapsed)
            keys = list(await session.scalars(wanted))
        if not keys:
            return 0  # so that looking never makes a writer wait
        async with self._database.writing() as session:
            await session.execute(
                update(ToolCallRow)
                .where(ToolCallRow.id.in_(keys), ToolCallRow.state == State.PENDING, lapsed)
                .values(state=State.UNKNOWN, ended_at_ms=now_ms)
            )
        return len(keys)

    async def _change(self, claimed: Claimed, values: Mapping[str, object]) -> bool:
        ours = (ToolCallRow.id == claimed.write.key, ToolCallRow.claim == claimed.token)
        async with self._database.writing() as session:
            changed = await session.execute(
                update(ToolCallRow)
                .where(*ours, ToolCallRow.state == State.PENDING)
                .values(**values)
                .returning(ToolCallRow.id)
            )
            return changed.first() is not None


def write_of(call_id: str, task_id: str, tool: str, arguments: Mapping[str, Any]) -> Write:
    """Name a write: the same task calling the same tool with the same arguments is the same write."""
    written = json.dumps(arguments, sort_keys=True, separators=(",", ":"), default=str)
    arguments_hash = _sha256(f"{task_id}\n{written}")  # with the task, or a PIN could be guessed from it
    key = _sha256(f"{task_id}\n{tool}\n{arguments_hash}")[:32]
    return Write(IdempotencyKey(key), call_id, task_id, tool, arguments_hash)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def begun_by(session: AsyncSession, task_id: str) -> Sequence[Settled]:
    """List what a task has begun to write, inside the caller's transaction."""
    return [_settled(row) for row in await session.scalars(_of(task_id))]


def _of(task_id: str):  # noqa: ANN202 - a Select of rows, whose type says no more
    return select(ToolCallRow).where(ToolCallRow.task_id == task_id).order_by(ToolCallRow.began_at_ms)


async def _is_ours(session: AsyncSession, claimed: Claimed) -> bool:
    row = await session.get(ToolCallRow, claimed.write.key)
    return row is not None and row.claim == claimed.token and row.state == State.PENDING


def _new(write: Write, token: str, now_ms: int) -> ToolCallRow:
    return ToolCallRow(
        id=write.key,
        call_id=write.call_id,
        task_id=write.task_id,
        tool=write.tool,
        arguments_hash=write.arguments_hash,
        state=State.PENDING,
        claim=token,
        claimed_until_ms=now_ms + CLAIM_MS,
        runs=1,
        began_at_ms=now_ms,
    )


def _settled(row: ToolCallRow) -> Settled:
    result = None if row.result is None else json.loads(row.result)
    return Settled(row.tool, State(row.state), result, row.error)
