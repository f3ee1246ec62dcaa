"""A manager follows a simulated call as a browser does, whispers, takes over, hands back and ends it."""

import asyncio
import contextlib
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import numpy as np
import pytest
import websockets

from admin.accounts.links import owner_link
from tandem.platform import Platform, private_platform
from telephony.simulator.carrier import Carrier, made_up_credentials
from telephony.simulator.report import Outcome
from telephony.simulator.script import CallScript, Pause
from telephony.tape import read_rows
from tests.tandem.live_following import Feed, Heard, socket_to, tone, tone_seconds

pytestmark = [pytest.mark.service, pytest.mark.slow]

OWNER = {"email": "ada@example.com", "name": "Ada", "password": "correct horse battery"}
WHISPERED = "We have a blue umbrella here for you."
MICRO_TURN_SAMPLES = 3_200


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[tuple[Platform, Carrier, httpx.AsyncClient]]:
    credentials = made_up_credentials()
    carrier = Carrier(credentials)
    account = {
        "TWILIO_ACCOUNT_SID": credentials.account_sid,
        "TWILIO_AUTH_TOKEN": credentials.auth_token,
        "TWILIO_API_URL": carrier.api_url,
        "TANDEM_HOME": str(tmp_path),
    }
    async with carrier, private_platform(lambda _what: None, **account) as platform:
        link = await owner_link(platform.settings)
        assert link is not None
        async with httpx.AsyncClient(base_url=f"{platform.url}/api", timeout=60.0, trust_env=False) as owner:
            made = await owner.post("/set-up", json={**OWNER, "token": link.partition("#")[2]})
            assert made.status_code == 201, made.text
            owner.headers["X-Tandem-CSRF"] = made.json()["csrf_token"]
            # The cookie is for https alone, as this is no development: httpx keeps it to itself over http.
            owner.headers["Cookie"] = made.headers["set-cookie"].partition(";")[0]
            yield platform, carrier, owner


async def test_a_call_is_followed_whispered_into_taken_over_handed_back_and_ended(
    stage: tuple[Platform, Carrier, httpx.AsyncClient], tmp_path: Path
) -> None:
    platform, carrier, owner = stage
    feed = Feed(owner)
    await feed.connect()
    script = CallScript((Pause(240_000),))
    calling = asyncio.create_task(carrier.place_call(script, platform.url, out=tmp_path / "calls"))
    began = await feed.until(lambda e: e.kind == "call_began")
    call_id = began.data["call_id"]
    listed = (await owner.get("/live/calls")).json()
    assert [(call["id"], call["held_by"]) for call in listed] == [(call_id, None)]
    greeted = await feed.until(lambda e: e.kind == "words" and e.data["side"] == "agent" and e.data["final"])
    assert "help you" in greeted.data["text"]

    await feed.cut()
    said = await owner.post(f"/live/calls/{call_id}/whisper", json={"text": WHISPERED})
    assert said.status_code == 202, said.text
    await feed.connect()
    statuses = [
        (await feed.until(lambda e, s=status: e.kind == "whisper" and e.data["status"] == s)).data["by"]
        for status in ("offered", "voicing", "heard")
    ]
    assert statuses == ["Ada", "Ada", "Ada"]

    heard, other = Heard(), Heard()
    async with socket_to(owner, platform.url, call_id, "take-over") as socket:
        enough = asyncio.Event()
        speaking = asyncio.create_task(hum(socket, heard, enough))
        await asyncio.wait_for(enough.wait(), 60)
        assert heard.messages == [{"type": "taken"}]
        await feed.until(lambda e: e.kind == "state" and e.data["held_by"] == "Ada")
        async with socket_to(owner, platform.url, call_id, "take-over") as second:
            with contextlib.suppress(websockets.ConnectionClosedError):
                async for message in second:
                    other.take(message)
            assert second.close_code == 4409
        assert [message["why"] for message in other.messages] == ["already-taken"]
        assert "Ada" in other.messages[0]["detail"]
        refused = await owner.post(f"/live/calls/{call_id}/whisper", json={"text": "Hello."})
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:tandem:taken-over")
        speaking.cancel()
    await feed.until(lambda e: e.kind == "control" and e.data["what"] == "handed_back")
    bridging = await feed.until(lambda e: e.kind == "words" and "assistant" in e.data["text"])
    assert bridging.data["side"] == "agent"

    ended = await owner.post(f"/live/calls/{call_id}/end")
    assert ended.status_code == 204, ended.text
    over = await feed.until(lambda e: e.kind == "call_ended")
    assert over.data["outcome"] == "ended_by_manager"
    assert (await owner.get("/live/calls")).json() == []
    gone = await owner.post(f"/live/calls/{call_id}/end")
    assert (gone.status_code, gone.json()["type"]) == (404, "urn:tandem:call-over")
    report = await asyncio.wait_for(calling, 60)
    await feed.cut()

    assert report.outcome is Outcome.AGENT_HUNG_UP
    sequences = [event.data["sequence"] for event in feed.of(call_id)]
    assert sequences == list(range(1, len(sequences) + 1)), "something was lost or told twice"
    assert feed.connections == 2
    assert WHISPERED in report.heard
    assert report.recording is not None
    agent_at_the_ear = _side(report.recording, 1)
    assert tone_seconds(agent_at_the_ear, 8_000) >= 1.5
    folder = platform.settings.tapes / call_id
    assert tone_seconds(_side(folder / "call.wav", 1), 16_000) >= 1.5, "the tape shows the manager's side"
    controls = [each["what"] for row in read_rows(folder) for each in row.get("control", [])]
    assert controls == ["whisper", "take_over", "hand_back", "end"]
    entries = (await owner.get("/audit", params={"kind": "call", "subject": call_id})).json()["rows"]
    assert [(each["action"], each["after"]) for each in reversed(entries)] == [
        ("whisper_to_call", {"whisper": WHISPERED}),
        ("take_call_over", {"held_by": "Ada"}),
        ("take_call_over", {"held_by": None}),
        ("end_call", {"up": False}),
    ]


async def hum(socket: websockets.ClientConnection, heard: Heard, enough: asyncio.Event) -> None:
    """Send a tone at the pace of what comes down; three seconds of it on the line are enough."""
    sent = 0
    async for message in socket:
        heard.take(message)
        await socket.send(tone(MICRO_TURN_SAMPLES, sent).tobytes())
        sent += MICRO_TURN_SAMPLES
        if heard.agent and tone_seconds(heard.agent_side, 16_000) >= 3.0:
            enough.set()


def _side(path: Path, side: int) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)[:, side]
