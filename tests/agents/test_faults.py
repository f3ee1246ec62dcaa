"""Faults on real processes, of writes above all. In all of them: one effect, one answer, nothing orphaned."""

import asyncio
import base64
import json
import os
import signal
from collections.abc import AsyncIterator

import pytest

from agents.broker import QUEUE, Sender, make_app
from agents.crm.tables import CaseRow
from agents.messages import FollowUp, ReportKind, TaskRequest
from agents.reports import connect, unix_ms
from agents.tables import OutboxRow, ToolCallRow

pytestmark = pytest.mark.service


async def is_done_once(bench, task_id: str = "a") -> None:
    """The write was answered once, has one effect, and left nothing open."""
    answer = await bench.call.answer(task_id)
    [case] = [row for row in await bench.rows(CaseRow) if row.subject == "from a test"]
    assert (answer.kind, answer.result) == (ReportKind.RESULT, {"case": case.id})
    assert len(bench.call.settled(task_id)) == 1
    await bench.nothing_is_orphaned()
    assert {row.state for row in await bench.rows(ToolCallRow)} == {"done"}


@pytest.mark.slow
async def test_killing_the_pool_process_after_a_write_leaves_one_effect_and_a_true_answer(bench) -> None:
    await bench.ready_worker()
    await bench.call.delegate("a", "case_then_wait")
    await bench.call.until(bench.begun)
    os.kill(bench.begun()[0][2], signal.SIGKILL)
    await bench.call.until(lambda: len(bench.begun()) == 2, within_s=30)
    bench.go_on()
    await is_done_once(bench)


@pytest.mark.slow
async def test_killing_the_worker_after_a_write_leaves_one_effect_and_a_true_answer(bench) -> None:
    worker = await bench.ready_worker()
    await bench.call.delegate("a", "case_then_wait")
    await bench.call.until(bench.begun)
    worker.kill()
    worker.wait()
    bench.start_worker()
    await bench.call.until(lambda: len(bench.begun()) == 2, within_s=30)
    bench.go_on()
    answer = await bench.call.answer("a")
    assert answer.kind is ReportKind.RESULT
    assert await bench.cases() == 1
    assert len(bench.call.settled("a")) == 1


@pytest.mark.slow
async def test_killing_redis_during_a_write_leaves_one_effect_and_a_true_answer(bench) -> None:
    await bench.ready_worker()
    await bench.call.delegate("a", "case_then_wait")
    await bench.call.until(bench.begun)
    os.kill(bench.redis.pid, signal.SIGKILL)
    await bench.redis.wait()
    bench.go_on()
    await bench.redis.stop()
    await bench.redis.start()
    answer = await bench.call.answer("a")
    assert answer.kind is ReportKind.RESULT
    assert await bench.cases() == 1
    assert len(bench.call.settled("a")) == 1


async def test_a_write_asked_for_while_redis_is_away_is_done_when_it_is_back(bench) -> None:
    await bench.ready_worker()
    bench.go_on()
    await bench.redis.stop()
    await bench.call.delegate("a", "case_then_wait")
    await bench.redis.start()
    await is_done_once(bench)


@pytest.mark.parametrize("lossy", [0], indirect=True)
async def test_reports_whose_replies_are_lost_still_end_in_one_answer(bench, lossy) -> None:
    wire, url = lossy
    await bench.ready_worker(REDIS_URL=url)
    wire.losses = 3
    bench.go_on()
    await bench.call.delegate("a", "case_then_wait")
    await is_done_once(bench)
    assert wire.losses == 0


async def test_two_workers_racing_for_one_write_write_once(bench) -> None:
    await bench.ready_worker()
    bench.start_worker()
    await bench.call.delegate("a", "case_then_wait")
    await bench.call.until(bench.begun)
    sender = Sender(make_app(bench.settings))
    for attempt in (2, 3):
        await sender.send(request("case_then_wait", attempt=attempt))
    sender.close()
    async with asyncio.timeout(10):
        while await bench.begun_times("a") < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    bench.go_on()
    await is_done_once(bench)
    assert len(bench.begun()) == 1
    assert [row.runs for row in await bench.rows(ToolCallRow)] == [1]


@pytest.mark.slow
async def test_a_write_that_outlives_the_visibility_timeout_is_delivered_again_and_done_once(bench) -> None:
    await bench.ready_worker(2)
    await bench.call.delegate("a", "case_then_wait")
    async with asyncio.timeout(25):
        while await bench.begun_times("a") < 2:
            bench.call.news += bench.call.desk.reports()
            await asyncio.sleep(0.05)
    bench.go_on()
    await is_done_once(bench)
    assert len(bench.begun()) == 1


class Company:
    """A system of records over HTTP that keeps count; `answers` says how it behaves next, then it is well.

    "503": it does what is asked, and says 503. "429": it does nothing. "hang": it does it and says nothing.
    """

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked = 0
        self.effects: set[str] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        key = next(line for line in head.split("\r\n") if line.startswith("idempotency-key"))
        self.asked += 1
        how = self.answers.pop(0) if self.answers else "200"
        if how != "429":
            self.effects.add(key)
        if how == "hang":
            await reader.read()  # until the other side has had enough
        else:
            writer.write(f"HTTP/1.1 {how} X\r\nContent-Length: 1\r\nConnection: close\r\n\r\n7".encode())
        writer.close()


@pytest.fixture
async def company() -> AsyncIterator[Company]:
    company = Company()
    server = await asyncio.start_server(company.serve, "127.0.0.1", 0)
    company.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    yield company
    server.close()


