"""Taking a live call over through the interpreter, as a browser does: who may, what is refused and heard.

The API, Redis and what follows the call at its server are real; line and model are left out.
"""

import asyncio
import contextlib
import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import httpx
import numpy as np
import pytest
import uvicorn
import websockets
from fastapi import FastAPI

from admin.accounts import sessions
from admin.app import close
from admin.live.connections import MOST, Holding
from admin.roles import Role
from agents.dialogue.engine import begin
from agents.dialogue.state import CallFacts
from agents.redis_server import RedisServer
from config.flow_file import load_flow
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES
from model.turn import TurnOutput
from telephony.line import LineTurn
from telephony.live.live_calls import LiveCalls
from telephony.steering import Wanted
from telephony.watching import CallBegan, CallEnded
from tests.admin.office import Office, settings_at
from tests.tandem.live_following import Heard, socket_to
from tests.telephony.live.follower import BEGAN

pytestmark = pytest.mark.service

FLOW = load_flow("order_status")
STATE = begin(FLOW, CallFacts("c", date(2026, 11, 23)))
CALLERS, TRANSLATED = 7, 9
WITHIN_S = 30.0
_NOT_YET = Wanted(held_by="not yet asked")


@dataclass
class Desk:
    """Calls at a server with a translator, and at one without; both go on until the test is over."""

    office: Office
    url: str
    servers: dict[str, LiveCalls]
    wanted: dict[str, Wanted] = field(default_factory=dict[str, Wanted])
    going: dict[str, asyncio.Task[None]] = field(default_factory=dict[str, asyncio.Task[None]])
    clients: list[httpx.AsyncClient] = field(default_factory=list[httpx.AsyncClient])

    def call(self, call_id: str, server: str = "translates") -> None:
        """Let a call be up."""
        began = CallBegan(call_id, "twilio", "+1", "+2", "order_status@1", "es-MX", BEGAN)
        call = self.servers[server].open(began, FLOW)
        call.saw(0, began)

        async def goes_on() -> None:
            index = 0
            with contextlib.suppress(asyncio.CancelledError):
                while True:
                    self.wanted[call_id] = wanted = call.wanted(index * MICRO_TURN_MS)
                    ear = _sound(TRANSLATED) if wanted.language else None
                    output = TurnOutput(index, call.voice())
                    call.followed(LineTurn(index, _sound(CALLERS)), output, STATE, ear)
                    index += 1
                    await asyncio.sleep(MICRO_TURN_MS / 1_000)
            call.saw(index * MICRO_TURN_MS, CallEnded("completed"))

        self.going[call_id] = asyncio.create_task(goes_on())

    async def client(self, role: Role, name: str | None = None) -> httpx.AsyncClient:
        """Somebody of this role, over the network."""
        logged_in = await self.office.person(role, name)
        cookie = sessions.cookie_name(self.office.settings)
        token = logged_in.cookies[cookie]
        csrf = {sessions.CSRF_HEADER: logged_in.headers[sessions.CSRF_HEADER]}
        headers = {"Cookie": f"{cookie}={token}", **csrf}
        client = httpx.AsyncClient(base_url=f"{self.url}/api", headers=headers, trust_env=False, timeout=60.0)
        self.clients.append(client)
        return client

    async def until_held_by(self, call_id: str, name: str | None) -> Wanted:
        """Wait until the call is somebody's."""
        async with asyncio.timeout(WITHIN_S):
            while (wanted := self.wanted.get(call_id, _NOT_YET)).held_by != name:  # noqa: ASYNC110 - a call has no event
                await asyncio.sleep(0.05)
        return wanted


def _sound(level: int) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    return np.full(MICRO_TURN_SAMPLES, level, np.int16)


