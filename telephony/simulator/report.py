"""The report of a simulated call: what happened, in words and figures. Pure data, JSON-able.

Sound is measured at the caller's ear (`telephony.simulator.ear`); words come from the platform's tape
(`config.tape.witness`) and are missing where it could not be read.
"""

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from config.tape.witness import ToolCall, Witness
from telephony.simulator.ear import CallerLine, Measured, Span
from telephony.simulator.stream import ProtocolError, StreamCounts


class Outcome(StrEnum):
    """How a call ended."""

    AGENT_HUNG_UP = "agent_hung_up"
    """By call control, or by closing the stream and letting the instructions run out."""
    CALLER_HUNG_UP = "caller_hung_up"
    TRANSFERRED = "transferred"
    FAILED = "failed"
    """It did not come about, or broke; `CallReport.failure` says why."""


@dataclass(frozen=True, slots=True)
class CallReport:
    """One call.

    Attributes:
        call_sid: the carrier's name of the call.
        outcome: how it ended.
        failure: one line, when it failed.
        duration_ms: of the line, from the caller's first packet.
        lines: what the caller did.
        measured: the figures at the caller's ear.
        told: what the platform's tape said; empty (`told.call_id == ""`) when it could not be read.
        counts: what passed over the media socket.
        errors: messages of the platform that Twilio would refuse.
        announced: what the carrier itself said (`<Say>`), or whom it dialled.
        notes: what did not go as scripted, and webhooks that failed on the side.
        recording: stereo WAV, left the caller, right the agent at the ear; None if not asked for.
    """

    call_sid: str
    outcome: Outcome
    failure: str | None
    duration_ms: int
    lines: tuple[CallerLine, ...]
    measured: Measured
    told: Witness
    counts: StreamCounts
    errors: tuple[ProtocolError, ...] = ()
    announced: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    recording: Path | None = None

    @property
    def ok(self) -> bool:
        """Whether the call came about and ended in order."""
        return self.outcome is not Outcome.FAILED

    @property
    def tools(self) -> tuple[ToolCall, ...]:
        return self.told.tools

    @property
    def heard(self) -> str:
        """All words of the agent that the caller heard, by the tape."""
        return self.told.heard_text

    @property
    def latencies_ms(self) -> tuple[float, ...]:
        """From the caller's last sound to the agent's first, turn by turn."""
        return tuple(reply.latency_ms for reply in self.measured.replies)


def as_json(report: CallReport) -> dict[str, Any]:
    """The report as plain JSON values."""
    told = report.told
    plain: dict[str, Any] = _plain(report)
    plain["heard"] = report.heard
    plain["told"] = {
        "call_id": told.call_id,
        "flow": told.flow,
        "outcome": told.outcome,
        "agent": [
            {
                "offer": line.offer_id,
                "text": line.text,
                "start_ms": line.heard[0].start_ms if line.heard else None,
                "cut": line.cut,
            }
            for line in told.lines
        ],
        "caller": [_plain(turn) for turn in told.understood],
        "interrupted_ms": list(told.interrupted_ms),
        "early_look_ups": _plain(told.early),
    }
    plain["tools"] = [
        _plain(tool) | {"duration_ms": None if tool.settled_ms is None else tool.settled_ms - tool.asked_ms}
        for tool in told.tools
    ]
    return plain


def _plain(value: object) -> Any:  # noqa: ANN401 - JSON has no narrower type
    match value:
        case Span(start_ms, end_ms):
            return {"start_ms": round(start_ms, 1), "end_ms": round(end_ms, 1), "ms": round(value.ms, 1)}
        case float():
            return round(value, 3)
        case Path():
            return str(value)
        case tuple() | list():
            return [_plain(item) for item in value]
        case dict():
            return {str(name): _plain(item) for name, item in value.items()}
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        case _:
            return value
