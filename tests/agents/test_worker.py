"""Faults on real processes. In all of them: one right answer, told once."""

import asyncio
import os
import signal

import pytest

from agents.broker import RUN_TASK, Sender, make_app
from agents.messages import ReportKind, TaskReport, TaskRequest
from agents.reports import unix_ms

pytestmark = pytest.mark.service


def is_the_right_answer(report: TaskReport) -> bool:
    return (
        report.kind is ReportKind.RESULT and report.result is not None and report.result["carrier"] == "UPS"
    )


async def test_a_question_is_answered_from_the_records(bench) -> None:
    bench.start_worker()
    await bench.call.delegate("a", "order_status", order_number="104233")
    await bench.call.delegate("b", "order_status", order_number="999999")
    assert is_the_right_answer(await bench.call.answer("a"))
    assert (await bench.call.answer("b")).error == "not_found"
    assert bench.call.news[0].kind is ReportKind.PROGRESS


@pytest.mark.slow
async def test_killing_the_pool_process_mid_lookup_still_ends_in_one_right_answer(bench) -> None:
    bench.start_worker()
    await bench.call.delegate("a", "slow_order_status", order_number="104233")
    await bench.call.until(bench.begun)
    os.kill(bench.begun()[0][2], signal.SIGKILL)
    await bench.call.until(lambda: len(bench.begun()) == 2)
    bench.go_on()
    assert is_the_right_answer(await bench.call.answer("a"))
    assert len(bench.call.settled("a")) == 1


@pytest.mark.slow
async def test_killing_the_worker_mid_lookup_still_ends_in_one_right_answer(bench) -> None:
    worker = bench.start_worker()
    await bench.call.delegate("a", "slow_order_status", order_number="104233")
    await bench.call.until(bench.begun)
    worker.kill()
    worker.wait()
    bench.start_worker()
    await bench.call.until(lambda: len(bench.begun()) == 2)
    bench.go_on()
    assert is_the_right_answer(await bench.call.answer("a"))
    assert len(bench.call.settled("a")) == 1
    assert bench.begun()[1][1] > 1  # the call's side has asked again: redelivery would take minutes


async def test_a_killed_worker_leaves_no_pool_process(bench, is_running) -> None:
    worker = bench.start_worker()
    await bench.call.delegate("a", "slow_order_status", order_number="104233")
    await bench.call.until(bench.begun)
    pool_process = bench.begun()[0][2]
    worker.kill()
    worker.wait()
    await bench.call.until(lambda: not is_running(pool_process))


async def test_a_write_whose_worker_died_is_not_written_twice(bench) -> None:
    bench.start_worker()
    await bench.call.delegate("a", "slow_write")
    await bench.call.until(bench.begun)
    os.kill(bench.begun()[0][2], signal.SIGKILL)
    answer = await bench.call.answer("a")
    assert (answer.kind, answer.error) == (ReportKind.FAILED, "unknown")
    assert len(bench.begun()) == 1


@pytest.mark.slow
async def test_a_tool_that_takes_its_process_down_fails_and_the_next_task_runs(bench) -> None:
    bench.start_worker()
    await bench.call.delegate("a", "ends_its_process")
    answer = await bench.call.answer("a", within_s=10)
    assert (answer.kind, answer.error) == (ReportKind.FAILED, "internal")
    await bench.call.delegate("b", "order_status", order_number="104233")
    assert is_the_right_answer(await bench.call.answer("b"))


async def test_cancelling_stops_the_tool(bench) -> None:
    bench.start_worker()
    await bench.call.delegate("a", "slow_order_status", order_number="104233")
    await bench.call.until(bench.begun)
    await bench.call.desk.cancel("a")
    answer = await bench.call.answer("a")
    assert answer.kind is ReportKind.CANCELLED
    await bench.written(ReportKind.CANCELLED)  # the worker says so, too, once it has stopped
    assert len(bench.call.settled("a")) == 1


async def test_a_request_delivered_twice_is_answered_once(bench) -> None:
    bench.start_worker()
    await bench.call.delegate("a", "order_status", order_number="104233")
    again = TaskRequest(
        task_id="a",
        call_id="call-1",
        tool="order_status",
        arguments={"order_number": "104233"},
        deadline_unix_ms=unix_ms() + 10_000,
    )
    sender = Sender(make_app(bench.settings))
    await sender.send(again)
    sender.close()
    await bench.written(ReportKind.RESULT, times=2)
    await bench.call.answer("a")
    assert len(bench.call.settled("a")) == 1


async def test_messages_that_make_no_sense_disturb_nobody(bench) -> None:
    bench.start_worker()
    app = make_app(bench.settings)
    app.send_task(RUN_TASK, args=["not a request"])
    app.send_task(RUN_TASK, args=[{"task_id": 7}])
    app.send_task(RUN_TASK)
    app.send_task("tandem.no_such_task")
    app.close()
    await bench.call.delegate("a", "order_status", order_number="104233")
    assert is_the_right_answer(await bench.call.answer("a"))


async def test_without_redis_a_delegation_fails_and_works_again_when_it_is_back(bench) -> None:
    bench.start_worker()
    await bench.call.delegate("a", "order_status", order_number="104233")
    await bench.call.answer("a")
    await bench.redis.stop()
    await bench.call.delegate("b", "order_status", order_number="104233")
    assert (await bench.call.answer("b", within_s=10)).error == "unavailable"
    await bench.redis.start()
    await bench.call.delegate("c", "order_status", order_number="104233")
    assert is_the_right_answer(await bench.call.answer("c"))


@pytest.mark.slow
async def test_redis_killed_and_restarted_mid_lookup_loses_no_result(bench) -> None:
    bench.start_worker()
    await bench.call.delegate("a", "slow_order_status", order_number="104233")
    await bench.call.until(bench.begun)
    os.kill(bench.redis.pid, signal.SIGKILL)
    await bench.redis.wait()
    bench.go_on()
    await bench.redis.stop()
    await bench.redis.start()
    assert is_the_right_answer(await bench.call.answer("a"))
    assert len(bench.call.settled("a")) == 1


async def test_a_worker_told_to_stop_ends_in_order(bench) -> None:
    worker = bench.start_worker()
    await bench.call.delegate("a", "instant", number=1)
    await bench.call.answer("a")
    worker.terminate()
    assert await asyncio.to_thread(worker.wait, 10) == 0


@pytest.mark.slow
async def test_a_worker_told_to_stop_hands_back_what_it_runs(bench) -> None:
    worker = bench.start_worker()
    await bench.call.delegate("a", "slow_order_status", order_number="104233")
    await bench.call.until(bench.begun)
    worker.terminate()
    await asyncio.to_thread(worker.wait, 10)
    bench.go_on()
    bench.start_worker()
    assert is_the_right_answer(await bench.call.answer("a"))


async def test_many_calls_get_each_their_own_answers(bench) -> None:
    bench.start_worker()
    calls = [await bench.open(f"many-{number}") for number in range(20)]
    for number, call in enumerate(calls):
        await call.delegate("same id", "instant", number=number)
    answers = [await call.answer("same id") for call in calls]
    assert [each.result for each in answers] == [{"number": number} for number in range(20)]
