"""Live calls of two servers over a real Redis, followed through a real web server."""

import asyncio
import contextlib
import json
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx
import numpy as np
import pytest
import uvicorn
import websockets

from admin.accounts import sessions
from admin.accounts.tables import PersonRow
from admin.apart import Apart
from admin.app import close
from admin.live.connections import MOST, Holding
from admin.migrate import upgrade
from admin.parts import unix_ms
from admin.roles import Role
from agents.dialogue.engine import begin
from agents.dialogue.state import CallFacts
from agents.redis_server import RedisServer
from agents.reports import connect
from config.database import Database
from config.flow_file import load_flow
from config.live import CALLS_KEY, EVENTS_KEY, GONE_AFTER_S, call_events_key
from config.settings import Settings, load
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES
from model.turn import TurnOutput, Word
from tandem.api import create_api_app
from telephony.line import LineTurn
from telephony.live.followed_call import FollowedCall
from telephony.live.live_calls import LiveCalls
from telephony.watching import CallBegan, CallEnded, WordsSaid
from tests.tandem.live_following import Feed, Heard, socket_to
from tests.telephony.live.follower import BEGAN

pytestmark = pytest.mark.service

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


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
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


async def words_of(feed: Feed, call_id: str) -> list[str]:
    return [event.data["text"] for event in feed.of(call_id) if event.kind == "words"]


async def test_calls_of_all_servers_are_listed_until_they_end(stage: Stage) -> None:
    viewer = await stage.person(Role.VIEWER)
    feed = Feed(viewer)
    await feed.connect()
    one, two = stage.call("one", 0), stage.call("two", 1)
    two.micro_turn("hello")
    await feed.until(lambda e: e.kind == "words")
    await feed.until(lambda e: e.kind == "call_began" and e.data["call_id"] == "one")
    listed = (await viewer.get("/live/calls")).json()
    assert {call["id"]: call["caller_words"] for call in listed} == {"one": "", "two": "hello"}
    one.end()
    await feed.until(lambda e: e.kind == "call_ended")
    assert [call["id"] for call in (await viewer.get("/live/calls")).json()] == ["two"]
    await feed.cut()


async def test_a_reader_that_was_cut_goes_on_where_it_was_without_loss_or_doubles(stage: Stage) -> None:
    feed = Feed(await stage.person(Role.VIEWER))
    await feed.connect()
    call = stage.call("one")
    said = [f"word-{number}" for number in range(300)]
    for number, word in enumerate(said):
        call.micro_turn(word)
        if number % 100 == 50:
            await feed.until(lambda e, w=f"word-{number - 20}": e.data.get("text") == w)
            await feed.cut()
        if number % 100 == 70:
            await feed.connect()
    await feed.until(lambda e: e.data.get("text") == said[-1])
    await feed.cut()
    assert feed.connections == 4
    assert await words_of(feed, "one") == said


async def test_one_call_is_followed_from_its_beginning_by_who_comes_late(stage: Stage) -> None:
    viewer = await stage.person(Role.VIEWER)
    everything = Feed(viewer)
    await everything.connect()
    one, two = stage.call("one"), stage.call("two", 1)
    for number in range(5):
        one.micro_turn(f"one-{number}")
        two.micro_turn(f"two-{number}")
    await everything.until(lambda e: e.data.get("text") == "two-4")
    await everything.until(lambda e: e.data.get("text") == "one-4")
    late = Feed(viewer, "/live/events?call_id=one")
    await late.connect()
    await late.until(lambda e: e.data.get("text") == "one-4")
    assert late.events[0].kind == "call_began"
    assert {event.data["call_id"] for event in late.events} == {"one"}
    await late.cut()
    await everything.cut()


async def test_fifty_calls_at_once_reach_one_reader_with_nothing_dropped(stage: Stage) -> None:
    feed = Feed(await stage.person(Role.VIEWER))
    await feed.connect()
    calls = {f"call-{number}": stage.call(f"call-{number}", number % 2) for number in range(50)}
    turns = 50
    for turn in range(turns):
        for call in calls.values():
            call.micro_turn(f"word-{turn}")
        await asyncio.sleep(0)  # both publishers and the reader run beside
        if turn == turns // 2:
            await feed.until(lambda e: e.data.get("text") == "word-5")
            await feed.cut()
            await feed.connect()
    for call in calls.values():
        call.end()
    async with asyncio.timeout(60):
        for call_id in calls:
            await feed.until(lambda e, c=call_id: e.kind == "call_ended" and e.data["call_id"] == c)
    await feed.cut()
    for call_id, call in calls.items():
        sequences = [event.data["sequence"] for event in feed.of(call_id)]
        assert sequences == list(range(1, len(sequences) + 1))
        assert await words_of(feed, call_id) == [f"word-{turn}" for turn in range(turns)]
        assert call.index == turns


