"""What a call is put together from, and what is left of it when it is over."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from agents.dialogue.events import SurveyAnswered
from agents.dialogue.state import CallFacts
from agents.messages import Delegation, TaskReport
from config.flow import Flow
from telephony.agent_side import AgentSide
from telephony.carrier import Carrier
from telephony.classifying import Asked, Classifier
from telephony.interpreting.on_call import Interpreters, OfCall
from telephony.interpreting.people import Interpreted, LegJoined
from telephony.line import IncomingCall
from telephony.live.masking import Sensitive
from telephony.speculation import EarlyMark, SpeculationFigures
from telephony.steering import Control, Nobody, Steering
from telephony.tape import Tape
from telephony.watching import StepReached, Watch


class Desk(Protocol):
    """The background agents of one call (see `agents.dispatch`)."""

    async def delegate(self, delegation: Delegation) -> None:
        """Hand work over. What goes wrong comes back as a FAILED report."""
        ...

    def may_begin_early(self, tool: str) -> bool:
        """Whether this tool may be called on words still being spoken: it only reads."""
        ...

    async def cancel(self, task_id: str) -> None:
        """Say that a task is no longer wanted."""
        ...

    def reports(self) -> Sequence[TaskReport]:
        """What is new since the last time, each report exactly once."""
        ...

    async def close(self) -> None:
        """The call is over: settle what is open."""
        ...


@dataclass(slots=True)
class Columns:
    """What a micro-turn adds to the tape beside what line and model say."""

    delegations: list[Delegation] = field(default_factory=list[Delegation])
    reports: list[TaskReport] = field(default_factory=list[TaskReport])
    speculation: list[EarlyMark] = field(default_factory=list[EarlyMark])
    control: list[Control] = field(default_factory=list[Control])
    language: list[str] = field(default_factory=list[str])
    """The tag of the one the call goes on in, when it changes."""
    survey: list[SurveyAnswered] = field(default_factory=list[SurveyAnswered])
    interpreted: list[Interpreted] = field(default_factory=list[Interpreted])
    """What was interpreted between the caller and somebody else."""
    legs: list[LegJoined] = field(default_factory=list[LegJoined])
    """Lines of others that have joined, each with a tape of its own."""
    classified: list[Asked] = field(default_factory=list[Asked])
    """What a language model was asked about the caller's words, and answered."""
    steps: list[StepReached] = field(default_factory=list[StepReached])
    """Where the call now is, when it has gone on."""

    def as_row(self) -> dict[str, tuple[object, ...]]:
        """The columns by name."""
        return {name: tuple(getattr(self, name)) for name in type(self).__slots__}


@dataclass(frozen=True, slots=True)
class CallSummary:
    """What is left of a call.

    `outcome`: completed, transferred, caller_hung_up, ended_by_manager, failed or time_limit. `micro_turns`:
    how many it had.
    """

    outcome: str
    micro_turns: int
    speculation: SpeculationFigures


@dataclass(frozen=True, slots=True)
class CallParts:
    """What a call is put together from.

    `carrier`: call control, None without an account (the line is closed instead). `ended` is called once.
    `notice`: what everybody on a call is told first, by language tag. `classifier`: None unless `facts` say
    that there is one; it is told nothing of `sensitive` slots.
    """

    incoming: IncomingCall
    facts: CallFacts
    flow: Flow
    agent: AgentSide
    desk: Desk
    tape: Tape
    carrier: Carrier | None
    limit_ms: int
    ended: Callable[[CallSummary], Coroutine[Any, Any, None]]
    watch: Watch = field(default_factory=Watch)
    steering: Steering = field(default_factory=Nobody)
    interpreters: Interpreters | None = None
    notice: Mapping[str, str] = field(default_factory=dict[str, str])
    classifier: Classifier | None = None
    sensitive: Sensitive = field(default_factory=Sensitive)

    @property
    def as_interpreted(self) -> OfCall:
        """What interpreting needs of it."""
        return OfCall(self.incoming, self.facts.call_id, self.tape, self.flow.recognise_language, self.notice)
