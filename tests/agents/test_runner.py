import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from agents.calling import ToolCaller, brief_write
from agents.errors import NotFound, Refused, ToolError, Unavailable
from agents.messages import LANGUAGE_MODEL, Brief, ReportKind, Spent, TaskReport, TaskRequest
from agents.policy import refusal
from agents.progress import Telling
from agents.reports import Start
from agents.runner import MOST_RUNS, PULSES_PER_MENTION, BriefWorker, CallTool, Runner, Say, TellSpent
from agents.tool import AnyTool, Key, tool
from agents.tool_calls import CLAIM_MS, Claimed, SqlToolCalls, State, write_of
from config.database import Database
from config.tables import Table

NOW = 1_000_000


class Reports:
    """Stands for the stream; `over_after` beats of looking, nobody waits any more."""

    def __init__(self, run: int = 1, *, over: bool = False, over_after: int | None = None) -> None:
        self.start = Start(run=run, over=over)
        self.over_after = over_after
        self.looked = 0
        self.written: list[TaskReport] = []
        self.third_mention = asyncio.get_running_loop().create_future()

    async def begin(self, request: TaskRequest) -> Start:
        return self.start

    async def is_over(self, request: TaskRequest) -> bool:
        self.looked += 1
        return self.over_after is not None and self.looked > self.over_after

    async def mention(self, report: TaskReport) -> None:
        self.written.append(report)
        if len(self.written) == 3:
            self.third_mention.set_result(self.looked)

    async def settle(self, report: TaskReport, until_unix_ms: int) -> None:
        self.written.append(report)

    @property
    def last(self) -> TaskReport:
        return self.written[-1]


class Tasks:
    """Stands for the outbox."""

    def __init__(self) -> None:
        self.finished: list[TaskReport] = []

    async def finish(self, report: TaskReport) -> None:
        self.finished.append(report)


class Scene:
    """A runner with some tools, on the rows of a real database."""

    def __init__(self, database: Database) -> None:
        self.now_unix_ms = NOW
        self.rows = SqlToolCalls(database, lambda: self.now_unix_ms)
        self.tasks = Tasks()

    def runner(self, reports: Reports, *tools: AnyTool, brief_worker: BriefWorker | None = None) -> Runner:
        toolbox = {each.name: each for each in tools}
        caller = ToolCaller(toolbox, {}, self.rows, refusal, lambda: self.now_unix_ms)
        return Runner(caller, reports, self.tasks, lambda: self.now_unix_ms, brief_worker, pulse_ms=0)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'record.db'}")
    async with database.connection() as connection:
        await connection.run_sync(Table.metadata.create_all)
    yield Scene(database)
    await database.close()


def request_for(name: str, **changes: object) -> TaskRequest:
    fields: dict[str, object] = {
        "task_id": "t",
        "call_id": "c",
        "tool": name,
        "arguments": {"number": "4"},
        "attempt": 2,
        "deadline_unix_ms": NOW + 10_000,
    }
    return TaskRequest.model_validate(fields | changes)


async def run(scene: Scene, each: AnyTool, reports: Reports, **changes: object) -> None:
    await scene.runner(reports, each).run(request_for(each.name, **changes))


@tool(reads=True)
async def quick(number: str) -> dict[str, str]:
    """Answer at once."""
    return {"number": number}


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


SPENT = Spent(tokens=120, micro_usd=48)


class BriefTalker:
    """Works on briefs by a script: says a sentence, calls a tool, and another one it may not."""

    def __init__(self, *calls: str) -> None:
        self.calls = calls
        self.refused: list[str] = []

    async def work(
        self, request: TaskRequest, say: Say, call_tool: CallTool, tell_spent: TellSpent
    ) -> dict[str, Any]:
        tell_spent(SPENT)
        await say("One moment.")
        results: list[dict[str, Any]] = []
        for name in self.calls:
            try:
                results.append(await call_tool(name, {"number": "4"}))
            except ToolError as error:
                self.refused.append(error.word)
        return {"results": results}


def brief(*tools: str) -> dict[str, object]:
    return {"brief": Brief(goal="Find out.", tools=tools), "arguments": {}}


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
