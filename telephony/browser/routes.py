"""A browser's way in: `WS /phone/media/TICKET`, the socket of one call (`telephony.browser.wire`).

A socket that another site's page opens is refused. One without a good ticket, or for which there is no room,
is answered with `ended` and why, since a browser tells its page nothing of a refused socket.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final, Protocol
from uuid import uuid4

from fastapi import APIRouter, Response
from starlette.websockets import WebSocket

from config.settings import Settings
from telephony.browser.bookings import Bookings
from telephony.browser.screen import Screen
from telephony.browser.socket import BrowserSocket
from telephony.browser.wire import ended
from telephony.clock import Clock, MonotonicClock
from telephony.coding import LINEAR
from telephony.line import BROWSER, Conversation, IncomingCall
from telephony.media_line import LineLimits, MediaLine
from telephony.outside_ears import make_service
from telephony.peer_socket import NORMAL, POLICY, TRY_AGAIN_LATER
from telephony.stream import StreamEnd, run_stream
from telephony.switchboard import Chosen
from telephony.watching import Watcher

logger = logging.getLogger(__name__)

LIMITS: Final = LineLimits(lead_ms=320, unconfirmed_ms=500)
"""A browser's network jitters more than a carrier's; what it has played it tells all the time."""
_NO_TICKET: Final = "This call was begun already, or waited too long to be. Call again."
_BUSY: Final = "All lines are busy at the moment. Call again in a few minutes."
_NOT_OPENED: Final = "The call could not be opened; the server's log says why. Call again."


class Switchboard(Protocol):
    """Who answers: opens conversations, within capacity (`telephony.switchboard`)."""

    def has_room(self) -> bool:
        """Whether one more call can be taken now."""
        ...

    def lead_in_ms(self, call: IncomingCall, now_ns: int) -> int:
        """How much silence a call just opened is to begin with."""
        ...

    async def open(self, call: IncomingCall, chosen: Chosen, watchers: Sequence[Watcher]) -> Conversation:
        """Begin a conversation on a chosen flow, watched."""
        ...


def browser_router(
    settings: Settings, switchboard: Switchboard, bookings: Bookings, clock: Clock | None = None
) -> APIRouter:
    """Build the route. The clock is for tests."""
    desk = _Desk(settings, switchboard, bookings, clock or MonotonicClock())
    router = APIRouter(prefix="/phone")
    router.add_api_websocket_route("/media/{ticket}", desk.media)
    return router


class _Desk:
    def __init__(
        self, settings: Settings, switchboard: Switchboard, bookings: Bookings, clock: Clock
    ) -> None:
        self._settings = settings
        self._switchboard = switchboard
        self._bookings = bookings
        self._clock = clock

    async def media(self, websocket: WebSocket, ticket: str) -> None:
        """One call, from the upgrade to the end."""
        origin = websocket.headers.get("origin")
        if origin is not None and origin not in self._settings.own_origins:
            logger.warning("refused a browser's call from a page of %s", origin[:128])
            text = f"This page is not of this server. Open {self._settings.public_url} and call from there."
            await websocket.send_denial_response(Response(text, 403, media_type="text/plain"))
            return
        await websocket.accept()
        socket = BrowserSocket(websocket, self._clock)
        if not self._switchboard.has_room():
            await _refuse(socket, "busy", _BUSY, TRY_AGAIN_LATER)
        else:
            await self._serve(socket, ticket)

    async def _serve(self, socket: BrowserSocket, ticket: str) -> None:
        call = IncomingCall(BROWSER, f"WB{uuid4().hex}", BROWSER, BROWSER)
        screen = Screen()
        try:
            booking = await self._bookings.redeem(ticket)
            if booking is None:
                await _refuse(socket, "refused", _NO_TICKET, POLICY)
                return
            ears = make_service(self._settings)
            conversation = await self._switchboard.open(call, Chosen(booking.flow, booking.label), (screen,))
        except Exception:  # one call's failure must not take others with it
            logger.exception("call %s could not be opened", call.carrier_call_id)
            await _refuse(socket, "failed", _NOT_OPENED, TRY_AGAIN_LATER)
            return
        now_ns = self._clock.now_ns()
        lead_in_ms = self._switchboard.lead_in_ms(call, now_ns)
        line = MediaLine(now_ns, LIMITS, lead_in_ms, LINEAR)
        showing = asyncio.create_task(screen.show(socket.tell), name="screen")
        try:
            end = await run_stream(socket, conversation, line, self._clock, ears)
        finally:
            showing.cancel()
            await asyncio.gather(showing, return_exceptions=True)
        outcome = screen.outcome or "failed"
        await socket.tell([*screen.take(), ended(outcome, self._why(outcome, end))])
        await socket.close(NORMAL, outcome)

    def _why(self, outcome: str, end: StreamEnd) -> str:
        match outcome:
            case "completed":
                return "The agent has ended the call."
            case "transferred":
                return f"On a telephone you would be connected to {end.transfer_to} now."
            case "caller_hung_up":
                return "You have hung up."
            case "time_limit":
                return f"A call may last {self._settings.max_call_minutes} minutes."
            case "ended_by_manager":
                return "Somebody who watched this call has ended it."
            case _ if end.reason == "silent":
                return f"Nothing came from your browser for {LIMITS.silent_ms // 1_000} seconds."
            case _:
                return "Something failed on our side; the server's log says what. Call again."


async def _refuse(socket: BrowserSocket, outcome: str, why: str, code: int) -> None:
    await socket.tell([ended(outcome, why)])
    await socket.close(code, why)
