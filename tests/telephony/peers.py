"""The carrier's side for tests of the routes: a peer in memory, and switchboards that do as they are told."""

import asyncio
import base64
import json
import re
from dataclasses import dataclass, field
from typing import Any, Self

import httpx
import numpy as np
from fastapi import FastAPI
from twilio.request_validator import RequestValidator

from config.settings import Settings, load
from telephony import mulaw
from telephony.clock import NS_PER_MS, VirtualClock, settle
from telephony.interpreting.legs import Legs
from telephony.line import IncomingCall, LineAnswer, LineTurn
from telephony.peer_socket import SocketLimits
from telephony.tokens import Tokens
from telephony.twilio.routes import twilio_router

ACCOUNT, SECRET, ORIGIN = "AC" + "0" * 32, "12345", "https://voice.example.com"
LOOPBACK, STRANGER = ("127.0.0.1", 40_000), ("203.0.113.9", 40_000)
QUIET = np.zeros(3_200, np.int16)
LOUD = np.rint(8_000 * np.sin(np.arange(3_200) * 0.4)).astype(np.int16)
SOUND = base64.b64encode(mulaw.encode(LOUD[:160])).decode()


def settings(*, production: bool = False) -> Settings:
    account = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": SECRET, "TANDEM_PUBLIC_URL": ORIGIN}
    nothing = dict.fromkeys(account)
    return load(account if production else nothing)


def sign(url: str, form: dict[str, str] | None = None, secret: str = SECRET) -> dict[str, str]:
    return {"X-Twilio-Signature": str(RequestValidator(secret).compute_signature(url, form or {}))}


@dataclass
class Echo:
    """A conversation that speaks all the time and does what it is told to at given micro-turns."""

    end_at: int = -1
    clear_at: int = -1
    fail_at: int = -1
    hang_at: int = -1
    transfer_to: str | None = None
    turns: list[LineTurn] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    async def micro_turn(self, turn: LineTurn) -> LineAnswer:
        self.turns.append(turn)
        if turn.index == self.fail_at:
            raise ValueError("scripted")
        if turn.index == self.hang_at:
            await asyncio.Event().wait()
        return LineAnswer(
            LOUD,
            clear=turn.index == self.clear_at,
            end=turn.index == self.end_at,
            transfer_to=self.transfer_to,
        )

    async def close(self, reason: str) -> None:
        if not self.closed:
            self.closed.append(reason)


@dataclass
class Scripted:
    """A switchboard with room for so many."""

    room: int = 1_000
    script: dict[str, Any] = field(default_factory=dict)
    opened: dict[str, Echo] = field(default_factory=dict)
    broken: bool = False

    def has_room(self) -> bool:
        return sum(not conversation.closed for conversation in self.opened.values()) < self.room

    def lead_in_ms(self, call: IncomingCall, now_ns: int) -> int:
        return 0

    async def open(self, call: IncomingCall) -> Echo:
        if self.broken:
            raise ValueError("scripted")
        self.opened[call.carrier_call_id] = Echo(**self.script)
        return self.opened[call.carrier_call_id]


class Peer:
    """One WebSocket, from the carrier's side, without a network."""

    def __init__(self, app: FastAPI, path: str, headers: dict[str, str], client: tuple[str, int]) -> None:
        self._to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.events: list[dict[str, Any]] = []
        scope = {
            "type": "websocket",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "scheme": "ws",
            "server": ("127.0.0.1", 8000),
            "client": client,
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "subprotocols": [],
            "state": {},
            "extensions": {"websocket.http.response": {}},
        }
        self._to_app.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.create_task(app(scope, self._to_app.get, self._from_app))

    async def _from_app(self, event: dict[str, Any]) -> None:
        self.events.append(event)
        if event["type"] == "websocket.close":
            self._to_app.put_nowait({"type": "websocket.disconnect", "code": event.get("code", 1000)})

    def say(self, message: dict[str, Any] | str | bytes) -> Self:
        event: dict[str, Any] = {"type": "websocket.receive"}
        if isinstance(message, bytes):
            event["bytes"] = message
        else:
            event["text"] = message if isinstance(message, str) else json.dumps(message)
        self._to_app.put_nowait(event)
        return self

    def start(self, call_id: str, stream_id: str = "MZ1") -> Self:
        self.say({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        begin = {"streamSid": stream_id, "callSid": call_id, "accountSid": ACCOUNT}
        return self.say({"event": "start", "sequenceNumber": "1", "start": begin})

    def packet(self) -> Self:
        return self.say({"event": "media", "media": {"track": "inbound", "payload": SOUND}})

    def drop(self) -> None:
        self._to_app.put_nowait({"type": "websocket.disconnect", "code": 1006})

    @property
    def accepted(self) -> bool:
        return any(event["type"] == "websocket.accept" for event in self.events)

    @property
    def refused(self) -> int | None:
        """HTTP status, where the upgrade was refused."""
        starts = [e["status"] for e in self.events if e["type"] == "websocket.http.response.start"]
        return starts[0] if starts else None

    @property
    def closed(self) -> tuple[int, str] | None:
        closes = [(e["code"], e.get("reason") or "") for e in self.events if e["type"] == "websocket.close"]
        return closes[0] if closes else None

    @property
    def sent(self) -> list[dict[str, Any]]:
        return [json.loads(event["text"]) for event in self.events if event["type"] == "websocket.send"]


class Exchange:
    """The routes over a scripted switchboard, in virtual time."""

    def __init__(
        self,
        switchboard: Scripted | None = None,
        *,
        production: bool = False,
        limits: SocketLimits | None = None,
        legs: Legs | None = None,
    ) -> None:
        self.clock = VirtualClock(1_000 * NS_PER_MS)
        self.switchboard = switchboard or Scripted()
        self.tokens = Tokens(self.clock)
        self.settings = settings(production=production)
        self.app = FastAPI()
        self.app.include_router(
            twilio_router(
                self.settings, self.switchboard, self.tokens, self.clock, limits or SocketLimits(), legs
            )
        )

    async def post(
        self,
        path: str,
        form: dict[str, str],
        headers: dict[str, str] | None = None,
        client: tuple[str, int] = LOOPBACK,
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, client=client)
        async with httpx.AsyncClient(transport=transport, base_url="http://internal:8000") as http:
            return await http.post(path, data=form, headers=headers)

    async def ring(self, call_id: str) -> str:
        """Place a call; the path of the media socket it is told to open."""
        answer = await self.post(
            "/twilio/voice", {"CallSid": call_id, "From": "+15550100", "To": "+15550199"}
        )
        found = re.search(r"/twilio/media/[\w-]+", answer.text)
        assert found, answer.text
        return found[0]

    def open(
        self, path: str, headers: dict[str, str] | None = None, client: tuple[str, int] = LOOPBACK
    ) -> Peer:
        return Peer(self.app, path, headers or {}, client)

    async def call(self, call_id: str) -> Peer:
        """A call that is up."""
        peer = self.open(await self.ring(call_id)).start(call_id)
        await until(lambda: call_id in self.switchboard.opened)
        return peer

    async def speak(self, peers: list[Peer], packets: int) -> None:
        """So many packets from each, at the pace of the virtual clock."""
        for _ in range(packets):
            for peer in peers:
                peer.packet()
            await settle(20)
            await self.clock.advance(20 * NS_PER_MS)


async def until(condition: Any, rounds: int = 4_000) -> None:
    """Let tasks run until something has come about; fails the test when it does not."""
    for _ in range(rounds):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not come about")
