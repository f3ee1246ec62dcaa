"""A call at the dialogue engine: what is said and done is kept, and can be asked about."""

from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from agents.dialogue.clock import next_due_ms
from agents.dialogue.engine import advance, begin
from agents.dialogue.events import (
    CallBegan,
    CallerSaid,
    CallerSilent,
    CancelTask,
    Effect,
    Event,
    OfferHeard,
    OfferLost,
    Reported,
    Say,
    TimePassed,
    Unsay,
)
from agents.dialogue.state import CallFacts, State
from agents.messages import Delegation, ReportKind, TaskReport
from config.flow import Flow
from config.flow_file import load_flow
from tests.agents.dialogue.talk import TODAY

SERVICE_DESK = Path(__file__).parent / "service_desk.yaml"


@cache
def service_desk() -> Flow:
    return load_flow(str(SERVICE_DESK))


@dataclass
class Line:
    """`says`: what was said last, in order; `tasks`: all that was delegated, by step, the newest last."""

    flow: Flow
    state: State
    effects: tuple[Effect, ...] = ()
    offers: dict[str, Say] = field(default_factory=dict)
    unsaid: list[str] = field(default_factory=list)
    tasks: list[Delegation] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    now_ms: int = 0
    sequence: int = 0

    @classmethod
    def open(cls, flow: Flow | None = None) -> "Line":
        flow = flow or service_desk()
        line = cls(flow, begin(flow, CallFacts("call", TODAY)))
        line.tell(CallBegan())
        line.hear()
        return line

    def tell(self, event: Event) -> list[str]:
        before = deepcopy(self.state)
        step = advance(self.flow, self.state, event)
        assert self.state == before, "the state was changed in place"
        assert advance(self.flow, self.state, event) == step, "the same event led elsewhere"
        self.state, self.effects = step.state, step.effects
        for effect in step.effects:
            match effect:
                case Say():
                    assert effect.offer_id not in self.offers
                    self.offers[effect.offer_id] = effect
                case Unsay(offer_id):
                    self.unsaid.append(offer_id)
                case Delegation():
                    self.tasks.append(effect)
                case CancelTask(task_id):
                    self.cancelled.append(task_id)
                case _:
                    pass
        return self.texts()

    def texts(self) -> list[str]:
        return [effect.text for effect in self.effects if isinstance(effect, Say)]

    def open_texts(self) -> list[str]:
        return [self.offers[offer.id].text for offer in self.state.offers]

    def caller(self, text: str, confidence: float = 0.95) -> list[str]:
        return self.tell(CallerSaid(text, confidence))

    def hear(self) -> None:
        """All that is on offer is heard, in order, and what that leads to."""
        while self.state.offers:
            self.hear_one()

    def hear_one(self) -> None:
        """The first of what is on offer is heard."""
        self.tell(OfferHeard(self.state.offers[0].id))

    def lose(self) -> None:
        self.tell(OfferLost(self.state.offers[-1].id))

    def silence(self, ms: int) -> list[str]:
        return self.tell(CallerSilent(ms))

    def task(self, step: str) -> Delegation:
        return next(task for task in reversed(self.tasks) if task.step == step)

    def report(
        self,
        task: Delegation,
        kind: str,
        result: dict | None = None,
        error: str | None = None,
        says: str = "",
    ) -> list[str]:
        self.sequence += 1
        report = TaskReport(
            task_id=task.task_id,
            call_id="call",
            tool=task.tool,
            kind=ReportKind(kind),
            sequence=self.sequence,
            result=result,
            error=error,
            says=says,
        )
        return self.tell(Reported(report))

    def wait(self, ms: int) -> list[tuple[int, str]]:
        """Let micro-turns pass as a call does: `TimePassed` only when due. What was said, and when."""
        said: list[tuple[int, str]] = []
        until_ms = self.now_ms + ms
        while True:
            due_ms = next_due_ms(self.state)
            if due_ms is not None and due_ms <= self.now_ms:
                said += [(self.now_ms, text) for text in self.tell(TimePassed(self.now_ms))]
                self.hear()
            if self.now_ms >= until_ms:
                return said
            self.now_ms += 200
