"""Whole calls: the carrier simulator against the real platform, over the real protocol, with real processes.

One platform serves all of them. What depends on the recogniser is said clearly and once; what is tested about
the platform itself is keyed, so that a mishearing cannot hide a fault.
"""

import asyncio
import json
import os
import re
import signal
import time
import wave
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import pytest_asyncio
import websockets
from sqlalchemy import select

from agents.crm.seed import DEMO_ORDER_NUMBER
from config.database import Database
from config.tables import CallRow
from tandem.platform import Platform, private_platform
from telephony.simulator.carrier import Carrier, made_up_credentials
from telephony.simulator.demo import demo_script, shortcomings
from telephony.simulator.report import CallReport, Outcome
from telephony.simulator.script import DEFAULT_VOICE, CallScript, Keys, Say, When
from telephony.tape import read_rows, seconds_recorded

pytestmark = [pytest.mark.service, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

ASK = Say("hi, where is my order?")
NUMBER = Keys(DEMO_ORDER_NUMBER)
NO_THANKS = Say("no thank you, goodbye")


class Stage:
    """The platform, and a carrier that knows it."""

    def __init__(self, platform: Platform, carrier: Carrier) -> None:
        self.platform = platform
        self.carrier = carrier

    async def call(self, *steps: Say | Keys, out: Path | None = None, stall_ms: int = 0) -> CallReport:
        script = CallScript(steps, stall_ms=stall_ms)
        async with asyncio.timeout(240):
            return await self.carrier.place_call(script, self.platform.url, out=out)

    def tape(self, report: CallReport) -> Path:
        return self.platform.settings.tapes / report.told.call_id

    def worker_pids(self) -> list[int]:
        """The worker and its pool, the worker first."""
        first = self.platform.process_ids()["worker"]
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        return [first, *map(int, children)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stage]:
    credentials = made_up_credentials()
    carrier = Carrier(credentials)
    account = {
        "TWILIO_ACCOUNT_SID": credentials.account_sid,
        "TWILIO_AUTH_TOKEN": credentials.auth_token,
        "TWILIO_API_URL": carrier.api_url,
        "TANDEM_HOME": str(tmp_path_factory.mktemp("home")),
        "TANDEM_MAX_CALLS": "12",
    }
    async with carrier, private_platform(lambda _what: None, **account) as platform:
        yield Stage(platform, carrier)


@dataclass(frozen=True)
class Keyed:
    """What came of a call in which the number was keyed, and of strangers who tried meanwhile."""

    report: CallReport
    refused: list[int]
    health: dict[str, Any]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def keyed(stage: Stage) -> Keyed:
    await asyncio.wait_for(until_up(stage, 0), 60)
    async with asyncio.TaskGroup() as group:
        call = group.create_task(stage.call(ASK, NUMBER, NO_THANKS))
        trying = group.create_task(asyncio.wait_for(strangers_try(stage), 240))
    return Keyed(call.result(), *trying.result())


async def until_up(stage: Stage, calls: int) -> None:
    """Wait until the server counts so many calls."""
    async with httpx.AsyncClient(base_url=stage.platform.url, trust_env=False) as client:
        while (await client.get("/health")).json()["calls"] != calls:  # noqa: ASYNC110 - another process's
            await asyncio.sleep(0.1)


async def strangers_try(stage: Stage) -> tuple[list[int], dict[str, Any]]:
    """Try what is not for strangers once a call is up: what they are told, and the server's health."""
    await until_up(stage, 1)
    async with httpx.AsyncClient(base_url=stage.platform.url, trust_env=False) as client:
        unsigned = await client.post("/twilio/voice", data={"CallSid": "CA1"})
        foreign = await client.post(
            "/twilio/voice", data={"CallSid": "CA1"}, headers={"X-Twilio-Signature": "AAAA"}
        )
        tape = await client.get("/calls/made-up/tape")
        health = (await client.get("/health")).json()
    socket_url = stage.platform.url.replace("http", "ws") + "/twilio/media/made-up"
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(socket_url, proxy=None)
    told = [each.status_code for each in (unsigned, foreign, tape)]
    return [*told, refused.value.response.status_code], health


def results(report: CallReport) -> list[str]:
    return [tool.state for tool in report.tools]


def answers_heard(report: CallReport) -> int:
    """How often the caller heard the answer to its end."""
    return len(re.findall(r"on its way with UPS, and should be with you", report.heard))


async def test_the_demonstration_call_hears_what_the_customer_database_says(
    stage: Stage, tmp_path: Path
) -> None:
    """Spoken question, spoken digits, one interruption in earnest; a second try, since ears may mishear."""
    lacking: tuple[str, ...] = ()
    for _ in range(2):
        async with asyncio.timeout(240):
            report = await stage.carrier.place_call(
                demo_script(DEFAULT_VOICE), stage.platform.url, out=tmp_path
            )
        lacking = shortcomings(report, None)
        assert report.errors == ()
        if not lacking:
            break
    assert lacking == ()


async def test_a_keyed_number_is_answered_and_the_agent_hangs_up_after_its_goodbye(keyed: Keyed) -> None:
    report = keyed.report
    assert results(report) == ["result"]
    assert answers_heard(report) == 1
    assert report.outcome is Outcome.AGENT_HUNG_UP
    assert report.heard.rstrip().endswith("Goodbye!")
    assert report.errors == ()


async def test_every_call_leaves_a_recording_a_tape_and_a_row(stage: Stage, keyed: Keyed) -> None:
    report = keyed.report
    folder = stage.tape(report)
    first, *turns, last = read_rows(folder)
    assert first["carrier_call_id"] == report.call_sid
    assert last["outcome"] == "completed"
    indices = [row["index"] for row in turns if row["kind"] == "turn"]
    assert indices == sorted(set(indices))
    assert seconds_recorded(folder) == pytest.approx(report.duration_ms / 1_000, abs=2.5)
    with wave.open(str(folder / "call.wav")) as recording:
        sound = np.frombuffer(recording.readframes(recording.getnframes()), "<i2").reshape(-1, 2)
    assert np.abs(sound[:, 0]).max() > 1_000
    assert np.abs(sound[:, 1]).max() > 1_000
    database = Database(stage.platform.settings.database_url)
    async with database.reading() as session:
        row = (
            await session.execute(select(CallRow).where(CallRow.carrier_call_id == report.call_sid))
        ).scalar_one()
    await database.close()
    assert (row.outcome, row.tape) == ("completed", folder.name)
    assert row.ended_at is not None
    assert row.micro_turns > 50


async def test_an_mhm_does_not_stop_the_agent(stage: Stage) -> None:
    report = await stage.call(ASK, NUMBER, Say("mhm", when=When.OVER), NO_THANKS)
    assert answers_heard(report) >= 1
    assert results(report) == ["result"]


async def test_a_worker_killed_in_the_middle_of_a_look_up_still_ends_in_one_right_answer(
    stage: Stage,
) -> None:
    """The worker is stopped before the question, so that the look-up is in its hands when it is killed."""
    pids = stage.worker_pids()
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)

    async def kill_once_asked() -> None:
        tapes = stage.platform.settings.tapes
        began = time.time()
        while True:
            for folder in tapes.iterdir():
                tape = folder / "tape.jsonl"
                if tape.stat().st_mtime > began and '"delegations"' in tape.read_text():
                    for pid in pids:
                        os.kill(pid, signal.SIGKILL)
                    return
            await asyncio.sleep(0.1)

    killing = asyncio.create_task(kill_once_asked())
    report = await stage.call(ASK, NUMBER, NO_THANKS)
    await killing
    assert results(report) == ["result"]
    assert answers_heard(report) == 1
    assert "Let me look up order" in report.heard
    settled = [
        news
        for row in read_rows(stage.tape(report))
        for news in row.get("reports", ())
        if news["kind"] in ("result", "failed", "cancelled")
    ]
    assert [news["kind"] for news in settled] == ["result"]


