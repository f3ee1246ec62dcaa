"""Tapes of calls, written by the real call and the real tape, by words: who said what when."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from agents.crm.port import CustomerRecords
from agents.simulation.trial_tools import TrialTools
from agents.toolbox import find_tools
from config.flow_file import read_flow, source_of
from config.replaying import By, ReplayOrder
from config.settings import load
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES
from model.turn import Transcript, TurnOutput, TurnTaken, Word
from telephony.line import LineTurn
from telephony.replay.replay import Replayed, replay
from telephony.tape import Tape
from tests.agents.simulation.trial import noting

WORD_MS = 300


def tools(ran: list[str]) -> TrialTools:
    """Tools that note what was run, and never look anything up anywhere."""
    return TrialTools(
        {name: noting(tool, ran) for name, tool in find_tools().items()}, {CustomerRecords: None}
    )


def caller_only(folder: Path, said: Mapping[int, str], seconds: int, outcome: str = "completed") -> Path:
    """A tape on which only the caller is: what they had said when their turn was taken, or keys ("#1")."""
    header = {"call_id": "recorded", "flow": "order_status@1", "began_at": "2026-11-23T09:00:00+00:00"}
    tape = Tape(folder, header)
    silence = np.zeros(MICRO_TURN_SAMPLES, np.int16)
    for index in range(seconds * 5):
        text = said.get(index, "")
        keys = tuple(text[1:]) if text.startswith("#") else ()
        acts: tuple[Any, ...] = ()
        if text and not keys:
            words = text.split()
            began_ms = index * MICRO_TURN_MS - len(words) * WORD_MS
            spoken = tuple(
                Word(word, began_ms + k * WORD_MS, began_ms + (k + 1) * WORD_MS, 0.95)
                for k, word in enumerate(words)
            )
            acts = (TurnTaken(Transcript(spoken, final=True, confidence=0.95)),)
        tape.micro_turn(LineTurn(index, silence, keys), TurnOutput(index, silence, acts=acts), {})
    tape.close(outcome)
    return folder


def order(tape: Path, into: Path, flow: str, by: By = By.WORDS) -> ReplayOrder:
    return ReplayOrder(load({"TANDEM_HOME": str(into.parent)}), tape, into, flow, by)


async def replayed(tape: Path, into: Path, flow: str, ran: list[str]) -> Replayed:
    """Replay by words. `flow`: YAML, or a shipped flow's name."""
    text = source_of(flow) if "\n" not in flow else flow
    return await replay(order(tape, into, text), read_flow(text), tools(ran))
