"""The worker's side of a task: one request in, its reports out. Never raises what a tool raises."""

import asyncio
import itertools
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy.exc import SQLAlchemyError

from agents.calling import Errand, Gone, ToolCaller, brief_write, may_write, outcome_of
from agents.errors import Invalid, TimedOut, ToolError, Unknown
from agents.messages import BRIEF_TIMEOUT_MS, LANGUAGE_MODEL, ReportKind, Spent, TaskReport, TaskRequest
from agents.redaction import secret_texts
from agents.reports import RUN_SEQUENCES, Start
from agents.tool_calls import Claimed, Settled, State
from config import logs, metrics, tracing

logger = logging.getLogger(__name__)

PULSE_MS: Final = 250
"""How often a running task looks whether it is still wanted."""
PULSES_PER_MENTION: Final = 4
"""So news goes out every second while a tool runs: the call's side takes silence for death."""
MOST_RUNS: Final = 5
"""A task that has been begun so often takes its processes down with it."""
_GRACE_MS: Final = 30_000
"""How long after its deadline the outcome of a task is still worth writing."""

Say = Callable[[str], Awaitable[None]]
"""Have one whole sentence voiced."""
TellSpent = Callable[[Spent], None]
"""Told once what a language model was asked for, however the work ends."""
CallTool = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]
"""Call a tool by name with arguments; the same policy, keys and rows as for scripted work.

Raises `ToolError`, whose `word` and text may be told to a model. Tools the brief does not name are `Invalid`.
"""


class BriefWorker(Protocol):
    """Who works on briefs: the language-model agent."""

    async def work(
        self, request: TaskRequest, say: Say, call_tool: CallTool, tell_spent: TellSpent
    ) -> dict[str, Any]:
        """Work on `request.brief` and return the result.

        It is cancelled when nobody waits any more. Raises `ToolError`.
        """
        ...


class Reports(Protocol):
    """Where the runner reports. See `agents.reports.ReportWriter`."""

    async def begin(self, request: TaskRequest) -> Start:
        """Count this run and report that it begins, if it is still wanted."""
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


class Tasks(Protocol):
    """The outbox, as a worker needs it. See `agents.outbox.Outbox`."""

    async def finish(self, report: TaskReport) -> None:
        """Note how a task ended; does nothing for one that has no row."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended, or what it tells on the way: the fields of a report."""

    kind: ReportKind
    result: dict[str, Any] | None = None
    error: str | None = None
    message: str = ""
    says: str = ""


