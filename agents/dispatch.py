"""The call's side of the background agents: one `Dispatcher` per server process, one `Desk` per call.

A desk hands delegations to the workers and hands back what is new, each report exactly once. Nothing here
blocks the line and nothing raises into it: what goes wrong is a FAILED report. What can change something, or
goes on after hang-up, is written to the outbox before it is sent; a mere look-up is not (`agents.outbox`).
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final
from uuid import uuid4

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from agents import ledger as book
from agents.broker import QUEUE, Sender, make_app
from agents.calling import may_write
from agents.errors import Unavailable, Unknown
from agents.ledger import Ledger
from agents.messages import BRIEF_TIMEOUT_MS, Delegation, ReportKind, TaskReport, TaskRequest
from agents.office import Office, Outgoing
from agents.outbox import Outbox, Withdrawal
from agents.reports import ReportReader, clear, connect, connect_reader, mark_over, unix_ms
from agents.runner import told
from agents.task_figures import TaskFigures
from agents.tool_calls import SqlToolCalls, State
from agents.toolbox import Toolbox
from agents.watched_tools import WatchedTools
from config import logs, metrics, tracing
from config.database import Database
from config.settings import Settings

logger = logging.getLogger(__name__)

RECOVERY_MS: Final = 12_000
"""What a task gets beyond its tool's timeout: to wait in the queue, or to lose a worker and find another."""
_MIND_S: Final = 2.0
"""How often the outbox is looked through. A server that dies is missed after `agents.outbox.OWNED_MS`."""


