"""What a call's tape tells of the call, row by row. Pure.

The tape knows words: what the platform understood of the caller, which words the agent gave out, which of
them were heard and when, what tools were asked and answered. Times are ms, of call time for the caller and
agent time for the agent (the two run together, see `model.turn`) unless a name says otherwise.

While the caller speaks with somebody through an interpreter, the agent's words are the interpreter's, and the
column `interpreted` holds a row for each phrase: `speaker` (`caller` or `other`), `source` and
`source_language`, `text` and `language` of what was voiced for it under `offer_id` (empty when it was not
translated: `why`), `from_ms` and `upto_ms` of the words, `said_ms` of the translation, `lag_ms` between both
beginnings, `corrects`, `repeats`. Who was called for that has a line of their own, and its tape lies in
`legs/<leg>`: the same rows, on that line's clock, which the column `legs` relates to this one (`later_ms`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from config.tape.agent_words import AgentLine, Row, doubt, heard, voiced
from config.units import MICRO_TURN_MS

_SETTLED: Final = frozenset({"result", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class CallerWord:
    """A word of the caller, as the ears placed it."""

    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Understood:
    """A caller's turn as the platform understood it.

    Attributes:
        text: its words.
        confidence: 0..1.
        at_ms: when the first word began.
        over: the turn was taken.
        words: those whose times are known.
        taken_ms: where the micro-turn begins in which the turn was taken.
        spoken: the language the caller most likely spoke ("es"), by all they had said; empty: nothing tells.
        spoken_sure: how likely that was, 0..1.
    """

    text: str
    confidence: float
    at_ms: int
    over: bool
    words: tuple[CallerWord, ...] = ()
    taken_ms: int | None = None
    spoken: str = ""
    spoken_sure: float = 0.0

    @property
    def end_ms(self) -> int | None:
        """When the last word had ended; None where that is not known."""
        return self.words[-1].end_ms if self.words else None


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
class Said:
    """Something said in passing, at call time `at_ms`: "mm-hm"."""

    text: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Reached:
    """The dialogue came to a step, or went on in another language, at call time `at_ms`."""

    step: str
    language: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Spent:
    """What language models were asked for. `micro_usd`: what that cost; None: for some no price was set."""

    tokens: int = 0
    micro_usd: int | None = 0

    def and_(self, tokens: int, micro_usd: int | None) -> "Spent":
        """With this too."""
        both = None if self.micro_usd is None or micro_usd is None else self.micro_usd + micro_usd
        return Spent(self.tokens + tokens, both if tokens else self.micro_usd)


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
        caller_began_ms: when the caller began to speak, each time.
        backchannels: the agent's, said without taking the floor.
        reached: the steps the dialogue came to, in order.
        ratings: what the caller answered to the survey's questions for one, 1 to 5, by what it is kept as.
        taken_over: somebody took the call over from the agent.
        answer_began_ms: agent time at which the agent first voiced a word out of the last tool result.
        outcome: once the tape has ended.
        transferred_to: the flow's name of where the call was handed to, once the tape has ended.
        early: how early look-ups went, once the tape has ended.
        spent: by language-model agents, as far as they have reported it.
    """

    call_id: str = ""
    flow: str = ""
    now_ms: int = 0
    lines: tuple[AgentLine, ...] = ()
    understood: tuple[Understood, ...] = ()
    tools: tuple[ToolCall, ...] = ()
    interrupted_ms: tuple[int, ...] = ()
    caller_began_ms: tuple[int, ...] = ()
    backchannels: tuple[Said, ...] = ()
    reached: tuple[Reached, ...] = ()
    ratings: tuple[tuple[str, int], ...] = ()
    taken_over: bool = False
    answer_began_ms: int | None = None
    outcome: str | None = None
    transferred_to: str | None = None
    early: EarlyLookUps = EarlyLookUps()
    spent: Spent = Spent()

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
        case "after":
            return replace(told, spent=_spent(told.spent, row))
        case "end":
            handed_to = row.get("transferred_to")
            return replace(
                told,
                outcome=str(row.get("outcome", "")),
                transferred_to=None if handed_to is None else str(handed_to),
                early=_early(row),
            )
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
        heard_ms = int(row["heard_ms"])
        lines = tuple(heard(line, heard_ms, begins_ms) if line.coming else line for line in lines)
    interrupted_ms = told.interrupted_ms
    if any(act["act"] == "Yielded" for act in acts):
        lines = tuple(doubt(line, begins_ms) for line in lines)
        interrupted_ms = (*interrupted_ms, begins_ms)
    if "agent" in row:
        lines = voiced(lines, row["agent"])
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
        caller_began_ms=(*told.caller_began_ms, *_began(acts)),
        backchannels=(*told.backchannels, *_in_passing(acts, begins_ms)),
        reached=(*told.reached, *_reached(row, begins_ms)),
        ratings=(*told.ratings, *_ratings(row)),
        taken_over=told.taken_over or any(_takes_over(each) for each in row.get("control", ())),
        answer_began_ms=answer_began_ms,
        spent=_spent(told.spent, row),
    )


