"""The report stream: one Redis Stream per call, from the workers to the process that holds the line.

A report is applied exactly once: the reader's side keeps the highest sequence of each task (`agents.ledger`)
and ignores what is repeated or late. So the sequence is what makes writing again harmless, and writing is
tried again by us, with the same sequence, not by the Redis client (which by default sends a command whose
reply was lost eleven times). Redis is transport, not the record: every key here has a time to live.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast
from uuid import uuid4

from pydantic import ValidationError
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.typing import KeyT, StreamIdT

from agents.messages import ReportKind, TaskReport, TaskRequest
from config import logs, metrics, tracing

logger = logging.getLogger(__name__)

T = TypeVar("T")

RUN_SEQUENCES: Final = 1_000
"""Run `r` of a task numbers its reports from `r * 1000 + 1`: a later run stands above an earlier one."""

_KEY_TTL_S: Final = 600
_STREAM_LENGTH: Final = 1_000
_BLOCK_MS: Final = 5_000
_BELL_TTL_S: Final = 60
_COMMAND_TIMEOUT_S: Final = 2.0
_CONNECTIONS: Final = 32
_AGAIN_AFTER_S: Final = 0.2
_FIELD: Final = "report"
_BEGIN: Final = f"""
local run = redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
redis.call('EXPIRE', KEYS[1], {_KEY_TTL_S})
if redis.call('SISMEMBER', KEYS[2], ARGV[1]) == 1 then return {{run, 1}} end
local report = ARGV[2] .. string.format('%d', run * {RUN_SEQUENCES} + 1) .. ARGV[3]
redis.call('XADD', KEYS[3], 'MAXLEN', '~', {_STREAM_LENGTH}, '*', '{_FIELD}', report)
redis.call('EXPIRE', KEYS[3], {_KEY_TTL_S})
return {{run, 0}}
"""
"""Counts a run and writes its first report, which has the run's number in it: one round trip for both."""
_APPEND: Final = f"""
redis.call('XADD', KEYS[1], 'MAXLEN', '~', {_STREAM_LENGTH}, '*', '{_FIELD}', ARGV[1])
redis.call('EXPIRE', KEYS[1], {_KEY_TTL_S})
"""
_SEQUENCE: Final = '"sequence":1,'
"""As it stands in a report's JSON and nowhere else there: inside a text its quotes would be escaped."""


def unix_ms() -> int:
    """Read the clock that deadlines are on, in ms since 1970."""
    return time.time_ns() // 1_000_000


def stream_key(call_id: str) -> str:
    """Name the stream of a call."""
    return f"tandem:call:{call_id}:reports"


def over_key(call_id: str) -> str:
    """Name the set of a call's tasks that are settled for the caller: nobody needs to run them any more."""
    return f"tandem:call:{call_id}:over"


def runs_key(call_id: str) -> str:
    """Name the hash that counts how often each of a call's tasks has been begun."""
    return f"tandem:call:{call_id}:runs"


def connect(url: str, longest_block_ms: int = 0, *, text: bool = True) -> Redis:
    """Make a client that sends every command once: a lost reply is an error, never a second command.

    Many commands at a time share a few connections and wait for one; they are not refused.

    Args:
        url: redis://, rediss:// or unix://.
        longest_block_ms: how long a blocking command may wait; the socket waits longer than that.
        text: give text back; False: bytes.
    """
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=_CONNECTIONS,
        timeout=_COMMAND_TIMEOUT_S,
        decode_responses=text,
        retry=Retry(NoBackoff(), 0),
        socket_connect_timeout=_COMMAND_TIMEOUT_S,
        socket_timeout=_COMMAND_TIMEOUT_S + longest_block_ms / 1_000,
    )
    return Redis.from_pool(pool)


async def mark_over(redis: Redis, request: TaskRequest) -> None:
    """Flag a task as settled for the caller. Raises redis's errors."""
    key = over_key(request.call_id)
    async with redis.pipeline() as pipe:
        pipe.sadd(key, request.task_id)
        pipe.expire(key, _KEY_TTL_S)
        await pipe.execute()


async def clear(redis: Redis, call_id: str) -> None:
    """Remove what is kept of a call that has ended with nothing under way. Raises redis's errors.

    Which tasks are settled for the caller stays for its time: copies of them may still wait in the queue.
    """
    await redis.unlink(stream_key(call_id), runs_key(call_id))


@dataclass(frozen=True, slots=True)
class Start:
    """What a worker learns when it takes up a request: which run this is, and whether it is still wanted.

    If it is, the run's first report, of progress, is written.
    """

    run: int
    over: bool


