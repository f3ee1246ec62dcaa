"""What a simulation tells: both sides' lines, where the call is, what it knows and what it waits for."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel

from agents.simulation.events import Ended, Source

By = Literal["words", "keys", "silence", "hang_up"]


class Who(StrEnum):
    """Whose line it is."""

    AGENT = "agent"
    CALLER = "caller"
    TOOL = "tool"
    """A background agent's work: what was asked of it, and what it came to."""
    CALL = "call"
    """What became of the call itself."""


class Asked(BaseModel):
    """Work handed to a background agent. Values of sensitive arguments are not shown."""

    task_id: str
    tool: str
    arguments: dict[str, Any]
    reads: bool | None
    """Whether it changes nothing; null: there is no such tool here."""
    consent: bool
    """Whether the caller has agreed to it."""
    identity: str | None
    """The customer the caller has shown to be."""
    goal: str | None = None
    """Of a language-model agent."""
    ended: Ended | Literal["cancelled"] | None = None
    result: dict[str, Any] | None = None
    error: str | None = None
    source: Source | None = None


class TakenFor(BaseModel):
    """What a language model took words for that fit no phrase."""

    option: str | None
    """`meaning.`, `choice.` or `answer.`, and its name; null: none of what is listened for, or no answer."""
    confidence: float
    failed: str
    """Why there is no answer; empty: there is one."""
    took_ms: int


class Line(BaseModel):
    """One thing said or done. Times are call time, as long as speaking it would take."""

    who: Who
    text: str
    at_ms: int
    language: str
    step: str | None = None
    """The step that said it, or asked for it; of a caller's line the step it was said at."""
    steps: list[str] = []
    """The steps the call went through to say it, in order."""
    heard: bool = True
    """Of the agent's: whether the caller heard it to its end."""
    withdrawn: bool = False
    """It was taken back before it was heard."""
    news: bool = False
    """It answers nothing the caller said."""
    by: By | None = None
    """Of the caller's."""
    understood: bool | None = None
    """Of the caller's words: false when the flow did not know what to do with them."""
    taken_for: TakenFor | None = None
    """Of the caller's words: what a language model took them for, if it was asked."""
    event: int | None = None
    """Which of the events it comes of, from 0; null: of the call's beginning."""
    task: Asked | None = None


class SlotTold(BaseModel):
    """A slot's value, and how it came to it."""

    name: str
    value: str
    spoken: str
    """As it is read back."""
    sure: bool
    """It need not be read back."""
    by: Literal["words", "keys"] | None
    heard: str | None
    """The words or keys it was read from."""
    event: int | None


class Awaited(BaseModel):
    """What the call waits for now.

    `caller`: for an answer. `outcome`: for what becomes of `tasks`, which the tester chooses. `nothing`: the
    call is over.
    """

    what: Literal["caller", "outcome", "nothing"]
    kind: str = ""
    """Of answer: digits, yes_no, date, choice, free, nothing."""
    digits: int | None = None
    may_say: list[str] = []
    """Things callers may say here."""
    may_key: bool = False
    tasks: list["Choice"] = []


class Choice(BaseModel):
    """A task whose outcome the tester chooses."""

    task_id: str
    tool: str
    step: str
    arguments: dict[str, Any]
    why: str
    """Why it is not run here."""
    example: dict[str, Any]
    """A result made up after its schema."""
    refused: str | None
    """Why the company's policy would not let it run, if so."""


class Told(BaseModel):
    """A simulation so far."""

    lines: list[Line]
    step: str
    """Where the call is."""
    steps: list[str]
    """All steps it went through, in order."""
    language: str
    slots: list[SlotTold]
    results: dict[str, dict[str, Any]]
    """What background agents answered, by the names later steps use."""
    identity: str | None
    now_ms: int
    outcome: str | None
    """completed, transferred, caller_hung_up; null: the call goes on."""
    transfer_to: str | None
    waiting_for: Awaited
