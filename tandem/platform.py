"""The whole platform on one machine, as processes of this one: Redis, a worker, the server.

Each runs in a session of its own, so that a Ctrl-C reaches only this process, which then ends them in order;
and the kernel ends each should this process die. A process that dies is started again.
"""

import asyncio
import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from typing import Final, TextIO

from agents.crm.seed import seed_demo
from agents.redis_server import RedisServer
from config.errors import ConfigError
from config.settings import Settings, load

Progress = Callable[[str], None]
"""Told, in a few words, what is being started."""

_READY_WITHIN_S: Final = 90.0
_POLL_S: Final = 0.1
_END_WITHIN_S: Final = 8.0
_RESTARTS_A_MINUTE: Final = 5
_PR_SET_PDEATHSIG: Final = 1


class PlatformError(ConfigError):
    """The platform cannot run here. The text says why and what to do."""


class Platform:
    """Everything on one machine. `start`, `failure` now and then, `stop`; or use `running`."""

    def __init__(self, overrides: Mapping[str, str | None] | None = None) -> None:
        """Prepare to run with the environment's settings; `overrides` stand above them, None unsets one.

        Raises:
            SettingsError: a setting is wrong.
        """
        self.settings = load(overrides)
        environment: dict[str, str | None] = {**os.environ, **(overrides or {})}
        environment["TANDEM_HOME"] = str(self.settings.home.resolve())
        environment["REDIS_URL"] = self.settings.redis_url
        self._environment = {name: value for name, value in environment.items() if value is not None}
        self._lock: TextIO | None = None
        self._redis: RedisServer | None = None
        self._children: list[_Child] = []
        self._stopping = threading.Event()
        self._keeper = threading.Thread(target=self._keep_alive, name="keeper", daemon=True)
        self.failure: str | None = None
        """Why the platform can no longer run, once it cannot."""

    @property
    def url(self) -> str:
        """Where the server answers on this machine."""
        return f"http://{self.settings.host}:{self.settings.port}"

    def start(self, progress: Progress) -> None:
        """Start everything and wait until calls can come in.

        Raises:
            PlatformError: port or home in use, or a process does not come up. Nothing is left running.
        """
        try:
            self._take_home()
            _refuse_busy_port(self.settings)
            if self.settings.given_redis_url is None:
                progress("Redis")
                self._redis = RedisServer(self.settings)
                self._redis.start()
            progress("the database")
            asyncio.run(_prepare_database(self.settings))
            progress("the worker and the model")
            self._children = [_Child(command, self._environment) for command in ("worker", "serve")]
            self._keeper.start()
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End everything, the server first. Idempotent."""
        self._stopping.set()
        if self._keeper.is_alive():
            self._keeper.join()
        for child in reversed(self._children):
            child.end()
        self._children = []
        if self._redis is not None:
            self._redis.stop()
            self._redis = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def process_ids(self) -> dict[str, int]:
        """The main processes by command, for those who test what happens when one dies."""
        return {child.command: child.process.pid for child in self._children}

    def _take_home(self) -> None:
        home = self.settings.home.resolve()
        try:
            home.mkdir(parents=True, exist_ok=True)
            self._lock = (home / "up.lock").open("w")
        except OSError as error:
            raise PlatformError(
                f"TANDEM_HOME={home} cannot be written ({error.strerror}). Choose a folder that can."
            ) from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise PlatformError(
                f"another tandem is running with TANDEM_HOME={home}. End it, or give this one its own."
            ) from None

    def _keep_alive(self) -> None:
        while not self._stopping.wait(_POLL_S):
            for child in self._children:
                if not child.revive():
                    self.failure = (
                        f"`tandem {child.command}` keeps ending (exit code {child.process.returncode}). "
                        f"Its log: {self.settings.logs}"
                    )
                    return

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=2):  # noqa: S310 - our own address
                return True
        except (urllib.error.URLError, OSError):
            return False

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_WITHIN_S
        while time.monotonic() < deadline:
            if self.failure:
                raise PlatformError(self.failure)
            if self._healthy():
                return
            time.sleep(_POLL_S)
        raise PlatformError(
            f"the server did not come up within {_READY_WITHIN_S:.0f} s. Its log: {self.settings.logs}"
        )


@contextlib.contextmanager
def private_platform(progress: Progress, **variables: str) -> Iterator[Platform]:
    """Run a platform of one's own for as long as the context lasts: free port, own home, own Redis.

    Args:
        progress: told what is being started.
        variables: environment variables that stand above the caller's own; `TANDEM_HOME` keeps the home,
            without it a temporary one is used and removed.
    """
    with contextlib.ExitStack() as stack:
        if "TANDEM_HOME" not in variables:
            home = stack.enter_context(
                tempfile.TemporaryDirectory(prefix="tandem-", ignore_cleanup_errors=True)
            )
            variables["TANDEM_HOME"] = home
        overrides: dict[str, str | None] = {
            "TANDEM_PORT": str(free_port()),
            "TANDEM_HOST": "127.0.0.1",
            "TANDEM_PUBLIC_URL": None,
            "REDIS_URL": None,
            "DATABASE_URL": None,
            **variables,
        }
        platform = Platform(overrides)
        stack.callback(platform.stop)
        platform.start(progress)
        yield platform


def free_port() -> int:
    """Find a loopback port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _prepare_database(settings: Settings) -> None:
    from admin.migrate import upgrade  # Alembic is slow to import

    await upgrade(settings)
    await seed_demo(settings)


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


def _end_with_parent() -> None:
    """Have the kernel send SIGTERM when the parent dies (on Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class _Child:
    """One `tandem` command as a child process that is started again when it dies."""

    def __init__(self, command: str, environment: Mapping[str, str]) -> None:
        self.command = command
        self._environment = dict(environment)
        self._started: list[float] = []
        self.process = self._spawn()

    def _spawn(self) -> subprocess.Popen[bytes]:
        now = time.monotonic()
        self._started = [at for at in self._started if now - at < 60] + [now]
        return subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "tandem.main", self.command],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # one system call, safe between fork and exec
        )

    def revive(self) -> bool:
        """Start it again if it has died. False: it dies too often."""
        if self.process.poll() is None:
            return True
        if len(self._started) > _RESTARTS_A_MINUTE:
            return False
        self.process = self._spawn()
        return True

    def end(self) -> None:
        """Ask it to end, then make it: whatever it has started included."""
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(_END_WITHIN_S)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
