import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from agents.messages import TaskRequest
from agents.outbox import Outbox
from agents.tables import ToolCallRow
from agents.tool_calls import (
    CLAIM_MS,
    FORGOTTEN_MS,
    Claimed,
    Settled,
    SqlToolCalls,
    State,
    Taken,
    Withdrawn,
    write_of,
)
from config.database import Database
from config.tables import Table

WRITE = write_of("c", "t", "refund", {"order": "104233", "cents": 500})


class Scene:
    """The rows of a real database, on a clock of their own; each `SqlToolCalls` is another worker's."""

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite+aiosqlite:///{folder / 'record.db'}"
        self.now_unix_ms = 1_000_000
        self.databases: list[Database] = []

    def worker(self) -> SqlToolCalls:
        self.databases.append(Database(self.url))
        return SqlToolCalls(self.databases[-1], lambda: self.now_unix_ms)

    async def row(self) -> ToolCallRow:
        async with self.databases[0].reading() as session:
            return (await session.scalars(select(ToolCallRow))).one()


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    scene = Scene(tmp_path)
    scene.databases.append(Database(scene.url))
    async with scene.databases[0].connection() as connection:
        await connection.run_sync(Table.metadata.create_all)
    yield scene
    for each in scene.databases:
        await each.close()


def test_the_same_write_of_the_same_task_has_the_same_key_and_any_other_another() -> None:
    arguments = {"order": "104233", "cents": 500}
    same = write_of("c", "t", "refund", dict(reversed(arguments.items())))
    others = {
        write_of("c", "u", "refund", arguments).key,
        write_of("c", "t", "cancel", arguments).key,
        write_of("c", "t", "refund", arguments | {"cents": 501}).key,
    }
    assert same == WRITE
    assert len(others | {WRITE.key}) == 4


async def test_of_workers_racing_for_one_write_one_has_it(scene: Scene) -> None:
    answers = await asyncio.gather(*(scene.worker().claim(WRITE, repeatable=True) for _ in range(8)))
    assert [isinstance(each, Claimed) for each in answers].count(True) == 1
    assert all(isinstance(each, Claimed | Taken) for each in answers)


async def test_what_is_done_is_not_done_again_and_its_result_is_kept(scene: Scene) -> None:
    rows = scene.worker()
    claimed = await rows.claim(WRITE, repeatable=True)
    assert isinstance(claimed, Claimed)
    assert await rows.settle(claimed, State.DONE, {"refund": "R1"})
    scene.now_unix_ms += 10 * CLAIM_MS
    assert await scene.worker().claim(WRITE, repeatable=True) == Settled(
        "refund", State.DONE, {"refund": "R1"}
    )


async def test_a_renewed_claim_stays_ours_and_a_lapsed_one_with_a_key_is_taken_over(scene: Scene) -> None:
    first, second = scene.worker(), scene.worker()
    ours = await first.claim(WRITE, repeatable=True)
    assert isinstance(ours, Claimed)
    scene.now_unix_ms += CLAIM_MS - 1
    assert await first.renew(ours)
    scene.now_unix_ms += CLAIM_MS - 1
    assert await second.claim(WRITE, repeatable=True) == Taken()
    scene.now_unix_ms += 2
    theirs = await second.claim(WRITE, repeatable=True)
    assert isinstance(theirs, Claimed)
    assert (theirs.run, theirs.write.key) == (2, ours.write.key)
    assert not await first.renew(ours)
    assert not await first.settle(ours, State.DONE, {})
    assert (await scene.row()).state == State.PENDING


async def test_a_lapsed_claim_without_a_key_becomes_unknown_and_stays_so(scene: Scene) -> None:
    await scene.worker().claim(WRITE, repeatable=False)
    scene.now_unix_ms += CLAIM_MS
    for _ in range(2):
        assert await scene.worker().claim(WRITE, repeatable=False) == Settled("refund", State.UNKNOWN)


async def test_what_is_part_of_work_that_was_taken_over_is_not_begun(scene: Scene) -> None:
    rows = scene.worker()
    whole = write_of("c", "t", "language_model", {})
    ours = await rows.claim(whole, repeatable=True)
    assert isinstance(ours, Claimed)
    assert isinstance(await rows.claim(WRITE, repeatable=True, within=ours), Claimed)
    scene.now_unix_ms += CLAIM_MS
    await scene.worker().claim(whole, repeatable=True)
    other = write_of("c", "t", "refund", {"order": "104234"})
    assert await rows.claim(other, repeatable=True, within=ours) == Taken()


async def test_a_withdrawn_request_cannot_begin_to_write(scene: Scene) -> None:
    outbox = Outbox(scene.databases[0], lambda: scene.now_unix_ms, "server")
    await outbox.put(request())
    assert not (await outbox.withdraw("t")).begun
    assert await scene.worker().claim(WRITE, repeatable=True) == Withdrawn()


async def test_of_a_cancellation_and_a_write_that_race_exactly_one_comes_first(scene: Scene) -> None:
    outbox = Outbox(scene.databases[0], lambda: scene.now_unix_ms, "server")
    await outbox.put(request())
    answer, withdrawal = await asyncio.gather(
        scene.worker().claim(WRITE, repeatable=True), outbox.withdraw("t")
    )
    assert isinstance(answer, Claimed) == withdrawal.begun
    assert isinstance(answer, Withdrawn) == (not withdrawal.begun)


async def test_a_write_nobody_ends_is_not_pending_for_ever(scene: Scene) -> None:
    rows = scene.worker()
    await rows.claim(WRITE, repeatable=True)
    scene.now_unix_ms += CLAIM_MS + FORGOTTEN_MS
    assert await rows.forget_lapsed() == 0
    scene.now_unix_ms += 1
    assert await rows.forget_lapsed() == 1
    row = await scene.row()
    assert (row.state, row.ended_at_ms) == (State.UNKNOWN, scene.now_unix_ms)


async def test_a_row_never_holds_the_arguments(scene: Scene) -> None:
    await scene.worker().claim(WRITE, repeatable=True)
    row = await scene.row()
    assert "104233" not in str({column.name: getattr(row, column.name) for column in row.__table__.columns})


def request() -> TaskRequest:
    return TaskRequest(task_id="t", call_id="c", tool="refund", arguments={}, deadline_unix_ms=2_000_000)
