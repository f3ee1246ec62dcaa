"""One peer's WebSocket, within limits. What a hostile or broken peer can do ends here.

What cannot be read is counted, logged once and tolerated up to a limit; too much, or too large, closes the
socket. A peer that sends faster than a call does is not read faster: TCP holds it back, and no other call
notices.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from telephony.clock import NS_PER_S, Clock
from telephony.errors import FloodError, MessageError
from telephony.pacing import Allowance, spend

logger = logging.getLogger(__name__)

NORMAL: Final = 1000
GOING_AWAY: Final = 1001
UNSUPPORTED: Final = 1003
NO_STATUS: Final = 1005
POLICY: Final = 1008
TOO_BIG: Final = 1009
TRY_AGAIN_LATER: Final = 1013
READS_BETWEEN_YIELDS: Final = 16
"""After so many messages read at once, other calls get their turn."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """What a peer may do.

    Attributes:
        start_s: how long it may take to say `start`.
        messages_per_s: sustained rate that is read; a call sends 50. `burst`: so many more may come at once.
        throttled_s: how long, in all, a peer may be held back for sending too fast before it is cut off.
        unreadable: so many messages that cannot be read are tolerated.
        send_s: how long a peer may leave what we send unread.
        waiting: how many sockets of the process may be waiting for their `start`.
    """

    start_s: float = 5.0
    messages_per_s: int = 500
    burst: int = 1_000
    throttled_s: float = 10.0
    unreadable: int = 100
    send_s: float = 2.0
    waiting: int = 256


class PeerSocket:
    """An accepted WebSocket. `name` is what the log calls it."""

    def __init__(self, websocket: WebSocket, clock: Clock, limits: SocketLimits, name: str = "(new)") -> None:
        self.name = name
        self.unreadable = 0
        self.closed_with: int | None = None
        """The peer's code, once it has closed."""
        self._websocket = websocket
        self._clock = clock
        self._limits = limits
        self._allowance = Allowance(NS_PER_S // limits.messages_per_s, limits.burst)
        self._next_ns = 0
        self._throttled_ns = 0
        self._reads = 0

    async def receive(self, read: Callable[[str | bytes], T]) -> T | None:
        """Wait for the next message that `read` can read; None once the socket is closed, by whichever side.

        `read` raises `MessageError` for what it cannot read, `FloodError` for what is too large.
        """
        while self.is_open:
            try:
                event = await self._websocket.receive()
                if event["type"] == "websocket.disconnect":
                    self.closed_with = event.get("code", NO_STATUS)
                    return None
                await self._throttle()
                text = event.get("text")
                return read(event.get("bytes") or b"" if text is None else text)
            except FloodError as error:
                logger.warning("a media socket is closed: %s", error)
                await self.close(TOO_BIG if self._throttled_ns == 0 else POLICY, str(error))
            except MessageError as error:
                await self._tolerate(error)
        return None

    async def send(self, messages: Sequence[str | bytes]) -> bool:
        """Send in order; False if the socket is closed or the peer does not read."""
        try:
            async with asyncio.timeout(self._limits.send_s):
                for message in messages:
                    if not self.is_open:
                        return False
                    if isinstance(message, str):
                        await self._websocket.send_text(message)
                    else:
                        await self._websocket.send_bytes(message)
        except (WebSocketDisconnect, RuntimeError, OSError):  # starlette's and uvicorn's ways to say "gone"
            return False
        return True

    async def close(self, code: int = NORMAL, reason: str = "") -> None:
        """Close from our side. Idempotent; a peer that has gone is no error."""
        if not self.is_open:
            return
        try:
            async with asyncio.timeout(self._limits.send_s):
                await self._websocket.close(code, reason[:120])
        except (WebSocketDisconnect, RuntimeError, OSError):
            return

    @property
    def is_open(self) -> bool:
        """Whether neither side has closed."""
        socket = self._websocket
        connected = WebSocketState.CONNECTED
        return socket.application_state is connected and socket.client_state is connected

    async def _throttle(self) -> None:
        self._reads += 1
        self._next_ns, wait_ns = spend(self._allowance, self._next_ns, self._clock.now_ns())
        if wait_ns > 0:
            self._throttled_ns += wait_ns
            if self._throttled_ns > self._limits.throttled_s * NS_PER_S:
                raise FloodError(f"more than {self._limits.messages_per_s} messages a second")
            await self._clock.sleep_until(self._clock.now_ns() + wait_ns)
        elif self._reads % READS_BETWEEN_YIELDS == 0:
            await asyncio.sleep(0)

    async def _tolerate(self, error: MessageError) -> None:
        self.unreadable += 1
        if self.unreadable == 1:
            logger.warning("a message on stream %s cannot be read: %s", self.name, error)
        if self.unreadable > self._limits.unreadable:
            code = UNSUPPORTED if "binary" in str(error) else POLICY
            await self.close(code, f"too many messages that cannot be read, the last: {error}")
