"""Celery, set up so that work is neither lost nor done behind our back. Shared by both of its sides.

Figures in comments are measured with Celery 5.7 and kombu 5.7 on Redis.
"""

import asyncio
import contextlib
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from urllib.parse import urlsplit

from celery import Celery
from kombu.exceptions import OperationalError
from kombu.transport import TRANSPORT_ALIASES
from redis.exceptions import RedisError

from agents.errors import Unavailable
from agents.messages import TaskRequest
from agents.tool import LONGEST_TIMEOUT_MS
from config.settings import Settings

RUN_TASK: Final = "tandem.run"
FOLLOW_UP_TASK: Final = "tandem.follow_up"
QUEUE: Final = "tandem"

HARD_LIMIT_S: Final = LONGEST_TIMEOUT_MS / 1_000 + 30
"""A pool process still at one task by then hangs, and is killed. Timeouts of tools come long before."""
VISIBILITY_S: Final = 60 + int(HARD_LIMIT_S)
"""Above the hard limit: a task that outlives it would run a second time beside itself."""
_SOFT_SHUTDOWN_S: Final = 2.0
_CONNECT_S: Final = 1.0
_ANSWER_S: Final = 5.0


def kombu_url(redis_url: str) -> str:
    """Say `redis_url` the way kombu wants it: unix:///path is redis+socket:///path there."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    return f"redis+socket://{parts.path}" + (f"?{parts.query}" if parts.query else "")


def make_app(settings: Settings, visibility_s: int = VISIBILITY_S) -> Celery:
    """Make the Celery application.

    Args:
        settings: where Redis is.
        visibility_s: after so long a message nobody has acknowledged is delivered again.
    """
    TRANSPORT_ALIASES.update(dict.fromkeys(("redis", "rediss"), "agents.broker_transport:Transport"))
    app = Celery("tandem", broker=kombu_url(settings.redis_url), set_as_current=False)
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        task_default_queue=QUEUE,
        task_ignore_result=True,  # results travel on the report stream
        # Killing a pool process loses an early-acked task silently, and with acks_late alone too.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        task_time_limit=HARD_LIMIT_S,
        broker_transport_options={
            "visibility_timeout": visibility_s,
            "unacked_restore_throttle": 1,  # 10 by default: the sweep would come every 100 s
            "socket_connect_timeout": _CONNECT_S,
            "socket_timeout": _ANSWER_S,
        },
        broker_connection_timeout=_CONNECT_S,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # a worker outlives any pause of Redis
        task_publish_retry=True,  # once: the pooled connection may be from before a restart of Redis
        task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0},
        worker_soft_shutdown_timeout=_SOFT_SHUTDOWN_S,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_enable_remote_control=False,  # tasks are told through Redis keys (agents.reports)
        worker_send_task_events=False,
    )
    return app


class Sender:
    """Sends requests to the workers from a thread of its own: Celery blocks, the line must not."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="tandem-send")

    async def warm_up(self) -> None:
        """Connect, so that the first request does not pay for it. A Redis that is away is no error yet."""
        with contextlib.suppress(Unavailable):
            await self._in_thread(self._connect)

    async def send(self, request: TaskRequest) -> None:
        """Put the request on the workers' queue.

        Raises:
            Unavailable: Redis does not take it.
        """
        await self._in_thread(self._send, request)

    async def send_follow_up(self, task_id: str) -> None:
        """Put a follow-up on the workers' queue.

        Raises:
            Unavailable: Redis does not take it.
        """
        await self._in_thread(self._send_follow_up, task_id)

    def close(self) -> None:
        """Let go of the connection. What is being sent is waited for."""
        self._thread.shutdown()
        self._app.close()

    async def _in_thread(self, work: Callable[..., None], *args: object) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)

    def _connect(self) -> None:
        with _as_unavailable(), self._app.producer_or_acquire() as producer:
            producer.connection.ensure_connection(max_retries=1, interval_start=0, timeout=_CONNECT_S)

    def _send(self, request: TaskRequest) -> None:
        with _as_unavailable():
            self._app.send_task(
                RUN_TASK,
                args=[request.model_dump(mode="json")],
                task_id=f"{request.call_id}.{request.task_id}.{request.attempt}",
                argsrepr=f"(task {request.task_id})",  # or Celery would copy the conversation into a header
            )

    def _send_follow_up(self, task_id: str) -> None:
        with _as_unavailable():
            self._app.send_task(FOLLOW_UP_TASK, args=[task_id])


@contextlib.contextmanager
def _as_unavailable() -> Generator[None]:
    try:
        yield
    except (OperationalError, RedisError, OSError) as error:
        raise Unavailable(f"Redis does not take tasks: {error!r}") from error
