"""A call with a scripted model on real background agents: real Redis, real workers, real records."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agents.messages import ReportKind
from config.flow import Flow
from config.flow_file import load_flow
from telephony.tape import read_rows
from tests.telephony.scripted_call import Scene, open_scene

pytestmark = pytest.mark.service

NUMBER = "one zero four two three three"
ANSWER = "on its way with UPS"


def flow_with(tool: str) -> Flow:
    """The demo flow, with another tool for its look-up."""
    flow = load_flow("order_status")
    look_up = flow.steps["look_up"].model_copy(update={"tool": tool})
    return flow.model_copy(update={"steps": {**flow.steps, "look_up": look_up}})


@pytest.fixture
def call_on(bench, tmp_path: Path) -> Callable[..., Scene]:
    def open_it(tool: str) -> Scene:
        return open_scene(tmp_path / "tape", desk=bench.call.desk, flow=flow_with(tool), call_id="call-1")

    return open_it


async def wait(happened: Callable[[], object]) -> None:
    """Wait between two micro-turns."""
    async with asyncio.timeout(20):
        while not happened():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.02)


async def go_until(scene: Scene, happened: Callable[[], object], within: int = 200) -> None:
    """Micro-turns, twice as fast as on a line, each of them answered, until something has happened."""
    for _ in range(within):
        answer = await asyncio.wait_for(scene.go(), timeout=1.0)
        assert not answer.end
        if happened():
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"it did not happen; the caller was offered {scene.offered}")


def offers(scene: Scene, words: str) -> Callable[[], bool]:
    return lambda: any(words in text for text in scene.offered)


def column(scene: Scene, name: str) -> list[dict[str, Any]]:
    rows = [row for row in read_rows(scene.folder) if row["kind"] == "turn"]
    return [each for row in rows for each in row.get(name, ())]


async def test_a_number_still_being_spoken_is_looked_up_and_the_answer_is_there_when_the_turn_ends(
    bench, call_on
) -> None:
    bench.start_worker()
    scene = call_on("order_status")
    await scene.go(3)
    await scene.hear(NUMBER)
    await bench.written(ReportKind.RESULT)
    for _ in range(10):
        await scene.go()
        await asyncio.sleep(0.02)
    assert not offers(scene, ANSWER)()
    await scene.say(NUMBER)
    await scene.go()
    assert offers(scene, ANSWER)()
    await scene.call.close("stop")
    figures = scene.summaries[0].speculation
    assert (figures.look_ups, figures.ready, figures.wasted) == (1, 1, 0)
    assert [mark["what"] for mark in column(scene, "speculation")] == ["begun", "adopted"]


async def test_a_look_up_whose_words_changed_is_stopped_and_nothing_of_it_is_said(bench, call_on) -> None:
    bench.start_worker()
    scene = call_on("slow_order_status")
    await scene.go(3)
    await scene.hear(NUMBER)
    await wait(bench.begun)
    await scene.hear("no wait")
    await scene.say("no wait")
    bench.go_on()
    for _ in range(10):
        await scene.go()
        await asyncio.sleep(0.1)
    assert not offers(scene, ANSWER)()
    await scene.call.close("stop")
    assert column(scene, "reports") == []
    assert scene.summaries[0].speculation.wasted == 1


@pytest.mark.slow
async def test_redis_killed_and_restarted_mid_call_costs_the_caller_a_word_and_no_answer(
    bench, call_on
) -> None:
    """The line goes on, the caller is told that it takes longer, and hears the answer once it is there."""
    bench.start_worker()
    scene = call_on("slow_order_status")
    await scene.go(3)
    await scene.say(f"my order number is {NUMBER}")
    await wait(bench.begun)
    os.kill(bench.redis.pid, signal.SIGKILL)
    await bench.redis.wait()
    bench.go_on()
    await go_until(scene, offers(scene, "taking a little longer"), within=40)
    assert not offers(scene, ANSWER)()
    await bench.redis.stop()
    await bench.redis.start()
    await go_until(scene, offers(scene, ANSWER))
    await scene.go(5)
    assert sum(ANSWER in text for text in scene.offered) == 1
    await scene.call.close("stop")
    settling = [
        each["kind"] for each in column(scene, "reports") if each["kind"] not in ("progress", "partial")
    ]
    assert settling == ["result"]
