"""A call really made and recorded, replayed to another flow: from the terminal, and as a manager does."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from admin.accounts.links import owner_link
from agents.crm.seed import DEMO_ORDER_NUMBER
from config.flow_file import source_of
from tandem.platform import private_platform
from telephony.simulator.carrier import Carrier, made_up_credentials
from telephony.simulator.script import CallScript, Keys, Say

OWNER = {"email": "ada@example.com", "name": "Ada", "password": "correct horse battery"}
ASKED, CHANGED = "How can I help you today?", "What is it?"
DRAFT = source_of("order_status").replace(ASKED, CHANGED, 1)


async def finished(client: httpx.AsyncClient, replay_id: str) -> dict[str, Any]:
    """Read a replay as the page does, every second, until it is over."""
    shares: list[float] = []
    async with asyncio.timeout(400):
        while True:
            told = (await client.get(f"/replays/{replay_id}")).json()
            shares.append(told["progress"])
            if told["status"] not in ("waiting", "running"):
                assert shares == sorted(shares)
                return told
            await asyncio.sleep(1)


@pytest.mark.service
@pytest.mark.slow
async def test_a_recorded_call_is_replayed_by_its_sound_against_a_changed_draft(tmp_path: Path) -> None:
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
        script = CallScript(
            (Say("hi, where is my order?"), Keys(DEMO_ORDER_NUMBER), Say("no thank you, goodbye"))
        )
        report = await carrier.place_call(script, platform.url)
        call = report.told.call_id
        async with httpx.AsyncClient(base_url=f"{platform.url}/api", timeout=60.0, trust_env=False) as owner:
            made = await owner.post("/set-up", json={**OWNER, "token": link.partition("#")[2]})
            owner.headers["X-Tandem-CSRF"] = made.json()["csrf_token"]
            owner.headers["Cookie"] = made.headers["set-cookie"].partition(";")[0]
            body = {"flow": {"yaml": DRAFT}, "by": "audio"}
            asked = await owner.post(f"/calls/{call}/replays", json=body)
            assert asked.status_code == 202, asked.text
            told = await finished(owner, asked.json()["id"])
            assert told["status"] == "done", told["why"]
            sound = await owner.get(f"/replays/{told['id']}/audio", headers={"Range": "bytes=0-3"})
            assert (sound.status_code, sound.content) == (206, b"RIFF")
        result = told["result"]
        assert "Thanks for calling" in result["diverges"]["recorded"]
        assert CHANGED in result["diverges"]["replayed"]
        assert "cannot react" in result["caveats"][0]
        assert set(result["replayed"]["sources"].values()) == {"recorded"}
        (tool,) = result["replayed"]["timeline"]["tools"]
        assert (tool["tool"], tool["state"]) == ("order_status", "result")
        assert result["replayed"]["timeline"]["steps"][0]["step"] == "greet"
        assert any(line["who"] == "caller" for line in result["replayed"]["timeline"]["lines"])
    environment = {**os.environ, "TANDEM_HOME": str(tmp_path)}
    command = [
        sys.executable,
        "-m",
        "tandem.main",
        "replay",
        call,
        "--flow",
        "order_status",
        "--by",
        "words",
        "--json",
    ]
    printed = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout  # noqa: S603, ASYNC221
    told = json.loads(printed)
    assert (told["by"], told["recorded"]["outcome"]) == ("words", result["recorded"]["outcome"])
    assert told["replayed"]["timeline"]["lines"][0]["who"] == "agent"
