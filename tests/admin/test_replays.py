import asyncio
import shutil
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import delete

from admin.replays.queue import LOST_AFTER_MS, MOST_WAITING, Replays, replay_folder
from admin.replays.tables import ReplayRow
from admin.roles import Role
from config.replaying import Progressed, ReplayOrder
from config.tables import CallRow
from telephony.replay.process import replay_apart
from tests.admin.office import APART, SHIPPED, Office
from tests.telephony.replay.taping import caller_only, replayed

CALL = "20261123-090000-abcdef01"
SHIPPED_FLOW = {"name": "order_status", "which": "shipped"}


def stuck(order: ReplayOrder, news: Connection) -> None:
    """A replay that does not come to its end."""
    news.send(Progressed(0.25))
    while True:
        news.poll(60)


def creeping(order: ReplayOrder, news: Connection) -> None:
    """A replay that does not come to its end, and says so again and again."""
    order.into.mkdir(parents=True)
    while True:
        news.send(Progressed(0.25))
        news.poll(0.05)


def dying(order: ReplayOrder, news: Connection) -> None:
    """A replay whose process ends without a word."""


@pytest.fixture(scope="session")
def tape(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tape of a whole call."""
    home = tmp_path_factory.mktemp("taped")
    said = {40: "where is my order", 80: "#104233", 190: "no thanks"}
    caller = caller_only(home / "caller", said, 60)
    with ThreadPoolExecutor(1) as thread:  # a loop of its own, beside the tests'
        thread.submit(asyncio.run, replayed(caller, home / "recorded", "order_status", [])).result()
    return home / "recorded"


async def enter_call(office: Office, outcome: str | None = "completed") -> None:
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    async with office.database.writing() as db:
        db.add(
            CallRow(
                id=CALL,
                carrier="twilio",
                carrier_call_id="CA1",
                from_number="+15550001111",
                to_number="+15550002222",
                flow="order_status@1",
                began_at=at,
                ended_at=at,
                outcome=outcome,
                tape=CALL,
                micro_turns=300,
            )
        )


@pytest.fixture
async def replays(office: Office, tape: Path) -> AsyncIterator[Replays]:
    """The office with a recorded call, and a queue that replays it."""
    await enter_call(office)
    shutil.copytree(tape, office.settings.tapes / CALL)
    replays = replaying(office, replay_apart)
    yield replays
    await replays.close()


def replaying(office: Office, replay: Any) -> Replays:
    replays = Replays(office.settings, office.database, APART, replay, office.clock)
    office.app.state.parts = replace(office.app.state.parts, replays=replays)
    return replays


async def ask(client: httpx.AsyncClient, flow: dict[str, Any] = SHIPPED_FLOW, by: str = "words") -> str:
    answer = await client.post(f"/calls/{CALL}/replays", json={"flow": flow, "by": by})
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


async def read(client: httpx.AsyncClient, replay_id: str) -> dict[str, Any]:
    answer = await client.get(f"/replays/{replay_id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def begun(client: httpx.AsyncClient, replay_id: str) -> None:
    """Wait until a replay tells how far it is."""
    while (await read(client, replay_id))["progress"] == 0:  # noqa: ASYNC110 - another process's
        await asyncio.sleep(0.1)


async def test_a_recorded_call_is_replayed_to_an_unsaved_flow(office: Office, replays: Replays) -> None:
    manager, viewer = await office.person(Role.MANAGER, "Ada"), await office.person(Role.VIEWER)
    changed = SHIPPED.replace("Sure. What is your order number?", "Which order is it?", 1)
    replay_id = await ask(manager, {"yaml": changed})
    assert (await read(viewer, replay_id))["status"] in ("waiting", "running")
    await replays.idle()
    told = await read(viewer, replay_id)
    assert (told["status"], told["progress"], told["asked_by"], told["flow"]) == ("done", 1, "Ada", "unsaved")
    result = told["result"]
    assert "Which order is it?" in result["diverges"]["replayed"]
    assert result["recorded"]["outcome"] == result["replayed"]["outcome"] == "completed"
    assert set(result["replayed"]["sources"].values()) == {"recorded"}
    (listed,) = (await viewer.get(f"/calls/{CALL}/replays")).json()
    assert listed["id"] == replay_id
    assert "result" not in listed


async def test_replays_are_done_one_after_another_in_the_order_asked(
    office: Office, replays: Replays
) -> None:
    manager = await office.person(Role.MANAGER)
    first, second = await ask(manager), await ask(manager)
    await replays.idle()
    told = [await read(manager, each) for each in (first, second)]
    assert [each["status"] for each in told] == ["done", "done"]
    assert told[0]["result"]["diverges"] is None


async def test_what_cannot_be_replayed_is_refused_in_words(office: Office, replays: Replays) -> None:
    manager = await office.person(Role.MANAGER)
    path = f"/calls/{CALL}/replays"
    wrong = SHIPPED.replace("start: greet\n", "start: greeet\n", 1)
    unsound = await manager.post(path, json={"flow": {"yaml": wrong}})
    assert (unsound.status_code, unsound.json()["type"]) == (422, "urn:tandem:flow-has-errors")
    assert unsound.json()["findings"]
    assert (await manager.post("/calls/nothing/replays", json={"flow": SHIPPED_FLOW})).status_code == 404
    assert (await manager.post(path, json={"flow": {"name": "nothing"}})).status_code == 404
    assert (await manager.post(path, json={"flow": SHIPPED_FLOW, "by": "magic"})).status_code == 422
    assert (await manager.get(f"/replays/{'0' * 32}")).status_code == 404
    assert (await manager.delete(f"/replays/{'0' * 32}")).status_code == 404
    (office.settings.tapes / CALL / "call.wav").unlink()
    answer = await manager.post(path, json={"flow": SHIPPED_FLOW})
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:tandem:no-recording")


async def test_a_call_that_is_up_is_not_replayed(office: Office) -> None:
    await enter_call(office, outcome=None)
    replaying(office, replay_apart)
    manager = await office.person(Role.MANAGER)
    answer = await manager.post(f"/calls/{CALL}/replays", json={"flow": SHIPPED_FLOW})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:tandem:still-up")


async def test_only_managers_have_calls_replayed(office: Office, replays: Replays) -> None:
    body = {"flow": SHIPPED_FLOW}
    agent = await office.person(Role.AGENT)
    assert (await agent.post(f"/calls/{CALL}/replays", json=body)).status_code == 403
    assert (await office.stranger().post(f"/calls/{CALL}/replays", json=body)).status_code == 401


async def test_a_replay_is_broken_off_and_the_next_begins(office: Office, replays: Replays) -> None:
    replays = replaying(office, stuck)
    manager = await office.person(Role.MANAGER)
    first, second = await ask(manager), await ask(manager)
    async with asyncio.timeout(300):
        await begun(manager, first)
        assert (await manager.delete(f"/replays/{first}")).status_code == 204
        assert (await manager.delete(f"/replays/{second}")).status_code == 204
        await replays.idle()
    for each in (first, second):
        assert (await read(manager, each))["status"] == "cancelled"


async def test_a_replay_whose_call_is_kept_no_longer_ends_and_leaves_no_voice(
    office: Office, replays: Replays
) -> None:
    replays = replaying(office, creeping)
    manager = await office.person(Role.MANAGER)
    replay_id = await ask(manager)
    folder = replay_folder(office.settings, CALL, replay_id)
    async with asyncio.timeout(300):
        await begun(manager, replay_id)
        async with office.database.writing() as db:
            await db.execute(delete(ReplayRow))
            await db.execute(delete(CallRow))
        shutil.rmtree(office.settings.tapes / CALL)
        folder.mkdir(parents=True)  # as the process does, whose tape goes on
        await replays.idle()
    assert not (office.settings.tapes / CALL).exists()


async def test_the_queue_is_bounded_and_a_server_that_stops_says_so(office: Office, replays: Replays) -> None:
    replays = replaying(office, stuck)
    manager = await office.person(Role.MANAGER)
    asked = [await ask(manager) for _ in range(MOST_WAITING + 1)]
    full = await manager.post(f"/calls/{CALL}/replays", json={"flow": SHIPPED_FLOW})
    assert (full.status_code, full.json()["type"]) == (429, "urn:tandem:too-many-replays")
    await replays.close()
    for each in asked:
        told = await read(manager, each)
        assert (told["status"], told["why"]) == ("cancelled", "The server was stopped; ask again.")


async def test_a_process_that_dies_fails_its_replay_alone(office: Office, replays: Replays) -> None:
    replays = replaying(office, dying)
    manager = await office.person(Role.MANAGER)
    replay_id = await ask(manager)
    await replays.idle()
    told = await read(manager, replay_id)
    assert (told["status"], told["why"]) == ("failed", "The process that replayed it ended; try again.")


async def test_a_replay_whose_server_is_gone_is_told_as_failed(office: Office, replays: Replays) -> None:
    now_ms = office.clock()
    row = ReplayRow(
        id="a" * 32,
        call_id=CALL,
        flow="order_status, draft",
        yaml=SHIPPED,
        played_by="audio",
        status="running",
        progress=0.4,
        asked_by=await office.hire(Role.MANAGER),
        asked_at_ms=now_ms,
        seen_at_ms=now_ms,
        why="",
    )
    async with office.database.writing() as db:
        db.add(row)
    viewer = await office.person(Role.VIEWER)
    assert (await read(viewer, "a" * 32))["status"] == "running"
    office.clock.now_ms += LOST_AFTER_MS + 1
    told = await read(viewer, "a" * 32)
    assert told["status"] == "failed"
    assert "server" in told["why"]


async def test_replays_of_a_month_ago_are_forgotten_with_their_tapes(
    office: Office, replays: Replays
) -> None:
    manager = await office.person(Role.MANAGER)
    old = await ask(manager)
    await replays.idle()
    folder = replay_folder(office.settings, CALL, old)
    assert (folder / "tape.jsonl").is_file()
    office.clock.now_ms += 31 * 24 * 3_600_000
    await replays.forget_old()
    assert not folder.exists()
    assert (await office.stranger().get(f"/replays/{old}")).status_code == 401
    async with office.database.reading() as db:
        assert await db.get(ReplayRow, old) is None
