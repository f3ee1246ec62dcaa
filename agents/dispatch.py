"""The call's side of the background agents: one `Dispatcher` per server process, one `Desk` per call.

A desk hands delegations to the workers and hands back what is new, each report exactly once. Nothing here
blocks the line and nothing raises into it: what goes wrong is a FAILED report.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final, Protocol

from redis.exceptions import RedisError

from agents import ledger as book
from agents.broker import QUEUE, Sender, make_app
from agents.errors import Unavailable
from agents.ledger import Ledger
from agents.messages import Delegation, ReportKind, TaskReport, TaskRequest
from agents.reports import ReportReader, connect, connect_reader, mark_over, unix_ms
from agents.toolbox import Toolbox, find_tools
from config.settings import Settings

logger = logging.getLogger(__name__)

RECOVERY_MS: Final = 12_000
"""What a task gets beyond its tool's timeout: to wait in the queue, or to lose a worker and find another."""


class Office(Protocol):
    """What a desk needs of the process it stands in."""

    async def send(self, request: TaskRequest) -> None:
        """Put a request on the workers' queue. Raises `Unavailable`."""
        ...

    async def queued(self) -> int:
        """Count the requests no worker has taken yet."""
        ...

    async def tell_over(self, request: TaskRequest) -> None:
        """Tell whoever runs this task, or would begin to, that nobody waits for it any more."""
        ...

    def leave(self, call_id: str) -> None:
        """Deliver nothing more to this call."""
        ...


class Desk:
    """The background agents of one call. Poll `reports` every micro-turn: time passes there."""

    def __init__(
        self, call_id: str, flow: str, toolbox: Toolbox, office: Office, unix_ms: Callable[[], int]
    ) -> None:
        self._call_id = call_id
        self._flow = flow
        self._toolbox = toolbox
        self._office = office
        self._unix_ms = unix_ms
        self._ledger = Ledger()
        self._news: list[TaskReport] = []
        self._errands: set[asyncio.Task[None]] = set()

    async def delegate(self, delegation: Delegation) -> None:
        """Hand work over; returns at once. The same task id again is the same task: nothing happens."""
        if delegation.task_id in self._ledger.entries:
            return
        tool = self._toolbox.get(delegation.tool)
        now_unix_ms = self._unix_ms()
        request = TaskRequest(
            task_id=delegation.task_id,
            call_id=self._call_id,
            tool=delegation.tool,
            arguments=delegation.arguments,
            conversation=delegation.conversation,
            flow=self._flow,
            deadline_unix_ms=now_unix_ms + (tool.timeout_ms if tool else 0) + RECOVERY_MS,
        )
        self._ledger = book.enter(
            self._ledger, request, reads=tool is not None and tool.reads, now_unix_ms=now_unix_ms
        )
        if tool is None:
            self._settle(request.task_id, ReportKind.FAILED, "invalid", f"there is no tool {request.tool}")
        else:
            self._errand(self._send(request))

    def may_begin_early(self, tool: str) -> bool:
        """Whether a tool may be called on words still being spoken: it only reads, and on nothing secret."""
        found = self._toolbox.get(tool)
        return found is not None and found.reads and not found.sensitive

    async def cancel(self, task_id: str) -> None:
        """Say that a task is no longer wanted; returns at once. A settled one stays as it is."""
        self._settle(task_id, ReportKind.CANCELLED, message="cancelled by the call")
        self._tell_over(task_id)

    def reports(self) -> list[TaskReport]:
        """Return what is new since the last time, each report exactly once."""
        self._ledger, due = book.overdue(self._ledger, self._unix_ms())
        for request in due.again:
            self._errand(self._send_again(request))
        for report in due.lapsed:
            self._news.append(report)
            self._tell_over(report.task_id)
        news, self._news = self._news, []
        return news

    def receive(self, report: TaskReport) -> None:
        """Take a report from the stream; a repeated or late one changes nothing."""
        self._ledger, is_news = book.apply(self._ledger, report, self._unix_ms())
        if not is_news:
            return
        self._news.append(report)
        if report.kind.settles and self._ledger.entries[report.task_id].request.attempt > 1:
            self._tell_over(report.task_id)  # another attempt may be waiting in the queue

    async def close(self) -> None:
        """Hang up: what is open is cancelled. `reports` gives the last news once more after this."""
        for task_id in self._ledger.open_tasks:
            self._settle(task_id, ReportKind.CANCELLED, message="the call has ended")
            self._tell_over(task_id)
        self._office.leave(self._call_id)
        await asyncio.gather(*self._errands, return_exceptions=True)

    def _settle(self, task_id: str, kind: ReportKind, error: str | None = None, message: str = "") -> None:
        self._ledger, report = book.settle(self._ledger, task_id, kind, error, message)
        if report is not None:
            self._news.append(report)

    def _tell_over(self, task_id: str) -> None:
        if entry := self._ledger.entries.get(task_id):
            self._errand(self._office.tell_over(entry.request))

    async def _send(self, request: TaskRequest) -> None:
        if self._ledger.entries[request.task_id].settled:
            return  # cancelled before it was sent
        try:
            await self._office.send(request)
        except Unavailable as error:
            logger.warning("task %s was not sent: %s", request.task_id, error)
            if request.attempt == 1:  # a later attempt is tried again, or its deadline comes
                self._settle(request.task_id, ReportKind.FAILED, error.word, str(error))
        self._ledger = book.sent(self._ledger, request.task_id, self._unix_ms())

    async def _send_again(self, request: TaskRequest) -> None:
        """Send a silent task out again, unless it was never begun and may still be waiting in the queue.

        Asking again for what only waits would make a long queue longer.
        """
        if self._ledger.entries[request.task_id].sequence == 0 and await self._office.queued() > 0:
            self._ledger = book.sent(self._ledger, request.task_id, self._unix_ms())
            return
        logger.warning("task %s: no news; attempt %d", request.task_id, request.attempt)
        await self._send(request)

    def _errand(self, work: Coroutine[Any, Any, None]) -> None:
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
        self._toolbox = find_tools() if toolbox is None else toolbox
        self._desks: dict[str, Desk] = {}
        self._sender = Sender(make_app(settings))
        self._redis = connect(settings.redis_url)
        self._reading = connect_reader(settings.redis_url)
        self._reader = ReportReader(self._reading, self._redis, self._deliver)
        self._following: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect and begin to read. A Redis that is away is waited for in the background."""
        self._following = asyncio.create_task(self._reader.follow(), name="reports")
        await self._sender.warm_up()

    async def open(self, call_id: str, flow: str) -> Desk:
        """Open the desk of a call. `flow` is `name@version`."""
        desk = Desk(call_id, flow, self._toolbox, self, unix_ms)
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
        await asyncio.to_thread(self._sender.close)
        await self._reading.aclose()
        await self._redis.aclose()

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

    async def queued(self) -> int:
        """See `Office`. None when Redis does not answer: then sending will tell."""
        try:
            return await self._redis.llen(QUEUE)
        except RedisError:
            return 0

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

    def _deliver(self, report: TaskReport) -> None:
        if desk := self._desks.get(report.call_id):
            desk.receive(report)
