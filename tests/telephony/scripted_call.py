"""A call with a scripted model and scripted background agents; flow, dialogue, weave and tape are real."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from agents.dialogue.state import CallFacts
from agents.messages import Delegation, ReportKind, TaskReport
from config.flow import Flow
from config.flow_file import load_flow
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES
from model.turn import (
    Offer,
    OfferFinished,
    OfferMade,
    OfferStarted,
    OfferWithdrawn,
    Transcript,
    TurnEvent,
    TurnInput,
    TurnOutput,
    TurnTaken,
    Word,
)
from telephony.call import Call
from telephony.call_parts import CallParts, CallSummary
from telephony.call_parts import Desk as AnyDesk
from telephony.classifying import Classifier
from telephony.errors import CarrierError
from telephony.interpreting.on_call import Interpreters
from telephony.line import HeardSpan, IncomingCall, LineAnswer, LineTurn
from telephony.live.masking import Sensitive
from telephony.steering import Nobody
from telephony.switchboard import Follower
from telephony.tape import Tape
from telephony.watching import Watch

INCOMING = IncomingCall("twilio", "CA1", "+15550001111", "+15550002222")
SILENCE = np.zeros(MICRO_TURN_SAMPLES, np.int16)
FOUND = {"order_number": "104233", "status": "shipped", "items": "two lamps", "carrier": "UPS"}


def spoken(text: str, confidence: float) -> tuple[Word, ...]:
    return tuple(Word(word, 0, 100, confidence) for word in text.split())


class ScriptedAgent:
    """Voices every unconditional offer at once, one a micro-turn; says the acts it is given."""

    def __init__(self) -> None:
        self.turns: list[TurnInput] = []
        self.offers: list[Offer] = []
        self.withdrawn: list[str] = []
        self.next_acts: list[object] = []
        self.transcript: Transcript | None = None
        self.failing = False
        self.hanging = False
        self.speechless = False
        self.replies: list[int] = []
        self.closed = False

    async def step(self, turn: TurnInput) -> TurnOutput:
        self.turns.append(turn)
        if self.hanging:
            await asyncio.Event().wait()
        if self.failing:
            raise RuntimeError("the model is broken")
        return self.voice(turn)

    async def reply(self, events: Sequence[TurnEvent]) -> TurnOutput:
        if self.speechless:
            raise RuntimeError("the voice is broken")
        self.replies.append(self.turns[-1].index)
        self.turns.append(TurnInput(self.turns[-1].index, SILENCE, tuple(events)))
        return self.voice(self.turns[-1])

    def voice(self, turn: TurnInput) -> TurnOutput:
        for event in turn.events:
            if isinstance(event, OfferMade):
                self.offers.append(event.offer)
            if isinstance(event, OfferWithdrawn):
                self.withdrawn.append(event.offer_id)
        acts, self.next_acts = list(self.next_acts), []
        transcript, self.transcript = self.transcript, None
        words: tuple[Word, ...] = ()
        voicing = None
        ready = [offer for offer in self.offers if offer.reply_to is None and offer.id not in self.withdrawn]
        if ready and not acts:
            offer = ready[0]
            self.offers.remove(offer)
            voicing = offer.id
            start_ms = turn.index * MICRO_TURN_MS
            words = tuple(Word(word, start_ms, start_ms + 150) for word in offer.text.split())
            acts = [OfferStarted(offer.id), OfferFinished(offer.id)]
        return TurnOutput(turn.index, SILENCE, transcript, words, voicing, tuple(acts))  # type: ignore[arg-type]

    def close(self) -> None:
        self.closed = True


class ScriptedDesk:
    def __init__(self) -> None:
        self.delegations: list[Delegation] = []
        self.reads = {"order_status"}
        self.cancelled: list[str] = []
        self.news: list[TaskReport] = []
        self.closed = False

    async def delegate(self, delegation: Delegation) -> None:
        self.delegations.append(delegation)

    def may_begin_early(self, tool: str) -> bool:
        return tool in self.reads

    async def cancel(self, task_id: str) -> None:
        self.cancelled.append(task_id)

    def reports(self) -> Sequence[TaskReport]:
        news, self.news = self.news, []
        return news

    async def close(self) -> None:
        self.closed = True


class ScriptedCarrier:
    def __init__(self, *, refuses: bool = False) -> None:
        self.asked: list[tuple[str, str]] = []
        self.refuses = refuses

    async def hang_up(self, carrier_call_id: str) -> None:
        self.asked.append(("hang up", carrier_call_id))
        if self.refuses:
            raise CarrierError("no")

    async def transfer(self, carrier_call_id: str, to_number: str) -> None:
        self.asked.append((to_number, carrier_call_id))
        if self.refuses:
            raise CarrierError("no")


@dataclass
class Scene:
    call: Call
    agent: ScriptedAgent
    desk: ScriptedDesk
    folder: Path
    summaries: list[CallSummary] = field(default_factory=list[CallSummary])
    index: int = 0
    heard_to_ms: int | None = None

    async def go(self, turns: int = 1, *, keys: tuple[str, ...] = ()) -> LineAnswer:
        """Some micro-turns; what is said is heard one later, unless `heard_to_ms` holds it."""
        answer = LineAnswer(SILENCE)
        for _ in range(turns):
            heard_ms = self.index * MICRO_TURN_MS if self.heard_to_ms is None else self.heard_to_ms
            span = (HeardSpan(0, 3200, 3200),) if self.index == 1 else ()
            answer = await self.call.micro_turn(LineTurn(self.index, SILENCE, keys, heard_ms, span))
            self.index += 1
            for _ in range(3):  # errands run between micro-turns
                await asyncio.sleep(0)
        return answer

    @property
    def outcomes(self) -> list[str]:
        return [f"{summary.outcome} after {summary.micro_turns}" for summary in self.summaries]

    async def hear(self, text: str, confidence: float = 0.45) -> None:
        """The caller is still speaking; these are the words so far."""
        self.agent.transcript = Transcript(spoken(text, confidence), final=False, confidence=confidence)
        await self.go()

    async def say(self, text: str, confidence: float = 0.95) -> None:
        """The caller's turn ends with these words."""
        taken = Transcript(spoken(text, confidence), final=True, confidence=confidence)
        self.agent.next_acts = [TurnTaken(taken)]
        await self.go()

    def report(self, kind: ReportKind, task: int = -1, **columns: object) -> None:
        """A worker reports on the task delegated last, or on another."""
        delegation = self.desk.delegations[task]
        self.desk.news.append(
            TaskReport(
                task_id=delegation.task_id,
                call_id="c1",
                tool=delegation.tool,
                kind=kind,
                sequence=1,
                **columns,
            )  # type: ignore[arg-type]
        )

    @property
    def offered(self) -> list[str]:
        return [
            event.offer.text
            for turn in self.agent.turns
            for event in turn.events
            if isinstance(event, OfferMade)
        ]


