"""A caller who speaks Spanish, unasked, to a flow that begins in English: by sound, a whole call."""

from pathlib import Path

import numpy as np
import pytest

from config.flow_file import read_flow, source_of
from config.replaying import By
from config.units import MICRO_TURN_SAMPLES
from model.evaluate.ear_trials import QUIET_LINE, held_out_speakers, on_the_line
from model.turn import TurnOutput
from telephony.line import LineTurn
from telephony.replay.replay import replay
from telephony.tape import Tape, read_rows
from tests.telephony.replay.taping import order, tools

pytestmark = pytest.mark.slow

SAID = {6: "hola quería saber dónde está mi pedido", 16: "uno cero cuatro dos tres tres"}
"""At which second of the call each begins."""
SECONDS = 25


def recorded(folder: Path) -> Path:
    """A tape of the caller alone: a voice that nobody trained on, over a telephone line."""
    sound = np.zeros(SECONDS * 16_000, np.int16)
    for second, text in SAID.items():
        audio, _ = on_the_line(text, held_out_speakers("es")[1], QUIET_LINE, second)
        sound[second * 16_000 :][: len(audio)] = audio
    header = {"call_id": "spanish", "flow": "order_status@1", "began_at": "2026-11-23T09:00:00+00:00"}
    tape = Tape(folder, header)
    silence = np.zeros(MICRO_TURN_SAMPLES, np.int16)
    for index, audio in enumerate(sound.reshape(-1, MICRO_TURN_SAMPLES)):
        tape.micro_turn(LineTurn(index, audio), TurnOutput(index, silence), {})
    tape.close("caller_hung_up")
    return folder


async def test_the_call_goes_on_in_spanish_with_what_was_said_first(tmp_path: Path) -> None:
    ran: list[str] = []
    caller, text = recorded(tmp_path / "caller"), source_of("order_status")
    await replay(order(caller, tmp_path / "new", text, By.AUDIO), read_flow(text), tools(ran))
    rows = list(read_rows(tmp_path / "new"))
    taken = [
        (row["index"], act["transcript"])
        for row in rows
        for act in row.get("acts", ())
        if act["act"] == "TurnTaken" and act["transcript"]["words"]
    ]
    index, first = taken[0]
    assert " ".join(word["text"] for word in first["words"]).endswith("quería saber dónde está mi pedido")
    assert first["language"] == first["spoken"]["language"] == "es"
    assert first["spoken"]["probability"] > 0.9
    (changed,) = [row for row in rows if row.get("language") and row["kind"] == "turn"]
    assert changed["language"] == ["es-MX"]
    assert changed["index"] == index
    agent = [
        word["text"]
        for row in rows
        if row["kind"] == "turn"
        for word in row.get("agent", {}).get("words", ())
    ]
    assert "número de pedido" in " ".join(agent)
    assert "uno cero cuatro dos tres tres" in [
        " ".join(w["text"] for w in said["words"]) for _, said in taken
    ]
    assert ran == ["order_status"]