async def test_a_call_goes_on_without_redis_and_what_happened_is_told_afterwards(stage: Stage) -> None:
    call = stage.call("one")
    await stage.redis.stop()
    for number in range(20):
        call.micro_turn(f"word-{number}")
    assert call.index == 20
    await stage.redis.start()
    redis = connect(stage.settings.redis_url)
    async with asyncio.timeout(20):
        while len(entries := await redis.xrange(call_events_key("one"))) < 21:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await redis.aclose()
    kinds = [fields["kind"] for _, fields in entries]
    assert kinds == ["call_began", *["words"] * 20]


async def test_what_is_sent_again_is_entered_once(stage: Stage) -> None:
    call = stage.call("one")
    call.micro_turn("hello")
    publisher = stage.servers[0].publisher
    sent = list(publisher.waiting("one"))
    await publisher.send()
    for event in sent:  # the reply was lost
        publisher.tell(event, call.call.state)
    await publisher.send()
    redis = connect(stage.settings.redis_url)
    assert len(await redis.xrange(call_events_key("one"))) == len(sent)
    assert len(await redis.xrange(EVENTS_KEY)) == len(sent)
    await redis.aclose()


async def test_a_call_whose_server_died_is_told_to_be_lost_once(stage: Stage) -> None:
    redis = connect(stage.settings.redis_url)
    seconds, _ = await redis.time()
    await redis.zadd(CALLS_KEY, {"gone": seconds - GONE_AFTER_S - 1})
    feed = Feed(await stage.person(Role.VIEWER))
    await feed.connect()
    others = [LiveCalls(stage.settings.redis_url, lambda _tool: ()) for _ in range(3)]
    for each in others:
        each.start()
    lost = await feed.until(lambda e: e.kind == "call_ended")
    assert (lost.data["call_id"], lost.data["outcome"]) == ("gone", "lost")
    for each in others:
        await each.close()
    assert len(await redis.xrange(EVENTS_KEY)) == 1
    await redis.aclose()
    await feed.cut()


async def test_who_comes_back_too_late_is_told_that_something_is_missing(stage: Stage) -> None:
    feed = Feed(await stage.person(Role.VIEWER))
    feed.http.headers["Last-Event-ID"] = "1000-0"
    await feed.connect()
    await feed.until(lambda e: e.kind == "reset")
    await feed.cut()


async def run_until(call: Synthetic, done: asyncio.Task[Any]) -> Any:
    """Let a call go on, at a call's pace, until something it is asked for is done."""
    while not done.done():
        call.micro_turn()
        await asyncio.wait((done,), timeout=MICRO_TURN_MS / 1_000)
    return done.result()


async def test_a_manager_steers_a_call_of_any_server(stage: Stage) -> None:
    manager = await stage.person(Role.MANAGER)
    feed = Feed(manager)
    await feed.connect()
    call = stage.call("two", 1)
    await feed.until(lambda e: e.kind == "call_began")

    async def post(what: str, **body: str) -> httpx.Response:
        asked = asyncio.create_task(manager.post(f"/live/calls/two/{what}", json=body or None))
        return await run_until(call, asked)

    assert (await post("whisper", text="Say this.")).status_code == 202
    not_held = await post("hand-back")
    assert (not_held.status_code, not_held.json()["type"]) == (409, "urn:tandem:not-held")
    assert (await post("whisper", text="  ")).status_code == 422
    assert (await post("whisper", text="x" * 301)).status_code == 422
    assert (await post("end")).status_code == 204
    call.micro_turn()
    assert call.ended_by == ["Ada"]
    told = await feed.until(lambda e: e.kind == "control")
    assert (told.data["what"], told.data["by"]) == ("ended", "Ada")
    assert (await manager.post("/live/calls/none/end")).status_code == 404
    await feed.cut()


