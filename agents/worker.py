"""The Celery worker: takes requests from the queue and runs them, each pool process one at a time."""

import asyncio
import logging
import sys
import warnings
from socket import gethostname
from typing import Any, cast

from celery import Celery, signals
from celery.apps import worker as celery_worker
from celery.platforms import SecurityWarning
from pydantic import BaseModel, ValidationError

from agents.broker import FOLLOW_UP_TASK, RUN_TASK, VISIBILITY_S, make_app
from agents.calling import ToolCaller
from agents.crm.port import CustomerRecords
from agents.follow_up import FollowUps
from agents.language_model.chosen import brief_worker
from agents.messages import ReportKind, TaskReport, TaskRequest
from agents.messenger import Messenger
from agents.outbox import Outbox
from agents.policy import refusal
from agents.provided import provided
from agents.reports import RUN_SEQUENCES, ReportWriter, connect, unix_ms
from agents.runner import BriefWorker, Runner
from agents.tool_calls import SqlToolCalls
from agents.toolbox import Toolbox
from agents.watched_tools import WatchedTools
from config import tracing
from config.database import Database
from config.settings import Settings

logger = logging.getLogger(__name__)


class PoolProcess:
    """What one pool process keeps between tasks: an event loop, the connections, the runner."""

    def __init__(
        self,
        settings: Settings,
        toolbox: Toolbox,
        brief_worker: BriefWorker | None = None,
        messenger: Messenger | None = None,
    ) -> None:
        tracing.begin("worker", settings)
        self._loop = asyncio.Runner()
        database = Database(settings.database_url)
        dependencies = provided(settings, database, messenger)
        self._writer = ReportWriter(connect(settings.redis_url), unix_ms)
        caller = ToolCaller(toolbox, dependencies, SqlToolCalls(database, unix_ms), refusal, unix_ms)
        self._runner = Runner(caller, self._writer, Outbox(database, unix_ms), unix_ms, brief_worker)
        records = cast("CustomerRecords", dependencies[CustomerRecords])
        self._follow_ups = FollowUps(database, caller, records, messenger, unix_ms)

    def run(self, body: object) -> None:
        """Run the request in this message; a message that is none is logged, told of, and dropped."""
        try:
            request = TaskRequest.model_validate(body)
        except ValidationError as error:
            faults = error.errors(include_input=False, include_url=False, include_context=False)
            logger.warning("a message is not a request: %s", faults)
            self._loop.run(self._refuse(body))
        else:
            self._loop.run(self._runner.run(request))

    def follow_up(self, task_id: object) -> None:
        """Follow up a task; a message that names none is dropped."""
        if isinstance(task_id, str):
            self._loop.run(self._follow_ups.run(task_id))
        else:
            logger.warning("a message names no task to follow up")

    def close(self) -> None:
        """Let go of what tools keep open; a server of tools must not outlive the process that asks it."""
        if (rooms := sys.modules.get("agents.mcp_tools.connection")) is not None:
            self._loop.run(rooms.close_connections())
        self._loop.close()

    async def _refuse(self, body: object) -> None:
        """Tell the call, if the message says which, that its request cannot be read here."""
        try:
            sender = _Sender.model_validate(body)
        except ValidationError:
            return
        report = TaskReport(
            task_id=sender.task_id,
            call_id=sender.call_id,
            tool=sender.tool,
            kind=ReportKind.FAILED,
            sequence=RUN_SEQUENCES,
            error="invalid",
            message="the worker cannot read the request",
        )
        await self._writer.mention(report)


class _Sender(BaseModel):
    """What can be read of a request that cannot be read."""

    task_id: str
    call_id: str
    tool: str


def start(settings: Settings, visibility_s: int = VISIBILITY_S, messenger: Messenger | None = None) -> int:
    """Work until told to stop (SIGTERM, SIGINT); the exit code.

    Tasks that run then get a few seconds to finish; what does not finish goes back to the queue. For
    `visibility_s` see `agents.broker.make_app`; `messenger` sends texts to callers, None: nobody does.

    Raises:
        DeclarationError: the tools cannot be loaded.
    """
    app = make_app(settings, visibility_s)
    register(app, settings, WatchedTools(settings), messenger)
    warnings.simplefilter("ignore", SecurityWarning)  # of pickle as root: we take nothing but JSON
    celery_worker.safe_say = _say
    signals.setup_logging.connect(_leave_logging_alone, weak=False)
    for talkative in ("celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(talkative).setLevel(logging.WARNING)  # of each task we say a line ourselves
    signals.worker_ready.connect(_stop_soon_when_told, weak=False)
    worker = app.Worker(
        pool="prefork",
        concurrency=settings.worker_processes,
        hostname=f"tandem@{gethostname()}",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    return cast("int | None", worker.exitcode) or 0


def register(app: Celery, settings: Settings, toolbox: Toolbox, messenger: Messenger | None = None) -> None:
    """Make `app` run requests with these tools; every pool process gets connections of its own."""
    mine: list[PoolProcess] = []
    on_briefs = brief_worker(settings, toolbox, unix_ms)  # its client is imported once, before the pool forks

    def move_in(**_: object) -> None:
        mine.append(PoolProcess(settings, toolbox, on_briefs, messenger))

    def move_out(**_: object) -> None:
        while mine:
            mine.pop().close()

    def run(body: object = None) -> None:
        mine[0].run(body)

    def follow_up(task_id: object = None) -> None:
        mine[0].follow_up(task_id)

    signals.worker_process_init.connect(move_in, weak=False)
    signals.worker_process_shutdown.connect(move_out, weak=False)
    app.task(name=RUN_TASK)(run)
    app.task(name=FOLLOW_UP_TASK)(follow_up)


def _say(words: str, _where: object = None) -> None:
    """Log what Celery says when it is told to stop; it would write it to the terminal."""
    logger.info(words)


def _leave_logging_alone(**_: object) -> None:
    """Celery sets up no logging where somebody listens to this signal: the entry point has done it."""


def _stop_soon_when_told(sender: Any, **_: object) -> None:  # noqa: ANN401 - a Celery consumer
    """Make the first SIGTERM or SIGINT a soft shutdown: by default a worker waits for tasks without end."""
    logger.info("worker ready")
    for name in ("SIGTERM", "SIGINT"):
        celery_worker.install_worker_term_hard_handler(sender.controller, sig=name, verbose=False)
