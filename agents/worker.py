"""The Celery worker: takes requests from the queue and runs them, each pool process one at a time."""

import asyncio
import logging
import warnings
from socket import gethostname
from typing import Any, cast

from celery import Celery, signals
from celery.apps import worker as celery_worker
from celery.platforms import SecurityWarning
from pydantic import ValidationError

from agents.broker import RUN_TASK, make_app
from agents.calling import ToolCaller
from agents.language_model.chosen import brief_worker
from agents.messages import TaskRequest
from agents.outbox import Outbox
from agents.policy import refusal
from agents.provided import provided
from agents.reports import ReportWriter, connect, unix_ms
from agents.runner import BriefWorker, Runner
from agents.tool_calls import SqlToolCalls
from agents.toolbox import Toolbox, find_tools
from config.database import Database
from config.settings import Settings

logger = logging.getLogger(__name__)


class PoolProcess:
    """What one pool process keeps between tasks: an event loop, the connections, the runner."""

    def __init__(self, settings: Settings, toolbox: Toolbox, brief_worker: BriefWorker | None = None) -> None:
        self._loop = asyncio.Runner()
        database = Database(settings.database_url)
        self._writer = ReportWriter(connect(settings.redis_url), unix_ms)
        rows = SqlToolCalls(database, unix_ms)
        caller = ToolCaller(toolbox, provided(settings, database), rows, refusal, unix_ms)
        self._runner = Runner(caller, self._writer, Outbox(database, unix_ms), unix_ms, brief_worker)

    def run(self, body: object) -> None:
        """Run the request in this message; a message that is none is logged and dropped."""
        try:
            request = TaskRequest.model_validate(body)
        except ValidationError as error:
            logger.warning(
                "a message is not a request: %s", error.errors(include_input=False, include_url=False)
            )
            return
        self._loop.run(self._runner.run(request))


def start(settings: Settings) -> int:
    """Work until told to stop (SIGTERM, SIGINT); the exit code.

    Tasks that run then get a few seconds to finish; what does not finish goes back to the queue.

    Raises:
        DeclarationError: the tools cannot be loaded.
    """
    app = make_app(settings)
    register(app, settings, find_tools())
    warnings.simplefilter("ignore", SecurityWarning)  # of pickle as root: we take nothing but JSON
    celery_worker.safe_say = _say
    signals.setup_logging.connect(_leave_logging_alone, weak=False)
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


def register(app: Celery, settings: Settings, toolbox: Toolbox) -> None:
    """Make `app` run requests with these tools; every pool process gets connections of its own."""
    mine: list[PoolProcess] = []

    def move_in(**_: object) -> None:
        mine.append(PoolProcess(settings, toolbox, brief_worker(settings, toolbox, unix_ms)))

    def run(body: object = None) -> None:
        mine[0].run(body)

    signals.worker_process_init.connect(move_in, weak=False)
    app.task(name=RUN_TASK)(run)


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
