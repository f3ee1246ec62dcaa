"""Simulated people for `tandem bench interpret`: Spanish callers, a company that speaks English."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from config.units import WIRE_RATE_HZ
from model.evaluate.translation.dialogues import Dialogue, dialogues
from model.sound import write_wav
from model.turn import Audio
from telephony.simulator.performance import speak
from telephony.simulator.script import CallScript, Play, When

COMPANY: Final = "+15550003333"
LEAD_S: Final = 8.0
"""Silence before a caller's first word: until the other has answered."""
FLOW: Final = f"""\
schema: 1
name: bench_interpret
version: 1
title: Joins the caller with somebody who speaks English
language: es-MX
start: join
silence: {{after_ms: 6000, says: ["¿Sigue ahí?"], then: goodbye}}
misunderstood: {{at_most: 3, then: goodbye}}
trouble: goodbye
resuming: ["Le decía: {{last}}"]
talked_over: ["Un momento, sigo buscando."]
destinations:
  company: {{title: Company, number: "{COMPANY}"}}
steps:
  join:
    kind: interpret
    says: ["Un momento, le comunico."]
    to: company
    language: en-US
    next: goodbye
    failed: goodbye
  goodbye: {{kind: end, says: ["Gracias por llamar. Adiós."], resume: join}}
"""
_GAP_S: Final = 1.5
"""From one person's last word to the other's first."""
_SPANISH: Final = ("es-419", "es-419+f2", "es+m3", "es-419+m7", "es+f4")
_ENGLISH: Final = ("en-us", "en-us+f3", "en-us+m3", "en-us+f2", "en-us+m7")
_SEED: Final = 11


def talks(folder: Path, count: int, lasts_s: float) -> tuple[tuple[CallScript, ...], tuple[CallScript, ...]]:
    """Record so many talks of at least so long, each of its own; gives both sides' scripts, talk by talk.

    Raises:
        ScriptError: a voice is missing here.
    """
    callers: list[CallScript] = []
    company: list[CallScript] = []
    every = dialogues("train", count * 12, _SEED)
    for number in range(count):
        sides = _talk(every, number, lasts_s)
        for side, scripts in zip(sides, (callers, company), strict=True):
            path = folder / f"talk-{number}-{'caller' if scripts is callers else 'company'}.wav"
            write_wav(path, side[None], WIRE_RATE_HZ)
            scripts.append(CallScript((Play(path, When.AT_ONCE),), from_number=f"+1555000{number:04d}"))
    return tuple(callers), tuple(company)


def _talk(every: Iterator[Dialogue], number: int, lasts_s: float) -> tuple[Audio, Audio]:
    """Let two people talk in turn: both sides, int16[n] at 8 kHz, equally long."""
    caller, company = [_silence(LEAD_S)], [_silence(LEAD_S)]
    samples = caller[0].size
    while samples < lasts_s * WIRE_RATE_HZ:
        for turn in next(every).turns:
            ours = turn.who == "caller"
            voices = _SPANISH if ours else _ENGLISH
            said = speak(turn.written["es" if ours else "en"], voices[number % len(voices)])
            speaking, silent = (caller, company) if ours else (company, caller)
            speaking += [said, _silence(_GAP_S)]
            silent.append(np.zeros(said.size + round(_GAP_S * WIRE_RATE_HZ), np.int16))
            samples += speaking[-2].size + speaking[-1].size
    return np.concatenate(caller), np.concatenate(company)


def _silence(seconds: float) -> Audio:
    return np.zeros(round(seconds * WIRE_RATE_HZ), np.int16)
