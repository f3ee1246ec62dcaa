"""The worker's side of a task: one request in, its reports out. Never raises what a tool raises."""

import asyncio
import itertools
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from agents.errors import ToolError
from agents.messages import ReportKind, TaskReport, TaskRequest
from agents.reports import RUN_SEQUENCES, Start
from agents.tool import AnyTool, Dependencies
from agents.toolbox import Toolbox

logger = logging.getLogger(__name__)

PULSE_MS: Final = 250
"""How often a running task looks whether it is still wanted."""
PULSES_PER_MENTION: Final = 4
"""So news goes out every second while a tool runs: the call's side takes silence for death."""
MOST_RUNS: Final = 5
"""A task that has been begun so often takes its processes down with it."""
_GRACE_MS: Final = 30_000
"""How long after its deadline the outcome of a task is still worth writing."""


class Reports(Protocol):
    """Where the runner reports. See `agents.reports.ReportWriter`."""

    async def begin(self, request: TaskRequest) -> Start:
        """Count this run."""
        ...

    async def is_over(self, request: TaskRequest) -> bool:
        """Whether nobody waits for this task any more."""
        ...

    async def mention(self, report: TaskReport) -> None:
        """Write news that may be lost."""
        ...

    async def settle(self, report: TaskReport, until_unix_ms: int) -> None:
        """Write a report that must arrive."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: the fields of its last report."""

    kind: ReportKind
    result: dict[str, Any] | None = None
    error: str | None = None
    message: str = ""


class Runner:
    """Runs requests.

    Args:
        toolbox: the tools at hand.
        dependencies: what tools are given by type; the request itself is added to it.
        reports: where to report.
        unix_ms: the clock deadlines are on.
        pulse_ms: how often a running task looks whether it is still wanted; every fourth time it reports.
    """

    def __init__(
        self,
        toolbox: Toolbox,
        dependencies: Dependencies,
        reports: Reports,
        unix_ms: Callable[[], int],
        pulse_ms: int = PULSE_MS,
    ) -> None:
        self._toolbox = toolbox
        self._dependencies = dependencies
        self._reports = reports
        self._unix_ms = unix_ms
        self._pulse_ms = pulse_ms

    async def run(self, request: TaskRequest, *, redelivered: bool = False) -> None:
        """Run one request to its last report.

        Does nothing when the deadline has passed or nobody waits any more.

        Args:
            request: what to do.
            redelivered: it was begun before, by a process that died. A write is then not run again: it may
                have happened.
        """
        if self._unix_ms() >= request.deadline_unix_ms:
            logger.warning("task %s came after its deadline", request.task_id)
            return
        start = await self._reports.begin(request)
        if start.over:
            return
        scribe = _Scribe(request, start.run)
        tool = self._toolbox.get(request.tool)
        if tool is None:
            outcome = _failed("invalid", f"this worker has no tool {request.tool}")
        elif start.run > MOST_RUNS:
            outcome = _failed("internal", f"it was begun {MOST_RUNS} times and never ended")
        elif redelivered and not tool.reads:
            outcome = _failed("internal", "a worker died while it wrote; it may have happened")
        else:
            outcome = await self._attend(tool, request, scribe)
        logger.info(
            "task %s: %s %s %s", request.task_id, tool and tool.name, outcome.kind, outcome.error or ""
        )
        await self._reports.settle(scribe.last(outcome), request.deadline_unix_ms + _GRACE_MS)

    async def _attend(self, tool: AnyTool, request: TaskRequest, scribe: "_Scribe") -> Outcome:
        """Run the tool and keep the call's side informed; stop it when nobody waits any more."""
        logger.debug("task %s: %s %s", request.task_id, tool.name, tool.shown(request.arguments))
        work = asyncio.create_task(self._work(tool, request))
        try:
            for beat in itertools.count():
                if beat % PULSES_PER_MENTION == 0:
                    await self._reports.mention(scribe.progress())
                elif await self._reports.is_over(request):
                    break
                # No second task that would have to be cancelled: a command to Redis that is cancelled just as
                # it is answered can swallow the cancellation (redis-py 8.1, Python 3.11).
                await asyncio.wait({work}, timeout=self._pulse_ms / 1_000)
                if work.done():
                    return work.result()
        finally:
            work.cancel()
        await asyncio.wait({work})
        return Outcome(ReportKind.CANCELLED, message="stopped: nobody waits for it")

    async def _work(self, tool: AnyTool, request: TaskRequest) -> Outcome:
        patience_ms = min(tool.timeout_ms, request.deadline_unix_ms - self._unix_ms())
        dependencies: Mapping[object, object] = {**self._dependencies, TaskRequest: request}
        limit = asyncio.timeout(patience_ms / 1_000)
        try:
            async with limit:
                result = await tool.run(request.arguments, dependencies)
        except TimeoutError:
            if limit.expired():
                return _failed("timeout", f"not done after {patience_ms} ms")
            return _failed("unavailable", "something the tool asked did not answer")
        except ToolError as error:
            return _failed(error.word, str(error))
        except Exception:  # a tool is foreign code: whatever it raises, the caller must be told
            logger.exception("task %s: tool %s broke", request.task_id, tool.name)
            return _failed("internal", "the tool broke; see the worker's log")
        return Outcome(ReportKind.RESULT, result=result)


class _Scribe:
    """Numbers the reports of one run; the last has the highest number a run can have."""

    def __init__(self, request: TaskRequest, run: int) -> None:
        self._request = request
        self._sequence = run * RUN_SEQUENCES
        self._last_sequence = (run + 1) * RUN_SEQUENCES - 1

    def progress(self) -> TaskReport:
        self._sequence = min(self._sequence + 1, self._last_sequence - 1)
        return self._report(self._sequence, Outcome(ReportKind.PROGRESS))

    def last(self, outcome: Outcome) -> TaskReport:
        return self._report(self._last_sequence, outcome)

    def _report(self, sequence: int, outcome: Outcome) -> TaskReport:
        return TaskReport(
            task_id=self._request.task_id,
            call_id=self._request.call_id,
            tool=self._request.tool,
            kind=outcome.kind,
            sequence=sequence,
            attempt=self._request.attempt,
            result=outcome.result,
            error=outcome.error,
            message=outcome.message,
        )


def _failed(error: str, message: str) -> Outcome:
    return Outcome(ReportKind.FAILED, error=error, message=message)
