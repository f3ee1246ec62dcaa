"""How many connections to live calls one person may hold open at a time, at this server.

Each costs a connection to Redis and wakes for every happening or micro-turn: a page that leaks them, or a
program that does, must not take them from everybody.
"""

import contextlib
from collections import Counter
from collections.abc import AsyncGenerator, Generator
from enum import StrEnum
from typing import Annotated, Final

from fastapi import Depends
from fastapi.requests import HTTPConnection

from admin.accounts.sessions import SignedIn
from admin.problems import Problem


class Holding(StrEnum):
    """What a connection is open for."""

    FOLLOW = "follow"
    LISTEN = "listen"
    TAKE_OVER = "take-over"


MOST: Final = {Holding.FOLLOW: 24, Holding.LISTEN: 8, Holding.TAKE_OVER: 2}
"""A tab follows once or twice. Of two calls taken over one is being left: nobody speaks on more."""
_WORDS: Final = {
    Holding.FOLLOW: "follow live calls in {most} tabs or programs",
    Holding.LISTEN: "listen to {most} calls",
    Holding.TAKE_OVER: "hold {most} calls",
}


class Connections:
    """The connections that are open at this server, by person."""

    def __init__(self) -> None:
        self._open: Counter[tuple[str, Holding]] = Counter()

    @contextlib.contextmanager
    def held(self, who: SignedIn, what: Holding) -> Generator[None]:
        """Hold one open as long as this lasts.

        Raises:
            Problem: 429, they hold as many as they may.
        """
        key, most = (who.person_id, what), MOST[what]
        if self._open[key] >= most:
            detail = f"You {_WORDS[what].format(most=most)} already. Close one, then try again."
            raise Problem(429, "too-many-connections", detail, {"most": most}, {"Retry-After": "5"})
        self._open[key] += 1
        try:
            yield
        finally:
            self._open[key] -= 1
            if not self._open[key]:
                del self._open[key]


def open_connections(connection: HTTPConnection) -> Connections:
    """Give what counts them."""
    return connection.app.state.connections


OpenConnections = Annotated[Connections, Depends(open_connections)]


async def _following(connection: HTTPConnection, connections: OpenConnections) -> AsyncGenerator[None]:
    with connections.held(connection.state.who, Holding.FOLLOW):
        yield


Following = Depends(_following)
"""Of a route whose answer goes on for as long as somebody follows."""
