"""Whole calls from a browser: the real platform, the real socket, speech at the pace of time.

What depends on the recogniser is said clearly and once; the rest is typed and keyed.
"""

import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np
import pytest
import pytest_asyncio
import websockets
from sqlalchemy import select

from admin.accounts.links import owner_link
from agents.crm.seed import DEMO_ORDER_NUMBER
from config.database import Database
from config.flow_file import source_of
from config.tables import CallRow
from tandem.platform import Platform, private_platform
from telephony.simulator.performance import speak
from telephony.simulator.script import DEFAULT_VOICE
from telephony.tape import read_rows, seconds_recorded

pytestmark = [pytest.mark.service, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

RATE_HZ, PACKET = 16_000, 320
OWNER = {"email": "ada@example.com", "name": "Ada", "password": "correct horse battery"}
GREETING = "Good day from the draft."


@dataclass
class Browser:
    """A page on the line: a microphone that never stops, a player that plays in real time, captions."""

    socket: websockets.ClientConnection
    told: list[dict[str, Any]] = field(default_factory=list)
    received: int = 0
    played: int = 0
    agent: list[bytes] = field(default_factory=list)
    mouth: bytearray = field(default_factory=bytearray)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def microphone(self) -> None:
        began, packets = time.monotonic(), 0
        while True:
            sound, self.mouth[:] = bytes(self.mouth[: 2 * PACKET]), self.mouth[2 * PACKET :]
            await self.socket.send(sound.ljust(2 * PACKET, b"\0"))
            packets += 1
            if packets % 4 == 0:
                await self._report(80 * RATE_HZ // 1_000)
            await asyncio.sleep(max(0.0, began + packets * PACKET / RATE_HZ - time.monotonic()))

    async def _report(self, samples: int) -> None:
        if self.played < self.received:
            self.played = min(self.received, self.played + samples)
            await self.socket.send(json.dumps({"type": "heard", "samples": self.played}))

    async def listen(self) -> None:
        with contextlib.suppress(websockets.ConnectionClosed):
            async for message in self.socket:
                async with self.news:
                    if isinstance(message, bytes):
                        assert len(message) <= 6_400
                        self.received += len(message) // 2
                        self.agent.append(message)
                    else:
                        self.told.append(json.loads(message))
                        if self.told[-1]["type"] == "clear":
                            self.played = self.received
                    self.news.notify_all()

    async def until(self, condition: Callable[[], object], what: str) -> None:
        async with self.news:
            try:
                await asyncio.wait_for(self.news.wait_for(condition), 180)
            except TimeoutError:
                raise AssertionError(f"{what} did not come: {self.told[-5:]}") from None

    def of(self, kind: str, **fields: object) -> list[dict[str, Any]]:
        return [
            told
            for told in self.told
            if told["type"] == kind and all(told[name] == value for name, value in fields.items())
        ]

    def said(self, side: str = "agent", *, final: bool = True) -> str:
        return " ".join(told["text"] for told in self.of("words", side=side, final=final))

    async def say(self, text: str) -> None:
        at_8khz = speak(text, DEFAULT_VOICE).astype(np.float64)
        at = np.arange(2 * at_8khz.size) / 2
        self.mouth += np.interp(at, np.arange(at_8khz.size), at_8khz).astype("<i2").tobytes()

    async def send(self, **message: str) -> None:
        await self.socket.send(json.dumps(message))

    async def asked_for_a_number(self) -> None:
        await self.until(lambda: "order number" in self.said(), "the question for the order number")


@contextlib.asynccontextmanager
async def talking(platform: Platform, path: str) -> AsyncIterator[Browser]:
    url = platform.url.replace("http", "ws", 1) + path
    async with websockets.connect(url, compression=None, origin=platform.url, proxy=None) as socket:  # type: ignore[arg-type]
        browser = Browser(socket)
        tasks = [asyncio.create_task(browser.listen())]
        await browser.until(lambda: browser.of("started") or browser.of("ended"), "started")
        if browser.of("started"):
            tasks.append(asyncio.create_task(browser.microphone()))
        yield browser
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def platform() -> AsyncGenerator[Platform]:
    none: dict[str, str] = {"TANDEM_SET_UP_LINK": "false"}
    async with private_platform(lambda _what: None, **none) as platform:
        yield platform


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(platform: Platform) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{platform.url}/api", timeout=240.0, trust_env=False) as client:
        yield client


async def booked(api: httpx.AsyncClient, flow: str, which: str = "published", **more: str) -> str:
    answer = await api.post("/phone/calls", json={"flow": flow, "which": which, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()["socket"]


async def row_of(platform: Platform, call_id: str) -> CallRow:
    database = Database(platform.settings.database_url)
    try:
        async with database.reading() as session:
            return (await session.execute(select(CallRow).where(CallRow.id == call_id))).scalar_one()
    finally:
        await database.close()


async def test_whoever_sits_at_the_machine_asks_by_voice_keys_a_number_and_hears_the_answer(
    platform: Platform, api: httpx.AsyncClient
) -> None:
    async with talking(platform, await booked(api, "order_status")) as browser:
        await browser.until(lambda: "How can I help you" in browser.said(), "the greeting")
        await browser.say("hi, where is my order?")
        await browser.asked_for_a_number()
        assert "order" in browser.said("caller")
        for key in DEMO_ORDER_NUMBER:
            await browser.send(type="digit", digit=key)
        await browser.until(lambda: "on its way" in browser.said(), "the answer")
        assert [task["status"] for task in browser.of("task")][::2] == ["asked", "result"]
        assert "shipped" in [step["step"] for step in browser.of("step")]
        await browser.send(type="hang_up")
        await browser.until(lambda: browser.of("ended"), "the end")
        assert browser.of("ended")[0]["outcome"] == "caller_hung_up"
        call_id = browser.of("started")[0]["call_id"]
    row = await row_of(platform, call_id)
    assert (row.carrier, row.outcome, row.flow) == ("browser", "caller_hung_up", "order_status@1")
    tape = platform.settings.tapes / row.tape
    taped = [
        word["text"] for each in read_rows(tape) for word in (each.get("agent") or {"words": []})["words"]
    ]
    assert not Counter(["Your", "order", "is", "on", "its", "way"]) - Counter(taped)
    assert abs(seconds_recorded(tape) - row.micro_turns / 5) < 0.3
    agent = np.frombuffer(b"".join(browser.agent), "<i2").astype(np.float64)
    assert np.abs(agent).max() > 3_000


async def test_a_typed_turn_interrupts_and_the_page_is_told_to_drop_what_it_has(
    platform: Platform, api: httpx.AsyncClient
) -> None:
    async with talking(platform, await booked(api, "order_status")) as browser:
        await browser.until(lambda: "Thanks for" in browser.said(final=False), "the greeting's beginning")
        await browser.send(type="text", text="Where is my order?")
        await browser.until(lambda: browser.of("clear"), "the clear")
        await browser.asked_for_a_number()
        greeting = browser.of("words", side="agent", final=True)[0]
        assert "today" not in greeting["text"]
        assert browser.said("caller") == "where is my order"
        await browser.send(type="text", text=DEMO_ORDER_NUMBER)
        await browser.until(lambda: "on its way" in browser.said(), "the answer")
        await browser.send(type="text", text="No thanks, goodbye.")
        await browser.until(lambda: browser.of("ended"), "the end")
        assert browser.of("ended")[0]["outcome"] == "completed"


async def test_speaking_over_the_agent_clears_what_it_was_saying(
    platform: Platform, api: httpx.AsyncClient
) -> None:
    async with talking(platform, await booked(api, "order_status")) as browser:
        await browser.until(lambda: "Thanks for calling" in browser.said(final=False), "the greeting")
        await browser.say("stop, stop, where is my order?")
        await browser.until(lambda: browser.of("clear"), "the clear")
        await browser.asked_for_a_number()


async def test_a_draft_is_called_by_who_may_change_it_and_a_ticket_is_good_once(
    platform: Platform, api: httpx.AsyncClient
) -> None:
    link = await owner_link(platform.settings)
    assert link is not None
    refused = await api.post("/phone/calls", json={"flow": "order_status", "which": "draft"})
    assert refused.status_code == 401
    made = await api.post("/set-up", json={**OWNER, "token": link.partition("#")[2]})
    assert made.status_code == 201, made.text
    api.headers["X-Tandem-CSRF"] = made.json()["csrf_token"]
    shipped = "Thanks for calling {company}. How can I help you today?"
    yaml = source_of("order_status")
    assert yaml.count(shipped) == 1
    assert (await api.post("/flows", json={"yaml": yaml.replace(shipped, GREETING)})).status_code == 201
    path = await booked(api, "order_status", "draft")
    async with talking(platform, path) as browser:
        assert browser.of("started")[0]["flow"] == "order_status@draft"
        await browser.until(lambda: GREETING in browser.said(), "the draft's greeting")
        call_id = browser.of("started")[0]["call_id"]
        async with talking(platform, path) as second:
            assert second.of("ended")[0]["outcome"] == "refused"
    assert (await row_of(platform, call_id)).flow == "order_status@draft"


async def test_a_call_begins_in_the_language_wished(platform: Platform, api: httpx.AsyncClient) -> None:
    assert (await api.post("/flows", json={"shipped": "appointment"})).status_code == 201
    wrong = await api.post("/phone/calls", json={"flow": "appointment", "which": "draft", "language": "fr"})
    assert (wrong.status_code, wrong.json()["languages"][0][:2]) == (422, "en")
    async with talking(platform, await booked(api, "appointment", "draft", language="es")) as browser:
        assert browser.of("started")[0]["language"].startswith("es")
        await browser.until(lambda: browser.said(), "the greeting")
        assert not {"thanks", "calling", "how"} & set(browser.said().lower().split())


async def test_a_page_of_another_origin_gets_nowhere(platform: Platform, api: httpx.AsyncClient) -> None:
    url = platform.url.replace("http", "ws", 1) + await booked(api, "order_status", "draft")
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with websockets.connect(url, origin="https://evil.example", proxy=None):  # type: ignore[arg-type]
            pass
    assert refused.value.response.status_code == 403