def open_scene(
    folder: Path,
    *,
    carrier: ScriptedCarrier | None = None,
    limit_ms: int = 600_000,
    desk: AnyDesk | None = None,
    flow: Flow | None = None,
    call_id: str = "c1",
    follower: Follower | None = None,
    interpreters: Interpreters | None = None,
    notice: Mapping[str, str] | None = None,
    classifier: Classifier | None = None,
    sensitive: Sensitive | None = None,
) -> Scene:
    """Open a call whose tape lies in `folder`. `desk`: real background agents instead of scripted ones."""
    agent, scripted, summaries = ScriptedAgent(), ScriptedDesk(), list[CallSummary]()

    async def ended(summary: CallSummary) -> None:
        summaries.append(summary)

    parts = CallParts(
        incoming=INCOMING,
        facts=CallFacts(call_id, date(2026, 11, 22), classifies=classifier is not None),
        flow=flow or load_flow("order_status"),
        agent=agent,
        desk=desk or scripted,
        tape=Tape(folder, {"call_id": call_id}),
        carrier=carrier,
        limit_ms=limit_ms,
        ended=ended,
        watch=Watch((follower,) if follower else ()),
        steering=follower or Nobody(),
        interpreters=interpreters,
        notice=notice or {},
        classifier=classifier,
        sensitive=sensitive or Sensitive(),
    )
    return Scene(Call(parts), agent, scripted, folder, summaries)
