"""What the platform's own tape tells of the call, row by row. Pure.

The carrier hears sound; the tape knows words: what the platform understood of the caller, which words the
agent gave out and which of them were heard, what tools were asked and answered. Times are ms, of call time
for the caller and agent time for the agent (the two run together, see `model.turn`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from config.units import MICRO_TURN_MS

Row = dict[str, Any]

_SETTLED: Final = frozenset({"result", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class VoicedWord:
    """A word of the agent. `doubt_ms`: the agent was cut there; only sound before it may still be heard."""

    text: str
    start_ms: int
    end_ms: int
    doubt_ms: int | None = None


@dataclass(frozen=True, slots=True)
class AgentLine:
    """A stretch of agent speech: one offer, or what was heard of it.

    Attributes:
        offer_id: which offer was voiced.
        heard: the words the caller has heard to their end.
        coming: words given out but not yet heard.
        cut: the agent was stopped and the rest was flushed.
    """

    offer_id: str
    heard: tuple[VoicedWord, ...] = ()
    coming: tuple[VoicedWord, ...] = ()
    cut: bool = False

    @property
    def text(self) -> str:
        """The words heard."""
        return " ".join(word.text for word in self.heard)


@dataclass(frozen=True, slots=True)
class Understood:
    """A caller's turn as the platform understood it; `confidence` 0..1. `over`: the turn was taken."""

    text: str
    confidence: float
    at_ms: int
    over: bool


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool the conversation asked for. `state`: asked, progress, partial, result, failed or cancelled."""

    task_id: str
    tool: str
    arguments: dict[str, Any]
    asked_ms: int
    state: str = "asked"
    settled_ms: int | None = None
    result: dict[str, Any] | None = None
    error: str | None = None
    attempt: int = 1

    @property
    def settled(self) -> bool:
        return self.settled_ms is not None


@dataclass(frozen=True, slots=True)
class EarlyLookUps:
    """How look-ups begun while the caller still spoke went (see `telephony.speculation`).

    Attributes:
        look_ups: asked for, of tools that may be begun early.
        begun: begun early.
        adopted: asked for later, as hoped.
        ready: of these, those whose answer was there when they were asked for.
        wasted: begun early and not asked for.
    """

    look_ups: int = 0
    begun: int = 0
    adopted: int = 0
    ready: int = 0
    wasted: int = 0


@dataclass(frozen=True, slots=True)
class Witness:
    """All that the tape has told so far.

    Attributes:
        call_id: the platform's name of the call; empty until the tape has begun.
        flow: name and version.
        now_ms: end of the last micro-turn told of.
        lines: the agent's, in order.
        understood: the caller's turns, the last perhaps under way.
        tools: in the order asked.
        interrupted_ms: when the agent yielded.
        answer_began_ms: agent time at which the agent first voiced a word out of the last tool result.
        outcome: once the tape has ended.
        early: how early look-ups went, once the tape has ended.
    """

    call_id: str = ""
    flow: str = ""
    now_ms: int = 0
    lines: tuple[AgentLine, ...] = ()
    understood: tuple[Understood, ...] = ()
    tools: tuple[ToolCall, ...] = ()
    interrupted_ms: tuple[int, ...] = ()
    answer_began_ms: int | None = None
    outcome: str | None = None
    early: EarlyLookUps = EarlyLookUps()

    @property
    def tool_open(self) -> bool:
        return any(not tool.settled for tool in self.tools)

    @property
    def settled_ms(self) -> int:
        """When the last tool settled; -1 for never."""
        return max((tool.settled_ms for tool in self.tools if tool.settled_ms is not None), default=-1)

    @property
    def heard_text(self) -> str:
        """All words of the agent the caller has heard."""
        return " ".join(line.text for line in self.lines if line.heard)

    def words_since(self, ms: int) -> str:
        """The agent's words from agent time `ms` on, heard or on their way, in lower case."""
        words = (word for line in self.lines for word in (*line.heard, *line.coming) if word.end_ms > ms)
        return " ".join(word.text.lower() for word in words)


def witness_all(rows: Iterable[Row]) -> Witness:
    """Take in a whole tape."""
    told = Witness()
    for row in rows:
        told = take(told, row)
    return told


def take(told: Witness, row: Row) -> Witness:
    """Take in one row of the tape. What is unknown in it is passed over."""
    match row.get("kind"):
        case "tape":
            return replace(told, call_id=str(row.get("call_id", "")), flow=str(row.get("flow", "")))
        case "turn":
            return _turn(told, row)
        case "end":
            return replace(told, outcome=str(row.get("outcome", "")), early=_early(row))
        case _:
            return told


def _early(row: Row) -> EarlyLookUps:
    figures: Row = row.get("speculation") or {}
    known = {each.name for each in fields(EarlyLookUps)}
    return EarlyLookUps(**{name: int(count) for name, count in figures.items() if name in known})


