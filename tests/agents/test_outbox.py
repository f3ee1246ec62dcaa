from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agents.messages import FollowUp, ReportKind, TaskReport, TaskRequest
from agents.outbox import MOST_TRIES, OWNED_MS, Box, Due, Outbox
from agents.tables import OutboxRow
from agents.tool_calls import FORGOTTEN_MS, Claimed, SqlToolCalls, State, write_of
from config.database import Database
from config.tables import Table

BEGAN = 1_000_000
PATIENCE_MS = 16_000


class Scene:
    """An outbox in a real database, on a clock of its own, seen by a server, its successor and a worker."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now_unix_ms = BEGAN
        self.server = Outbox(database, self.clock, "server")
        self.successor = Outbox(database, self.clock, "successor")
        self.worker = Outbox(database, self.clock)
        self.writes = SqlToolCalls(database, self.clock)

    def clock(self) -> int:
        return self.now_unix_ms

    async def row(self) -> OutboxRow:
        async with self.database.reading() as session:
            row = await session.get(OutboxRow, "t")
        assert row is not None
        return row

    async def begin_to_write(self) -> Claimed:
        claimed = await self.writes.claim(write_of("c", "t", "refund", {}), repeatable=True)
        assert isinstance(claimed, Claimed)
        return claimed


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'record.db'}")
    async with database.connection() as connection:
        await connection.run_sync(Table.metadata.create_all)
    yield Scene(database)
    await database.close()


def request(follow_up: FollowUp | None = None) -> TaskRequest:
    return TaskRequest(
        task_id="t",
        call_id="c",
        tool="refund",
        arguments={"order": "104233"},
        follow_up=follow_up,
        deadline_unix_ms=BEGAN + PATIENCE_MS,
    )


FOLLOWED = request(FollowUp(case="Look into it"))


def ended(kind: ReportKind = ReportKind.RESULT) -> TaskReport:
    return TaskReport(task_id="t", call_id="c", tool="refund", kind=kind, sequence=1_999, result={"a": 1})


async def test_what_was_sent_and_ended_is_settled_and_its_words_are_kept_no_longer(scene: Scene) -> None:
    await scene.server.put(request())
    await scene.server.mark_sent("t")
    await scene.worker.finish(ended())
    row = await scene.row()
    assert (row.state, row.kind, row.result, row.request) == (Box.SETTLED, "result", '{"a": 1}', None)
    scene.now_unix_ms += 10 * OWNED_MS
    assert await scene.successor.take_due() == Due()


async def test_what_a_dead_server_had_not_sent_is_not_worked_for(scene: Scene) -> None:
    await scene.server.put(request())
    scene.now_unix_ms += OWNED_MS + 1
    assert await scene.successor.take_due() == Due()
    row = await scene.row()
    assert (row.state, row.error, row.request) == (Box.WITHDRAWN, "abandoned", None)


async def test_what_a_living_server_holds_is_left_to_it(scene: Scene) -> None:
    await scene.server.put(request())
    scene.now_unix_ms += OWNED_MS - 1
    await scene.server.stay_alive()
    scene.now_unix_ms += OWNED_MS - 1
    await scene.successor.take_due()
    assert (await scene.row()).state == Box.WAITING


async def test_what_a_dead_server_had_sent_and_a_worker_began_ends_with_the_worker(scene: Scene) -> None:
    await scene.server.put(request())
    await scene.server.mark_sent("t")
    claimed = await scene.begin_to_write()
    scene.now_unix_ms += OWNED_MS + 1
    await scene.successor.take_due()
    assert (await scene.row()).state == Box.SENT
    await scene.writes.settle(claimed, State.DONE, {"a": 1})
    await scene.worker.finish(ended())
    assert (await scene.row()).state == Box.SETTLED


async def test_what_was_begun_and_never_ended_is_settled_as_unknown(scene: Scene) -> None:
    await scene.server.put(request())
    await scene.server.mark_sent("t")
    await scene.begin_to_write()
    scene.now_unix_ms += PATIENCE_MS + FORGOTTEN_MS + 1
    await scene.successor.take_due()
    row = await scene.row()
    assert (row.state, row.kind, row.error) == (Box.SETTLED, "failed", "unknown")


async def test_what_a_dead_server_had_not_sent_goes_on_if_it_is_followed_up(scene: Scene) -> None:
    await scene.server.put(FOLLOWED)
    scene.now_unix_ms += OWNED_MS + 1
    [again] = (await scene.successor.take_due()).send
    assert again.deadline_unix_ms == scene.now_unix_ms + PATIENCE_MS
    assert again.attempt == 2
    assert await scene.successor.take_due() == Due()


async def test_a_result_after_hang_up_is_followed_up_until_that_is_noted(scene: Scene) -> None:
    await scene.server.put(FOLLOWED)
    await scene.server.mark_sent("t")
    await scene.server.leave("t")
    assert await scene.server.take_due() == Due()
    await scene.worker.finish(ended())
    followed: list[int] = []
    for _ in range(3 * MOST_TRIES):
        if (await scene.server.take_due()).follow == ("t",):
            followed.append(scene.now_unix_ms)
        scene.now_unix_ms += 30_000
    assert len(followed) == MOST_TRIES


async def test_a_result_just_before_hang_up_that_nobody_heard_is_followed_up(scene: Scene) -> None:
    await scene.server.put(FOLLOWED)
    await scene.worker.finish(ended())
    await scene.server.leave("t")
    assert (await scene.server.take_due()).follow == ("t",)


async def test_a_result_the_caller_has_heard_is_not_followed_up(scene: Scene) -> None:
    await scene.server.put(FOLLOWED)
    await scene.worker.finish(ended())
    await scene.server.tell("t")
    scene.now_unix_ms += 10 * OWNED_MS
    assert await scene.successor.take_due() == Due()
    assert (await scene.row()).request is None


async def test_what_can_never_be_done_after_hang_up_is_followed_up_as_failed(scene: Scene) -> None:
    await scene.server.put(FOLLOWED)
    await scene.server.leave("t")
    sent, followed = 0, 0
    for _ in range(2 * MOST_TRIES):
        due = await scene.server.take_due()
        sent += len(due.send)
        followed += len(due.follow)
        scene.now_unix_ms += PATIENCE_MS + 1
    assert sent == MOST_TRIES
    assert followed >= 1
    assert (await scene.row()).error == "unavailable"


async def test_withdrawing_what_was_done_says_what_it_came_to(scene: Scene) -> None:
    await scene.server.put(request())
    claimed = await scene.begin_to_write()
    await scene.writes.settle(claimed, State.DONE, {"a": 1})
    found = await scene.server.withdraw("t")
    assert found.begun
    assert [each.result for each in found.writes] == [{"a": 1}]
    assert (await scene.row()).state == Box.WAITING
