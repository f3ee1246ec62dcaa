"""Asking again while something does not answer: how often, after which pauses, until when."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

from agents.errors import Unavailable

T = TypeVar("T")

FIRST_PAUSE_MS: Final = 100
LONGEST_PAUSE_MS: Final = 1_600


@dataclass(frozen=True, slots=True)
class Waiting:
    """Time and chance, as retries use them.

    Attributes:
        now_ms: a clock that never goes back.
        sleep_ms: wait.
        chance: a number from 0 to below 1.
    """

    now_ms: Callable[[], float]
    sleep_ms: Callable[[float], Awaitable[None]]
    chance: Callable[[], float] = random.random


def real_waiting() -> Waiting:
    """Wait in the running event loop."""
    loop = asyncio.get_running_loop()
    return Waiting(lambda: loop.time() * 1_000, lambda pause_ms: asyncio.sleep(pause_ms / 1_000))


def pauses_ms(retries: int, chance: Callable[[], float]) -> Iterator[float]:
    """Yield the pause before each retry: half to all of 100 ms, doubled each time, up to 1.6 s.

    The jitter keeps many calls from asking a system that has just come back all at the same moment.
    """
    for index in range(retries):
        longest_ms = min(FIRST_PAUSE_MS * 2**index, LONGEST_PAUSE_MS)
        yield longest_ms * (0.5 + chance() / 2)


async def ask(once: Callable[[], Awaitable[T]], retries: int, within_ms: float, waiting: Waiting) -> T:
    """Do something that may be done again, until it answers.

    Args:
        once: what to do.
        retries: how often it is done again when it raises `Unavailable`; whatever else it raises is final.
        within_ms: a pause that would end later than this after the beginning is not begun.
        waiting: time and chance.

    Raises:
        Unavailable: as the last try raised it.
    """
    until_ms = waiting.now_ms() + within_ms
    for pause_ms in pauses_ms(retries, waiting.chance):
        try:
            return await once()
        except Unavailable:
            if waiting.now_ms() + pause_ms >= until_ms:
                raise
        await waiting.sleep_ms(pause_ms)
    return await once()
