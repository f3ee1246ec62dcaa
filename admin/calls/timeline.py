"""What happened on a call, read from its tape: all of it in call time, as the caller heard it."""

from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel

from admin.calls import tape
from agents.toolbox import Toolbox, find_tools
from config.settings import Settings
from config.tape.agent_words import AgentLine
from config.tape.measures import interruptions_of, responses_of
from config.tape.witness import ToolCall, Understood, Witness, witness_all

_MOST_ROWS: Final = 1_000_000


class TimedWord(BaseModel):
    text: str
    start_ms: int
    end_ms: int


class SaidLine(BaseModel):
    """Something one side said. `cut`: the agent was stopped; `words` are those that were heard."""

    who: Literal["caller", "agent"]
    start_ms: int
    end_ms: int
    words: list[TimedWord]
    cut: bool = False


class TimedResponse(BaseModel):
    """A turn of the caller and its answer; `latency_ms` below 0: they overlap."""

    began_ms: int
    ended_ms: int
    answered_ms: int
    latency_ms: int


class TimedInterruption(BaseModel):
    at_ms: int
    yielded: bool


class TimedBackchannel(BaseModel):
    at_ms: int
    text: str


class TimedTool(BaseModel):
    """A tool the conversation asked for; `state`: asked, progress, partial, result, failed, cancelled."""

    task_id: str
    tool: str
    arguments: dict[str, Any]
    asked_ms: int
    settled_ms: int | None
    state: str
    result: dict[str, Any] | None
    error: str | None


class TimedStep(BaseModel):
    at_ms: int
    step: str
    language: str


class Timeline(BaseModel):
    """What happened on a call. Times are ms since its first sound, as in its recording."""

    duration_ms: int
    lines: list[SaidLine]
    """Of both sides, by when they began."""
    responses: list[TimedResponse]
    interruptions: list[TimedInterruption]
    backchannels: list[TimedBackchannel]
    tools: list[TimedTool]
    steps: list[TimedStep]


def read_timeline(folder: Path, settings: Settings) -> Timeline:
    """Read a tape's timeline.

    Args:
        folder: the tape's.
        settings: of the installation, whose tools know which of their arguments are not to be shown.

    Raises:
        Problem: 404, there is no tape.
    """
    told = witness_all(tape.read_rows(folder, 0, _MOST_ROWS).rows)
    return timeline(told, find_tools(settings) if told.tools else {})


def timeline(told: Witness, toolbox: Toolbox) -> Timeline:
    """Lay out what a tape has told."""
    lines = [_of_agent(line) for line in told.lines if line.offer_id and line.heard]
    lines += [_of_caller(turn) for turn in told.understood if turn.text]
    return Timeline(
        duration_ms=told.now_ms,
        lines=sorted(lines, key=lambda line: line.start_ms),
        responses=[
            TimedResponse(
                began_ms=each.began_ms,
                ended_ms=each.ended_ms,
                answered_ms=each.answered_ms,
                latency_ms=each.latency_ms,
            )
            for each in responses_of(told)
        ],
        interruptions=[
            TimedInterruption(at_ms=each.at_ms, yielded=each.yielded) for each in interruptions_of(told)
        ],
        backchannels=[TimedBackchannel(at_ms=each.at_ms, text=each.text) for each in told.backchannels],
        tools=[_of_tool(each, toolbox) for each in told.tools],
        steps=[TimedStep(at_ms=each.at_ms, step=each.step, language=each.language) for each in told.reached],
    )


def _of_agent(line: AgentLine) -> SaidLine:
    words = [
        TimedWord(text=word.text, start_ms=word.ear_ms, end_ms=word.ear_ms + word.end_ms - word.start_ms)
        for word in line.heard
        if word.ear_ms is not None
    ]
    return SaidLine(
        who="agent", start_ms=words[0].start_ms, end_ms=words[-1].end_ms, words=words, cut=line.cut
    )


def _of_caller(turn: Understood) -> SaidLine:
    words = [TimedWord(text=word.text, start_ms=word.start_ms, end_ms=word.end_ms) for word in turn.words]
    return SaidLine(who="caller", start_ms=turn.at_ms, end_ms=turn.end_ms or turn.at_ms, words=words)


def _of_tool(called: ToolCall, toolbox: Toolbox) -> TimedTool:
    fields: dict[str, Any] = {name: getattr(called, name) for name in TimedTool.model_fields}
    tool = toolbox.get(called.tool)
    shown = called.arguments if tool is None else tool.shown(called.arguments)
    fields["arguments"] = shown
    return TimedTool(**fields)