class Runner:
    """Runs requests.

    Args:
        caller: calls the tools.
        reports: where to report.
        tasks: the outbox.
        unix_ms: the clock deadlines are on.
        brief_worker: who works on briefs; None: nobody here does.
        pulse_ms: how often a running task looks whether it is still wanted; every fourth time it reports.
    """

    def __init__(
        self,
        caller: ToolCaller,
        reports: Reports,
        tasks: Tasks,
        unix_ms: Callable[[], int],
        brief_worker: BriefWorker | None = None,
        pulse_ms: int = PULSE_MS,
    ) -> None:
        self._caller = caller
        self._reports = reports
        self._tasks = tasks
        self._unix_ms = unix_ms
        self._brief_worker = brief_worker
        self._pulse_ms = pulse_ms

    async def run(self, request: TaskRequest) -> None:
        """Run one request to its last report; again and beside itself, it still changes things once.

        Does nothing when the deadline has passed or nobody waits any more.
        """
        ids = {"call": request.call_id, "task": request.task_id}
        with (
            logs.about(**ids),
            logs.hiding(self._secrets(request)),
            tracing.start("run", request.trace, **ids, tool=request.tool, attempt=request.attempt) as span,
        ):
            traced = request.model_copy(update={"trace": span.traceparent}) if request.trace else request
            began = time.perf_counter()
            if (outcome := await self._run(traced)) is not None:
                label = metrics.outcome_label(outcome.kind, outcome.error)
                span.note(outcome=label)
                known = request.tool == LANGUAGE_MODEL or request.tool in self._caller.toolbox
                tool = request.tool if known else metrics.UNKNOWN
                metrics.run_seconds.labels(tool, label).observe(time.perf_counter() - began)

    async def _run(self, request: TaskRequest) -> Outcome | None:
        """Do as `run` says; None when there was nothing to be done."""
        if self._unix_ms() >= request.deadline_unix_ms:
            logger.warning("task %s came after its deadline", request.task_id)
            return None
        start = await self._reports.begin(request)
        if start.over:
            return None
        if start.run > 1:
            metrics.runs_again.inc()
        scribe = _Scribe(request, start.run)
        if start.run > MOST_RUNS:
            outcome = _failed("internal", f"it was begun {MOST_RUNS} times and never ended")
        else:
            outcome = await self._attend(request, scribe)
        logger.info("task %s: %s %s %s", request.task_id, request.tool, outcome.kind, outcome.error or "")
        last = scribe.last(outcome)
        if request.follow_up is not None or may_write(request, self._caller.toolbox):
            await self._finish(last)
        await self._reports.settle(last, request.deadline_unix_ms + _GRACE_MS)
        return outcome

    def _secrets(self, request: TaskRequest) -> list[str]:
        """List the texts no log line of this task may show."""
        names = request.brief.tools if request.brief is not None else (request.tool,)
        fields = {
            field for name in names if (tool := self._caller.toolbox.get(name)) for field in tool.sensitive
        }
        values = (
            value
            for each in (request.arguments, request.slots)
            for name, value in each.items()
            if name in fields
        )
        return [text for value in values for text in secret_texts(value)]

    async def _attend(self, request: TaskRequest, scribe: "_Scribe") -> Outcome:
        """Do the work and keep the call's side informed; stop it when nobody waits any more."""
        work = asyncio.create_task(self._work(request, _Voice(scribe, self._reports)))
        try:
            for beat in itertools.count(1):
                # No second task that would have to be cancelled: a command to Redis that is cancelled just as
                # it is answered can swallow the cancellation (redis-py 8.1, Python 3.11).
                await asyncio.wait({work}, timeout=self._pulse_ms / 1_000)
                if work.done():
                    return work.result()
                if beat % PULSES_PER_MENTION == 0:
                    await self._reports.mention(scribe.news(Outcome(ReportKind.PROGRESS)))
                elif await self._reports.is_over(request):
                    break
        finally:
            work.cancel()
        await asyncio.wait({work})  # reads stop; a write that has begun is seen to its end
        return await self._cancelled(request)

    async def _work(self, request: TaskRequest, voice: "_Voice") -> Outcome:
        try:
            if request.brief is not None:
                result = await self._work_on_brief(request, voice)
            else:
                errand = Errand(request, request.arguments, voice, request.deadline_unix_ms)
                result = await self._caller.call(request.tool, errand)
        except ToolError as error:
            return _failed(error.word, str(error))
        except Gone:
            return Outcome(ReportKind.CANCELLED, message="withdrawn before it began")
        except Exception:  # a tool is foreign code: whatever it raises, the caller must be told
            logger.exception("task %s: tool %s broke", request.task_id, request.tool)
            return _failed("internal", "the tool broke; see the worker's log")
        return Outcome(ReportKind.RESULT, result=result)

    async def _work_on_brief(self, request: TaskRequest, voice: "_Voice") -> dict[str, Any]:
        """Have the brief worked on. One that may write is worked on by one worker, and not again.

        A second worker's model might choose other words for the same write, which would make it another one.
        """
        until_unix_ms = min(self._unix_ms() + BRIEF_TIMEOUT_MS, request.deadline_unix_ms)
        if not may_write(request, self._caller.toolbox):
            return await self._ask_brief_worker(request, voice, until_unix_ms, None)
        claimed = await self._caller.claim(brief_write(request), until_unix_ms, repeatable=True)
        if isinstance(claimed, Settled):
            return outcome_of(claimed)
        if claimed.run > 1 and any(
            each.tool != LANGUAGE_MODEL for each in await self._caller.rows.writes_of(request.task_id)
        ):
            await self._caller.rows.settle(claimed, State.UNKNOWN, error=Unknown.word)
            raise Unknown("a worker died at it after it had begun to write")
        return await self._caller.hold(
            claimed, lambda: self._ask_brief_worker(request, voice, until_unix_ms, claimed)
        )

    async def _ask_brief_worker(
        self, request: TaskRequest, voice: "_Voice", until_unix_ms: int, within: Claimed | None
    ) -> dict[str, Any]:
        if self._brief_worker is None or request.brief is None:
            raise Invalid("this worker has no language model")
        allowed = request.brief.tools

        async def call_tool(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
            if name not in allowed:
                raise Invalid(f"{name} is not one of the tools for this")
            return await self._caller.call(name, Errand(request, arguments, voice, until_unix_ms, within))

        limit = asyncio.timeout((until_unix_ms - self._unix_ms()) / 1_000)
        try:
            async with limit:
                return await self._brief_worker.work(request, voice.say, call_tool, voice.spent)
        except TimeoutError:
            raise TimedOut("the language model was not done in time") from None

    async def _cancelled(self, request: TaskRequest) -> Outcome:
        """Say what had happened by the time the work was broken off."""
        if not may_write(request, self._caller.toolbox):
            return Outcome(ReportKind.CANCELLED, message="stopped: nobody waits for it")
        try:
            writes = await self._caller.rows.writes_of(request.task_id)
        except (SQLAlchemyError, OSError):
            return Outcome(ReportKind.CANCELLED, error=Unknown.word, message="what had happened is not known")
        return told(writes)

    async def _finish(self, last: TaskReport) -> None:
        try:
            await self._tasks.finish(last)
        except (SQLAlchemyError, OSError) as error:
            logger.warning("task %s: its end was not noted in the outbox: %r", last.task_id, error)


def told(writes: Sequence[Settled]) -> Outcome:
    """Word the cancellation of work that has begun these writes. Pure."""
    real = [each for each in writes if each.tool != LANGUAGE_MODEL]
    done = [each for each in real if each.state is State.DONE]
    if any(each.state in (State.UNKNOWN, State.PENDING) for each in real):
        return Outcome(ReportKind.CANCELLED, error=Unknown.word, message="cancelled; it may have happened")
    if not done:
        return Outcome(ReportKind.CANCELLED, message="stopped before anything was changed")
    result = done[0].result if len(done) == 1 else {"done": [each.result for each in done]}
    return Outcome(ReportKind.CANCELLED, result=result, message="it had happened before it was cancelled")


class _Scribe:
    """Numbers the reports of one run from the second; the last has the highest number a run can have."""

    def __init__(self, request: TaskRequest, run: int) -> None:
        self._request = request
        self._sequence = run * RUN_SEQUENCES + 1
        self._last_sequence = (run + 1) * RUN_SEQUENCES - 1
        self.spent: Spent | None = None

    def news(self, outcome: Outcome) -> TaskReport:
        self._sequence = min(self._sequence + 1, self._last_sequence - 1)
        return self._report(self._sequence, outcome)

    def last(self, outcome: Outcome) -> TaskReport:
        return self._report(self._last_sequence, outcome).model_copy(update={"spent": self.spent})

    def _report(self, sequence: int, outcome: Outcome) -> TaskReport:
        return TaskReport(
            task_id=self._request.task_id,
            call_id=self._request.call_id,
            tool=self._request.tool,
            kind=outcome.kind,
            sequence=sequence,
            attempt=self._request.attempt,
            trace=self._request.trace,
            result=outcome.result,
            error=outcome.error,
            message=outcome.message,
            says=outcome.says,
        )


class _Voice:
    """`Progress` of a task: partial reports."""

    def __init__(self, scribe: _Scribe, reports: Reports) -> None:
        self._scribe = scribe
        self._reports = reports

    async def partial(self, result: dict[str, Any]) -> None:
        await self._reports.mention(self._scribe.news(Outcome(ReportKind.PARTIAL, result=result)))

    def spent(self, spent: Spent) -> None:
        """Keep for the last report what was spent."""
        self._scribe.spent = spent

    async def say(self, sentence: str) -> None:
        await self._reports.mention(self._scribe.news(Outcome(ReportKind.PARTIAL, says=sentence)))


def _failed(error: str, message: str) -> Outcome:
    return Outcome(ReportKind.FAILED, error=error, message=message)