async def test_six_calls_at_once_all_succeed(stage: Stage) -> None:
    reports = await asyncio.gather(*(stage.call(ASK, NUMBER, NO_THANKS) for _ in range(6)))
    assert [results(report) for report in reports] == [["result"]] * 6, [report.heard for report in reports]
    assert [answers_heard(report) for report in reports] == [1] * 6
    assert {report.outcome for report in reports} == {Outcome.AGENT_HUNG_UP}


async def test_a_call_survives_a_network_that_stalls(stage: Stage) -> None:
    report = await stage.call(ASK, NUMBER, NO_THANKS, stall_ms=600)
    assert results(report) == ["result"]
    assert report.errors == ()


async def test_strangers_are_refused_and_the_call_that_is_up_is_undisturbed(keyed: Keyed) -> None:
    assert keyed.refused == [403] * 4
    assert (keyed.health["status"], keyed.health["calls"]) == ("ok", 1)
    assert results(keyed.report) == ["result"]
    assert keyed.report.errors == ()


async def test_nothing_of_a_call_is_left_once_it_is_over(stage: Stage) -> None:
    await stage.call(NO_THANKS)
    await asyncio.wait_for(until_up(stage, 0), 5)
    log = stage.platform.settings.logs / "server.log"
    errors = [line for line in log.read_text().splitlines() if json.loads(line)["level"] == "error"]
    assert errors == []
