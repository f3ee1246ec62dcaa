"""One media stream: Twilio's end of the WebSocket, on an absolute clock.

Every 20 ms a packet of the caller leaves; agent audio that arrives is queued and sounds in real time; marks
return at their moment. Deadlines are absolute, so that nothing drifts and a late tick is caught up by the
next.
"""

import asyncio
import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, assert_never

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from config.units import PACKET_MS, PACKET_WIRE_BYTES, WIRE_RATE_HZ
from telephony.simulator import wire
from telephony.simulator.caller import Action, HangUp, Press
from telephony.simulator.control import Order
from telephony.simulator.errors import CallError
from telephony.simulator.handset import Handset
from telephony.simulator.twiml import ConnectStream
from telephony.simulator.webhooks import Credentials, signature
from telephony.simulator.wire import ClearMessage, Malformed, MarkMessage, MediaMessage, StreamIds

_CONNECT_TIMEOUT_S: Final = 10.0
_CLOSE_TIMEOUT_S: Final = 2.0
_LARGEST_FRAME_BYTES: Final = 16 * 1024 * 1024
_MOST_ERRORS: Final = 100
_STALL_EVERY_MS: Final = 4_000
_DRAIN_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class ServerClosed:
    """The server closed the socket: WebSocket close code and reason."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Ordered:
    """The server used call control."""

    order: Order


@dataclass(frozen=True, slots=True)
class CallerHungUp:
    pass


StreamEnd = ServerClosed | Ordered | CallerHungUp


@dataclass(frozen=True, slots=True)
class ProtocolError:
    """A message of the platform that Twilio would refuse, with the code of its warning."""

    code: int
    why: str
    at_ms: int


@dataclass(slots=True)
class StreamCounts:
    """What passed in a call's streams. `latest_ms`: how late the simulator's own clock was at worst."""

    media: int = 0
    marks: int = 0
    marks_returned: int = 0
    clears: int = 0
    malformed: int = 0
    latest_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class StreamParts:
    """What a stream needs of its call.

    `think` lets the caller act at the end of a packet; `ordered` gives the order of call control, once there
    is one; `stall_ms` and `seed` are the script's.
    """

    ids: StreamIds
    handset: Handset
    counts: StreamCounts
    errors: list[ProtocolError]
    think: Callable[[], Action | None]
    ordered: Callable[[], Order | None]
    stall_ms: int = 0
    seed: int = 0


async def run_stream(verb: ConnectStream, credentials: Credentials | None, parts: StreamParts) -> StreamEnd:
    """Connect the call's sound to the platform until one side ends it.

    Raises:
        CallError: the socket cannot be opened; says why.
    """
    try:
        socket = await connect(
            verb.url,
            additional_headers=signature(credentials, verb.url, {}),
            user_agent_header="Twilio.TmeWs/1.0",
            compression=None,
            open_timeout=_CONNECT_TIMEOUT_S,
            close_timeout=_CLOSE_TIMEOUT_S,
            ping_interval=None,
            max_size=_LARGEST_FRAME_BYTES,
            proxy=None,
        )
    except InvalidStatus as error:
        body = bytes(error.response.body or b"").decode("utf-8", "replace").strip()
        why = f": {body[:200]}" if body else ""
        raise CallError(f"the media socket was refused with {error.response.status_code}{why}") from None
    except TimeoutError:
        raise CallError(f"the media socket did not open within {_CONNECT_TIMEOUT_S:.0f} s") from None
    except (OSError, InvalidHandshake, InvalidURI) as error:
        raise CallError(f"the media socket at {verb.url} cannot be opened: {error}") from None
    async with socket:
        return await _Stream(socket, parts).run(dict(verb.parameters))


class _Stream:
    def __init__(self, socket: ClientConnection, parts: StreamParts) -> None:
        self._socket = socket
        self._parts = parts
        self._handset = parts.handset
        self._loop = asyncio.get_running_loop()
        self._first_packet = parts.handset.packets
        self._began = 0.0
        self._sequence = 0
        self._outbox: deque[str] = deque()
        self._outbox_filled = asyncio.Event()
        self._stalls = _stalls(parts.stall_ms, parts.seed)
        self._stopping = False
        self._over = False

    async def run(self, parameters: dict[str, str]) -> StreamEnd:
        self._send(wire.connected())
        self._send(wire.start(self._next(), self._parts.ids, parameters))
        self._began = self._loop.time() - self._handset.packets * PACKET_MS / 1_000
        reader = asyncio.create_task(self._read(), name="carrier reads")
        writer = asyncio.create_task(self._write(), name="carrier writes")
        try:
            end = await self._keep_time(reader)
            if not isinstance(end, ServerClosed):
                await self._say_stop(writer)
            return end
        finally:
            self._over = True
            self._handset.hang_over()
            reader.cancel()
            writer.cancel()
            await asyncio.gather(reader, writer, return_exceptions=True)

    # --- the clock ------------------------------------------------------------------------------

    async def _keep_time(self, reader: asyncio.Task[ServerClosed]) -> StreamEnd:
        while True:
            due = self._began + (self._handset.packets + 1) * PACKET_MS / 1_000
            await asyncio.sleep(max(0.0, due - self._loop.time()))
            self._parts.counts.latest_ms = max(
                self._parts.counts.latest_ms, (self._loop.time() - due) * 1_000
            )
            if reader.done():
                return reader.result()
            order = self._parts.ordered()
            if order is not None:
                return Ordered(order)
            self._play((self._handset.packets + 1) * PACKET_WIRE_BYTES)
            self._send_packet()
            match self._parts.think():
                case HangUp():
                    return CallerHungUp()
                case Press(key):
                    self._send(wire.dtmf(self._next(), self._parts.ids.stream_sid, key))
                case _:
                    pass

    def _send_packet(self) -> None:
        packet = self._handset.packets - self._first_packet
        payload = self._handset.next_packet()
        self._send(
            wire.media(self._next(), self._parts.ids.stream_sid, packet + 1, packet * PACKET_MS, payload)
        )

    # --- from the platform ----------------------------------------------------------------------

    async def _read(self) -> ServerClosed:
        try:
            async for frame in self._socket:
                self._take(frame)
        except ConnectionClosed:
            pass  # the codes below tell how
        return ServerClosed(self._socket.close_code or 1006, self._socket.close_reason or "")

    def _take(self, frame: str | bytes) -> None:
        handset, counts = self._handset, self._parts.counts
        self._play(self._position())
        message = wire.parse(frame, self._parts.ids.stream_sid)
        match message:
            case MediaMessage(payload):
                counts.media += 1
                if not handset.queue_audio(payload):
                    self._fault(wire.QUEUE_OVERFLOW, "more than 10 minutes of audio waiting; discarded")
            case MarkMessage(name):
                counts.marks += 1
                self._return_marks(handset.queue_mark(name))
                self._wake_at(handset.playout.position + handset.playout.waiting_samples)
            case ClearMessage():
                counts.clears += 1
                self._return_marks(handset.clear())
            case Malformed(code, why):
                self._fault(code, why)
            case _:
                assert_never(message)

    def _fault(self, code: int, why: str) -> None:
        self._parts.counts.malformed += 1
        if len(self._parts.errors) < _MOST_ERRORS:
            self._parts.errors.append(ProtocolError(code, why, self._handset.now_ms))

    # --- playout --------------------------------------------------------------------------------

    def _position(self) -> int:
        """Samples of call time that have passed, at most to the next packet.

        When this process itself was held up, what arrived meanwhile must not count as late: it is taken in
        before time moves on.
        """
        passed = math.floor((self._loop.time() - self._began) * WIRE_RATE_HZ)
        return min(passed, (self._handset.packets + 1) * PACKET_WIRE_BYTES)

    def _play(self, position: int) -> None:
        self._return_marks(self._handset.play_until(position))

    def _wake_at(self, position: int) -> None:
        """Play on right when `position` is reached, so that its mark returns then, not at the next packet."""
        when = self._began + position / WIRE_RATE_HZ
        self._loop.call_at(when, lambda: None if self._over else self._play(position))

    def _return_marks(self, names: tuple[str, ...]) -> None:
        for name in names:
            self._parts.counts.marks_returned += 1
            self._send(wire.mark(self._next(), self._parts.ids.stream_sid, name))

    # --- to the platform ------------------------------------------------------------------------

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence

    def _send(self, message: str) -> None:
        self._outbox.append(message)
        self._outbox_filled.set()

    async def _write(self) -> None:
        try:
            while self._outbox or not self._stopping:
                await self._outbox_filled.wait()
                self._outbox_filled.clear()
                while self._outbox and not self._stalled():
                    await self._socket.send(self._outbox.popleft())
        except ConnectionClosed:
            return

    def _stalled(self) -> bool:
        """Whether the network holds everything back now; the packet after the stall sets it free."""
        now_ms = self._handset.now_ms
        while self._stalls and now_ms >= self._stalls[0][1]:
            self._stalls.popleft()
        return bool(self._stalls) and now_ms >= self._stalls[0][0]

    async def _say_stop(self, writer: asyncio.Task[None]) -> None:
        """Send what is left and `stop`, as far as the server still listens."""
        self._stalls.clear()
        self._stopping = True
        self._send(wire.stop(self._next(), self._parts.ids))
        await asyncio.wait((writer,), timeout=_DRAIN_S)


def _stalls(stall_ms: int, seed: int) -> deque[tuple[int, int]]:
    """When the network stalls, from and to in ms of call time: an hour's worth."""
    if not stall_ms:
        return deque()
    randomness = random.Random(seed)
    stalls: deque[tuple[int, int]] = deque()
    at_ms = 0
    while at_ms < 3_600_000:
        at_ms += _STALL_EVERY_MS // 2 + randomness.randrange(_STALL_EVERY_MS)
        stalls.append((at_ms, at_ms + stall_ms))
        at_ms += stall_ms
    return stalls