def _began(acts: list[Row]) -> tuple[int, ...]:
    return tuple(int(act["at_ms"]) for act in acts if act["act"] == "CallerSpoke")


def _in_passing(acts: list[Row], begins_ms: int) -> tuple[Said, ...]:
    return tuple(Said(str(act["text"]), begins_ms) for act in acts if act["act"] == "Backchannelled")


def _reached(row: Row, begins_ms: int) -> tuple[Reached, ...]:
    places: list[Row] = row.get("steps", [])
    return tuple(Reached(str(each["step"]), str(each["language"]), begins_ms) for each in places)


def _ratings(row: Row) -> tuple[tuple[str, int], ...]:
    answers: list[Row] = row.get("survey", [])
    ratings = (each for each in answers if each.get("answer") == "rating")
    return tuple((str(each["measures"]), int(each["value"])) for each in ratings)


def _spent(spent: Spent, row: Row) -> Spent:
    reports: list[Row] = row.get("reports", [])
    for report in reports:
        if told := report.get("spent"):
            cost = told.get("micro_usd")
            spent = spent.and_(int(told["tokens"]), None if cost is None else int(cost))
    return spent


# --- words, and tools -----------------------------------------------------------------------------


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


def _understood(
    turns: tuple[Understood, ...], row: Row, acts: list[Row], begins_ms: int
) -> tuple[Understood, ...]:
    if "caller" in row:
        caller: Row = row["caller"]
        began_ms = turns[-1].at_ms if turns and not turns[-1].over else begins_ms
        spoken: list[Row] = caller.get("words") or []
        if spoken:
            began_ms = int(spoken[0]["start_ms"])
        text, confidence = str(caller["text"]), float(caller["confidence"])
        present = Understood(text, confidence, began_ms, over=False, words=_timed(spoken))
        present = _in_language(present, caller)
        turns = (*(turns[:-1] if turns and not turns[-1].over else turns), present)
    for act in acts:
        if act["act"] == "TurnTaken":
            transcript: Row = act["transcript"]
            words: list[Row] = list(transcript.get("words", ()))
            text = " ".join(str(word["text"]) for word in words)
            at_ms = int(words[0]["start_ms"]) if words else begins_ms
            confidence = float(transcript.get("confidence", 0.0))
            taken = Understood(text, confidence, at_ms, True, _timed(words), begins_ms)
            taken = _in_language(taken, transcript)
            turns = (*(turns[:-1] if turns and not turns[-1].over else turns), taken)
    return turns


def _in_language(turn: Understood, row: Row) -> Understood:
    """Note the language the caller speaks, where the tape tells it."""
    spoken: Row = row.get("spoken") or {}
    if not spoken:
        return turn
    return replace(turn, spoken=str(spoken["language"]), spoken_sure=float(spoken["probability"]))


def _timed(words: list[Row]) -> tuple[CallerWord, ...]:
    return tuple(
        CallerWord(str(word["text"]), int(word["start_ms"]), int(word["end_ms"]))
        for word in words
        if "end_ms" in word
    )


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


def _takes_over(control: Row) -> bool:
    """Whether a person takes the call over; not those whom the flow had called, to be interpreted for."""
    what, by = control["what"], control["by"]
    return what == "take_over" or (what == "interpret" and by != "interpreter")
