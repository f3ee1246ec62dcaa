"""One browser's socket: audio as it is, everything else as JSON, within a peer's limits."""

from collections.abc import Sequence
from typing import Final

from starlette.websockets import WebSocket

from telephony.browser.wire import from_wire, problem, to_wire
from telephony.clock import Clock
from telephony.errors import FloodError, MessageError
from telephony.messages import FromCarrier, Stop, ToCarrier
from telephony.peer_socket import GOING_AWAY, NO_STATUS, NORMAL, PeerSocket, SocketLimits

BROWSER_LIMITS: Final = SocketLimits(messages_per_s=300, burst=600)
"""Audio comes up to 125 times a second where every 128 samples are sent on their own; reports come beside."""
_PROBLEMS_TOLD: Final = 10


class BrowserSocket:
    """An accepted WebSocket that speaks `telephony.browser.wire`."""

    def __init__(self, websocket: WebSocket, clock: Clock, limits: SocketLimits = BROWSER_LIMITS) -> None:
        self._peer = PeerSocket(websocket, clock, limits, "browser")
        self._problems: list[str] = []
        self._told = 0
        self._hung_up = False

    async def receive(self) -> FromCarrier | None:
        """Wait for the next message; None once the socket is closed.

        A page that is closed or left hangs up; a connection that broke does not.
        """
        message = await self._peer.receive(self._read)
        await self._tell_problems()
        if (
            message is None
            and not self._hung_up
            and self._peer.closed_with in (NORMAL, GOING_AWAY, NO_STATUS)
        ):
            self._hung_up = True
            return Stop()
        return message

    async def send(self, messages: Sequence[ToCarrier]) -> bool:
        """Send in order; False if the socket is closed or the browser does not read."""
        return await self._peer.send([wire for each in messages if (wire := to_wire(each)) is not None])

    async def tell(self, messages: Sequence[str]) -> bool:
        """Send what is no audio."""
        return await self._peer.send(messages)

    async def close(self, code: int = NORMAL, reason: str = "") -> None:
        """Close from our side. Idempotent; a browser that has gone is no error."""
        await self._peer.close(code, reason)

    def _read(self, wire: str | bytes) -> FromCarrier:
        try:
            return from_wire(wire)
        except FloodError:
            raise
        except MessageError as error:
            if self._told < _PROBLEMS_TOLD:
                self._told += 1
                self._problems.append(problem(str(error)))
            raise

    async def _tell_problems(self) -> None:
        problems, self._problems = self._problems, []
        if problems:
            await self._peer.send(problems)
