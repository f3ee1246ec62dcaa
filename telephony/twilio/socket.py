"""One Twilio media socket: the wire of Media Streams on a peer's socket within limits."""

from collections.abc import Sequence

from starlette.websockets import WebSocket

from telephony.clock import Clock
from telephony.errors import MessageError
from telephony.messages import FromCarrier, ToCarrier
from telephony.peer_socket import NORMAL, PeerSocket, SocketLimits
from telephony.twilio.wire import Connected, Inbound, Start, Unknown, from_wire, to_wire


class TwilioSocket:
    """An accepted WebSocket that speaks Media Streams."""

    def __init__(self, websocket: WebSocket, clock: Clock, limits: SocketLimits) -> None:
        self._stream_id = ""
        self._peer = PeerSocket(websocket, clock, limits)

    @property
    def unreadable(self) -> int:
        """How many messages could not be read."""
        return self._peer.unreadable

    def begin(self, stream_id: str) -> None:
        """The stream has said `start`: what is sent from now on is for it."""
        self._stream_id = self._peer.name = stream_id

    async def receive(self) -> FromCarrier | None:
        """Wait for the next message about the call; None once the socket is closed, by whichever side."""
        while isinstance(message := await self.read(), Connected | Start | Unknown):
            pass
        return message

    async def read(self) -> Inbound | None:
        """Wait for the next message that can be read; None once the socket is closed, by whichever side."""
        return await self._peer.receive(_read)

    async def send(self, messages: Sequence[ToCarrier]) -> bool:
        """Send in order; False if the socket is closed or the peer does not read."""
        return await self._peer.send([to_wire(message, self._stream_id) for message in messages])

    async def close(self, code: int = NORMAL, reason: str = "") -> None:
        """Close from our side. Idempotent; a peer that has gone is no error."""
        await self._peer.close(code, reason)


def _read(wire: str | bytes) -> Inbound:
    if isinstance(wire, bytes):
        raise MessageError("a binary frame; Media Streams are text")
    message = from_wire(wire)
    if isinstance(message, Unknown):
        raise MessageError(f"an event this server does not know: {message.event!r}")
    return message
