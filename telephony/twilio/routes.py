"""Twilio's way in: the voice webhook, the status callbacks, and the media socket.

    POST /twilio/voice        a call comes in: join it to a media stream, or say that all lines are busy
    POST /twilio/after        its stream is over: hang up, transfer, or reconnect once if it broke
    POST /twilio/legs/TOKEN   somebody we have called answers: join them to a media stream, or hang up
    POST /twilio/status       what became of calls and streams, for the log
    WS   /twilio/media/TOKEN  the media stream

Every request is checked by the `Gate` before anything else happens. A socket has to bring a token that the
voice webhook issued, and say `start` for that very call, before the switchboard hears of it.
"""

import asyncio
import logging
from collections import OrderedDict
from typing import Final, TypeVar

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData
from starlette.websockets import WebSocket

from config.settings import Settings
from telephony.clock import NS_PER_S, Clock, MonotonicClock
from telephony.errors import MessageError, TokenError
from telephony.interpreting.legs import Legs
from telephony.line import TWILIO, IncomingCall, Switchboard
from telephony.media_line import MediaLine
from telephony.outside_ears import make_service
from telephony.peer_socket import POLICY, TRY_AGAIN_LATER, SocketLimits
from telephony.stream import StreamEnd, run_stream
from telephony.tokens import Tokens
from telephony.twilio import twiml
from telephony.twilio.signature import Gate
from telephony.twilio.socket import TwilioSocket
from telephony.twilio.wire import Start

logger = logging.getLogger(__name__)

MOST_REMEMBERED: Final = 10_000

T = TypeVar("T")


def twilio_router(
    settings: Settings,
    switchboard: Switchboard,
    tokens: Tokens | None = None,
    clock: Clock | None = None,
    limits: SocketLimits | None = None,
    legs: Legs | None = None,
) -> APIRouter:
    """Build the routes. Tokens, clock and limits are for tests; the defaults are what production uses.

    `legs`: calls that are made from here; None: none are.
    """
    clock = clock or MonotonicClock()
    desk = _FrontDesk(settings, switchboard, tokens or Tokens(clock), clock, limits or SocketLimits())
    desk.legs = legs or Legs(None)
    router = APIRouter(prefix="/twilio", tags=["twilio"])
    router.add_api_route("/voice", desk.voice, methods=["POST"], response_class=Response)
    router.add_api_route("/after", desk.after, methods=["POST"], response_class=Response)
    router.add_api_route("/legs/{token}", desk.leg, methods=["POST"], response_class=Response)
    router.add_api_route("/status", desk.status, methods=["POST"], response_class=Response)
    router.add_api_websocket_route("/media/{token}", desk.media)
    return router