class Desk:
    """The background agents of one call. Poll `reports` every micro-turn: time passes there."""

    def __init__(
        self,
        call_id: str,
        flow: str,
        toolbox: Toolbox,
        office: Office,
        outbox: Outgoing,
        unix_ms: Callable[[], int],
    ) -> None:
        self._call_id = call_id
        self._flow = flow
        self._toolbox = toolbox
        self._office = office
        self._outbox = outbox
        self._unix_ms = unix_ms
        self._ledger = Ledger()
        self._news: list[TaskReport] = []
        self._errands: set[asyncio.Task[None]] = set()
        self._closed = False
        self._figures = TaskFigures(toolbox, unix_ms)

    async def delegate(self, delegation: Delegation) -> None:
        """Hand work over; returns at once. The same task id again is the same task: nothing happens."""
        if delegation.task_id in self._ledger.entries:
            return
        tool = self._toolbox.get(delegation.tool)
        now_unix_ms = self._unix_ms()
        timeout_ms = BRIEF_TIMEOUT_MS if delegation.brief else tool.timeout_ms if tool else 0
        carried = {name: getattr(delegation, name) for name in Delegation.model_fields if name != "step"}
        request = TaskRequest(
            **carried,
            call_id=self._call_id,
            flow=self._flow,
            deadline_unix_ms=now_unix_ms + timeout_ms + RECOVERY_MS,
        )
        self._figures.delegated(request.task_id)
        reads = not may_write(request, self._toolbox)
        self._ledger = book.enter(self._ledger, request, reads=reads, now_unix_ms=now_unix_ms)
        if tool is None and delegation.brief is None:
            self._settle(request.task_id, ReportKind.FAILED, "invalid", f"there is no tool {request.tool}")
        elif self._is_kept(request):
            self._errand(self._keep_and_send(request), request.task_id)
        else:
            self._errand(self._send(request), request.task_id)

    def may_begin_early(self, tool: str) -> bool:
        """Whether a tool may be called on words still being spoken: it only reads, and on nothing secret."""
        found = self._toolbox.get(tool)
        return found is not None and found.reads and not found.sensitive

    async def cancel(self, task_id: str) -> None:
        """Say that a task is no longer wanted; returns at once. A settled one stays as it is.

        What may change something is settled a moment later, when it is known whether it had begun: its report
        says what had happened.
        """
        entry = self._ledger.entries.get(task_id)
        if entry is None or entry.settled:
            return
        if self._is_kept(entry.request):
            self._ledger = book.unwant(self._ledger, task_id)
            self._errand(self._withdraw(task_id, "cancelled by the call"), task_id)
        else:
            self._settle(task_id, ReportKind.CANCELLED, message="cancelled by the call")
            self._tell_over(task_id)

    def reports(self) -> list[TaskReport]:
        """Return what is new since the last time, each report exactly once."""
        self._ledger, due = book.overdue(self._ledger, self._unix_ms())
        for request in due.unsent:
            self._errand(self._send(request), request.task_id)
        for task_id in due.given_up:
            self._errand(self._give_up(task_id), task_id)
        for request in due.again:
            self._errand(self._send_again(request), request.task_id)
        for report in due.lapsed:
            self._news.append(report)
            self._tell_over(report.task_id)
            if self._is_kept(self._ledger.entries[report.task_id].request):
                self._errand(self._withdraw(report.task_id, "no answer in time"), report.task_id)
        news, self._news = self._news, []
        for report in news:
            self._figures.handed_on(report)
        return news

    def receive(self, report: TaskReport) -> None:
        """Take a report from the stream; a repeated or late one changes nothing."""
        before = self._ledger.entries.get(report.task_id)
        self._ledger, news = book.apply(self._ledger, report, self._unix_ms())
        if news is None:
            metrics.reports_ignored.inc()
            return
        self._figures.heard(before)
        self._news.append(news)
        request = self._ledger.entries[news.task_id].request
        if news.kind.settles and request.attempt > 1:
            self._tell_over(news.task_id)  # another attempt may be waiting in the queue
        if news.kind.settles and request.follow_up is not None:
            self._errand(self._noting(self._outbox.tell(news.task_id)), news.task_id)

    async def close(self) -> None:
        """Hang up: what is open is cancelled, or goes on where the flow follows it up.

        `reports` gives the last news once more after this.
        """
        self._closed = True
        under_way = self._ledger.open_tasks
        for task_id in under_way:
            entry = self._ledger.entries[task_id]
            if entry.request.follow_up is not None and not entry.unwanted:
                self._errand(self._noting(self._outbox.leave(task_id)), task_id)
                self._settle(task_id, ReportKind.CANCELLED, message="the call has ended; it is followed up")
            elif self._is_kept(entry.request):
                await self._withdraw(task_id, "the call has ended", wait=False)
            else:
                self._settle(task_id, ReportKind.CANCELLED, message="the call has ended")
                self._tell_over(task_id)
        self._office.leave(self._call_id)
        await asyncio.gather(*self._errands, return_exceptions=True)
        if not under_way:
            await self._office.clear(self._call_id)

    def _is_kept(self, request: TaskRequest) -> bool:
        """Whether a request takes the way through the outbox."""
        return request.follow_up is not None or not self._ledger.entries[request.task_id].reads

    def _settle(
        self,
        task_id: str,
        kind: ReportKind,
        error: str | None = None,
        message: str = "",
        result: dict[str, Any] | None = None,
    ) -> None:
        self._ledger, report = book.settle(self._ledger, task_id, kind, error, message, result)
        if report is not None:
            self._news.append(report)

    def _tell_over(self, task_id: str) -> None:
        if entry := self._ledger.entries.get(task_id):
            self._errand(self._office.tell_over(entry.request), task_id)

    async def _keep_and_send(self, request: TaskRequest) -> None:
        """Write a request down, then send it. What cannot be written down is not sent."""
        task_id = request.task_id
        try:
            await self._outbox.put(request)
        except (SQLAlchemyError, OSError) as error:
            logger.warning("task %s was not written down: %r", task_id, error)
            self._settle(task_id, ReportKind.FAILED, "unavailable", "the record does not take it")
            return
        entry = self._ledger.entries[task_id]
        if not entry.settled and not entry.unwanted:
            await self._send(request)
        elif self._closed and not entry.unwanted and request.follow_up is not None:
            await self._noting(self._outbox.leave(task_id))
        else:
            await self._withdraw(task_id, "cancelled before it was sent")

    async def _send(self, request: TaskRequest) -> None:
        task_id = request.task_id
        if self._ledger.entries[task_id].settled:
            return  # cancelled before it was sent
        ids = {"call": self._call_id, "task": task_id, "attempt": str(request.attempt)}
        try:
            with tracing.start("dispatch", request.trace, **ids):
                await self._office.send(request)
        except Unavailable as error:
            logger.warning("task %s was not sent: %s", task_id, error)
            metrics.tasks_unsent.labels(self._figures.tool(request.tool)).inc()
            self._ledger = book.refused(self._ledger, task_id, self._unix_ms())
            return
        self._ledger = book.sent(self._ledger, task_id, self._unix_ms())
        if request.attempt == 1 and self._is_kept(request):
            await self._noting(self._outbox.mark_sent(task_id))

    async def _give_up(self, task_id: str) -> None:
        """The queue has not taken a task for so long. It may have, all the same: its answer may be lost."""
        self._tell_over(task_id)
        if not self._is_kept(self._ledger.entries[task_id].request) or not (await self._look(task_id)).begun:
            self._settle(task_id, ReportKind.FAILED, "unavailable", "Redis does not take tasks")

    async def _withdraw(self, task_id: str, why: str, *, wait: bool = True) -> None:
        """Settle a cancelled task by what it has come to; while it is at it, `wait` for how it ends."""
        found = await self._look(task_id)
        pending = any(each.state is State.PENDING for each in found.writes) or found.unclear
        if not found.begun:
            self._settle(task_id, ReportKind.CANCELLED, message=why)
        elif not pending or not wait:
            ended = told(found.writes)
            error = Unknown.word if found.unclear else ended.error
            self._settle(task_id, ReportKind.CANCELLED, error, f"{why}: {ended.message}", ended.result)
        self._tell_over(task_id)

    async def _look(self, task_id: str) -> Withdrawal:
        try:
            return await self._outbox.withdraw(task_id)
        except (SQLAlchemyError, OSError) as error:
            logger.warning("task %s could not be withdrawn: %r", task_id, error)
            return Withdrawal(begun=True, unclear=True)

    async def _noting(self, note: Coroutine[Any, Any, None]) -> None:
        try:
            await note
        except (SQLAlchemyError, OSError) as error:
            logger.warning("call %s: the outbox was not told: %r", self._call_id, error)

    async def _send_again(self, request: TaskRequest) -> None:
        """Send a silent task out again, unless it was never begun and may still be waiting in the queue.

        Asking again for what only waits would make a long queue longer.
        """
        if self._ledger.entries[request.task_id].sequence == 0 and await self._office.queued():
            self._ledger = book.sent(self._ledger, request.task_id, self._unix_ms())
            return
        logger.warning("task %s: no news; attempt %d", request.task_id, request.attempt)
        metrics.task_retries.labels(self._figures.tool(request.tool)).inc()
        await self._send(request)

    def _errand(self, work: Coroutine[Any, Any, None], task_id: str) -> None:
        with logs.about(call=self._call_id, task=task_id):
            errand = asyncio.create_task(work)
        self._errands.add(errand)
        errand.add_done_callback(self._done)

    def _done(self, errand: asyncio.Task[None]) -> None:
        self._errands.discard(errand)
        if not errand.cancelled() and (fault := errand.exception()):
            logger.error("call %s: an errand failed", self._call_id, exc_info=fault)


