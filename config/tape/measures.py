"""What a call was like, in figures: measured from its tape after it has ended. Pure.

Times are ms of call time. Latency is from the caller's last word, as the ears placed it, to the agent's first
sound at the caller's ear.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from config.tape.agent_words import AgentLine, Row
from config.tape.witness import Understood, Witness, witness_all

TAKEN_OVER: Final = "(taken over)"
"""Stands for a destination: no flow can name one like this."""
SATISFACTION: Final = "satisfaction"
"""What a survey's answer is kept as unless the flow says otherwise."""
_TRANSFERRED: Final = "transferred"


class Ending(StrEnum):
    """What became of a call, for those who count them."""

    CONTAINED = "contained"
    """The agent dealt with it: it said goodbye, or the caller hung up after they had been answered."""
    TRANSFERRED = "transferred"
    """It was handed on, or somebody took it over."""
    ABANDONED = "abandoned"
    """The caller hung up before anything they said was answered, or while they waited for a look-up."""
    FAILED = "failed"
    """It broke, the server ended, somebody ended it, or it took longer than a call may."""


@dataclass(frozen=True, slots=True)
class Response:
    """A caller's turn, and the agent's answer to it.

    `latency_ms`: last sound to first, `answered_ms` - `ended_ms`; below 0 they overlap.
    """

    began_ms: int
    ended_ms: int
    answered_ms: int

    @property
    def latency_ms(self) -> int:
        return self.answered_ms - self.ended_ms


@dataclass(frozen=True, slots=True)
class Interruption:
    """The caller spoke over the agent, meaning to be heard. `yielded`: the agent stopped."""

    at_ms: int
    yielded: bool


@dataclass(frozen=True, slots=True)
class Measures:
    """The figures of a call.

    Attributes:
        outcome: as the tape ends; None: it breaks off.
        ending: what became of it.
        duration_ms: of the conversation.
        language: the tag the call ended in; None where the tape does not say.
        transferred_to: the flow's name of where it was handed to.
        transferred_by: the step that handed it on.
        transferred_from: the step the call was at before that: why.
        responses: one for each turn of the caller that was answered before the next.
        unanswered: the turns that were not.
        interruptions: each time the caller spoke over the agent.
        backchannels: the agent's "mm-hm".
        satisfaction: what the caller answered when asked how content they were, 1 to 5; None: nothing.
        tool_calls, tool_failures: of background agents; cancelled ones have not failed.
        model_tokens: of prompts and answers, that language-model agents reported.
        model_micro_usd: what these cost; None: no price was set.
        caller_words, agent_words: all that was said, and of the agent's, heard.
    """

    outcome: str | None
    ending: Ending
    duration_ms: int
    language: str | None = None
    transferred_to: str | None = None
    transferred_by: str | None = None
    transferred_from: str | None = None
    responses: tuple[Response, ...] = ()
    unanswered: int = 0
    interruptions: tuple[Interruption, ...] = ()
    backchannels: int = 0
    tool_calls: int = 0
    tool_failures: int = 0
    satisfaction: int | None = None
    model_tokens: int = 0
    model_micro_usd: int | None = 0
    caller_words: str = ""
    agent_words: str = ""


def measure(rows: Iterable[Row]) -> Measures:
    """Measure a call by its tape's rows."""
    return measured(witness_all(rows))


def measured(told: Witness) -> Measures:
    """Measure a call by what its tape told."""
    turns = [turn for turn in told.understood if turn.over and turn.text]
    responses = responses_of(told)
    handed = told.reached[-1].step if told.outcome == _TRANSFERRED and told.reached else None
    before = [place.step for place in told.reached if place.step != handed]
    return Measures(
        outcome=told.outcome,
        ending=Ending.TRANSFERRED
        if told.taken_over
        else ending_of(told.outcome, served=bool(responses) and not told.tool_open),
        duration_ms=told.now_ms,
        language=told.reached[-1].language if told.reached else None,
        transferred_to=told.transferred_to or (TAKEN_OVER if told.taken_over else None),
        transferred_by=handed,
        transferred_from=before[-1] if handed and before else None,
        responses=responses,
        unanswered=len(turns) - len(responses),
        interruptions=interruptions_of(told),
        backchannels=len(told.backchannels),
        satisfaction=next((value for name, value in reversed(told.ratings) if name == SATISFACTION), None),
        tool_calls=len(told.tools),
        tool_failures=sum(tool.state == "failed" for tool in told.tools),
        model_tokens=told.spent.tokens,
        model_micro_usd=told.spent.micro_usd,
        caller_words=" ".join(turn.text for turn in turns),
        agent_words=told.heard_text,
    )


def ending_of(outcome: str | None, *, served: bool) -> Ending:
    """Tell what became of a call; `served`: the caller was answered, and waited for nothing."""
    match outcome:
        case "completed":
            return Ending.CONTAINED
        case "transferred":
            return Ending.TRANSFERRED
        case "caller_hung_up":
            return Ending.CONTAINED if served else Ending.ABANDONED
        case _:
            return Ending.FAILED


def responses_of(told: Witness) -> tuple[Response, ...]:
    """Pair each of the caller's turns with the agent's first sound after it, if that came before the next."""
    turns = [turn for turn in told.understood if turn.over and turn.end_ms is not None]
    lines = [line for line in told.lines if line.offer_id and line.ear_ms is not None]
    responses: list[Response] = []
    for turn, following in pairwise([*turns, None]):
        if turn is None:
            break
        answer = _answer_to(turn, lines)
        if answer is None or answer.ear_ms is None or turn.end_ms is None:
            continue
        if following is None or answer.ear_ms < following.at_ms:
            responses.append(Response(turn.at_ms, turn.end_ms, answer.ear_ms))
    return tuple(responses)


def interruptions_of(told: Witness) -> tuple[Interruption, ...]:
    """Find where the caller spoke over the agent and did not merely say "mm-hm".

    The agent yielded; or it went on, and what the caller had begun to say was taken for a turn all the same.
    """
    found = [Interruption(_began_before(told.caller_began_ms, at_ms), True) for at_ms in told.interrupted_ms]
    for turn in told.understood:
        if not turn.over or not turn.text:
            continue
        over = any(_sounds_at(line, turn.at_ms) for line in told.lines if line.offer_id)
        end_ms = turn.end_ms if turn.taken_ms is None else turn.taken_ms
        yielded = any(turn.at_ms <= at_ms <= (end_ms or at_ms) for at_ms in told.interrupted_ms)
        if over and not yielded:
            found.append(Interruption(turn.at_ms, yielded=False))
    return tuple(sorted(found, key=lambda each: each.at_ms))


def _answer_to(turn: Understood, lines: list[AgentLine]) -> AgentLine | None:
    """The first line the agent began in or after the micro-turn in which the turn was taken."""
    for line in lines:
        first = line.heard[0] if line.heard else line.coming[0]
        if turn.taken_ms is not None and first.start_ms >= turn.taken_ms:
            return line
    return None


def _began_before(began_ms: tuple[int, ...], yielded_ms: int) -> int:
    return max((at_ms for at_ms in began_ms if at_ms <= yielded_ms), default=yielded_ms)


def _sounds_at(line: AgentLine, at_ms: int) -> bool:
    return line.ear_ms is not None and line.ear_end_ms is not None and line.ear_ms < at_ms < line.ear_end_ms
