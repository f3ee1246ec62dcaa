"""The measurements of `tandem bench agents`."""

import asyncio
import os
import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

import numpy as np
from redis.asyncio import Redis
from sqlalchemy import func, select

from agents.broker import QUEUE
from agents.dispatch import RECOVERY_MS, Desk
from agents.ledger import LOST_AFTER_MS
from agents.messages import Delegation, ReportKind, TaskReport
from agents.reports import connect
from agents.tables import OutboxRow, ToolCallRow
from config.database import Database
from config.units import MICRO_TURN_MS
from tandem.bench_agents_stage import BenchError, Progress, Stage, Usage, Worker, usage
from tandem.bench_agents_tools import WRITE_MS

_POLL_S: Final = 0.005
_SPREAD_S: Final = 0.5
"""Each call delegates about twice a second while delays are measured."""
_IN_FLIGHT: Final = 100
_TASKS_A_CALL: Final = 25
_WARM_UP_SHARE: Final = 0.2
_KILLS: Final = 3
_HANDED_OVER_MS: Final = MICRO_TURN_MS + 100
"""Silence is noticed within a micro-turn, and what is sent then takes what any delegation may take."""
_PATIENCE_S: Final = 60.0
_QUIET_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Delays:
    """From a delegation to its first report's being applied, and to its result's. `tasks` were measured."""

    calls: int
    tasks: int
    first_p50_ms: float
    first_p99_ms: float
    result_p50_ms: float
    result_p99_ms: float


@dataclass(frozen=True, slots=True)
class Load:
    """As many tasks as one worker does, one call after another.

    Attributes:
        tasks, seconds, per_s: how many, how long, the rate.
        busy_server, busy_worker, busy_pool, busy_redis: CPU as a share of one core: of this process, of the
            worker's first process, of its busiest pool process, of Redis.
        worker_mib_before, worker_mib_after: the worker's memory after the first fifth, and at the end.
        server_mib_before, server_mib_after: this process's.
        redis_mib_before, redis_mib_after: what Redis holds.
        redis_process_mib_before, redis_process_mib_after: the memory of its process.
        keys_before, keys_after: in Redis.
        lasting_keys_before, lasting_keys_after: of these, keys that do not expire.
        rows_before, rows_after: of writes and of the outbox in the database.
        queued: tasks and unconfirmed deliveries left at the end.
    """

    tasks: int
    seconds: float
    per_s: float
    busy_server: float
    busy_worker: float
    busy_pool: float
    busy_redis: float
    worker_mib_before: float
    worker_mib_after: float
    server_mib_before: float
    server_mib_after: float
    redis_mib_before: float
    redis_mib_after: float
    redis_process_mib_before: float
    redis_process_mib_after: float
    keys_before: int
    keys_after: int
    lasting_keys_before: int
    lasting_keys_after: int
    rows_before: int
    rows_after: int
    queued: int


@dataclass(frozen=True, slots=True)
class Redelivery:
    """A worker killed in the middle of a task: how long until the caller's side has a result all the same.

    `write_s`: until it is told that a write was begun and its end is not known. `*_bound_s`: as configured.
    """

    read_s: tuple[float, ...]
    read_bound_s: float
    write_s: float
    write_bound_s: float


class _Caller:
    """One call: its desk, and when each of its tasks was asked for and answered. Times: `perf_counter`."""

    _ids = count(1)

    def __init__(self, call_id: str, desk: Desk) -> None:
        self.call_id = call_id
        self.desk = desk
        self.asked: dict[str, float] = {}
        self.first_ms: dict[str, float] = {}
        self.settled_ms: dict[str, float] = {}
        self.last: dict[str, TaskReport] = {}

    @classmethod
    async def open(cls, stage: Stage) -> "_Caller":
        call_id = f"bench-{next(cls._ids)}"
        return cls(call_id, await stage.dispatcher.open(call_id, "bench@1"))

    @property
    def waiting(self) -> int:
        return len(self.asked) - len(self.settled_ms)

    async def ask(self, tool: str, **arguments: object) -> str:
        task_id = f"{self.call_id}-task-{len(self.asked) + 1}"
        self.asked[task_id] = time.perf_counter()
        await self.desk.delegate(Delegation(task_id=task_id, tool=tool, arguments=arguments))
        return task_id

    def look(self) -> int:
        """Take in what is new; how many tasks that settled."""
        settled = 0
        for report in self.desk.reports():
            took_ms = 1_000 * (time.perf_counter() - self.asked[report.task_id])
            self.first_ms.setdefault(report.task_id, took_ms)
            if report.kind.settles:
                self.settled_ms[report.task_id] = took_ms
                self.last[report.task_id] = report
                settled += 1
        return settled

    def refuse_failures(self) -> None:
        for report in self.last.values():
            if report.kind is not ReportKind.RESULT:
                raise BenchError(f"a task ended as {report.kind} {report.error}: {report.message}")


