"""A walk through a flow, as it is built: lines, work, and what they came to."""

from dataclasses import dataclass, field
from datetime import date

from agents.dialogue.events import Classify, HangUp, Interpret, TransferTo
from agents.dialogue.state import State
from agents.messages import Delegation
from agents.simulation.events import Event, Outcome, Understood
from agents.simulation.told import By
from config.flow import Flow


@dataclass(slots=True)
class Task:
    """Work that was asked for, and what became of it. `event`: of which it comes."""

    delegation: Delegation
    at_ms: int
    event: int | None
    outcome: Outcome | None = None
    cancelled: bool = False


@dataclass(slots=True)
class Spoken:
    """A line of either side; `offer_id` and `say`: of the agent's."""

    at_ms: int
    text: str
    step: str
    language: str
    event: int | None
    offer_id: str | None = None
    steps: tuple[str, ...] = ()
    news: bool = False
    heard: bool = True
    withdrawn: bool = False
    by: By | None = None
    understood: bool | None = None
    task_id: str | None = None
    taken_for: Understood | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """How a slot came to its value: from which words or keys, of which event."""

    heard: str
    keyed: bool
    event: int | None


@dataclass(slots=True)
class Walked:
    """A walk: the dialogue's state at its end and all that led there.

    `events` are those that counted: outcomes of tasks that nobody asked for are left out.
    """

    flow: Flow
    state: State
    spoken: list[Spoken] = field(default_factory=list[Spoken])
    steps: list[str] = field(default_factory=list[str])
    tasks: dict[str, Task] = field(default_factory=dict[str, Task])
    filled: dict[str, Filled] = field(default_factory=dict[str, Filled])
    events: list[Event] = field(default_factory=list[Event])
    rest: tuple[Event, ...] = ()
    """Events that were not come to: what a look-up has found must be known first."""
    now_ms: int = 0
    ending: HangUp | TransferTo | None = None
    interpreting: Interpret | None = None
    """Somebody is being called, to be interpreted for."""
    lacking: list[Delegation] = field(default_factory=list[Delegation])
    """Tasks that are said to have succeeded, and with what must be made up first."""
    outcome: str | None = None
    transfer_to: str | None = None
    question: Classify | None = None
    """What a language model is to tell before the walk goes on."""

    @property
    def open_tasks(self) -> list[Task]:
        """What is still asked for and has no outcome, oldest first."""
        asked = (self.tasks[task.id] for task in self.state.tasks)
        return [] if self.outcome else [task for task in asked if task.outcome is None]


@dataclass(frozen=True, slots=True)
class Setting:
    """What a walk begins with.

    Attributes:
        today: the caller's day.
        language: the tag of one of the flow's languages to begin in; empty: its own.
        runs: the tools that are really run: the walk goes no further than to a call of one of these whose
            outcome is not among the events.
        classifies: a language model tells what words mean that fit no phrase; the walk waits for its answer
            in the same way.
    """

    today: date
    language: str = ""
    runs: frozenset[str] = frozenset()
    classifies: bool = False
