"""What `tandem bench agents` measures: a Redis, a database and workers of its own, and what they use."""

import asyncio
import contextlib
import os
import resource
import signal
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agents.crm.seed import seed_demo
from agents.dispatch import Dispatcher
from agents.redis_server import RedisServer
from agents.toolbox import Toolbox, find_tools
from config.lifetime import die_with
from config.settings import Settings, load
from tandem import bench_agents_tools as tools

_READY_S: Final = 180.0
_LOOK_AGAIN_S: Final = 0.05
_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
_PACKAGE: Final = "tandem_bench-1.0.dist-info"

Progress = Callable[[str], None]
"""Told, in a few words, what is being measured and how far it is."""


class BenchError(RuntimeError):
    """The bench cannot go on: a process of it does not do what it should."""


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU time and resident memory of some processes, all together."""

    cpu_s: float
    mib: float


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker: its first process, whose children are the pool's."""

    process: asyncio.subprocess.Process
    log: Path

    @property
    def pool(self) -> tuple[int, ...]:
        """The pool's processes."""
        return tuple(_children(self.process.pid))

    def kill(self) -> None:
        """SIGKILL all of it."""
        os.killpg(self.process.pid, signal.SIGKILL)


class Stage:
    """Everything running, until `stage` ends it. `dispatcher` is this process's, as a server has one."""

    def __init__(self, folder: Path, settings: Settings, redis: RedisServer, dispatcher: Dispatcher) -> None:
        self.folder = folder
        self.settings = settings
        self.redis = redis
        self.dispatcher = dispatcher
        self.workers: list[Worker] = []

    async def start_worker(self) -> Worker:
        """Start one more worker with two pool processes, and wait until it takes tasks.

        Raises:
            BenchError: it does not.
        """
        home = self.folder / f"worker-{len(self.workers) + 1}"
        environment = {
            **os.environ,
            "TANDEM_HOME": str(home),
            "REDIS_URL": self.settings.redis_url,
            "DATABASE_URL": self.settings.database_url,
            "PYTHONPATH": tools_path(self.folder / "packages"),
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tandem.main",
            "worker",
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,  # what it would say of a Redis that ends is in its log
            start_new_session=True,
            preexec_fn=die_with(os.getpid()),
        )
        worker = Worker(process, home / "logs" / "worker.log")
        self.workers.append(worker)
        try:
            async with asyncio.timeout(_READY_S):
                while not (worker.log.exists() and "worker ready" in worker.log.read_text(encoding="utf-8")):
                    if process.returncode is not None:
                        raise BenchError("the worker ended at once")
                    await asyncio.sleep(_LOOK_AGAIN_S)
        except TimeoutError:
            raise BenchError(f"the worker was not ready within {_READY_S:.0f} s") from None
        return worker

    async def end_workers(self) -> None:
        """End what is left of them."""
        for worker in self.workers:
            with contextlib.suppress(ProcessLookupError):
                worker.kill()
            await worker.process.wait()


@contextlib.asynccontextmanager
async def stage(workers: int = 1) -> AsyncGenerator[Stage]:
    """Set the stage: Redis, a seeded database, a dispatcher, workers."""
    from admin.migrate import upgrade  # Alembic is slow to import

    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tandem-bench-")))
        settings = load({"TANDEM_HOME": str(folder), "REDIS_URL": None, "DATABASE_URL": None})
        redis = RedisServer(settings)
        await redis.start()
        stack.push_async_callback(redis.stop)
        await upgrade(settings)
        await seed_demo(settings)
        dispatcher = Dispatcher(settings, _toolbox())
        stack.push_async_callback(dispatcher.close)
        await dispatcher.start()
        stage = Stage(folder, settings, redis, dispatcher)
        stack.push_async_callback(stage.end_workers)
        for _ in range(workers):
            await stage.start_worker()
        yield stage


def usage(processes: Iterable[int]) -> Usage:
    """Read what these processes have used so far and hold now; those that are gone count nothing."""
    cpu_s, pages = 0.0, 0
    for process in processes:
        folder = Path(f"/proc/{process}")
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            cpu_s += (int(fields[11]) + int(fields[12])) / _TICKS_PER_S
            pages += int((folder / "statm").read_text().split()[1])
    return Usage(cpu_s, pages * resource.getpagesize() / 2**20)


def tools_path(packages: Path) -> str:
    """Write what an installed package with our tools consists of, as far as discovery goes.

    Args:
        packages: the folder for it, made if need be.

    Returns:
        The PYTHONPATH of a process that is to find them.
    """
    package = packages / _PACKAGE
    package.mkdir(parents=True, exist_ok=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: tandem-bench\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text(f"[tandem.tools]\nbench = {tools.__name__}\n")
    return os.pathsep.join((str(packages), *filter(None, sys.path)))


def _toolbox() -> Toolbox:
    own = (tools.bench_instant, tools.bench_hold, tools.bench_hold_write)
    return {**find_tools(), **{each.name: each for each in own}}


def _children(process: int) -> Iterable[int]:
    for task in Path(f"/proc/{process}/task").iterdir():
        yield from map(int, (task / "children").read_text().split())
