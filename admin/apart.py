"""A process apart for what keeps a core busy.

Flows are read by pure Python, which would hold the interpreter's lock while calls on the same server wait for
theirs: every step of the model asks for it hundreds of times. Here it holds up nobody.
"""

import asyncio
import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_NICER: Final = 10
_PR_SET_PDEATHSIG: Final = 1


class Apart:
    """Runs functions one after another in a process that begins with the first. Close it at the end.

    Args:
        gives_way: to calls, where processors are few; not so where a caller waits for what is done.
    """

    def __init__(self, *, gives_way: bool = True) -> None:
        self._nicer = _NICER if gives_way else 0
        self._pool: ProcessPoolExecutor | None = None

    async def run(self, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a module's function; what it is given and gives back is pickled.

        Raises:
            BrokenProcessPool: the process died twice.
        """
        work = partial(do, *args, **kwargs)
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._started(), work)
        except BrokenProcessPool:
            self._pool = None
            return await loop.run_in_executor(self._started(), work)

    def close(self) -> None:
        """End the process, without waiting for what it is at. Idempotent."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, context, _begin, (os.getpid(), self._nicer))
        return self._pool


def _begin(parent_pid: int, nicer: int) -> None:
    """Give way to calls, leave Ctrl-C to the parent, and end with it, however it ends."""
    os.nice(nicer)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent_pid:
            os._exit(1)  # it ended in between