@pytest.mark.parametrize("answers", [["503"], ["429", "429"], ["429", "503"]])
async def test_a_company_that_flaps_is_asked_again_with_the_same_key(bench, company, answers) -> None:
    company.answers = list(answers)
    await bench.ready_worker(EXAMPLE_COMPANY_URL=company.url)
    await bench.call.delegate("a", "ask_company")
    answer = await bench.call.answer("a")
    assert (answer.kind, answer.result) == (ReportKind.RESULT, {"number": "7"})
    assert company.asked == len(answers) + 1
    assert len(company.effects) == 1
    await bench.nothing_is_orphaned()


async def test_a_company_that_hangs_leaves_a_write_that_is_told_to_be_unknown(bench, company) -> None:
    company.answers = ["hang"]
    await bench.ready_worker(EXAMPLE_COMPANY_URL=company.url)
    await bench.call.delegate("a", "ask_company")
    answer = await bench.call.answer("a")
    assert (answer.kind, answer.error) == (ReportKind.FAILED, "unknown")
    await bench.nothing_is_orphaned()
    [row] = await bench.rows(ToolCallRow)
    assert (row.state, company.asked, len(company.effects)) == ("unknown", 1, 1)


async def test_a_company_that_says_429_without_end_is_left_alone(bench, company) -> None:
    company.answers = ["429"] * 9
    await bench.ready_worker(EXAMPLE_COMPANY_URL=company.url)
    await bench.call.delegate("a", "ask_company")
    answer = await bench.call.answer("a")
    assert (answer.kind, answer.error) == (ReportKind.FAILED, "unknown")
    assert (company.asked, company.effects) == (3, set())
    await bench.nothing_is_orphaned()


async def test_cancelling_a_write_that_was_begun_tells_that_it_happened(bench) -> None:
    await bench.ready_worker()
    await bench.call.delegate("a", "case_then_wait")
    await bench.call.until(bench.begun)
    await bench.call.desk.cancel("a")
    bench.go_on()
    answer = await bench.call.answer("a")
    [case] = [row for row in await bench.rows(CaseRow) if row.subject == "from a test"]
    assert (answer.kind, answer.error, answer.result) == (ReportKind.CANCELLED, None, {"case": case.id})
    assert "had happened" in answer.message
    await bench.nothing_is_orphaned()


async def test_cancelling_a_write_before_a_worker_has_it_keeps_it_from_happening(bench) -> None:
    await bench.call.delegate("a", "case_then_wait")
    await bench.call.desk.cancel("a")
    assert (await bench.call.answer("a")).kind is ReportKind.CANCELLED
    bench.go_on()
    bench.start_worker()
    await bench.call.delegate("b", "instant", number=1)
    await bench.call.answer("b")
    await bench.nothing_is_orphaned()
    assert (await bench.cases(), bench.begun()) == (0, [])


async def test_what_ends_after_hang_up_is_kept_and_followed_up_once(bench) -> None:
    await bench.ready_worker()
    follow_up = FollowUp(case="Order after hang-up")
    await bench.call.delegate("a", "slow_order_status", follow_up, order_number="104233")
    await bench.call.until(bench.begun)
    await bench.call.desk.close()
    bench.go_on()
    async with asyncio.timeout(20):
        while not any(row.followed_at_ms for row in await bench.rows(OutboxRow)):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    await bench.nothing_is_orphaned()
    [row] = await bench.rows(OutboxRow)
    assert (row.kind, "UPS" in row.result) == ("result", True)
    assert [each.subject for each in await bench.rows(CaseRow)].count("Order after hang-up") == 1
    assert [each.kind for each in bench.call.settled("a")] == [ReportKind.CANCELLED]


async def test_a_look_up_nobody_follows_up_is_dropped_at_hang_up(bench) -> None:
    await bench.ready_worker()
    await bench.call.delegate("a", "slow_order_status", order_number="104233")
    await bench.call.until(bench.begun)
    await bench.call.desk.close()
    await bench.written(ReportKind.CANCELLED)
    await bench.nothing_is_orphaned()


async def test_poisoned_messages_are_dropped_once_and_disturb_nobody(bench) -> None:
    worker = await bench.ready_worker()
    redis = connect(bench.settings.redis_url)
    await redis.lpush(QUEUE, "this is not JSON", '{"body": "%%%", "headers": {}}', "[]", "{}")
    await redis.aclose()
    await bench.call.delegate("b", "instant", number=2)
    assert (await bench.call.answer("b")).result == {"number": 2}
    await bench.nothing_is_orphaned()
    assert worker.poll() is None


async def test_a_request_of_another_version_is_told_to_be_one_and_not_tried_again(bench) -> None:
    await bench.call.delegate("a", "slow_order_status", order_number="104233")
    redis = connect(bench.settings.redis_url)
    async with asyncio.timeout(10):
        while not (message := await redis.lpop(QUEUE)):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    envelope = json.loads(message)
    args, kwargs, embedded = json.loads(base64.b64decode(envelope["body"]))
    body = json.dumps([[args[0] | {"version": 2}], kwargs, embedded])
    envelope["body"] = base64.b64encode(body.encode()).decode()
    await redis.lpush(QUEUE, json.dumps(envelope))
    await redis.aclose()
    bench.start_worker()
    answer = await bench.call.answer("a", within_s=40)
    assert (answer.kind, answer.error) == (ReportKind.FAILED, "invalid")
    await bench.nothing_is_orphaned()
    assert await bench.begun_times("a") == 0


def request(tool: str, attempt: int = 1) -> TaskRequest:
    return TaskRequest(
        task_id="a",
        call_id="call-1",
        tool=tool,
        arguments={},
        attempt=attempt,
        deadline_unix_ms=unix_ms() + 20_000,
    )
