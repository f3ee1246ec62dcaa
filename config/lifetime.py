"""Processes that must not outlive the one that started them."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
"""prctl(2): the signal the kernel sends to this process when the thread that started it ends."""


def die_with(parent_pid: int) -> Callable[[], None] | None:
    """Give what a child runs first (`preexec_fn`) to be sent SIGTERM when its parent ends, however it ends.

    Linux only; elsewhere None, and children of a killed parent have to be ended by hand.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl  # looked up before the fork: between fork and exec nothing may be locked

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent_pid:
            os._exit(1)  # it ended in between

    return ask
