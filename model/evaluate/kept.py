"""Cases kept to be listened to: a stereo WAV (caller left, agent right) and a JSON of what happened in it."""

import json
import wave
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np

from config.errors import ConfigError
from config.units import WIRE_RATE_HZ
from model.evaluate.cases import Case, Span
from model.evaluate.judging import Verdict
from model.evaluate.recording import Recording, sounding
from model.turn import Transcript


class KeptCaseError(ConfigError):
    """There is no such kept case."""


@dataclass(frozen=True, slots=True)
class KeptCase:
    """A case as it was kept: where its sound is, and its story as plain data."""

    wav: Path
    story: Mapping[str, Any]


def keep(folder: Path, system: str, case: Case, recording: Recording, verdict: Verdict) -> Path:
    """Keep a case under `folder/system/`; gives the path without suffix, which names it."""
    path = folder / system / case.id
    path.parent.mkdir(parents=True, exist_ok=True)
    sides = np.zeros((max(recording.caller.size, recording.agent.size), 2), "<i2")
    sides[: recording.caller.size, 0] = recording.caller
    sides[: recording.agent.size, 1] = recording.agent
    with wave.open(str(path.with_suffix(".wav")), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(WIRE_RATE_HZ)
        out.writeframes(sides.tobytes())
    story = json.dumps(_story(system, case, recording, verdict), indent=2, ensure_ascii=False)
    path.with_suffix(".json").write_text(story + "\n")
    return path


def find(path: Path) -> KeptCase:
    """Read a kept case by the path `keep` gave, or that of its WAV or JSON.

    Raises:
        KeptCaseError: it is not there, or is none.
    """
    base = path.with_suffix("") if path.suffix in (".wav", ".json") else path
    story, wav = base.with_suffix(".json"), base.with_suffix(".wav")
    try:
        told: object = json.loads(story.read_text())
    except OSError:
        raise KeptCaseError(f"{base} is no kept case: {story.name} is not there") from None
    except ValueError:
        raise KeptCaseError(f"{story} is not the story of a case") from None
    if not isinstance(told, dict) or "scenario" not in told:
        raise KeptCaseError(f"{story} is not the story of a case")
    return KeptCase(wav, told)


def _story(system: str, case: Case, recording: Recording, verdict: Verdict) -> dict[str, Any]:
    events = case.events
    return {
        "id": case.id,
        "system": system,
        "scenario": str(case.scenario),
        "language": case.language,
        "about": case.about,
        "ok": verdict.ok,
        "what": verdict.sentence,
        "figures": dict(verdict.figures),
        "ms": case.ms,
        "events": {
            "turn": _span(events.turn),
            "pauses": [_span(pause) for pause in events.pauses],
            "openings": [_span(opening) for opening in events.openings],
            "overlap": _span(events.overlap),
            "due_ms": events.due_ms,
        },
        "caller_words": [[word.text, word.start_ms, word.end_ms] for word in case.spoken],
        "agent_speech": [_span(span) for span in sounding(recording.agent, bridge_ms=100)],
        "agent_words": [
            [word.text, round(word.start_ms), round(word.end_ms), word.offer] for word in recording.words
        ],
        "readings": [
            {
                "caller_voice": round(reading.caller_voice, 3),
                "turn_end": round(reading.turn_end, 3),
                "barge_in": round(reading.barge_in, 3),
                "backchannel_due": round(reading.backchannel_due, 3),
            }
            for reading in recording.readings
        ],
        "acts": [
            {"at_ms": moment.at_ms, "act": type(moment.act).__name__, **_plain(moment.act)}
            for moment in recording.moments
        ],
    }


def _span(span: Span | None) -> list[float] | None:
    return None if span is None else [round(span.start_ms, 1), round(span.end_ms, 1)]


def _plain(act: object) -> dict[str, Any]:
    """The fields of an act as plain data."""
    found: dict[str, Any] = {}
    for each in fields(act):  # pyright: ignore[reportArgumentType] - every act is a dataclass
        value: object = getattr(act, each.name)
        if isinstance(value, Transcript):
            found["text"] = value.text
        elif isinstance(value, Enum):
            found[each.name] = str(value.value)
        else:
            found[each.name] = value
    return found
