"""Real Redis, real workers: what the service tests stand on."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from redis.asyncio import Redis

from admin.migrate import upgrade
from agents.crm.seed import seed_demo
from agents.dispatch import Desk, Dispatcher
from agents.messages import Delegation, ReportKind, TaskReport
from agents.redis_server import RedisServer
from agents.reports import connect, stream_key
from config.settings import Settings, load

EXAMPLE_PACKAGE = Path(__file__).parent / "example_package"
PS = shutil.which("ps") or "ps"
WORK = (
    "import logging, sys; logging.basicConfig(level='WARNING');"
    "from agents.worker import start; from config.settings import load; sys.exit(start(load()))"
)


@pytest.fixture
def home() -> Iterator[Path]:
    """A home with a short path: Unix sockets take 103 bytes, and pytest's folders are deep."""
    folder = tempfile.mkdtemp(prefix="tandem-test-")
    yield Path(folder)
    shutil.rmtree(folder)


@pytest.fixture
def settings(home: Path) -> Settings:
    return load({"TANDEM_HOME": str(home), "REDIS_URL": None, "DATABASE_URL": None})


@pytest.fixture
async def redis(settings: Settings) -> AsyncIterator[RedisServer]:
    server = RedisServer(settings)
    await server.start()
    yield server
    await server.stop()


@dataclass
class Call:
    """One call: its desk, and all that was news."""

    desk: Desk
    news: list[TaskReport] = field(default_factory=list)

    async def delegate(self, task_id: str, tool: str, **arguments: object) -> None:
        await self.desk.delegate(Delegation(task_id=task_id, tool=tool, arguments=dict(arguments)))

    async def until(self, happened: Callable[[], object], within_s: float = 20.0) -> None:
        """Live through the call until something has happened."""
        async with asyncio.timeout(within_s):
            while not happened():
                self.news += self.desk.reports()
                await asyncio.sleep(0.02)

    async def answer(self, task_id: str, within_s: float = 20.0) -> TaskReport:
        """Wait for the report that settles this task."""
        await self.until(lambda: self.settled(task_id), within_s)
        return self.settled(task_id)[0]

    def settled(self, task_id: str) -> list[TaskReport]:
        """All reports that settle this task: there should be one."""
        self.news += self.desk.reports()
        return [each for each in self.news if each.task_id == task_id and each.kind.settles]


@dataclass
class Bench:
    """A Redis, a seeded database, workers to start and kill, and a call."""

    settings: Settings
    redis: RedisServer
    dispatcher: Dispatcher
    call: Call
    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    async def open(self, call_id: str) -> Call:
        return Call(await self.dispatcher.open(call_id, "demo@1"))

    def start_worker(self) -> subprocess.Popen[bytes]:
        """Start a worker in a session of its own, with the example package installed."""
        environment = {
            **os.environ,
            "TANDEM_HOME": str(self.settings.home),
            "TANDEM_WORKER_PROCESSES": "2",
            "PYTHONPATH": f"{EXAMPLE_PACKAGE}:{Path.cwd()}",
            "EXAMPLE_TOOLS_FOLDER": str(self.folder),
        }
        worker = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", WORK], env=environment, start_new_session=True
        )
        self.workers.append(worker)
        return worker

    def end_workers(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()

    def begun(self) -> list[tuple[str, int, int]]:
        """Tool, attempt and process of every run of the example package that began."""
        path = self.folder / "begun"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(name, int(attempt), int(process)) for name, attempt, process in map(str.split, lines)]

    def go_on(self) -> None:
        (self.folder / "go").touch()

    async def written(self, kind: ReportKind, times: int = 1) -> None:
        """Wait until workers have written so many reports of this kind to the first call's stream."""
        redis = connect(self.settings.redis_url)
        async with asyncio.timeout(10):
            while sum(each.kind is kind for each in await self._stream(redis)) < times:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await redis.aclose()

    async def _stream(self, redis: Redis) -> list[TaskReport]:
        entries = await redis.xrange(stream_key("call-1"))
        return [TaskReport.model_validate_json(fields["report"]) for _, fields in entries]


@pytest.fixture
async def bench(
    settings: Settings, redis: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Bench]:
    monkeypatch.syspath_prepend(str(EXAMPLE_PACKAGE))
    await upgrade(settings)
    await seed_demo(settings)
    dispatcher = Dispatcher(settings)
    await dispatcher.start()
    call = Call(await dispatcher.open("call-1", "demo@1"))
    bench = Bench(settings, redis, dispatcher, call, tmp_path)
    yield bench
    bench.end_workers()
    await dispatcher.close()


@pytest.fixture
def is_running() -> Callable[[int], bool]:
    """Whether a process still does anything: one that is dead but not yet buried does not."""

    def look(process: int) -> bool:
        listed = subprocess.run(  # noqa: S603
            [PS, "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False
        )
        return bool(listed.stdout.strip()) and not listed.stdout.startswith("Z")

    return look
