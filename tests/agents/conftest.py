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
from typing import TypeVar

import pytest
from redis.asyncio import Redis
from sqlalchemy import select

from admin.migrate import upgrade
from agents.broker import QUEUE
from agents.crm.seed import seed_demo
from agents.crm.tables import CaseRow
from agents.dispatch import Desk, Dispatcher
from agents.messages import Delegation, FollowUp, ReportKind, TaskReport
from agents.redis_server import RedisServer
from agents.reports import connect, runs_key, stream_key
from agents.tables import OutboxRow, ToolCallRow
from config.database import Database
from config.settings import Settings, load
from config.tables import Table

T = TypeVar("T", bound=Table)

EXAMPLE_PACKAGE = Path(__file__).parent / "example_package"
PS = shutil.which("ps") or "ps"
WORK = (
    "import logging, sys; logging.basicConfig(level='WARNING');"
    "from agents.worker import start; from config.settings import load;"
    "sys.exit(start(load(), *map(int, sys.argv[1:])))"
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


class LossyWire:
    """Stands between clients and Redis; `losses` times the reply to an XADD is lost and the line cut."""

    def __init__(self, redis_socket: Path, losses: int) -> None:
        self._redis_socket = redis_socket
        self.losses = losses
        self.additions = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_redis, to_redis = await asyncio.open_unix_connection(self._redis_socket)
        cut = asyncio.Event()

        async def forward() -> None:
            while request := await reader.read(65_536):
                self.additions += request.count(b"XADD")
                if b"XADD" in request and self.losses > 0:
                    self.losses -= 1
                    cut.set()
                to_redis.write(request)

        async def back() -> None:
            while (reply := await from_redis.read(65_536)) and not cut.is_set():
                writer.write(reply)

        pumps = [asyncio.create_task(forward()), asyncio.create_task(back())]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for each in pumps:
            each.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        for each in (writer, to_redis):
            each.close()


@pytest.fixture
async def lossy(
    redis: RedisServer, settings: Settings, request: pytest.FixtureRequest
) -> AsyncIterator[tuple[LossyWire, str]]:
    """A wire that loses as many replies as the test's parameter says, and its address."""
    wire = LossyWire(settings.redis_socket, request.param)
    path = settings.home / "lossy.sock"
    server = await asyncio.start_unix_server(wire.serve, path)
    yield wire, f"unix://{path}"
    server.close()


@dataclass
class Call:
    """One call: its desk, and all that was news."""

    desk: Desk
    news: list[TaskReport] = field(default_factory=list)

    async def delegate(
        self, task_id: str, tool: str, follow_up: FollowUp | None = None, **arguments: object
    ) -> None:
        await self.desk.delegate(
            Delegation(task_id=task_id, tool=tool, arguments=dict(arguments), follow_up=follow_up)
        )

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

    def start_worker(self, *visibility_s: int, **more: str) -> subprocess.Popen[bytes]:
        """Start a worker in a session of its own, with the example package and `more` in its environment."""
        environment = {
            **os.environ,
            "TANDEM_HOME": str(self.settings.home),
            "TANDEM_WORKER_PROCESSES": "2",
            "PYTHONPATH": f"{EXAMPLE_PACKAGE}:{Path.cwd()}",
            "EXAMPLE_TOOLS_FOLDER": str(self.folder),
            **more,
        }
        worker = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", WORK, *map(str, visibility_s)], env=environment, start_new_session=True
        )
        self.workers.append(worker)
        return worker

    async def ready_worker(self, *visibility_s: int, **more: str) -> subprocess.Popen[bytes]:
        """Start a worker and wait until it answers, however busy the machine is."""
        worker = self.start_worker(*visibility_s, **more)
        for number in range(9):
            await self.call.delegate(f"ready-{number}", "instant", number=number)
            if (await self.call.answer(f"ready-{number}")).kind is ReportKind.RESULT:
                break
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

    async def rows(self, table: type[T]) -> list[T]:
        """Read all rows of a table."""
        database = Database(self.settings.database_url)
        async with database.reading() as session:
            found = list(await session.scalars(select(table)))
        await database.close()
        return found

    async def cases(self) -> int:
        """Count the cases tests have opened in the customer records."""
        return len([row for row in await self.rows(CaseRow) if row.subject == "from a test"])

    async def nothing_is_orphaned(self) -> None:
        """Wait until no write is pending, no request is open, and no message is in the workers' hands."""
        redis = connect(self.settings.redis_url)
        async with asyncio.timeout(15):
            while (  # noqa: ASYNC110 - a database rings no bell
                any(row.state == "pending" for row in await self.rows(ToolCallRow))
                or any(row.state in ("waiting", "sent") for row in await self.rows(OutboxRow))
                or await redis.hlen("unacked")
                or await redis.llen(QUEUE)
            ):
                await asyncio.sleep(0.1)
        await redis.aclose()

    async def begun_times(self, task_id: str) -> int:
        """Count how often workers have taken up this task of the first call."""
        redis = connect(self.settings.redis_url)
        times = await redis.hget(runs_key("call-1"), task_id)
        await redis.aclose()
        return int(times or 0)

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
