"""Who answers: opens calls within capacity, keeps count of them, and enters them in the record."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from sqlalchemy import update

from agents.dialogue.state import CallFacts
from agents.dispatch import Dispatcher
from agents.translation.translator import Translator
from config import logs, metrics
from config.database import Database
from config.flow import Flow
from config.house import House, with_notice
from config.settings import Settings
from config.tables import CallRow
from model.capacity import LONGEST_STEP_MS, Capacity
from model.turn import CallContext
from telephony.call import Call
from telephony.call_parts import AgentSide, CallParts, CallSummary
from telephony.carrier import Carrier
from telephony.classifying import Classifier
from telephony.clock import NS_PER_MS
from telephony.interpreting.house import House as InterpretersHouse
from telephony.interpreting.legs import Legs
from telephony.line import TWILIO, Conversation, IncomingCall
from telephony.live.masking import sensitive_in
from telephony.phases import best_lead_in_ms, phase_ms
from telephony.speculation import SpeculationFigures
from telephony.steering import Guarded, Nobody, Steering
from telephony.tape import Tape
from telephony.watching import CallBegan, Watch, Watcher
from telephony.weaving import opening_dials, voice_of

logger = logging.getLogger(__name__)


class Engine(Protocol):
    """What opens the agent's side of a call (see `telephony.engine`)."""

    async def open(self, context: CallContext) -> AgentSide:
        """Begin a call."""
        ...

    def capacity(self) -> Capacity:
        """How many calls there is time for, as measured."""
        ...


