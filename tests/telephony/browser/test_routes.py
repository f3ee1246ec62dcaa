"""Who is let in, what a browser is told, and that everything is freed: in virtual time, without a network."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI

from config.flow import Flow
from config.flow_file import load_flow
from config.settings import load
from model.turn import Word
from telephony.browser.routes import browser_router
from telephony.clock import NS_PER_MS, VirtualClock, settle
from telephony.line import IncomingCall
from telephony.switchboard import Chosen
from telephony.watching import CallBegan, CallEnded, Watcher, WordsSaid
from tests.telephony.peers import LOOPBACK, LOUD, Echo, Peer, Scripted, until

FLOW = load_flow("order_status")
VOICE = np.rint(6_000 * np.sin(np.arange(320) * 0.3)).astype("<i2").tobytes()
"""20 ms."""


@dataclass
class Call(Echo):
    """An echo that tells its watchers what a call would."""

    watchers: Sequence[Watcher] = ()

    async def close(self, reason: str) -> None:
        if not self.closed:
            ended = "transferred" if self.transfer_to else "completed"
            outcome = {"stop": "caller_hung_up", "ended": ended}.get(reason, "failed")
            for watcher in self.watchers:
                watcher.saw(0, CallEnded(outcome))
        await super().close(reason)


@dataclass
class Desk(Scripted):
    """A switchboard that takes a chosen flow."""

    chosen: list[tuple[IncomingCall, Chosen]] = field(default_factory=list)

    async def open(  # type: ignore[override]
        self, call: IncomingCall, chosen: Chosen, watchers: Sequence[Watcher] = ()
    ) -> Call:
        if self.broken:
            raise ValueError("scripted")
        self.chosen.append((call, chosen))
        opened = Call(**self.script, watchers=watchers)
        self.opened[call.carrier_call_id] = opened
        for watcher in watchers:
            watcher.saw(0, CallBegan("call-1", call.carrier, "", "", chosen.label, chosen.flow.language, NOW))
        return opened

    @property
    def call(self) -> Call:
        (only,) = self.opened.values()
        assert isinstance(only, Call)
        return only


NOW: Any = None


@dataclass
class Booked:
    flow: Flow
    label: str


@dataclass
class Tickets:
    """Each of these is good once."""

    good: set[str] = field(default_factory=lambda: {"good"})

    async def redeem(self, ticket: str) -> Booked | None:
        if ticket == "broken":
            raise OSError("Redis is gone")
        if ticket not in self.good:
            return None
        self.good.remove(ticket)
        return Booked(FLOW, "order_status@draft")


class Browser(Peer):
    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(event["text"]) for event in self.events if event.get("text") is not None]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.told if message["type"] == kind]

    @property
    def heard(self) -> bytes:
        return b"".join(event["bytes"] for event in self.events if event.get("bytes") is not None)


class Stage:
    def __init__(self, **desk: Any) -> None:
        self.clock = VirtualClock(1_000 * NS_PER_MS)
        self.desk, self.tickets = Desk(**desk), Tickets()
        unset = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TANDEM_PUBLIC_URL")
        self.app = FastAPI()
        settings = load({**dict.fromkeys(unset), "TANDEM_PORT": "8000"})
        self.app.include_router(browser_router(settings, self.desk, self.tickets, self.clock))

    def browse(self, ticket: str = "good", **headers: str) -> Browser:
        return Browser(self.app, f"/phone/media/{ticket}", headers, LOOPBACK)

    async def call(self) -> Browser:
        browser = self.browse(origin="http://127.0.0.1:8000")
        await until(lambda: browser.of("started"))
        return browser

    async def speak(self, browser: Browser, packets: int, sound: bytes = VOICE) -> None:
        for _ in range(packets):
            browser.say(sound)
            await self.go_on(20)

    async def go_on(self, ms: int) -> None:
        await settle(20)
        await self.clock.advance(ms * NS_PER_MS)


async def test_a_call_begins_with_its_ticket_and_runs_what_was_booked() -> None:
    stage = Stage()
    browser = await stage.call()
    ((call, chosen),) = stage.desk.chosen
    assert (call.carrier, chosen.label, chosen.flow.name) == ("browser", "order_status@draft", "order_status")
    started = {"type": "started", "call_id": "call-1", "flow": "order_status@draft", "language": "en-US"}
    assert browser.told == [started]
    await stage.speak(browser, 40)
    assert len(stage.desk.call.turns) >= 3
    browser.say({"type": "hang_up"})
    await until(lambda: browser.closed)
    assert stage.desk.call.closed == ["stop"]
    assert browser.told[-1] == {"type": "ended", "outcome": "caller_hung_up", "why": "You have hung up."}


async def test_both_sides_sound_bit_for_bit() -> None:
    stage = Stage()
    browser = await stage.call()
    await stage.speak(browser, 60)
    caller = np.concatenate([turn.caller_audio for turn in stage.desk.call.turns])
    sent = np.tile(np.frombuffer(VOICE, "<i2"), 60)
    assert np.array_equal(caller, sent[: caller.size])
    agent = np.frombuffer(browser.heard, "<i2")
    assert agent.size >= 3_200
    assert np.array_equal(agent, np.tile(LOUD, 20)[: agent.size])


async def test_what_was_heard_is_what_the_browser_has_played() -> None:
    stage = Stage()
    browser = await stage.call()
    for _ in range(40):
        await stage.speak(browser, 1)
        browser.say({"type": "heard", "samples": min(len(browser.heard) // 2, 4_000)})
    assert stage.desk.call.turns[-1].heard_ms <= 4_000 // 16 + 700
    assert len(browser.heard) // 2 > 9_600
    unheard = stage.desk.call.turns[-1].heard_ms
    for _ in range(20):
        await stage.speak(browser, 1)
        browser.say({"type": "heard", "samples": len(browser.heard) // 2 - 1_600})
    assert stage.desk.call.turns[-1].heard_ms > unheard + 300


async def test_a_clear_is_told_and_what_it_dropped_counts_as_passed() -> None:
    stage = Stage(script={"clear_at": 6})
    browser = await stage.call()
    at_clear: list[int] = []
    for _ in range(180):
        played = max(0, len(browser.heard) // 2 - 3_200)
        browser.say({"type": "heard", "samples": max([played, *at_clear])})
        await stage.speak(browser, 1)
        if browser.of("clear") and not at_clear:
            at_clear.append(len(browser.heard) // 2)
    assert len(browser.of("clear")) == 1
    heard = [turn.heard_ms for turn in stage.desk.call.turns]
    assert heard == sorted(heard)
    assert heard[-1] > heard[7] + 1_500


async def test_typed_turns_and_keys_reach_the_conversation_in_order() -> None:
    stage = Stage()
    browser = await stage.call()
    browser.say({"type": "text", "text": "Where is it?"}).say({"type": "digit", "digit": "7"})
    await stage.speak(browser, 20)
    assert [text for turn in stage.desk.call.turns for text in turn.typed] == ["Where is it?"]
    assert [key for turn in stage.desk.call.turns for key in turn.keys] == ["7"]


async def test_captions_are_shown_as_they_come() -> None:
    stage = Stage()
    browser = await stage.call()
    stage.desk.call.watchers[0].saw(200, WordsSaid("caller", "caller-0", (Word("hi", 0, 200),), final=True))
    await until(lambda: browser.of("words"))
    assert browser.of("words")[0]["text"] == "hi"


async def test_a_ticket_is_good_once() -> None:
    stage = Stage()
    first = await stage.call()
    second = stage.browse("good")
    await until(lambda: second.closed)
    assert second.told[-1]["outcome"] == "refused"
    assert "Call again" in second.told[-1]["why"]
    assert second.closed is not None
    assert second.closed[0] == 1008
    assert len(stage.desk.opened) == 1
    first.drop()
    await asyncio.wait_for(first.task, 20)
    assert stage.desk.call.closed == ["lost"]


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:8001", "null"])
async def test_pages_of_other_origins_are_refused_before_anything_happens(origin: str) -> None:
    stage = Stage()
    browser = stage.browse(origin=origin)
    await until(lambda: browser.refused)
    assert browser.refused == 403
    assert not browser.accepted
    assert stage.tickets.good == {"good"}


async def test_without_room_the_ticket_stays_good() -> None:
    stage = Stage(room=0)
    browser = stage.browse()
    await until(lambda: browser.closed)
    assert browser.told[-1]["outcome"] == "busy"
    assert stage.tickets.good == {"good"}


@pytest.mark.parametrize(("ticket", "broken"), [("broken", False), ("good", True)])
async def test_a_call_that_cannot_be_opened_says_so(ticket: str, broken: bool) -> None:
    stage = Stage(broken=broken)
    browser = stage.browse(ticket)
    await until(lambda: browser.closed)
    assert browser.told[-1]["outcome"] == "failed"


@pytest.mark.parametrize(("code", "reason"), [(1000, "stop"), (1001, "stop"), (1005, "stop"), (1006, "lost")])
async def test_a_page_that_is_closed_hangs_up_and_a_broken_line_does_not(code: int, reason: str) -> None:
    stage = Stage()
    browser = await stage.call()
    await stage.speak(browser, 5)
    browser._to_app.put_nowait({"type": "websocket.disconnect", "code": code})
    await until(lambda: stage.desk.call.closed)
    assert stage.desk.call.closed == [reason]
    await asyncio.wait_for(browser.task, 20)


async def test_garbage_is_answered_and_the_call_goes_on() -> None:
    stage = Stage()
    browser = await stage.call()
    browser.say("{").say(b"\x00").say({"type": "digit", "digit": "x"})
    await stage.speak(browser, 20)
    assert len(browser.of("problem")) == 3
    assert stage.desk.call.turns
    for _ in range(200):
        browser.say("nonsense")
    await until(lambda: browser.closed)
    assert browser.closed is not None
    assert browser.closed[0] == 1008
    assert len(browser.of("problem")) <= 10
    await asyncio.wait_for(browser.task, 20)
    assert stage.desk.call.closed


async def test_a_message_that_is_too_large_ends_the_call_in_order() -> None:
    stage = Stage()
    browser = await stage.call()
    browser.say(bytes(70_000))
    await until(lambda: stage.desk.call.closed)
    assert browser.closed is not None
    assert browser.closed[0] == 1009
    await asyncio.wait_for(browser.task, 20)


async def test_a_tab_that_sleeps_is_waited_for_and_then_given_up() -> None:
    stage = Stage()
    browser = await stage.call()
    await stage.speak(browser, 20)
    for _ in range(30):  # three seconds of nothing
        await stage.go_on(100)
    assert not stage.desk.call.closed
    assert sum(turn.filled_ms for turn in stage.desk.call.turns) >= 2_400
    await stage.speak(browser, 20)
    assert not stage.desk.call.closed
    for _ in range(110):
        await stage.go_on(100)
    await until(lambda: browser.closed)
    assert stage.desk.call.closed == ["silent"]
    assert "10 seconds" in browser.told[-1]["why"]


async def test_where_the_call_would_be_handed_to_is_said() -> None:
    stage = Stage(script={"end_at": 2, "transfer_to": "+15550001"})
    browser = await stage.call()
    await stage.speak(browser, 40)
    await until(lambda: browser.closed)
    assert (browser.told[-1]["type"], browser.told[-1]["outcome"]) == ("ended", "transferred")
    assert "+15550001" in browser.told[-1]["why"]
    assert stage.desk.call.closed == ["ended"]


async def test_a_conversation_that_fails_ends_in_order() -> None:
    stage = Stage(script={"fail_at": 1})
    browser = await stage.call()
    await stage.speak(browser, 40)
    await until(lambda: browser.closed)
    assert browser.told[-1]["outcome"] == "failed"
    assert stage.desk.call.closed == ["failed"]
