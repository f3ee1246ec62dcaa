"""A small platform for the simulator's own tests: greets, answers every turn with a tone, hangs up.

Speaks in tones of 440 Hz. Checks what the carrier sends: order, counters, signatures.
"""

import asyncio
import base64
import json
import socket
import threading
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field

import httpx
import numpy as np
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocketDisconnect
from twilio.request_validator import RequestValidator

from telephony import mulaw

PACKET_BYTES = 160


def tone(ms: int) -> bytes:
    t = np.arange(ms * 8) / 8_000
    return mulaw.encode((8_000 * np.sin(2 * np.pi * 440 * t)).astype(np.int16))


@dataclass
class ScriptedServer:
    """`speech_ms`: how long the agent speaks, greeting and each reply; then the call ends."""

    speech_ms: tuple[int, ...] = (600, 400)
    credentials: tuple[str, str] | None = None
    api_url: str = ""
    hang_up_by_rest: bool = False
    clears_on_speech: bool = False
    extra_frames: tuple[str, ...] = ()
    twiml: str = ""
    voice_status: int = 200
    tape_rows: tuple[dict, ...] = ()
    received: list[dict] = field(default_factory=list)
    statuses: list[dict] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    rest_answers: list[tuple[int, dict]] = field(default_factory=list)
    url: str = ""

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/twilio/voice", self.voice, methods=["POST"]),
                Route("/twilio/after", self.after, methods=["POST"]),
                Route("/twilio/status", self.status, methods=["POST"]),
                Route("/calls/{sid}/tape", self.tape),
                WebSocketRoute("/twilio/media/{token}", self.media),
            ]
        )

    async def _form(self, request) -> dict | None:
        form = dict(await request.form())
        if self.credentials:
            validator = RequestValidator(self.credentials[1])
            url = f"{self.url}{request.url.path}"
            if not validator.validate(url, form, request.headers.get("x-twilio-signature", "")):
                self.refused.append(url)
                return None
        return form

    async def voice(self, request) -> Response:
        form = await self._form(request)
        if form is None or self.voice_status != 200:
            return JSONResponse({"detail": "the signature does not match"}, status_code=403)
        document = self.twiml or (
            f'<Response><Connect><Stream url="ws{self.url[4:]}/twilio/media/t0ken?lost=1">'
            f'<Parameter name="to" value="{form["To"]}"/></Stream></Connect>'
            "<Redirect>after</Redirect></Response>"
        )
        return Response(document, media_type="text/xml")

    async def after(self, request) -> Response:
        await self._form(request)
        return Response("<Response><Hangup/></Response>", media_type="text/xml")

    async def status(self, request) -> Response:
        form = await self._form(request)
        if form is not None:
            self.statuses.append(form)
        return PlainTextResponse("")

    async def tape(self, request) -> Response:
        if not self.tape_rows:
            return PlainTextResponse("", status_code=401)

        async def events():
            for row in self.tape_rows:
                yield f"data: {json.dumps(row)}\n\n"

        return StreamingResponse(events(), media_type="text/event-stream")

    async def media(self, websocket) -> None:
        if self.credentials:
            validator = RequestValidator(self.credentials[1])
            signed = websocket.headers.get("x-twilio-signature", "")
            if not validator.validate(f"ws{self.url[4:]}{websocket.url.path}", {}, signed):
                self.refused.append("media")
                await websocket.close(1008)
                return
        await websocket.accept()
        with suppress(WebSocketDisconnect):
            await self._converse(websocket)

    async def _converse(self, websocket) -> None:
        sid = ""
        speeches = list(self.speech_ms)
        quiet, loud, speaking = 0, 0, False
        while True:
            message = json.loads(await websocket.receive_text())
            self.received.append(message)
            match message["event"]:
                case "start":
                    sid = message["streamSid"]
                    for frame in self.extra_frames:
                        await websocket.send_text(frame)
                    await self._speak(websocket, sid, speeches.pop(0))
                    speaking = True
                case "media":
                    packet = mulaw.decode(base64.b64decode(message["media"]["payload"]))
                    sounding = np.sqrt(np.mean(packet.astype(float) ** 2)) > 184
                    loud, quiet = (loud + 1, 0) if sounding else (loud, quiet + 1)
                    if self.clears_on_speech and speaking and loud == 5:
                        await websocket.send_text(json.dumps({"event": "clear", "streamSid": sid}))
                    if loud >= 5 and quiet == 20:
                        loud = 0
                        await self._speak(websocket, sid, speeches.pop(0) if speeches else 200)
                        speaking = True
                case "dtmf":
                    loud, quiet = 5, 0
                case "mark":
                    speaking = False
                    if not speeches and message["mark"]["name"] == "last":
                        await self._hang_up(websocket, self.received)
                        return
                case "stop":
                    return

    async def _speak(self, websocket, sid: str, ms: int) -> None:
        audio = tone(ms)
        for at in range(0, len(audio), 1_600):
            payload = base64.b64encode(audio[at : at + 1_600]).decode()
            await websocket.send_text(
                json.dumps({"event": "media", "streamSid": sid, "media": {"payload": payload}})
            )
        self._spoken = getattr(self, "_spoken", 0) + 1
        name = "last" if self._spoken >= len(self.speech_ms) else f"m{self._spoken}"
        await websocket.send_text(json.dumps({"event": "mark", "streamSid": sid, "mark": {"name": name}}))

    async def _hang_up(self, websocket, received: list[dict]) -> None:
        if not self.hang_up_by_rest:
            await websocket.close(1000)
            return
        start = next(m["start"] for m in received if m["event"] == "start")
        account, token = self.credentials or ("AC" + "0" * 32, "")
        path = f"{self.api_url}/2010-04-01/Accounts/{account}/Calls/{start['callSid']}.json"
        async with httpx.AsyncClient(auth=(account, token), trust_env=False) as http:
            answer = await http.post(path, data={"Status": "completed"})
            self.rest_answers.append((answer.status_code, answer.json()))
        while json.loads(await websocket.receive_text())["event"] != "stop":
            pass
        self.received.append({"event": "stop"})


@contextmanager
def serving_beside(platform: ScriptedServer):
    """Serve from a thread of its own, for what runs its own event loop."""
    up, end = threading.Event(), threading.Event()

    async def serve() -> None:
        async with serving(platform):
            up.set()
            await asyncio.to_thread(end.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    up.wait()
    try:
        yield platform.url
    finally:
        end.set()
        thread.join()


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self):
        yield


@asynccontextmanager
async def serving(platform: ScriptedServer):
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen()  # a caller quicker than the server's start waits, instead of being refused
        platform.url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        config = uvicorn.Config(
            platform.app(), log_level="error", access_log=False, lifespan="off", ws="websockets-sansio"
        )
        server = _Server(config)
        task = asyncio.create_task(server.serve(sockets=[bound]))
        try:
            yield platform.url
        finally:
            server.should_exit = True
            await task