class Flows(Protocol):
    """Knows what is published for a number."""

    async def of(self, number: str, call: str) -> Flow | None:
        """Find what a call (its id at the carrier) to a number runs; None: the default flow.

        Does not raise.
        """
        ...


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a call runs that was arranged beforehand: a flow, in one of its languages, and its label."""

    flow: Flow
    label: str


class Follower(Watcher, Steering, Protocol):
    """Those who follow one call, and steer it."""


class Live(Protocol):
    """Lets calls be followed while they run (see `telephony.live`)."""

    def open(self, began: CallBegan, flow: Flow) -> Follower:
        """Begin with a call. Does not raise."""
        ...


@dataclass(frozen=True, slots=True)
class Exchange:
    """What all calls of this process share. `flow` is for numbers that `flows` has none for."""

    settings: Settings
    flow: Flow
    engine: Engine
    dispatcher: Dispatcher
    database: Database
    carrier: Carrier | None
    flows: Flows | None = None
    house: Callable[[], House] = House
    """The rules that hold for a call that begins now."""
    watchers: Callable[[IncomingCall], Sequence[Watcher]] = lambda _: ()
    """Who watches a call that is being opened, whichever it is."""
    live: Live | None = None
    """None: nobody follows calls, nor steers them."""
    classifier: Classifier | None = None
    """Tells what words mean that fit no phrase of a flow; None: they are asked for again."""
    translator: Translator | None = None
    """None: nobody is interpreted."""
    legs: Legs = field(default_factory=lambda: Legs(None))
    """Calls that are made from here."""


class Switchboard:
    """Opens a `Call` for every incoming call while there is room."""

    def __init__(self, exchange: Exchange, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._exchange = exchange
        self._now = now
        self._calls: dict[str, Call] = {}
        self._opening = 0
        self._phases: dict[str, int] = {}
        self._interpreters = (
            InterpretersHouse(exchange.engine, exchange.translator, exchange.legs, self.has_room)
            if exchange.translator
            else None
        )

    @property
    def calls(self) -> int:
        """How many are up, and legs of people who were called."""
        second = self._interpreters.sides if self._interpreters else 0
        return len(self._calls) + self._opening + second

    @property
    def capacity(self) -> int:
        """How many calls are taken at most: as many as are allowed, and as there is time for."""
        return min(self._exchange.settings.max_calls, self._exchange.engine.capacity().calls)

    def has_room(self) -> bool:
        """Whether one more call, or leg, can be taken now; if not, the log says why."""
        calls, allowed = self.calls, self._exchange.settings.max_calls
        if calls >= allowed:
            logger.warning("%d calls are up, which is all TANDEM_MAX_CALLS allows", calls)
            return False
        capacity = self._exchange.engine.capacity()
        if calls >= capacity.calls:
            projected_ms = capacity.projected_ms(calls + 1)
            logger.warning(
                "%d calls are up; with one more a step could take %.0f ms, and %.0f is the most",
                calls,
                projected_ms,
                LONGEST_STEP_MS,
            )
            return False
        return True

    def lead_in_ms(self, call: IncomingCall, now_ns: int) -> int:
        """How much silence a call just opened is to begin with."""
        now_ms = now_ns // NS_PER_MS
        others = [phase for other, phase in self._phases.items() if other != call.carrier_call_id]
        chosen_ms = best_lead_in_ms(now_ms, others)
        self._phases[call.carrier_call_id] = phase_ms(now_ms, chosen_ms)
        return chosen_ms

    def tape_folder(self, carrier_call_id: str) -> Path | None:
        """Find the tape of a call that is up, by the carrier's id."""
        call = self._calls.get(carrier_call_id)
        return call.tape.folder if call else None

    async def open(
        self, call: IncomingCall, chosen: Chosen | None = None, watchers: Sequence[Watcher] = ()
    ) -> Conversation:
        """Begin a conversation: tape, record, model state, background desk. Of a leg of ours: that leg's.

        Args:
            call: as the carrier announced it.
            chosen: what it runs; None: what its number is set to.
            watchers: of this call, beside those of all.
        """
        if (leg := await self._exchange.legs.claimed(call.carrier_call_id)) is not None:
            return leg
        self._opening += 1
        try:
            opened = await self._open(call, chosen, watchers)
        finally:
            self._opening -= 1
        self._calls[call.carrier_call_id] = opened
        return opened

    async def close(self) -> None:
        """End every call that is up: the server stops."""
        for call in list(self._calls.values()):
            await call.close("stopped")

    async def _open(self, incoming: IncomingCall, chosen: Chosen | None, watchers: Sequence[Watcher]) -> Call:
        exchange = self._exchange
        runs = chosen or await self._published(incoming)
        house = exchange.house()
        flow, flow_version = with_notice(runs.flow, house.notice), runs.label
        began_at = self._now()
        call_id = f"{began_at:%Y%m%d-%H%M%S}-{uuid4().hex[:8]}"
        logs.bind(call=call_id)  # for all that the media socket's task does from here on
        async with exchange.database.writing() as session:
            session.add(
                CallRow(
                    id=call_id,
                    carrier=incoming.carrier,
                    carrier_call_id=incoming.carrier_call_id,
                    from_number=incoming.from_number,
                    to_number=incoming.to_number,
                    flow=flow_version,
                    began_at=began_at,
                    tape=call_id,
                )
            )
        header = {
            "call_id": call_id,
            "carrier_call_id": incoming.carrier_call_id,
            "flow": flow_version,
            "language": flow.language,
            "voice": flow.voice.model_dump(),
            "engine": flow.engine,
            "began_at": began_at.isoformat(),
        }
        context = CallContext(call_id, flow.language, opening_dials(flow), voice_of(flow))

        async def ended(summary: CallSummary) -> None:
            self._calls.pop(incoming.carrier_call_id, None)
            self._phases.pop(incoming.carrier_call_id, None)
            async with exchange.database.writing() as session:
                await session.execute(
                    update(CallRow)
                    .where(CallRow.id == call_id)
                    .values(ended_at=self._now(), outcome=summary.outcome, micro_turns=summary.micro_turns)
                )
            figures = summary.speculation.as_row()
            metrics.calls.labels(summary.outcome).inc()
            metrics.count_speculation(figures)
            logger.info(
                "call ended", extra={"call": call_id, "outcome": summary.outcome, "speculation": figures}
            )

        desk = await exchange.dispatcher.open(call_id, flow_version)
        tape = Tape(exchange.settings.tapes / call_id, header, sound=house.records)
        try:
            agent = await exchange.engine.open(context)
        except BaseException:
            tape.close("failed")
            await desk.close()
            await ended(CallSummary("failed", 0, SpeculationFigures()))
            raise
        logger.info("call began", extra={"call": call_id, "pii_from": incoming.from_number})
        began = _began(call_id, incoming, runs, began_at)
        live = [exchange.live.open(began, flow)] if exchange.live else []
        watch = Watch((*live, *exchange.watchers(incoming), *watchers))
        call = Call(
            CallParts(
                incoming=incoming,
                facts=CallFacts(
                    call_id, began_at.astimezone().date(), classifies=exchange.classifier is not None
                ),
                flow=flow,
                agent=agent,
                desk=desk,
                tape=tape,
                carrier=exchange.carrier if incoming.carrier == TWILIO else None,
                limit_ms=exchange.settings.max_call_minutes * 60_000,
                ended=ended,
                watch=watch,
                steering=Guarded(live[0]) if live else Nobody(),
                classifier=exchange.classifier,
                interpreters=self._interpreters,
                notice=house.notice,
                sensitive=sensitive_in(flow, exchange.dispatcher.sensitive_of),
            )
        )
        watch.tell(0, began)
        return call

    async def _published(self, call: IncomingCall) -> Chosen:
        flows = self._exchange.flows
        found = await flows.of(call.to_number, call.carrier_call_id) if flows else None
        flow = found or self._exchange.flow
        return Chosen(flow, flow.key)


def _began(call_id: str, incoming: IncomingCall, runs: Chosen, began_at: datetime) -> CallBegan:
    return CallBegan(
        call_id,
        incoming.carrier,
        incoming.from_number,
        incoming.to_number,
        runs.label,
        runs.flow.language,
        began_at,
    )
