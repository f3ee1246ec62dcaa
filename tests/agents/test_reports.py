import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.exceptions import RedisError

from agents.messages import ReportKind, TaskReport, TaskRequest
from agents.reports import (
    RUN_SEQUENCES,
    ReportReader,
    ReportWriter,
    clear,
    connect,
    connect_reader,
    mark_over,
    over_key,
    stream_key,
)

pytestmark = pytest.mark.service

REQUEST = TaskRequest(task_id="t", call_id="c", tool="look", arguments={}, deadline_unix_ms=2_000)


def report(sequence: int = 1, call_id: str = "c") -> TaskReport:
    return TaskReport(
        task_id="t", call_id=call_id, tool="look", kind=ReportKind.RESULT, sequence=sequence, result={}
    )


@pytest.mark.parametrize("lossy", [1], indirect=True)
async def test_news_whose_reply_was_lost_is_sent_once(lossy) -> None:
    wire, url = lossy
    redis = connect(url)
    await ReportWriter(redis, lambda: 0).mention(report())
    assert wire.additions == 1
    await redis.aclose()


@pytest.mark.parametrize("lossy", [2], indirect=True)
async def test_a_result_whose_reply_was_lost_is_sent_again_with_its_sequence(lossy, settings) -> None:
    wire, url = lossy
    redis = connect(url)
    await ReportWriter(redis, lambda: 0).settle(report(7), until_unix_ms=1)
    await redis.aclose()
    direct = connect(settings.redis_url)
    written = [
        TaskReport.model_validate_json(entry["report"]) for _, entry in await direct.xrange(stream_key("c"))
    ]
    await direct.aclose()
    assert wire.additions == 3
    assert written == [report(7)] * 3


@pytest.mark.parametrize("lossy", [1], indirect=True)
async def test_at_its_end_insisting_ends(lossy) -> None:
    _, url = lossy
    redis = connect(url)
    with pytest.raises(RedisError):
        await ReportWriter(redis, lambda: 5).settle(report(), until_unix_ms=5)
    await redis.aclose()


async def test_runs_are_counted_and_what_is_over_is_known(redis, settings) -> None:
    client = connect(settings.redis_url)
    writer = ReportWriter(client, lambda: 0)
    assert [(await writer.begin(REQUEST)).run for _ in range(3)] == [1, 2, 3]
    assert not (await writer.begin(REQUEST)).over
    await mark_over(client, REQUEST)
    assert (await writer.begin(REQUEST)).over
    assert await writer.is_over(REQUEST)
    await client.aclose()


async def test_nothing_stays_in_redis_for_ever(redis, settings) -> None:
    client = connect(settings.redis_url)
    writer = ReportWriter(client, lambda: 0)
    await writer.begin(REQUEST)
    await writer.settle(report(), 1)
    await mark_over(client, REQUEST)
    reader = ReportReader(client, client, lambda _: None)
    await reader.watch("c")
    keys = await client.keys()
    assert len(keys) == 4
    assert all([await client.ttl(key) > 0 for key in keys])
    await client.aclose()


async def test_a_run_that_begins_is_reported_by_its_number_unless_it_is_over(redis, settings) -> None:
    client = connect(settings.redis_url)
    writer = ReportWriter(client, lambda: 0)
    tricky = REQUEST.model_copy(update={"tool": 'look","sequence":1,"', "attempt": 2})
    for _ in range(2):
        await writer.begin(tricky)
    await mark_over(client, tricky)
    await writer.begin(tricky)
    entries = await client.xrange(stream_key("c"))
    written = [TaskReport.model_validate_json(fields["report"]) for _, fields in entries]
    await client.aclose()
    assert [(each.kind, each.sequence, each.attempt, each.tool) for each in written] == [
        (ReportKind.PROGRESS, run * RUN_SEQUENCES + 1, 2, tricky.tool) for run in (1, 2)
    ]


async def test_of_a_call_that_is_cleared_only_what_is_over_stays(redis, settings) -> None:
    client = connect(settings.redis_url)
    writer = ReportWriter(client, lambda: 0)
    await writer.begin(REQUEST)
    await writer.settle(report(), 1)
    await mark_over(client, REQUEST)
    await clear(client, "c")
    keys = await client.keys()
    await client.aclose()
    assert keys == [over_key("c")]


class Reading:
    """A reader at work and what it delivered."""

    def __init__(self, url: str) -> None:
        self.delivered: asyncio.Queue[TaskReport] = asyncio.Queue()
        self._clients = (connect_reader(url), connect(url))
        self.reader = ReportReader(*self._clients, self.delivered.put_nowait)
        self._task = asyncio.create_task(self.reader.follow())

    async def next(self) -> TaskReport:
        async with asyncio.timeout(4):  # shorter than the reader's blocking read: the bell must have rung
            return await self.delivered.get()

    async def close(self) -> None:
        self.reader.stop()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        for client in self._clients:
            await client.aclose()


@pytest.fixture
async def reading(redis, settings) -> AsyncIterator[Reading]:
    reading = Reading(settings.redis_url)
    yield reading
    await reading.close()


@pytest.fixture
async def writer(redis, settings) -> AsyncIterator[ReportWriter]:
    client = connect(settings.redis_url)
    yield ReportWriter(client, lambda: 0)
    await client.aclose()


async def test_a_call_opened_while_the_reader_waits_is_read_at_once(reading, writer) -> None:
    await reading.reader.watch("c")
    await writer.settle(report(), 1)
    assert await reading.next() == report()
    await reading.reader.watch("d")  # the reader is blocked on "c" now
    await writer.settle(report(call_id="d"), 1)
    assert await reading.next() == report(call_id="d")


async def test_reports_written_before_a_call_was_watched_are_read(reading, writer) -> None:
    await writer.settle(report(), 1)
    await reading.reader.watch("c")
    assert await reading.next() == report()


async def test_a_forgotten_call_is_not_read(reading, writer) -> None:
    await reading.reader.watch("c")
    await reading.reader.watch("d")
    reading.reader.forget("c")
    await writer.settle(report(), 1)
    await writer.settle(report(call_id="d"), 1)
    assert (await reading.next()).call_id == "d"


async def test_an_entry_that_is_no_report_is_skipped(reading, writer, settings) -> None:
    client = connect(settings.redis_url)
    await client.xadd(stream_key("c"), {"report": "{}"})
    await client.xadd(stream_key("c"), {"other": "x"})
    await client.aclose()
    await writer.settle(report(), 1)
    await reading.reader.watch("c")
    assert await reading.next() == report()


async def test_the_reader_outlives_redis(reading, writer, redis) -> None:
    await reading.reader.watch("c")
    await redis.stop()
    await redis.start()
    await writer.settle(report(), 1)
    assert await reading.next() == report()