class Dispatcher:
    """The background agents of one server process: its connections, its reader, its open desks."""

    def __init__(self, settings: Settings, toolbox: Toolbox | None = None) -> None:
        """Find the tools, unless `toolbox` is given. Nothing is connected before `start`."""
        self._toolbox = WatchedTools(settings) if toolbox is None else toolbox
        self._desks: dict[str, Desk] = {}
        self._sender = Sender(make_app(settings))
        self._redis = connect(settings.redis_url)
        self._reading = connect_reader(settings.redis_url)
        self._reader = ReportReader(self._reading, self._redis, self._deliver)
        self._following: asyncio.Task[None] | None = None
        self._database = Database(settings.database_url)
        self._rows = SqlToolCalls(self._database, unix_ms)
        self._outbox = Outbox(self._database, unix_ms, owner=uuid4().hex)
        self._minding: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect and begin to read. A Redis that is away is waited for in the background."""
        self._following = asyncio.create_task(self._reader.follow(), name="reports")
        self._minding = asyncio.create_task(self._mind_outbox(), name="outbox")
        await self._sender.warm_up()

    async def open(self, call_id: str, flow: str) -> Desk:
        """Open the desk of a call. `flow` is `name@version`."""
        desk = Desk(call_id, flow, self._toolbox, self, self._outbox, unix_ms)
        self._desks[call_id] = desk
        await self._reader.watch(call_id)
        return desk

    async def close(self) -> None:
        """Close every desk that is still open, then the connections."""
        for desk in list(self._desks.values()):
            await desk.close()
        if self._following is not None:
            self._reader.stop()
            self._following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._following
        if self._minding is not None:
            self._minding.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._minding
        await self._database.close()
        await asyncio.to_thread(self._sender.close)
        await self._reading.aclose()
        await self._redis.aclose()

    def sensitive_of(self, tool: str) -> frozenset[str]:
        """Name the arguments of a tool whose values are never shown; none for a tool there is not."""
        found = self._toolbox.get(tool)
        return found.sensitive if found else frozenset()

    async def answers(self) -> bool:
        """Whether Redis can be reached now."""
        try:
            await self._redis.ping()
        except RedisError:
            return False
        return True

    async def send(self, request: TaskRequest) -> None:
        """See `Office`."""
        await self._sender.send(request)

    async def queued(self) -> int | None:
        """See `Office`."""
        try:
            return await self._redis.llen(QUEUE)
        except RedisError:
            return None

    async def tell_over(self, request: TaskRequest) -> None:
        """See `Office`."""
        try:
            await mark_over(self._redis, request)
        except RedisError as error:
            logger.warning("task %s: nobody could be told that it is over (%r)", request.task_id, error)

    def leave(self, call_id: str) -> None:
        """See `Office`."""
        self._desks.pop(call_id, None)
        self._reader.forget(call_id)

    async def clear(self, call_id: str) -> None:
        """See `Office`. It goes by itself in a while when Redis does not answer."""
        with contextlib.suppress(RedisError):
            await clear(self._redis, call_id)

    async def _mind_outbox(self) -> None:
        """Say that this process lives; settle, send and have followed up what calls have left behind."""
        while True:
            try:
                await self._outbox.stay_alive()
                await self._rows.forget_lapsed()
                due = await self._outbox.take_due()
                for request in due.send:
                    await self._sender.send(request)
                    await self._outbox.mark_sent(request.task_id)
                for task_id in due.follow:
                    await self._sender.send_follow_up(task_id)
            except (SQLAlchemyError, OSError, Unavailable) as error:
                logger.warning("the outbox waits: %r", error)
            await asyncio.sleep(_MIND_S)

    def _deliver(self, report: TaskReport) -> None:
        if desk := self._desks.get(report.call_id):
            desk.receive(report)
