"""The whole platform on one machine, as processes of this one: Redis, a worker, the server.

Each runs in a session of its own, so that a Ctrl-C reaches only this process, which then ends them in order;
and the kernel ends each should this process die. A process that dies is started again.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from pathlib import Path
from typing import Final

import httpx

from agents.crm.seed import seed_demo
from agents.errors import RedisServerError
from agents.redis_server import RedisServer
from config.errors import ConfigError
from config.flow_file import load_flow
from config.lifetime import die_with
from config.settings import EMBEDDED_EARS, Settings, load

Progress = Callable[[str], None]
"""Told, in a few words, what is being started."""

_READY_WITHIN_S: Final = 300.0
_POLL_S: Final = 0.1
_END_WITHIN_S: Final = 8.0
_RESTARTS_A_MINUTE: Final = 5


class PlatformError(ConfigError):
    """The platform cannot run here. The text says why and what to do."""


class Platform:
    """Everything on one machine. Use `private_platform`, or `start` and `stop` by the same event loop."""

    def __init__(self, overrides: Mapping[str, str | None] | None = None) -> None:
        """Prepare to run with the environment's settings; `overrides` stand above them, None unsets one.

        Raises:
            SettingsError: a setting is wrong.
        """
        self.settings = load(overrides)
        environment: dict[str, str | None] = {**os.environ, **(overrides or {})}
        environment["TANDEM_HOME"] = str(self.settings.home.resolve())
        environment["REDIS_URL"] = self.settings.redis_url
        environment["TANDEM_SET_UP_LINK"] = "false"  # whoever runs the platform prints it
        self._environment = {name: value for name, value in environment.items() if value is not None}
        self._redis: RedisServer | None = None
        self._children: list[_Child] = []
        self._keeper: asyncio.Task[None] | None = None
        self.failed = asyncio.Event()
        """Set once the platform can no longer run."""
        self.failure = ""
        """Why it cannot."""

    @property
    def url(self) -> str:
        """Where the server answers on this machine."""
        return f"http://{self.settings.host}:{self.settings.port}"

    async def start(self, progress: Progress) -> None:
        """Start everything and wait until calls can come in.

        Raises:
            PlatformError: port or home in use, or a process does not come up. Nothing is left running.
            FlowError: the flow named by TANDEM_FLOW is not valid.
            EarsError: the service named by TANDEM_EARS cannot be used.
        """
        try:
            _refuse_bad_parts(self.settings)
            _refuse_unwritable(self.settings.home)
            _refuse_busy_port(self.settings)
            if self.settings.given_redis_url is None:
                progress("Redis")
                self._redis = RedisServer(self.settings)
                await self._redis.start()
            progress("the database")
            await _prepare_database(self.settings)
            progress("the worker and the model")
            self._children = [_Child("worker", self._environment), _Child("serve", self._environment)]
            for child in self._children:
                await child.start()
            self._keeper = asyncio.create_task(self._keep_alive())
            await self._wait_until_ready()
        except RedisServerError as error:
            await self.stop()
            raise PlatformError(str(error)) from None
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End everything, the server first. Idempotent."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
            self._keeper = None
        for child in reversed(self._children):
            await child.end()
        self._children = []
        if self._redis is not None:
            await self._redis.stop()
            self._redis = None

    def process_ids(self) -> dict[str, int]:
        """The processes by command, for those who test what happens when one dies."""
        return {child.command: child.process_id for child in self._children}

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(_POLL_S)
            for child in self._children:
                if not await child.revive():
                    self.failure = f"`tandem {child.command}` keeps ending. Its log: {self.settings.logs}"
                    self.failed.set()
                    return

    async def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_WITHIN_S
        async with httpx.AsyncClient(base_url=self.url, timeout=2.0, trust_env=False) as client:
            while time.monotonic() < deadline:
                if self.failed.is_set():
                    raise PlatformError(self.failure)
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get("/health")).is_success:
                        return
                await asyncio.sleep(_POLL_S)
        raise PlatformError(
            f"the server was not ready within {_READY_WITHIN_S:.0f} s. Its log: {self.settings.logs}"
        )


@contextlib.asynccontextmanager
async def private_platform(progress: Progress, **variables: str) -> AsyncGenerator[Platform]:
    """Run a platform of one's own for as long as the context lasts: free port, own home, own Redis.

    Args:
        progress: told what is being started.
        variables: environment variables that stand above the caller's own; `TANDEM_HOME` keeps the home,
            without it a temporary one is used and removed.

    Raises:
        PlatformError: it does not come up.
    """
    with contextlib.ExitStack() as stack:
        if "TANDEM_HOME" not in variables:
            home = tempfile.TemporaryDirectory(prefix="tandem-", ignore_cleanup_errors=True)
            variables["TANDEM_HOME"] = stack.enter_context(home)
        overrides: dict[str, str | None] = {
            "TANDEM_PORT": str(free_port()),
            "TANDEM_HOST": "127.0.0.1",
            "TANDEM_PUBLIC_URL": None,
            "REDIS_URL": None,
            "DATABASE_URL": None,
            **variables,
        }
        platform = Platform(overrides)
        try:
            await platform.start(progress)
            yield platform
        finally:
            await platform.stop()


def free_port() -> int:
    """Find a loopback port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _prepare_database(settings: Settings) -> None:
    from admin.migrate import upgrade  # Alembic is slow to import

    await upgrade(settings)
    if settings.given_database_url is None:  # a company's own database is not for demonstrations
        await seed_demo(settings)


def _refuse_bad_parts(settings: Settings) -> None:
    """Say what is wrong with flow or ears here, once, not by every server that is started again."""
    load_flow(settings.flow)
    if settings.ears not in EMBEDDED_EARS:
        from telephony import pipecat_logs

        pipecat_logs.join()
        from telephony.outside_ears import make_service  # imports pipecat

        make_service(settings)


def _refuse_unwritable(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            return
    except OSError as error:
        raise PlatformError(
            f"TANDEM_HOME={home} cannot be written ({error.strerror}). Choose a folder that can."
        ) from None


def _refuse_busy_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise PlatformError(
                f"port {settings.port} on {settings.host} cannot be used ({error.strerror}). "
                f"End what uses it, or choose another one: TANDEM_PORT={settings.port + 1}"
            ) from None


class _Child:
    """One `tandem` command as a child process that is started again when it dies."""

    def __init__(self, command: str, environment: Mapping[str, str]) -> None:
        self.command = command
        self.process_id = 0
        self._environment = dict(environment)
        self._started: list[float] = []
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        now = time.monotonic()
        self._started = [at for at in self._started if now - at < 60] + [now]
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tandem.main",
            self.command,
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with(os.getpid()),
        )
        self.process_id = self._process.pid

    async def revive(self) -> bool:
        """Start it again if it has died. False: it dies too often."""
        if self._process is None or self._process.returncode is None:
            return True
        if len(self._started) > _RESTARTS_A_MINUTE:
            return False
        await self.start()
        return True

    async def end(self) -> None:
        """Ask it to end, then make it: whatever it has started included."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), _END_WITHIN_S)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
