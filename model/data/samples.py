"""Simulated calls as tapes, to hear and see what is being learned.

A sample is a folder like a recorded call's: `call.wav` (16 kHz, 16-bit; left the caller as the line brings
it, right the agent) and `tape.jsonl`, one row per micro-turn. `readings` hold the labels of the micro-turn's
last slot in place of a model's probabilities; beside them stand columns no recorded tape has: `awaited` (kind
and digits), `truth` (digits said, language, what to say, what to do), `told` and `overlaps`.
"""

# S slots of a call

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from config.units import MICRO_TURN_MS, SLOTS_PER_MICRO_TURN
from model.data.calls import CALL_SLOTS, SimulatedCall, simulate
from model.data.delivery import FRAME_MS
from model.data.scene import Manners
from model.data.scripts import Split
from model.data.stage import SaidWord
from model.heads import FUTURE_BINS
from model.sound import write_wav
from model.streams import ACTS, AGENT_TEXT, DIGITS_ANY, KINDS, LANGUAGES

Row = dict[str, Any]


def write_samples(
    count: int,
    seed: int,
    out: Path,
    split: Split = "train",
    manners: Manners | None = None,
    slots: int = CALL_SLOTS,
) -> list[Path]:
    """Write calls 0, 1, ... of a seed into folders of `out` (created); gives the folders.

    Raises:
        OSError: a folder cannot be written.
    """
    folders = list[Path]()
    for number in range(count):
        folder = out / f"sample-{seed}-{number:03d}"
        folder.mkdir(parents=True, exist_ok=True)
        write_sample(simulate(seed, number, split, manners, slots), folder)
        folders.append(folder)
    return folders


def write_sample(call: SimulatedCall, folder: Path) -> None:
    """Write a call's sound and tape into a folder that exists."""
    write_wav(folder / "call.wav", np.stack((call.caller, call.agent)))
    rows = (json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in tape_rows(call))
    (folder / "tape.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")


def tape_rows(call: SimulatedCall) -> Iterator[Row]:
    """The rows of a call's tape, the header first."""
    micro_turns = len(call.kind) // SLOTS_PER_MICRO_TURN
    yield {"kind": "tape", "version": 1, "simulated": True, "language": call.language}
    for index in range(micro_turns):
        yield _row(call, index)
    yield {"kind": "end", "outcome": "simulated", "micro_turns": micro_turns}


def _row(call: SimulatedCall, index: int) -> Row:
    first = index * MICRO_TURN_MS // FRAME_MS
    last = first + MICRO_TURN_MS // FRAME_MS
    slot = (index + 1) * SLOTS_PER_MICRO_TURN - 1
    labels, row = call.labels, Row(kind="turn", index=index)
    ended = [turn for turn in call.turns if first <= turn.end < last]
    if ended or any(first <= word.begin < last for word in call.caller_words):
        row["caller"] = _transcript(call, last, final=bool(ended))
    if ended:
        row["acts"] = [{"act": "TurnTaken", "transcript": row["caller"]}]
    if told := [event for event in call.told if first <= event.frame < last]:
        row["told"] = [
            {"at_ms": event.frame * FRAME_MS, "kind": event.kind, "text": event.text} for event in told
        ]
    if overlaps := [asdict(overlap) for overlap in call.overlaps if first <= overlap.begin < last]:
        row["overlaps"] = overlaps
    digits = int(call.digits[slot])
    row["awaited"] = {
        "kind": KINDS[call.kind[slot]].value,
        "digits": None if digits in {0, DIGITS_ANY} else digits,
    }
    row["truth"] = {
        "digits_said": int(labels.digits_said[slot]),
        "language": LANGUAGES[labels.language[slot]],
        "to_say": AGENT_TEXT[labels.agent_text[slot]],
        "to_do": ACTS[labels.acts[slot]],
    }
    row["readings"] = {
        "caller_voice": float(labels.voice[slot, 0]),
        "agent_voice": float(labels.voice[slot, 1]),
        "turn_end": float(labels.turn_end[slot]),
        "barge_in": float(labels.barge_in[slot]),
        "backchannel_due": float(labels.backchannel_due[slot]),
        "caller_soon": [float(labels.future[slot] >> b & 1) for b in range(FUTURE_BINS)],
    }
    return row


def _transcript(call: SimulatedCall, until: int, *, final: bool) -> Row:
    """The words of the caller's turn so far, times in ms from the call's first sample."""
    begins = [turn.begin for turn in call.turns if turn.begin < until]
    since = begins[-1] if begins else 0
    words = [word for word in call.caller_words if since <= word.begin < until]
    return {
        "text": " ".join(word.text for word in words),
        "final": final,
        "confidence": 1.0,
        "words": [_word(word) for word in words],
    }


def _word(word: SaidWord) -> Row:
    return {
        "text": word.text,
        "start_ms": word.begin * FRAME_MS,
        "end_ms": word.end * FRAME_MS,
        "confidence": 1.0,
    }