async def measure_delays(stage: Stage, calls: int, tasks: int, progress: Progress) -> Delays:
    """So many calls, each delegating an instant task about twice a second at random moments."""
    callers = [await _Caller.open(stage) for _ in range(calls)]
    for caller in callers:  # connections and imports: not what is measured
        await caller.ask("bench_instant", number=0)
    await _until(callers, lambda: not any(caller.waiting for caller in callers))
    warm = {task_id for caller in callers for task_id in caller.asked}
    moments = random.Random(1)

    async def talk(caller: _Caller) -> None:
        for number in range(tasks // calls):
            await asyncio.sleep(moments.uniform(0, 2 * _SPREAD_S))
            await caller.ask("bench_instant", number=number)

    talking = asyncio.gather(*(talk(caller) for caller in callers))
    while not talking.done() or any(caller.waiting for caller in callers):
        for caller in callers:
            caller.look()
        progress(f"delays: {sum(len(caller.settled_ms) for caller in callers) - calls} of {tasks} tasks")
        await asyncio.sleep(_POLL_S)
    await talking
    for caller in callers:
        caller.refuse_failures()
        await caller.desk.close()
    first = [ms for caller in callers for task_id, ms in caller.first_ms.items() if task_id not in warm]
    result = [ms for caller in callers for task_id, ms in caller.settled_ms.items() if task_id not in warm]
    return Delays(calls, len(result), *_percentiles(first), *_percentiles(result))


async def measure_load(stage: Stage, calls: int, tasks: int, progress: Progress) -> Load:
    """Keep a hundred instant tasks under way; a call ends after 25 of them and another one begins."""
    redis = connect(stage.settings.redis_url)
    try:
        warm_up = int(tasks * _WARM_UP_SHARE)
        done_before = await _run_through(stage, calls, warm_up, 0, progress, tasks)
        before = await _holding(stage, redis)
        began = time.perf_counter()
        done = await _run_through(stage, calls, tasks - warm_up, done_before, progress, tasks)
        seconds = time.perf_counter() - began
        after = await _holding(stage, redis)
    finally:
        await redis.aclose()
    return Load(
        tasks=done - done_before,
        seconds=round(seconds, 1),
        per_s=round((done - done_before) / seconds, 1),
        busy_server=_busy(before.server, after.server, seconds),
        busy_worker=_busy(before.worker, after.worker, seconds),
        busy_pool=max(_busy(*each, seconds) for each in zip(before.pool, after.pool, strict=True)),
        busy_redis=_busy(before.redis, after.redis, seconds),
        worker_mib_before=before.worker_mib,
        worker_mib_after=after.worker_mib,
        server_mib_before=round(before.server.mib, 1),
        server_mib_after=round(after.server.mib, 1),
        redis_mib_before=before.redis_held_mib,
        redis_mib_after=after.redis_held_mib,
        redis_process_mib_before=round(before.redis.mib, 1),
        redis_process_mib_after=round(after.redis.mib, 1),
        keys_before=before.keys,
        keys_after=after.keys,
        lasting_keys_before=before.lasting_keys,
        lasting_keys_after=after.lasting_keys,
        rows_before=before.rows,
        rows_after=after.rows,
        queued=after.queued,
    )


async def measure_redelivery(stage: Stage, progress: Progress) -> Redelivery:
    """Kill the worker that holds a task, while another one is idle."""
    read_s: list[float] = []
    for number in range(_KILLS):
        progress(f"redelivery: kill {number + 1} of {_KILLS}")
        read_s.append(await _killed(stage, "bench_hold", ReportKind.RESULT))
    progress("redelivery: a write")
    write_s = await _killed(stage, "bench_hold_write", ReportKind.FAILED)
    return Redelivery(
        read_s=tuple(read_s),
        read_bound_s=(LOST_AFTER_MS + _HANDED_OVER_MS) / 1_000,
        write_s=write_s,
        write_bound_s=(WRITE_MS + RECOVERY_MS) / 1_000,
    )


async def _killed(stage: Stage, tool: str, expected: ReportKind) -> float:
    """Seconds from the kill to the report that settles the task."""
    await _two_workers(stage)
    folder = stage.folder / f"hold-{len(stage.workers)}"
    folder.mkdir()
    caller = await _Caller.open(stage)
    task_id = await caller.ask(tool, folder=str(folder))
    await _until([caller], (folder / "held").exists)
    _holder(stage, folder / "held").kill()
    killed_at = time.perf_counter()
    await _until([caller], lambda: task_id in caller.settled_ms)
    took_s = time.perf_counter() - killed_at
    await caller.desk.close()
    report = caller.last[task_id]
    if report.kind is not expected:
        raise BenchError(f"after the kill the task ended as {report.kind} {report.error}: {report.message}")
    return round(took_s, 2)


async def _two_workers(stage: Stage) -> None:
    for worker in stage.workers:
        if worker.process.returncode is None and not worker.pool:
            await worker.process.wait()
    while sum(worker.process.returncode is None for worker in stage.workers) < 2:
        await stage.start_worker()


def _holder(stage: Stage, held: Path) -> Worker:
    deadline = time.monotonic() + 1.0
    while not (text := held.read_text()) and time.monotonic() < deadline:
        pass  # it is being written
    return next(worker for worker in stage.workers if worker.process.pid == int(text))


async def _run_through(
    stage: Stage, calls: int, tasks: int, done_before: int, progress: Progress, of: int
) -> int:
    """Run so many tasks; how many are done by then, with those before."""
    open_calls = deque([await _Caller.open(stage) for _ in range(calls)])
    asked = settled = 0
    while settled < tasks:
        while asked < tasks and asked - settled < _IN_FLIGHT and (free := _next(open_calls)):
            await free.ask("bench_instant", number=asked)
            asked += 1
        await asyncio.sleep(_POLL_S)
        for number, caller in enumerate(open_calls):
            settled += caller.look()
            if len(caller.asked) >= _TASKS_A_CALL and not caller.waiting:
                caller.refuse_failures()
                await caller.desk.close()
                open_calls[number] = await _Caller.open(stage)
        progress(f"load: {done_before + settled} of {of} tasks")
    for caller in open_calls:
        caller.refuse_failures()
        await caller.desk.close()
    return done_before + settled


def _next(open_calls: deque[_Caller]) -> _Caller | None:
    """Whose turn it is to ask, of those that have not asked for all they will; None: all have."""
    for _ in range(len(open_calls)):
        open_calls.rotate()
        if len(open_calls[0].asked) < _TASKS_A_CALL:
            return open_calls[0]
    return None


@dataclass(frozen=True, slots=True)
class _Held:
    server: Usage
    worker: Usage
    pool: tuple[Usage, ...]
    redis: Usage
    redis_held_mib: float
    keys: int
    lasting_keys: int
    rows: int
    queued: int

    @property
    def worker_mib(self) -> float:
        return round(self.worker.mib + sum(each.mib for each in self.pool), 1)


async def _holding(stage: Stage, redis: Redis) -> _Held:
    """Read what everybody has used and holds."""
    worker = stage.workers[0]
    queued = await _quiet(redis)
    keys = [str(key) async for key in redis.scan_iter(count=1_000)]
    async with redis.pipeline(transaction=False) as pipe:
        for key in keys:
            pipe.ttl(key)
        lives = await pipe.execute()
    memory = await redis.info("memory")
    return _Held(
        server=usage([os.getpid()]),
        worker=usage([worker.process.pid]),
        pool=tuple(usage([process]) for process in worker.pool),
        redis=usage([stage.redis.pid] if stage.redis.pid else []),
        redis_held_mib=round(int(memory["used_memory"]) / 2**20, 1),
        keys=len(keys),
        lasting_keys=sum(life == -1 for life in lives),
        rows=await _rows(stage),
        queued=queued,
    )


async def _quiet(redis: Redis) -> int:
    """Wait until the last tasks, whose results are there, are acknowledged too; how many are left if not."""
    until_s = time.monotonic() + _QUIET_S
    while (left := await redis.llen(QUEUE) + await redis.hlen("unacked")) and time.monotonic() < until_s:  # noqa: ASYNC110
        await asyncio.sleep(_POLL_S)
    return left


async def _rows(stage: Stage) -> int:
    database = Database(stage.settings.database_url)
    async with database.reading() as session:
        counted = [
            await session.scalar(select(func.count()).select_from(table))
            for table in (OutboxRow, ToolCallRow)
        ]
    await database.close()
    return sum(each or 0 for each in counted)


async def _until(callers: Sequence[_Caller], happened: Callable[[], bool]) -> None:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            while not happened():
                for caller in callers:
                    caller.look()
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        raise BenchError(f"a task was not answered within {_PATIENCE_S:.0f} s") from None


def _busy(before: Usage, after: Usage, seconds: float) -> float:
    return round((after.cpu_s - before.cpu_s) / seconds, 2)


def _percentiles(values: Sequence[float]) -> tuple[float, float]:
    return round(float(np.percentile(values, 50)), 1), round(float(np.percentile(values, 99)), 1)
