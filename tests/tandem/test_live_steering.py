"""Live calls of any server are steered, listened to and taken over, by those who may."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import numpy as np
import pytest
import websockets

from admin.live.connections import MOST, Holding
from admin.roles import Role
from config.units import MICRO_TURN_MS
from tests.tandem.live_following import Feed, Heard, socket_to
from tests.tandem.live_stage import Stage, Synthetic, running_stage

pytestmark = pytest.mark.service


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with running_stage() as stage:
        yield stage


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
