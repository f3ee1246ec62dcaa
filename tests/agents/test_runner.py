import asyncio

import pytest

from agents.errors import NotFound, Refused, Unavailable
from agents.messages import ReportKind, TaskReport, TaskRequest
from agents.reports import Start
from agents.runner import MOST_RUNS, PULSES_PER_MENTION, Runner
from agents.tool import AnyTool, tool

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


async def run(
    each: AnyTool, reports: Reports, *, redelivered: bool = False, deadline_unix_ms: int = NOW + 10_000
) -> None:
    runner = Runner({each.name: each}, {}, reports, lambda: NOW, pulse_ms=0)
    request = TaskRequest(
        task_id="t",
        call_id="c",
        tool=each.name,
        arguments={"number": "4"},
        attempt=2,
        deadline_unix_ms=deadline_unix_ms,
    )
    await runner.run(request, redelivered=redelivered)


@tool(reads=True)
async def quick(number: str) -> dict[str, str]:
    """Answer at once."""
    return {"number": number}


async def test_a_result_is_reported_and_numbered_above_everything_of_its_run() -> None:
    reports = Reports(run=3)
    await run(quick, reports)
    assert (reports.last.kind, reports.last.result) == (ReportKind.RESULT, {"number": "4"})
    assert (reports.last.sequence, reports.last.attempt) == (3_999, 2)


async def test_while_a_tool_runs_news_goes_out_at_once_and_every_second() -> None:
    reports = Reports()
    done = asyncio.Event()

    @tool(reads=True)
    async def slow(number: str) -> dict[str, str]:
        """Wait."""
        await done.wait()
        return {}

    running = asyncio.create_task(run(slow, reports))
    looked_by_then = await reports.third_mention
    done.set()
    await running
    progress = [each.sequence for each in reports.written if each.kind is ReportKind.PROGRESS]
    assert progress == [1_001, 1_002, 1_003]
    assert looked_by_then == 2 * (PULSES_PER_MENTION - 1)
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
async def test_what_a_tool_raises_is_reported_as_a_word(fault: Exception, word: str) -> None:
    @tool(reads=True)
    async def fails(number: str) -> dict[str, str]:
        """Fail."""
        raise fault

    reports = Reports()
    await run(fails, reports)
    assert (reports.last.kind, reports.last.error) == (ReportKind.FAILED, word)


async def test_what_breaks_inside_a_tool_stays_out_of_the_report() -> None:
    @tool(reads=True)
    async def leaks(number: str) -> dict[str, str]:
        """Fail."""
        raise RuntimeError(f"password of customer {number}")

    reports = Reports()
    await run(leaks, reports)
    assert "password" not in reports.last.message


async def test_arguments_that_do_not_fit_are_reported_as_invalid() -> None:
    @tool(reads=True)
    async def strict(number: int, other: int) -> dict[str, int]:
        """Want two."""
        return {}

    reports = Reports()
    await run(strict, reports)
    assert (reports.last.kind, reports.last.error) == (ReportKind.FAILED, "invalid")


async def test_a_tool_that_takes_too_long_is_stopped() -> None:
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
    await run(hangs, reports)
    assert (reports.last.kind, reports.last.error) == (ReportKind.FAILED, "timeout")
    assert stopped == [True]


async def test_a_tool_nobody_waits_for_any_more_is_stopped() -> None:
    @tool(reads=True)
    async def hangs(number: str) -> dict[str, str]:
        """Hang."""
        await asyncio.Event().wait()
        return {}

    reports = Reports(over_after=1)
    await run(hangs, reports)
    assert reports.last.kind is ReportKind.CANCELLED


async def test_after_the_deadline_nothing_is_begun_and_nothing_is_said() -> None:
    reports = Reports()
    await run(quick, reports, deadline_unix_ms=NOW)
    assert reports.written == []


async def test_what_is_over_before_it_begins_is_not_begun() -> None:
    reports = Reports(over=True)
    await run(quick, reports)
    assert reports.written == []


async def test_a_write_that_a_dead_worker_had_begun_is_not_begun_again() -> None:
    begun: list[str] = []

    @tool(writes=True)
    async def writes(number: str) -> dict[str, str]:
        """Write."""
        begun.append(number)
        return {}

    reports = Reports()
    await run(writes, reports, redelivered=True)
    assert begun == []
    assert (reports.last.kind, reports.last.error) == (ReportKind.FAILED, "internal")


async def test_a_task_that_was_begun_too_often_is_not_begun_again() -> None:
    reports = Reports(run=MOST_RUNS + 1)
    await run(quick, reports)
    assert (reports.last.kind, reports.last.error) == (ReportKind.FAILED, "internal")


async def test_a_read_that_a_dead_worker_had_begun_is_begun_again() -> None:
    reports = Reports()
    await run(quick, reports, redelivered=True)
    assert reports.last.kind is ReportKind.RESULT


async def test_a_tool_this_worker_has_not_is_reported() -> None:
    reports = Reports()
    runner = Runner({}, {}, reports, lambda: NOW)
    await runner.run(
        TaskRequest(task_id="t", call_id="c", tool="dance", arguments={}, deadline_unix_ms=NOW + 1)
    )
    assert (reports.last.kind, reports.last.error) == (ReportKind.FAILED, "invalid")
