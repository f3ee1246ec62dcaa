"""Time as the line reads it: monotonic nanoseconds, passed in, never fetched from inside a decision."""

import asyncio
import heapq
import time
from typing import Final, Protocol

NS_PER_MS: Final = 1_000_000
NS_PER_S: Final = 1_000_000_000


class Clock(Protocol):
    """A clock that only runs forward; its zero means nothing."""

    def now_ns(self) -> int:
        """Nanoseconds now."""
        ...

    async def sleep_until(self, at_ns: int) -> None:
        """Return at about `at_ns`; at once when it is past."""
        ...


class MonotonicClock:
    """The machine's monotonic clock. Setting the wall clock changes nothing here."""

    def now_ns(self) -> int:
        return time.monotonic_ns()

    async def sleep_until(self, at_ns: int) -> None:
        await asyncio.sleep(max(0, at_ns - time.monotonic_ns()) / NS_PER_S)


class VirtualClock:
    """A clock that stands still until it is told to go on, for tests."""

    def __init__(self, now_ns: int = 0) -> None:
        self._now_ns = now_ns
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self._slept = 0

    def now_ns(self) -> int:
        return self._now_ns

    async def sleep_until(self, at_ns: int) -> None:
        if at_ns <= self._now_ns:
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._slept += 1
        heapq.heappush(self._sleepers, (at_ns, self._slept, woken))
        await woken

    async def advance(self, by_ns: int) -> None:
        """Go on by so much, waking each sleeper at its moment and letting it run before the next."""
        until_ns = self._now_ns + by_ns
        while self._sleepers and self._sleepers[0][0] <= until_ns:
            at_ns, _, woken = heapq.heappop(self._sleepers)
            self._now_ns = max(self._now_ns, at_ns)
            if not woken.done():
                woken.set_result(None)
            await settle()
        self._now_ns = until_ns
        await settle()


async def settle(rounds: int = 50) -> None:
    """Let every task that can run do so, without time passing."""
    for _ in range(rounds):
        await asyncio.sleep(0)