class ReportWriter:
    """The worker's side. `unix_ms` is the clock deadlines are on."""

    def __init__(self, redis: Redis, unix_ms: Callable[[], int]) -> None:
        self._redis = redis
        self._unix_ms = unix_ms

    async def begin(self, request: TaskRequest) -> Start:
        """Count this run and report that it begins. Tries until the deadline; then raises redis's error."""
        call_id = request.call_id
        keys = (runs_key(call_id), over_key(call_id), stream_key(call_id))
        first = TaskReport(
            task_id=request.task_id,
            call_id=call_id,
            tool=request.tool,
            kind=ReportKind.PROGRESS,
            sequence=1,
            attempt=request.attempt,
            trace=request.trace,
        )
        head, _, tail = first.model_dump_json().partition(_SEQUENCE)
        words = (request.task_id, head + _SEQUENCE.removesuffix("1,"), "," + tail)

        async def count() -> tuple[int, int]:
            run, over = await self._run(_BEGIN, keys, words)
            return run, over

        run, over = await self._insist(count, request.deadline_unix_ms)
        return Start(run=run, over=bool(over))

    async def is_over(self, request: TaskRequest) -> bool:
        """Whether nobody waits for this task any more. False when Redis does not answer."""
        try:
            return bool(await self._redis.sismember(over_key(request.call_id), request.task_id))
        except RedisError:
            return False

    async def mention(self, report: TaskReport) -> None:
        """Write news that may be lost: tried once."""
        try:
            await self._append(report)
        except RedisError as error:
            logger.warning("task %s: a %s report was not written: %r", report.task_id, report.kind, error)

    async def settle(self, report: TaskReport, until_unix_ms: int) -> None:
        """Write a report that must arrive: tried until it is answered or `until_unix_ms` has come."""
        await self._insist(lambda: self._append(report), until_unix_ms)

    async def _append(self, report: TaskReport) -> None:
        await self._run(_APPEND, (stream_key(report.call_id),), (report.model_dump_json(),))

    async def _run(self, script: str, keys: Sequence[str], words: Sequence[str]) -> Any:  # noqa: ANN401
        """Have Redis do several things as one command, which it does as a whole or not at all.

        The script goes along each time: it is short, and a Redis that was restarted would not know it.
        """
        return await self._redis.eval(script, len(keys), *keys, *words)

    async def _insist(self, command: Callable[[], Awaitable[T]], until_unix_ms: int) -> T:
        while True:
            try:
                return await command()
            except (RedisConnectionError, RedisTimeoutError):
                if self._unix_ms() >= until_unix_ms:
                    raise
            await asyncio.sleep(_AGAIN_AFTER_S)


class ReportReader:
    """The side that holds the line: follows the streams of all open calls with one blocking connection.

    Args:
        redis: a connection nobody else uses, from `connect_reader`.
        bell: any other connection; it wakes the reader when the set of calls grows.
        deliver: is given every report, in each stream's order; repeated ones too.
    """

    def __init__(self, redis: Redis, bell: Redis, deliver: Callable[[TaskReport], None]) -> None:
        self._redis = redis
        self._bell = bell
        self._deliver = deliver
        self._bell_key = f"tandem:reader:{uuid4().hex}:bell"
        self._stopped = False
        self._positions: dict[KeyT, StreamIdT] = {self._bell_key: "0-0"}

    async def watch(self, call_id: str) -> None:
        """Follow this call's stream from its beginning."""
        self._positions[stream_key(call_id)] = "0-0"
        try:
            async with self._bell.pipeline() as pipe:
                pipe.xadd(self._bell_key, {"call": call_id}, maxlen=1, approximate=False)
                pipe.expire(self._bell_key, _BELL_TTL_S)
                await pipe.execute()
        except RedisError:
            pass  # then the reader is not blocked either: it is trying to connect, and will see the call

    def forget(self, call_id: str) -> None:
        """Follow this call's stream no more."""
        self._positions.pop(stream_key(call_id), None)

    def stop(self) -> None:
        """Read no more. Call it before cancelling `follow`: a cancelled command can swallow that."""
        self._stopped = True

    async def follow(self) -> None:
        """Read until `stop` and cancelled. Survives a Redis that goes and comes back."""
        lost = False
        while not self._stopped:
            try:
                answer = await self._redis.xread(dict(self._positions), count=200, block=_BLOCK_MS)
            except RedisError as error:
                if not lost:
                    logger.warning("reports wait: Redis does not answer (%r)", error)
                lost = True
                await asyncio.sleep(_AGAIN_AFTER_S)
                continue
            if lost:
                logger.warning("reports go on: Redis answers again")
            lost = False
            # redis-py types the answer for both protocol versions; ours is version 2: [[key, [(id, fields)]]]
            for key, entries in cast("list[tuple[str, list[tuple[str, dict[str, Any]]]]]", answer):
                for position, fields in entries:
                    self._take(key, position, fields)

    def _take(self, key: str, position: str, fields: dict[str, Any]) -> None:
        if key not in self._positions:
            return  # forgotten while the answer was on its way
        self._positions[key] = position
        if key == self._bell_key:
            return
        try:
            report = TaskReport.model_validate_json(fields.get(_FIELD, ""))
        except ValidationError as error:
            logger.warning(
                "an entry of %s at %s is not a report: %s", key, position, error.errors(include_input=False)
            )
            return
        written_unix_ms = int(position.partition("-")[0])  # by the clock of Redis
        metrics.report_lag_seconds.observe(max(0, unix_ms() - written_unix_ms) / 1_000)
        with logs.about(call=report.call_id, task=report.task_id):
            self._deliver(report)
        if report.trace:
            ids = {"call": report.call_id, "task": report.task_id, "kind": report.kind.value}
            tracing.start("report", report.trace, written_unix_ms, **ids).end()


def connect_reader(url: str) -> Redis:
    """Make the connection a `ReportReader` reads with."""
    return connect(url, _BLOCK_MS)
