"""Telephone and web application in one process: what a manager publishes is what the next call runs."""

import asyncio
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from admin.accounts.links import owner_link
from tandem.platform import private_platform
from telephony.simulator.carrier import Carrier, made_up_credentials
from telephony.simulator.script import CallScript, Say

OWNER = {"email": "ada@example.com", "name": "Ada", "password": "correct horse battery"}
GREETING = "Good day from the published flow."


def test_the_contract_is_written_as_openapi(tmp_path: Path) -> None:
    to = tmp_path / "openapi.json"
    subprocess.run([sys.executable, "-m", "tandem.main", "admin", "openapi", str(to)], check=True)  # noqa: S603
    assert '"operationId": "publish_flow"' in to.read_text(encoding="utf-8")


@pytest.mark.service
@pytest.mark.slow
async def test_a_published_flow_answers_the_next_call_and_the_call_is_found_with_its_tape(
    tmp_path: Path,
) -> None:
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
            token = link.partition("#")[2]
            made = await owner.post("/set-up", json={**OWNER, "token": token})
            assert made.status_code == 201, made.text
            owner.headers["X-Tandem-CSRF"] = made.json()["csrf_token"]
            # The cookie is for https alone, as this is no development: httpx keeps it to itself over http.
            owner.headers["Cookie"] = made.headers["set-cookie"].partition(";")[0]
            await owner.post("/flows", json={"shipped": "order_status"})
            draft = (await owner.get("/flows/order_status/draft")).json()["yaml"]
            shipped = "Thanks for calling {company}. How can I help you today?"
            assert draft.count(shipped) == 1
            yaml = draft.replace(shipped, GREETING)
            saved = await owner.put(
                "/flows/order_status/draft", json={"yaml": yaml}, headers={"If-Match": '"1"'}
            )
            assert saved.json()["findings"] == [], saved.text
            note = {"note": "another greeting"}
            done = await owner.post("/flows/order_status/publish", json=note, headers={"If-Match": '"2"'})
            version = done.json()["number"]
            await owner.put("/numbers/default", json={"flow": "order_status"})
            await asyncio.sleep(6)  # read ahead, even on a busy machine

            script = CallScript((Say("no thank you, goodbye"),))
            report = await carrier.place_call(script, platform.url)
            page = (await owner.get("/calls", params={"flow": f"order_status@{version}"})).json()
            assert [row["id"] for row in page["rows"]] == [report.told.call_id]
            tape = (await owner.get(f"/calls/{report.told.call_id}/tape")).json()["rows"]
            said = " ".join(word["text"] for row in tape for word in row.get("agent", {}).get("words", []))
            assert "published flow" in said
            part = await owner.get(f"/calls/{report.told.call_id}/audio", headers={"Range": "bytes=0-3"})
            assert (part.status_code, part.content) == (206, b"RIFF")
