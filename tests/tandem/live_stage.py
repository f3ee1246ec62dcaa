"""Live calls of two servers over a real Redis, and a real web server at which they are followed."""

import asyncio
import shutil
import socket
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx
import numpy as np
import uvicorn

from admin.accounts import sessions
from admin.accounts.tables import PersonRow
from admin.apart import Apart
from admin.app import close
from admin.migrate import upgrade
from admin.parts import unix_ms
from admin.roles import Role
from agents.dialogue.engine import begin
from agents.dialogue.state import CallFacts
from agents.redis_server import RedisServer
from config.database import Database
from config.flow_file import load_flow
from config.settings import Settings, load
from config.units import MICRO_TURN_SAMPLES
from model.turn import TurnOutput, Word
from tandem.api import create_api_app
from telephony.line import LineTurn
from telephony.live.followed_call import FollowedCall
from telephony.live.live_calls import LiveCalls
from telephony.watching import CallBegan, CallEnded, WordsSaid
from tests.telephony.live.follower import BEGAN

FLOW = load_flow("order_status")
SILENCE = np.zeros(MICRO_TURN_SAMPLES, np.int16)
STATE = begin(FLOW, CallFacts("c", date(2026, 11, 23)))


@dataclass
class Synthetic:
    """A call that is told and asked as `telephony.call` does it, without line and model."""

    call: FollowedCall
    index: int = 0
    ended_by: list[str] = field(default_factory=list[str])

    def micro_turn(self, word: str = "") -> None:
        wanted = self.call.wanted(self.index * 200)
        self.ended_by += [wanted.ended_by] if wanted.ended_by else []
        self.index += 1
        at_ms = self.index * 200
        if word:
            words = (Word(word, at_ms - 200, at_ms),)
            self.call.saw(at_ms, WordsSaid("caller", f"caller-{self.index}", words, final=True))
        agent = self.call.voice() if wanted.held_by else SILENCE
        caller = np.full(MICRO_TURN_SAMPLES, 7, np.int16)
        self.call.followed(LineTurn(self.index - 1, caller), TurnOutput(self.index - 1, agent), STATE)

    def end(self) -> None:
        self.call.saw(self.index * 200, CallEnded("completed"))


@dataclass
class Stage:
    settings: Settings
    redis: RedisServer
    database: Database
    url: str
    servers: list[LiveCalls]
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def call(self, call_id: str, server: int = 0) -> Synthetic:
        began = CallBegan(call_id, "twilio", "+1", "+2", "order_status@1", "en-US", BEGAN)
        call = self.servers[server].open(began, FLOW)
        call.saw(0, began)
        return Synthetic(call)

    async def person(self, role: Role, name: str = "Ada") -> httpx.AsyncClient:
        person_id = f"{name}-{role.value}"
        async with self.database.writing() as db:
            db.add(
                PersonRow(
                    id=person_id,
                    email=f"{person_id}@example.com",
                    name=name,
                    role=role.value,
                    password_hash="-",
                    active=True,
                    created_at_ms=unix_ms(),
                )
            )
        async with self.database.writing() as db:
            token = await sessions.begin(db, person_id, "127.0.0.1", unix_ms())
        client = httpx.AsyncClient(base_url=f"{self.url}/api", timeout=30.0, trust_env=False)
        client.headers["Cookie"] = f"{sessions.cookie_name(self.settings)}={token}"
        client.headers[sessions.CSRF_HEADER] = (await client.get("/session")).json()["csrf_token"]
        self.clients.append(client)
        return client


@asynccontextmanager
async def running_stage() -> AsyncGenerator[Stage]:
    """Redis, two servers of calls, and the web server over them."""
    home = tempfile.mkdtemp(prefix="tandem-test-")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    unset = ("REDIS_URL", "DATABASE_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TANDEM_PUBLIC_URL")
    settings = load({**dict.fromkeys(unset), "TANDEM_HOME": home, "TANDEM_PORT": str(port)})
    redis = RedisServer(settings)
    await redis.start()
    await upgrade(settings)
    database, apart = Database(settings.database_url), Apart()
    api = create_api_app(settings, database, apart)
    app = uvicorn.Config(
        _mounted(api), port=port, log_level="error", lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(app)
    serving = asyncio.create_task(server.serve())
    servers = [LiveCalls(settings.redis_url, lambda _tool: ()) for _ in range(2)]
    for each in servers:
        each.start()
    while not server.started:  # noqa: ASYNC110 - uvicorn sets no event
        await asyncio.sleep(0.01)
    stage = Stage(settings, redis, database, f"http://127.0.0.1:{port}", servers)
    yield stage
    for client in stage.clients:
        await client.aclose()
    for each in servers:
        await each.close()
    server.should_exit = True
    await serving
    await close(api)
    await database.close()
    apart.close()
    await redis.stop()
    shutil.rmtree(home)


def _mounted(api: Any) -> Any:
    from fastapi import FastAPI

    app = FastAPI()
    app.mount("/api", api)
    return app
