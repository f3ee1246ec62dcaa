"""Writes: done once, tried again with their key, or left to a person."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agents.calling import brief_write
from agents.errors import Refused, Unavailable
from agents.messages import LANGUAGE_MODEL, ReportKind, TaskReport
from agents.tool import Key, tool
from agents.tool_calls import CLAIM_MS, Claimed, State, write_of
from tests.agents.running import (
    BriefTalker,
    Reports,
    Scene,
    brief,
    request_for,
    run,
    scene_in,
)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with scene_in(tmp_path) as scene:
        yield scene


async def test_a_write_that_was_not_answered_is_tried_again_with_its_key(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agents.calling._PAUSES_S", (0, 0))
    keys: list[str] = []

    @tool(writes=True)
    async def writes(number: str, key: Key) -> dict[str, str]:
        """Write."""
        keys.append(key)
        if len(keys) < 3:
            raise Unavailable("no answer")
        return {"number": number}

    reports = Reports()
    await run(scene, writes, reports)
    assert reports.last.kind is ReportKind.RESULT
    assert (len(keys), len(set(keys))) == (3, 1)
    assert scene.tasks.finished == [reports.last]


@pytest.mark.parametrize("fault", [Unavailable("no answer"), RuntimeError("a bug")])
async def test_a_write_without_a_key_that_broke_is_unknown_and_never_tried_again(
    scene: Scene, fault: Exception
) -> None:
    tried: list[str] = []

    @tool(writes=True)
    async def writes(number: str) -> dict[str, str]:
        """Write."""
        tried.append(number)
        raise fault

    for _ in range(2):
        reports = Reports()
        await run(scene, writes, reports)
        assert (reports.last.kind, reports.last.error) == (ReportKind.FAILED, "unknown")
    assert len(tried) == 1
    assert [each.state for each in await scene.rows.writes_of("t")] == [State.UNKNOWN]


async def test_a_write_the_company_forbids_has_failed_and_says_the_same_again(scene: Scene) -> None:
    @tool(writes=True)
    async def writes(number: str) -> dict[str, str]:
        """Write."""
        raise Refused("it has shipped")

    for _ in range(2):
        reports = Reports()
        await run(scene, writes, reports)
        assert (reports.last.kind, reports.last.error) == (ReportKind.FAILED, "refused")
    assert [each.state for each in await scene.rows.writes_of("t")] == [State.FAILED]


async def test_a_write_on_words_still_being_spoken_is_refused_and_leaves_no_row(scene: Scene) -> None:
    @tool(writes=True)
    async def writes(number: str) -> dict[str, str]:
        """Write."""
        return {}

    reports = Reports()
    await run(scene, writes, reports, speculative=True)
    assert (reports.last.kind, reports.last.error) == (ReportKind.FAILED, "refused")
    assert await scene.rows.writes_of("t") == []


async def test_a_write_nobody_waits_for_any_more_is_seen_to_its_end_and_told(scene: Scene) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    @tool(writes=True)
    async def writes(number: str) -> dict[str, str]:
        """Write."""
        begun.set()
        await go_on.wait()
        return {"number": number}

    reports = Reports()
    running = asyncio.create_task(run(scene, writes, reports))
    await begun.wait()
    reports.over_after = 0
    asyncio.get_running_loop().call_later(0.05, go_on.set)
    await running
    assert (reports.last.kind, reports.last.error) == (ReportKind.CANCELLED, None)
    assert reports.last.result == {"number": "4"}
    assert [each.state for each in await scene.rows.writes_of("t")] == [State.DONE]


async def test_a_models_writes_are_done_once_when_its_work_is_begun_again(scene: Scene) -> None:
    written: list[str] = []

    @tool(writes=True)
    async def writes(number: str, key: Key) -> dict[str, str]:
        """Write."""
        written.append(key)
        return {}

    last: list[TaskReport] = []
    for _ in range(2):
        reports = Reports()
        runner = scene.runner(reports, writes, brief_worker=BriefTalker("writes"))
        await runner.run(request_for(LANGUAGE_MODEL, **brief("writes")))
        last.append(reports.last)
    assert [each.result for each in last] == [{"results": [{}]}] * 2
    assert len(written) == 1


async def test_a_model_whose_worker_died_after_a_write_does_not_begin_again(scene: Scene) -> None:
    @tool(writes=True)
    async def writes(number: str, key: Key) -> dict[str, str]:
        """Write."""
        return {}

    request = request_for(LANGUAGE_MODEL, **brief("writes"))
    dead = await scene.rows.claim(brief_write(request), repeatable=True)
    assert isinstance(dead, Claimed)
    write = write_of("c", "t", "writes", {"number": "1"})
    await scene.rows.claim(write, repeatable=True, within=dead)
    scene.now_unix_ms += CLAIM_MS
    reports = Reports()
    await scene.runner(reports, writes, brief_worker=BriefTalker("writes")).run(request)
    assert (reports.last.kind, reports.last.error) == (ReportKind.FAILED, "unknown")
    assert [each.tool for each in await scene.rows.writes_of("t")] == [LANGUAGE_MODEL, "writes"]
