import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agents.errors import NotFound, Refused, Unavailable
from agents.messages import LANGUAGE_MODEL, ReportKind
from agents.progress import Telling
from agents.runner import MOST_RUNS, PULSES_PER_MENTION
from agents.tool import tool
from tests.agents.running import (
    NOW,
    SPENT,
    BriefTalker,
    Reports,
    Scene,
    brief,
    quick,
    request_for,
    run,
    scene_in,
)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with scene_in(tmp_path) as scene:
        yield scene


async def test_a_result_is_reported_and_numbered_above_everything_of_its_run(scene: Scene) -> None:
    reports = Reports(run=3)
    await run(scene, quick, reports)
    assert (reports.last.kind, reports.last.result) == (ReportKind.RESULT, {"number": "4"})
    assert (reports.last.sequence, reports.last.attempt) == (3_999, 2)


async def test_while_a_tool_runs_news_goes_out_every_second(scene: Scene) -> None:
    reports = Reports()
    done = asyncio.Event()

    @tool(reads=True)
    async def slow(number: str) -> dict[str, str]:
        """Wait."""
        await done.wait()
        return {}

    running = asyncio.create_task(run(scene, slow, reports))
    looked_by_then = await reports.third_mention
    done.set()
    await running
    progress = [each.sequence for each in reports.written if each.kind is ReportKind.PROGRESS]
    assert progress == [1_002, 1_003, 1_004]
    assert looked_by_then == 3 * (PULSES_PER_MENTION - 1)
    assert reports.last.sequence > progress[-1]


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (NotFound("no such"), "not_found"),
        (Unavailable("down"), "unavailable"),
        (Refused("too late"), "refused"),
        (RuntimeError("a bug"), "internal"),
        (TimeoutError("of something it asked"), "unavailable"),
    ],
)
async def test_what_a_tool_raises_is_reported_as_a_word(scene: Scene, fault: Exception, word: str) -> None:
    @tool(reads=True)
    async def fails(number: str) -> dict[str, str]:
        """Fail."""
        raise fault

    reports = Reports()
    await run(scene, fails, reports)
    assert (reports.last.kind, reports.last.error) == (ReportKind.FAILED, word)


async def test_what_breaks_inside_a_tool_stays_out_of_the_report(scene: Scene) -> None:
    @tool(reads=True)
    async def leaks(number: str) -> dict[str, str]:
        """Fail."""
        raise RuntimeError(f"password of customer {number}")

    reports = Reports()
    await run(scene, leaks, reports)
    assert "password" not in reports.last.message


async def test_arguments_that_do_not_fit_are_reported_as_invalid(scene: Scene) -> None:
    @tool(reads=True)
    async def strict(number: int, other: int) -> dict[str, int]:
        """Want two."""
        return {}

    reports = Reports()
    await run(scene, strict, reports)
    assert (reports.last.kind, reports.last.error) == (ReportKind.FAILED, "invalid")


async def test_a_tool_that_takes_too_long_is_stopped(scene: Scene) -> None:
    stopped: list[bool] = []

    @tool(reads=True, timeout_ms=1)
    async def hangs(number: str) -> dict[str, str]:
        """Hang."""
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            stopped.append(True)
            raise
        return {}

    reports = Reports()
    await run(scene, hangs, reports)
    assert (reports.last.kind, reports.last.error) == (ReportKind.FAILED, "timeout")
    assert stopped == [True]


async def test_a_tool_nobody_waits_for_any_more_is_stopped(scene: Scene) -> None:
    @tool(reads=True)
    async def hangs(number: str) -> dict[str, str]:
        """Hang."""
        await asyncio.Event().wait()
        return {}

    reports = Reports(over_after=1)
    await run(scene, hangs, reports)
    assert reports.last.kind is ReportKind.CANCELLED


async def test_after_the_deadline_nothing_is_begun_and_nothing_is_said(scene: Scene) -> None:
    reports = Reports()
    await run(scene, quick, reports, deadline_unix_ms=NOW)
    assert reports.written == []


async def test_what_is_over_before_it_begins_is_not_begun(scene: Scene) -> None:
    reports = Reports(over=True)
    await run(scene, quick, reports)
    assert reports.written == []


async def test_a_task_that_was_begun_too_often_is_not_begun_again(scene: Scene) -> None:
    reports = Reports(run=MOST_RUNS + 1)
    await run(scene, quick, reports)
    assert (reports.last.kind, reports.last.error) == (ReportKind.FAILED, "internal")


async def test_a_tool_this_worker_has_not_is_reported(scene: Scene) -> None:
    reports = Reports()
    await scene.runner(reports).run(request_for("dance"))
    assert (reports.last.kind, reports.last.error) == (ReportKind.FAILED, "invalid")


async def test_a_brief_is_worked_on_with_its_own_tools_and_sentences_are_told(scene: Scene) -> None:
    reports, talker = Reports(), BriefTalker("quick", "other")
    runner = scene.runner(reports, quick, brief_worker=talker)
    await runner.run(request_for(LANGUAGE_MODEL, **brief("quick")))
    assert [each.says for each in reports.written if each.kind is ReportKind.PARTIAL] == ["One moment."]
    assert (reports.last.kind, reports.last.result) == (ReportKind.RESULT, {"results": [{"number": "4"}]})
    assert talker.refused == ["invalid"]
    assert [each.spent for each in reports.written if each.spent] == [SPENT]
    assert reports.last.spent == SPENT


async def test_a_tool_tells_partial_results_and_sentences_while_it_works(scene: Scene) -> None:
    @tool(reads=True)
    async def tells(number: str, progress: Telling) -> dict[str, str]:
        """Tell."""
        await progress.partial({"so": "far"})
        await progress.say("Nearly there.")
        return {}

    reports = Reports()
    await run(scene, tells, reports)
    told = [(each.result, each.says) for each in reports.written if each.kind is ReportKind.PARTIAL]
    assert told == [({"so": "far"}, ""), (None, "Nearly there.")]
