"""A recorded call as a replay needs it: the caller's side, and what was looked up."""

import json
import wave
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from agents.messages import ReportKind, TaskReport
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES, SAMPLE_RATE_HZ
from model.turn import Audio, LanguageHeard, Transcript, Word
from telephony.classifying import Asked
from telephony.errors import ReplayError
from telephony.tape import Row, read_rows

_ANSWERS = (ReportKind.PARTIAL, ReportKind.RESULT, ReportKind.FAILED)


@dataclass(frozen=True, slots=True)
class RecordedTask:
    """Work that was asked for on the recorded call, and what came of it: reports with their delay in ms."""

    tool: str
    arguments: str
    reports: tuple[tuple[int, TaskReport], ...]

    @property
    def answered(self) -> bool:
        """Whether its answer is known."""
        return any(report.kind in (ReportKind.RESULT, ReportKind.FAILED) for _, report in self.reports)


@dataclass(frozen=True, slots=True, eq=False)
class RecordedCall:
    """What a tape tells.

    Attributes:
        call_id: of the recorded call.
        flow: that it ran, `name@version`.
        today: the caller's day.
        caller: int16[n, 3200], their sound by micro-turns; the last is filled up with silence.
        keys: by micro-turn.
        turns: by micro-turn, what the caller had said when their turn was taken.
        tasks: those whose answer is known, in order.
        outcome: how it ended; None: the tape breaks off.
        classified: what a language model was asked about the caller's words, in order.
    """

    call_id: str
    flow: str
    today: date
    caller: Audio
    keys: Mapping[int, tuple[str, ...]] = field(default_factory=dict[int, tuple[str, ...]])
    turns: Mapping[int, Transcript] = field(default_factory=dict[int, Transcript])
    tasks: tuple[RecordedTask, ...] = ()
    outcome: str | None = None
    classified: tuple[Asked, ...] = ()

    def typed(self, index: int) -> tuple[str, ...]:
        """What the caller typed instead of speaking: words that take no time (`telephony.typed_turn`)."""
        turn = self.turns.get(index)
        if turn is None or not turn.words or any(word.start_ms != word.end_ms for word in turn.words):
            return ()
        return (turn.text,)

    @property
    def micro_turns(self) -> int:
        """How many it had."""
        return len(self.caller)


def read_recorded(folder: Path) -> RecordedCall:
    """Read a tape's folder.

    Raises:
        ReplayError: it holds no tape, or no recording.
    """
    try:
        rows = list(read_rows(folder))
        caller = _caller(folder / "call.wav")
    except (FileNotFoundError, NotADirectoryError):
        raise ReplayError(f"{folder} holds no tape: tape.jsonl and call.wav belong there.") from None
    except (ValueError, EOFError, wave.Error) as error:
        raise ReplayError(f"the tape in {folder} cannot be read: {error}") from None
    if not rows or rows[0].get("kind") != "tape":
        raise ReplayError(f"{folder / 'tape.jsonl'} does not begin as a tape does.")
    began_at = datetime.fromisoformat(str(rows[0]["began_at"]))
    turns = [row for row in rows if row["kind"] == "turn"]
    return RecordedCall(
        call_id=str(rows[0]["call_id"]),
        flow=str(rows[0]["flow"]),
        today=began_at.astimezone().date(),
        caller=caller,
        keys={int(row["index"]): tuple(row["keys"]) for row in turns if "keys" in row},
        turns={int(row["index"]): said for row in turns if (said := _taken(row)) is not None},
        tasks=_tasks(turns),
        outcome=str(rows[-1]["outcome"]) if rows[-1]["kind"] == "end" else None,
        classified=tuple(_asked(each) for row in turns for each in row.get("classified", [])),
    )


def canonical(arguments: Mapping[str, Any]) -> str:
    """Arguments as they are compared."""
    return json.dumps(arguments, sort_keys=True, default=str)


def _caller(path: Path) -> Audio:
    with wave.open(str(path)) as file:
        shape = (file.getnchannels(), file.getsampwidth(), file.getframerate())
        if shape != (2, 2, SAMPLE_RATE_HZ):
            raise ValueError(f"call.wav is not 16 kHz, 16-bit and stereo, but {shape}")
        frames = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    caller = frames[:, 0].astype(np.int16)
    whole = np.pad(caller, (0, -len(caller) % MICRO_TURN_SAMPLES))
    return whole.reshape(-1, MICRO_TURN_SAMPLES)


def _taken(row: Row) -> Transcript | None:
    """What the caller had said when their turn was taken in this micro-turn; the last one if several were."""
    taken = [act["transcript"] for act in row.get("acts", []) if act["act"] == "TurnTaken"]
    return _transcript(taken[-1]) if taken else None


def _transcript(row: Row) -> Transcript:
    words = tuple(
        Word(str(w["text"]), int(w["start_ms"]), int(w["end_ms"]), float(w.get("confidence", 1.0)))
        for w in row.get("words", [])
    )
    spoken, other = row.get("spoken"), row.get("otherwise")
    return Transcript(
        words,
        final=True,
        confidence=float(row.get("confidence", 1.0)),
        language=str(row.get("language", "")),
        spoken=LanguageHeard(str(spoken["language"]), float(spoken["probability"])) if spoken else None,
        otherwise=_transcript(other) if other else None,
    )


def _asked(written: Row) -> Asked:
    return Asked(
        request_id=str(written["request_id"]),
        step=str(written["step"]),
        text=str(written["text"]),
        options=tuple(map(str, written["options"])),
        option=None if written["option"] is None else str(written["option"]),
        confidence=float(written["confidence"]),
        failed=str(written["failed"]),
        took_ms=int(written["took_ms"]),
    )


def _tasks(rows: list[Row]) -> tuple[RecordedTask, ...]:
    asked: dict[str, tuple[int, Row]] = {}
    reports: dict[str, list[tuple[int, TaskReport]]] = {}
    for row in rows:
        for delegation in row.get("delegations", []):
            asked.setdefault(str(delegation["task_id"]), (int(row["index"]), delegation))
        for written in row.get("reports", []):
            report = TaskReport.model_validate(written)
            if report.task_id in asked and report.kind in _ANSWERS:
                delay_ms = (int(row["index"]) - asked[report.task_id][0]) * MICRO_TURN_MS
                reports.setdefault(report.task_id, []).append((delay_ms, report))
    tasks = (
        RecordedTask(
            str(delegation["tool"]), canonical(delegation["arguments"]), tuple(reports.get(name, ()))
        )
        for name, (_, delegation) in asked.items()
    )
    return tuple(task for task in tasks if task.answered)
