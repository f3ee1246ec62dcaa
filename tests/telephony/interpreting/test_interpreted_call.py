"""Two simulated people and one interpreter, on the real platform, over the carrier's real protocol."""

import asyncio
from pathlib import Path

import pytest

from agents.translation.chosen import status
from config.settings import load
from tandem.platform import private_platform
from telephony.simulator.carrier import Carrier, made_up_credentials
from telephony.simulator.script import CallScript, Say
from telephony.tape import read_rows, seconds_recorded

FLOW = Path(__file__).with_name("interpreted.yaml")
SPANISH = "es-419"
CALLER = CallScript(
    (
        Say("quería saber dónde está mi pedido"),
        Say("quería saber dónde está mi pedido"),
        Say("gracias"),
        Say("no"),
    ),
    voice=SPANISH,
)
SUPPORT = CallScript(
    (Say("one moment please, where is your order"), Say("where is your order please")), leaves_after_ms=8_000
)
"""Both say it twice: on a busy machine the ears are still loading, or sound is late."""


@pytest.mark.service
@pytest.mark.slow
async def test_a_spanish_caller_and_an_english_colleague_hear_each_other_translated(tmp_path: Path) -> None:
    if not (known := status(load())).available:
        pytest.skip(f"{known.says}: {known.remedy}")
    flow = tmp_path / "interpreted.yaml"
    flow.write_text(FLOW.read_text("utf-8").replace("start: greet", "start: join"), "utf-8")
    credentials = made_up_credentials()
    carrier = Carrier(credentials, answering={"+15550003333": SUPPORT})
    settings = {
        "TWILIO_ACCOUNT_SID": credentials.account_sid,
        "TWILIO_AUTH_TOKEN": credentials.auth_token,
        "TWILIO_API_URL": carrier.api_url,
        "TANDEM_HOME": str(tmp_path),
        "TANDEM_FLOW": str(flow),
    }
    async with carrier, private_platform(lambda _what: None, **settings) as platform, asyncio.timeout(240):
        report = await carrier.place_call(CALLER, platform.url, out=tmp_path)
        (other,) = await carrier.answered()
        tape = platform.settings.tapes / report.told.call_id
        rows, theirs = list(read_rows(tape)), list(read_rows(tape / "legs" / "1"))
        theirs_s = seconds_recorded(tape / "legs" / "1")
    said = [each for row in rows for each in row.get("interpreted", ())]
    there = " ".join(each["text"].lower() for each in said if each["speaker"] == "caller")
    back = " ".join(each["text"].lower() for each in said if each["speaker"] == "other")
    assert "order" in there, said
    assert "pedido" in back, said
    assert all(0 < each["lag_ms"] < 20_000 for each in said)
    assert other.errors == report.errors == ()
    assert other.failure is None
    assert other.measured.agent_speech_ms > 1_000
    assert "intérprete automático" in report.heard
    assert "La otra persona ha dejado la línea." in report.heard
    assert any(row["caller"]["text"] for row in theirs if "caller" in row)
    assert theirs_s > 5
    steps = [each["step"] for row in rows for each in row.get("steps", ())]
    assert steps[:2] == ["join", "anything_else"]