async def test_listening_gives_both_sides_and_taking_over_ends_with_the_socket(stage: Stage) -> None:
    agent = await stage.person(Role.AGENT)
    call = stage.call("one")
    feed = Feed(agent)
    await feed.connect()
    going = asyncio.create_task(asyncio.Event().wait())
    running = asyncio.create_task(run_until(call, going))
    heard = Heard()
    async with socket_to(agent, stage.url, "one", "listen") as listening:
        while len(heard.caller) < 3:
            heard.take(await asyncio.wait_for(listening.recv(), 10))
        assert (np.concatenate(heard.caller) == 7).all()
    async with socket_to(agent, stage.url, "one", "take-over") as socket:
        assert await asyncio.wait_for(socket.recv(), 10) == '{"type": "taken"}'
        loud = np.full(12_000, 5_000, "<i2").tobytes()
        for at in range(0, len(loud), 333):  # odd pieces: samples are put together again
            await socket.send(loud[at : at + 333])
        while not (heard.agent and (heard.agent[-1] == 5_000).any()):
            heard.take(await asyncio.wait_for(socket.recv(), 10))
        assert set(np.unique(heard.agent[-1])) <= {0, 5_000}
    back = await feed.until(lambda e: e.kind == "control" and e.data["what"] == "handed_back")
    assert back.data["by"] == "Ada"
    feed.events.clear()
    async with socket_to(agent, stage.url, "one", "take-over") as silent:
        said: list[str] = []
        with contextlib.suppress(websockets.ConnectionClosedError):
            async for message in silent:
                said += [message] if isinstance(message, str) else []
        assert said == ['{"type": "taken"}', '{"type": "handed_back"}'], (
            "a browser that sends nothing is gone"
        )
    await feed.until(lambda e: e.kind == "control" and e.data["what"] == "handed_back")
    going.cancel()
    await asyncio.gather(going, running, return_exceptions=True)
    await feed.cut()


async def test_who_may_not_is_refused_before_a_socket_is_accepted(stage: Stage) -> None:
    viewer, agent = await stage.person(Role.VIEWER, "Vi"), await stage.person(Role.AGENT)
    stage.call("one")
    nobody = httpx.AsyncClient()
    for client, headers, status in (
        (viewer, {}, 403),
        (nobody, {}, 401),
        (agent, {"Origin": "https://evil.example"}, 403),
    ):
        with pytest.raises(websockets.InvalidStatus) as refused:
            async with socket_to(client, stage.url, "one", "take-over", **headers):
                pass
        assert refused.value.response.status_code == status
        assert b"urn:tandem:" in refused.value.response.body
    await nobody.aclose()
    foreign = await viewer.get("/live/events", headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    async with socket_to(agent, stage.url, "none", "listen", Origin=stage.url) as gone:
        assert "call-over" in str(await asyncio.wait_for(gone.recv(), 10))
        await gone.wait_closed()
    assert gone.close_code == 4404


async def test_nobody_holds_more_connections_than_they_may_and_one_that_ends_makes_room(stage: Stage) -> None:
    ada, bob = await stage.person(Role.AGENT), await stage.person(Role.AGENT, "Bob")
    stage.call("one")
    feeds = [Feed(ada) for _ in range(MOST[Holding.FOLLOW])]
    for feed in feeds:
        await feed.connect()
    refused = await ada.get("/live/events")
    assert (refused.status_code, refused.json()["type"]) == (429, "urn:tandem:too-many-connections")
    assert "Close one" in refused.json()["detail"]
    theirs = Feed(bob)
    await theirs.connect()  # others have their own
    await feeds[0].cut()
    async with asyncio.timeout(20):
        while (await _status(ada, "/live/events")) == 429:  # noqa: ASYNC110 - a server in the same loop
            await asyncio.sleep(0.05)
    async with contextlib.AsyncExitStack() as open_ones:
        for _ in range(MOST[Holding.LISTEN]):
            await open_ones.enter_async_context(socket_to(ada, stage.url, "one", "listen"))
        async with socket_to(ada, stage.url, "one", "listen") as refused_one:
            told = json.loads(await asyncio.wait_for(refused_one.recv(), 10))
            await refused_one.wait_closed()
    assert (told["type"], told["why"], refused_one.close_code) == ("refused", "too-many-connections", 4409)
    for feed in (*feeds, theirs):
        await feed.cut()


async def _status(client: httpx.AsyncClient, path: str) -> int:
    async with client.stream("GET", path) as answer:
        return answer.status_code