@pytest.fixture
async def desk(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Desk]:
    settings = settings_at(tmp_path)
    shutil.copy(sqlite_template, tmp_path / "tandem.db")
    redis, office = RedisServer(settings), Office(settings)
    await redis.start()
    mounted = FastAPI()
    mounted.mount("/api", office.app)
    server = uvicorn.Server(uvicorn.Config(mounted, port=0, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    why_not = "Nobody translates here. To have it: apt-get install a-translator"
    servers = {
        name: LiveCalls(settings.redis_url, lambda _tool: (), why)
        for name, why in (("translates", ""), ("does not", why_not))
    }
    for each in servers.values():
        each.start()
    while not server.started:  # noqa: ASYNC110 - uvicorn sets no event
        await asyncio.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()
    desk = Desk(office, f"http://{host}:{port}", servers)
    yield desk
    for client in desk.clients:
        await client.aclose()
    for each in desk.going.values():
        each.cancel()
    await asyncio.gather(*desk.going.values(), return_exceptions=True)
    for each in servers.values():
        await each.close()
    server.should_exit = True
    await serving
    await close(office.app)
    await office.close()
    await redis.stop()


async def _told(
    client: httpx.AsyncClient, desk: Desk, call_id: str, query: str
) -> tuple[dict[str, str], int]:
    """What a socket is told first, and how it is closed."""
    async with socket_to(client, desk.url, call_id, f"interpret{query}") as socket:
        told = json.loads(await asyncio.wait_for(socket.recv(), WITHIN_S))
        await asyncio.wait_for(socket.wait_closed(), WITHIN_S)
    return told, socket.close_code or 0


async def test_who_may_not_is_refused_before_the_socket_is_accepted(desk: Desk) -> None:
    desk.call("one")
    viewer, agent = await desk.client(Role.VIEWER), await desk.client(Role.AGENT)
    desk.clients.append(nobody := httpx.AsyncClient())
    for client, headers, status, kind in (
        (nobody, {}, 401, b"not-logged-in"),
        (viewer, {}, 403, b"not-allowed"),
        (agent, {"Origin": "https://evil.example"}, 403, b"foreign-origin"),
        (agent, {"Sec-Fetch-Site": "cross-site"}, 403, b"foreign-origin"),
    ):
        with pytest.raises(websockets.InvalidStatus) as refused:
            async with socket_to(client, desk.url, "one", "interpret?language=en", **headers):
                pass
        assert refused.value.response.status_code == status
        assert kind in refused.value.response.body
    await desk.until_held_by("one", None)


async def test_what_cannot_be_is_refused_with_what_to_do_and_the_call_stays_the_agents(desk: Desk) -> None:
    desk.call("one")
    desk.call("two", "does not")
    agent = await desk.client(Role.AGENT, "Ada")
    told, code = await _told(agent, desk, "one", "?language=fr")
    assert (told["type"], told["why"], code) == ("refused", "no-such-language", 4409)
    assert "'fr'" in told["detail"]
    assert "en, es" in told["detail"]
    told, code = await _told(agent, desk, "two", "?language=en")
    assert (told["why"], code) == ("no-interpreter", 4409)
    assert "apt-get install a-translator" in told["detail"]
    told, code = await _told(agent, desk, "gone", "?language=en")
    assert (told["why"], code) == ("call-over", 4404)
    with pytest.raises(websockets.InvalidStatus):  # no language is that long
        async with socket_to(agent, desk.url, "one", f"interpret?language={'e' * 36}"):
            pass
    await desk.until_held_by("one", None)
    await desk.until_held_by("two", None)


async def test_they_hear_the_interpreter_while_listeners_hear_the_call_and_a_manager_hands_it_back(
    desk: Desk,
) -> None:
    desk.call("one")
    ada, bo = await desk.client(Role.AGENT, "Ada"), await desk.client(Role.MANAGER, "Bo")
    heard, listened = Heard(), Heard()
    async with socket_to(ada, desk.url, "one", "interpret?language=en") as socket:
        assert json.loads(await asyncio.wait_for(socket.recv(), WITHIN_S)) == {"type": "taken"}
        assert (await desk.until_held_by("one", "Ada")).language == "en"
        (call,) = (await bo.get("/live/calls")).json()
        assert (call["held_by"], call["interpreted"], call["state"]) == ("Ada", "en", "taken_over")
        second, code = await _told(bo, desk, "one", "?language=en")
        assert (second["why"], code) == ("already-taken", 4409)
        assert "Ada" in second["detail"]
        speaking = asyncio.create_task(_speak(socket))
        async with socket_to(bo, desk.url, "one", "listen") as listening, asyncio.timeout(WITHIN_S):
            while not (heard.agent and (heard.agent[-1] == 5_000).any()):
                heard.take(await socket.recv())
            while len(listened.caller) < 2:
                listened.take(await listening.recv())
        assert (np.concatenate(heard.caller)[-MICRO_TURN_SAMPLES:] == TRANSLATED).all()
        assert (np.concatenate(listened.caller) == CALLERS).all()
        back = await bo.post("/live/calls/one/hand-back")
        assert back.status_code == 204, back.text
        async with asyncio.timeout(WITHIN_S):
            with contextlib.suppress(websockets.ConnectionClosed):
                while True:
                    heard.take(await socket.recv())
        speaking.cancel()
    assert heard.messages == [{"type": "handed_back"}]
    await desk.until_held_by("one", None)
    rows = (await bo.get("/audit", params={"kind": "call", "subject": "one"})).json()["rows"]
    done = [(each["action"], each["after"]) for each in reversed(rows)]
    assert ("interpret_call", {"held_by": "Ada"}) in done
    assert ("hand_back_call", {"held_by": None}) in done


async def test_closing_the_socket_hands_the_call_back_and_nobody_holds_more_than_they_may(desk: Desk) -> None:
    most = MOST[Holding.TAKE_OVER]
    calls = [f"call-{number}" for number in range(most + 1)]
    for each in calls:
        desk.call(each)
    ada = await desk.client(Role.AGENT, "Ada")
    async with contextlib.AsyncExitStack() as held:
        for each in calls[:most]:
            await held.enter_async_context(socket_to(ada, desk.url, each, "interpret?language=en"))
        for each in calls[:most]:
            await desk.until_held_by(each, "Ada")
        told, _ = await _told(ada, desk, calls[most], "?language=en")
        assert told["why"] == "too-many-connections"
    for each in calls[:most]:
        assert (await desk.until_held_by(each, None)).language is None


async def _speak(socket: websockets.ClientConnection) -> None:
    """Say something all the time, as a microphone does."""
    with contextlib.suppress(websockets.ConnectionClosed):
        while True:
            await socket.send(_sound(5_000).tobytes())
            await asyncio.sleep(MICRO_TURN_MS / 1_000)
