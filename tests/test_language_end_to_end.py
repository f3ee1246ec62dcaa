"""A whole call that changes languages: the simulated caller on the real platform, over the real protocol."""

import asyncio
from pathlib import Path

import pytest

from tandem.platform import private_platform
from telephony.simulator.carrier import Carrier, made_up_credentials
from telephony.simulator.report import CallReport
from telephony.simulator.script import CallScript, Say
from telephony.tape import read_rows

pytestmark = [pytest.mark.service, pytest.mark.slow]

SPANISH = "es-419"
SCRIPT = CallScript(
    (
        Say("in spanish please"),
        Say("sí, por favor", voice=SPANISH),
        Say("uno cero cuatro dos tres tres", voice=SPANISH),
        Say("adiós", voice=SPANISH),
    )
)


async def call(home: Path) -> tuple[CallReport, list[dict]]:
    credentials = made_up_credentials()
    carrier = Carrier(credentials)
    settings = {
        "TWILIO_ACCOUNT_SID": credentials.account_sid,
        "TWILIO_AUTH_TOKEN": credentials.auth_token,
        "TWILIO_API_URL": carrier.api_url,
        "TANDEM_HOME": str(home),
        "TANDEM_FLOW": "refund",
    }
    async with carrier, private_platform(lambda _what: None, **settings) as platform, asyncio.timeout(240):
        report = await carrier.place_call(SCRIPT, platform.url, out=home)
        return report, list(read_rows(platform.settings.tapes / report.told.call_id))


async def test_a_caller_who_asks_for_spanish_is_heard_and_answered_in_it(tmp_path: Path) -> None:
    """What was asked in Spanish and what was understood of it stands on the tape, and the change itself."""
    report, rows = await call(tmp_path)
    assert rows[0]["language"] == "en-US"
    (changed,) = [row for row in rows if row.get("language") and row["kind"] == "turn"]
    assert changed["language"] == ["es-MX"]
    assert "Con gusto, en español." in report.heard
    assert "¿Cuál es el número de pedido?" in report.heard
    taken = [
        " ".join(word["text"] for word in act["transcript"]["words"])
        for row in rows
        for act in row.get("acts", ())
        if act["act"] == "TurnTaken" and row["index"] > changed["index"]
    ]
    assert "uno cero cuatro dos tres tres" in taken
    assert "código postal" in report.heard or "1 0 4 2 3 3" in report.heard
    assert report.heard.rstrip().endswith("¡Adiós!")
    assert report.errors == ()
