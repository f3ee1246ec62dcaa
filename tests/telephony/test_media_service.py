"""The routes on a real server and real sockets: resets, floods, and the pace of a call beside them."""

import asyncio
import contextlib
import json
import re
import socket
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import uvicorn
import websockets
from fastapi import FastAPI

from config.settings import load
from telephony.twilio.routes import twilio_router
from tests.telephony.peers import ACCOUNT, SOUND, Scripted

pytestmark = pytest.mark.service


class Served:
    """A server on a free loopback port."""

    def __init__(self, port: int, switchboard: Scripted) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.switchboard = switchboard

    async def ring(self, call_id: str) -> str:
        form = {"CallSid": call_id, "From": "+15550100", "To": "+15550199"}
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.post(f"{self.url}/twilio/voice", data=form)
        found = re.search(r'url="([^"]+)"', answer.text)
        assert found, answer.text
        return found[1]

    @contextlib.asynccontextmanager
    async def call(self, call_id: str) -> AsyncIterator[websockets.ClientConnection]:
        async with websockets.connect(await self.ring(call_id), compression=None, max_queue=None) as peer:
            begin = {"streamSid": "MZ1", "callSid": call_id, "accountSid": ACCOUNT}
            await peer.send(json.dumps({"event": "start", "sequenceNumber": "1", "start": begin}))
            yield peer


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    unset = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TANDEM_PUBLIC_URL")
    settings = load({**dict.fromkeys(unset), "TANDEM_PORT": str(port)})
    switchboard, app = Scripted(), FastAPI()
    app.include_router(twilio_router(settings, switchboard))
    config = uvicorn.Config(app, port=port, log_level="error", lifespan="off", ws_per_message_deflate=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn sets no event
        await asyncio.sleep(0.01)
    yield Served(port, switchboard)
    server.should_exit = True
    await serving


async def speak(peer: websockets.ClientConnection, packets: int) -> None:
    """At the pace of time."""
    packet = json.dumps({"event": "media", "media": {"track": "inbound", "payload": SOUND}})
    began = time.monotonic()
    for number in range(packets):
        await peer.send(packet)
        await asyncio.sleep(began + (number + 1) * 0.02 - time.monotonic())


async def freed(served: Served, call_id: str, within_s: float) -> float:
    """How long it took until the call's conversation was closed."""
    began = time.monotonic()
    while not served.switchboard.opened[call_id].closed:
        assert time.monotonic() - began < within_s, "the call was not freed in time"
        await asyncio.sleep(0.01)
    return time.monotonic() - began


async def test_a_tcp_reset_frees_the_call_within_two_seconds(served: Served):
    async with served.call("CA1") as peer:
        await speak(peer, 25)
        peer.transport.abort()
        await freed(served, "CA1", 2)
    assert served.switchboard.opened["CA1"].closed == ["lost"]


async def test_a_stop_frees_the_call_within_two_seconds(served: Served):
    async with served.call("CA1") as peer:
        await speak(peer, 25)
        await peer.send('{"event":"stop","sequenceNumber":"27","stop":{"callSid":"CA1"}}')
        await freed(served, "CA1", 2)
        await asyncio.wait_for(peer.wait_closed(), 2)
    assert served.switchboard.opened["CA1"].closed == ["stop"]
    assert peer.close_code == 1000


async def test_a_hundred_thousand_messages_at_once_do_not_disturb_another_call(served: Served):
    flooder = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("flooder.py")),
        await served.ring("CA-flood"),
        "CA-flood",
        stdout=asyncio.subprocess.PIPE,
    )
    assert flooder.stdout is not None
    assert await asyncio.wait_for(flooder.stdout.readline(), 30) == b"flooding\n"
    async with served.call("CA1") as caller:
        await speak(caller, 200)
        turns = served.switchboard.opened["CA1"].turns
        assert len(turns) >= 15
        assert sum(turn.filled_ms for turn in turns) <= 400
    assert len(served.switchboard.opened["CA-flood"].turns) <= 25
    flooder.kill()
    await flooder.wait()
    await freed(served, "CA-flood", 5)
