"""What the browser of a call shows of it: captions, tasks, charts, the step, on their way to its socket."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from telephony.browser.wire import told
from telephony.watching import CallEnded, Happening

logger = logging.getLogger(__name__)

MOST_WAITING: Final = 1_000
"""Messages for a browser that does not read; the socket is given up on long before."""


class Screen:
    """A `Watcher` that keeps what happened until it is sent. `outcome` is the call's, once it is over."""

    def __init__(self) -> None:
        self.outcome: str | None = None
        self._waiting: deque[str] = deque(maxlen=MOST_WAITING)
        self._news = asyncio.Event()

    def saw(self, at_ms: int, happening: Happening) -> None:
        if isinstance(happening, CallEnded):
            self.outcome = happening.outcome
        elif (message := told(happening)) is not None:
            self._waiting.append(message)
            self._news.set()

    def take(self) -> list[str]:
        """Take what waits to be sent, oldest first."""
        messages = list(self._waiting)
        self._waiting.clear()
        self._news.clear()
        return messages

    async def show(self, tell: Callable[[Sequence[str]], Awaitable[bool]]) -> None:
        """Send what happens as it happens, until the socket takes no more."""
        while True:
            await self._news.wait()
            if not await tell(self.take()):
                return