def _turn(told: Witness, row: Row) -> Witness:
    begins_ms = int(row["index"]) * MICRO_TURN_MS
    acts: list[Row] = row.get("acts", [])
    lines = told.lines
    if "heard_ms" in row:
        lines = tuple(_heard(line, int(row["heard_ms"])) for line in lines)
    interrupted_ms = told.interrupted_ms
    if any(act["act"] == "Yielded" for act in acts):
        lines = tuple(_doubt(line, begins_ms) for line in lines)
        interrupted_ms = (*interrupted_ms, begins_ms)
    if "agent" in row:
        lines = _voiced(lines, row["agent"])
    tools, settled_now = _tools(told.tools, row, begins_ms)
    answer_began_ms = None if settled_now else told.answer_began_ms
    if answer_began_ms is None and "agent" in row:
        answer_began_ms = _answer_begins(lines[-1], tools)
    return replace(
        told,
        now_ms=begins_ms + MICRO_TURN_MS,
        lines=lines,
        understood=_understood(told.understood, row, acts, begins_ms),
        tools=tools,
        interrupted_ms=interrupted_ms,
        answer_began_ms=answer_began_ms,
    )


# --- the agent's words ----------------------------------------------------------------------------


def _voiced(lines: tuple[AgentLine, ...], agent: Row) -> tuple[AgentLine, ...]:
    words = tuple(
        VoicedWord(str(w["text"]), int(w["start_ms"]), int(w["end_ms"])) for w in agent.get("words", [])
    )
    offer_id = str(agent.get("offer") or "")
    if lines and lines[-1].offer_id == offer_id and not lines[-1].cut and not _doubtful(lines[-1]):
        return (*lines[:-1], replace(lines[-1], coming=lines[-1].coming + words))
    return (*lines, AgentLine(offer_id, coming=words))


def _doubtful(line: AgentLine) -> bool:
    return any(word.doubt_ms is not None for word in line.coming)


def _doubt(line: AgentLine, cut_ms: int) -> AgentLine:
    """The agent was cut at agent time `cut_ms`: what came before may have been heard, or flushed."""
    coming = tuple(
        word if word.doubt_ms is not None else replace(word, doubt_ms=cut_ms) for word in line.coming
    )
    return replace(line, coming=coming)


def _heard(line: AgentLine, heard_ms: int) -> AgentLine:
    """The caller has heard up to `heard_ms`. A position beyond a cut proves what lay before it flushed."""
    heard = list(line.heard)
    coming: list[VoicedWord] = []
    cut = line.cut
    for word in line.coming:
        if word.doubt_ms is not None and heard_ms > word.doubt_ms:
            cut = True
        elif word.end_ms <= heard_ms:
            heard.append(word)
        else:
            coming.append(word)
    return replace(line, heard=tuple(heard), coming=tuple(coming), cut=cut)


def _answer_begins(line: AgentLine, tools: tuple[ToolCall, ...]) -> int | None:
    """When a word that only the last tool result can have brought up is voiced; None if none is yet."""
    answered = [tool for tool in tools if tool.result is not None and tool.settled_ms is not None]
    if not answered:
        return None
    last = answered[-1]
    telling = _long_words(last.result) - _long_words(last.arguments)
    words = (word for word in line.coming if word.start_ms >= (last.settled_ms or 0))
    return next((word.start_ms for word in words if _long_words(word.text) & telling), None)


def _long_words(value: object) -> frozenset[str]:
    """The words of four letters and more in the values of a JSON value, in lower case."""
    match value:
        case str():
            return frozenset(re.findall(r"[a-z]{4,}", value.lower()))
        case dict():
            return frozenset[str]().union(*(_long_words(each) for each in value.values()))
        case list() | tuple():
            return frozenset[str]().union(*(_long_words(each) for each in value))
        case _:
            return frozenset()


# --- the caller's words, and tools ----------------------------------------------------------------


def _understood(
    turns: tuple[Understood, ...], row: Row, acts: list[Row], begins_ms: int
) -> tuple[Understood, ...]:
    if "caller" in row:
        caller: Row = row["caller"]
        began_ms = turns[-1].at_ms if turns and not turns[-1].over else begins_ms
        spoken: list[Row] = caller.get("words") or []
        if spoken:
            began_ms = int(spoken[0]["start_ms"])
        present = Understood(str(caller["text"]), float(caller["confidence"]), began_ms, over=False)
        turns = (*(turns[:-1] if turns and not turns[-1].over else turns), present)
    for act in acts:
        if act["act"] == "TurnTaken":
            transcript: Row = act["transcript"]
            words: list[Row] = list(transcript.get("words", ()))
            text = " ".join(str(word["text"]) for word in words)
            at_ms = int(words[0]["start_ms"]) if words else begins_ms
            taken = Understood(text, float(transcript.get("confidence", 0.0)), at_ms, over=True)
            turns = (*(turns[:-1] if turns and not turns[-1].over else turns), taken)
    return turns


def _tools(tools: tuple[ToolCall, ...], row: Row, begins_ms: int) -> tuple[tuple[ToolCall, ...], bool]:
    """The tools with this row's delegations and reports applied, and whether one settled in it."""
    known = {tool.task_id: tool for tool in tools}
    settled_now = False
    for asked in row.get("delegations", []):
        task_id = str(asked["task_id"])
        if task_id not in known:
            known[task_id] = ToolCall(
                task_id, str(asked["tool"]), dict(asked.get("arguments", {})), begins_ms
            )
    for report in row.get("reports", []):
        tool = known.get(str(report["task_id"]))
        if tool is None or tool.settled:
            continue
        state = str(report["kind"])
        settles = state in _SETTLED
        settled_now = settled_now or settles
        known[tool.task_id] = replace(
            tool,
            state=state,
            settled_ms=begins_ms if settles else None,
            result=report.get("result") or tool.result,
            error=report.get("error"),
            attempt=int(report.get("attempt", 1)),
        )
    return tuple(known.values()), settled_now