class _FrontDesk:
    def __init__(
        self, settings: Settings, switchboard: Switchboard, tokens: Tokens, clock: Clock, limits: SocketLimits
    ) -> None:
        self._settings = settings
        self._switchboard = switchboard
        self._tokens = tokens
        self._clock = clock
        self._limits = limits
        self._gate = Gate(settings)
        self.legs = Legs(None)
        self._waiting = 0
        self._ended: _Remembered[StreamEnd] = _Remembered()
        self._reconnected: _Remembered[bool] = _Remembered()
        """Calls whose stream broke and was joined again: once, and not a second time."""

    # --- webhooks -----------------------------------------------------------------------------------

    async def voice(self, request: Request) -> Response:
        """A call comes in."""
        form = await request.form()
        if (refusal := self._refuse(request, form)) is not None:
            return refusal
        call = _incoming(form)
        if not call.carrier_call_id:
            return Response("CallSid is missing", 400, media_type="text/plain")
        if not self._switchboard.has_room():
            logger.warning("no room for call %s", call.carrier_call_id)
            return _twiml(twiml.say_and_hang_up(twiml.ALL_LINES_BUSY))
        return _twiml(twiml.connect(self._offer(call)))

    async def after(self, request: Request) -> Response:
        """The stream of a call is over and the caller is still there."""
        form = await request.form()
        if (refusal := self._refuse(request, form)) is not None:
            return refusal
        call = _incoming(form)
        if (end := self._ended.get(call.carrier_call_id)) is not None:
            return _twiml(twiml.transfer(end.transfer_to) if end.transfer_to else twiml.hang_up())
        if self.legs.knows(call.carrier_call_id):
            return _twiml(twiml.hang_up())  # the other person has been told that they have gone
        if call.carrier_call_id in self._reconnected or not call.carrier_call_id:
            return _twiml(twiml.say_and_hang_up(twiml.COULD_NOT_RECONNECT))
        if not self._switchboard.has_room():
            return _twiml(twiml.say_and_hang_up(twiml.ALL_LINES_BUSY))
        self._reconnected[call.carrier_call_id] = True
        return _twiml(twiml.connect(self._offer(call), greeting=twiml.RECONNECTING))

    async def leg(self, request: Request, token: str) -> Response:
        """Somebody we have called answers."""
        form = await request.form()
        if (refusal := self._refuse(request, form)) is not None:
            return refusal
        call = _incoming(form)
        if not call.carrier_call_id or not self.legs.answered(token, call.carrier_call_id):
            return _twiml(twiml.hang_up())  # nobody waits for them any more
        return _twiml(twiml.connect(self._offer(call)))

    async def status(self, request: Request) -> Response:
        """What became of a call or a stream."""
        form = await request.form()
        if (refusal := self._refuse(request, form)) is not None:
            return refusal
        event = str(form.get("StreamEvent") or form.get("CallStatus") or "unknown")
        error = str(form.get("StreamError") or form.get("ErrorMessage") or "")
        self.legs.reported(str(form.get("CallSid", "")), str(form.get("CallStatus") or ""))
        level = logging.WARNING if error else logging.INFO
        logger.log(level, "twilio: %s %s", event, error, extra={"carrier_call": str(form.get("CallSid", ""))})
        return Response(status_code=204)

    def _refuse(self, request: Request, form: FormData) -> Response | None:
        reason = self._gate.refuse_webhook(request, form)  # pyright: ignore[reportArgumentType] - repeated names
        if reason is None:
            return None
        logger.warning("refused %s: %s", request.url.path, reason)
        return Response(reason, 403, media_type="text/plain")

    def _offer(self, call: IncomingCall) -> twiml.StreamOffer:
        return twiml.StreamOffer(
            url=f"{self._settings.public_ws_url}/twilio/media/{self._tokens.issue(call)}",
            after_url=f"{self._settings.public_url}/twilio/after",
            status_url=f"{self._settings.public_url}/twilio/status",
            parameters={"from": call.from_number, "to": call.to_number},
        )

    # --- the media socket ---------------------------------------------------------------------------

    async def media(self, websocket: WebSocket, token: str) -> None:
        """A media stream, from the upgrade to the end."""
        if (reason := self._gate.refuse_upgrade(websocket)) is not None:
            logger.warning("refused a media socket: %s", reason)
            await websocket.send_denial_response(Response(reason, 403, media_type="text/plain"))
        elif self._waiting >= self._limits.waiting:
            await websocket.send_denial_response(Response("too many sockets", 503, media_type="text/plain"))
        else:
            await websocket.accept()
            socket = TwilioSocket(websocket, self._clock, self._limits)
            try:
                call = await self._admit(socket, token)
            except (TokenError, MessageError) as error:
                logger.warning("a media socket is closed: %s", error)
                await socket.close(POLICY, str(error))
            else:
                await self._serve(socket, call)

    async def _admit(self, socket: TwilioSocket, token: str) -> IncomingCall:
        """Let a call through to the switchboard, once its token is spent and it has said `start`.

        Raises:
            TokenError: the token is not good, or not for this call.
            MessageError: no `start` came in time, or one of a stream that cannot be played.
        """
        call = self._tokens.redeem(token)
        self._waiting += 1
        try:
            start = await self._await_start(socket)
        finally:
            self._waiting -= 1
        if start is None:
            raise MessageError(f"no start within {self._limits.start_s:g} s")
        if start.call_id != call.carrier_call_id:
            raise TokenError("the start is for another call")
        if (start.encoding, start.rate_hz, start.channels) != ("audio/x-mulaw", 8_000, 1):
            raise MessageError(f"{start.encoding} at {start.rate_hz} Hz is not what a telephone sends")
        socket.begin(start.stream_id)
        return call

    async def _serve(self, socket: TwilioSocket, call: IncomingCall) -> None:
        try:
            ears = make_service(self._settings)
            conversation = await self._switchboard.open(call)
        except Exception:  # one call's failure must not take others with it; the caller hears an apology
            logger.exception("call %s could not be opened", call.carrier_call_id)
            await socket.close(TRY_AGAIN_LATER, "the call could not be opened")
            return
        now_ns = self._clock.now_ns()
        line = MediaLine(now_ns, lead_in_ms=self._switchboard.lead_in_ms(call, now_ns))
        end = await run_stream(socket, conversation, line, self._clock, ears)
        if end.reason in ("ended", "stop"):
            self._ended[call.carrier_call_id] = end
        await socket.close()

    async def _await_start(self, socket: TwilioSocket) -> Start | None:
        """Read until `start`; None when it does not come in time, or the socket closes first."""
        reading = asyncio.create_task(_read_start(socket), name="await start")
        at_ns = self._clock.now_ns() + int(self._limits.start_s * NS_PER_S)
        patience = asyncio.create_task(self._clock.sleep_until(at_ns), name="start patience")
        try:
            await asyncio.wait({reading, patience}, return_when=asyncio.FIRST_COMPLETED)
            return reading.result() if reading.done() else None
        finally:
            reading.cancel()
            patience.cancel()
            await asyncio.gather(reading, patience, return_exceptions=True)


async def _read_start(socket: TwilioSocket) -> Start | None:
    while (message := await socket.read()) is not None:
        if isinstance(message, Start):
            return message
    return None


class _Remembered(OrderedDict[str, T]):
    """Something about each of the last ten thousand calls."""

    def __setitem__(self, call_id: str, value: T) -> None:
        super().__setitem__(call_id, value)
        while len(self) > MOST_REMEMBERED:
            self.popitem(last=False)


def _incoming(form: FormData) -> IncomingCall:
    def text(name: str) -> str:
        return str(form.get(name) or "")[:128]

    return IncomingCall(TWILIO, text("CallSid"), text("From"), text("To"))


def _twiml(document: str) -> Response:
    return Response(document, media_type="application/xml")
