"""The call: the one place where line, model, dialogue, background agents and tape meet.

Every 200 ms it hands the model what the line brought and what the dialogue wants said, and gives the line
what the model voiced. It decides nothing itself: what to say is the dialogue's, when is the model's.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

import numpy as np

from agents.dialogue.engine import begin
from agents.dialogue.events import (
    CallBegan,
    CallerSilent,
    Event,
    HangUp,
    KeysPressed,
    OfferHeard,
    OfferLost,
    Reported,
    TimePassed,
    TransferTo,
)
from agents.dialogue.state import CallFacts
from agents.messages import Delegation, SaidWords, TaskReport
from config.flow import Flow
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES, SAMPLES_PER_MS
from model.turn import (
    CallerSpoke,
    Heard,
    KeyPressed,
    OfferDropped,
    OfferFinished,
    OfferMade,
    OfferStarted,
    TurnEvent,
    TurnInput,
    TurnOutput,
    TurnTaken,
    Yielded,
)
from telephony import utterances
from telephony.carrier import Carrier
from telephony.errors import CarrierError
from telephony.line import IncomingCall, LineAnswer, LineTurn
from telephony.tape import Tape
from telephony.weaving import Weave, Woven, dialogue_id, overhear, take, tell

logger = logging.getLogger(__name__)

_SILENCE_STEP_MS: Final = 1_000
"""The dialogue is told of silence at every whole second of it."""
_VOICE: Final = 0.5
_ENDING_PATIENCE_MS: Final = 15_000
"""A goodbye that is never heard (the line is stuck) ends the call after this long all the same."""
_STOP_PATIENCE_S: Final = 2.0
"""How long the carrier, told to end the call, may take before the line is closed from our side."""
_STEP_PATIENCE_S: Final = 1.0
"""How long a call that is closed waits for its micro-turn under way."""
_FAILURES_BORNE: Final = 3
"""Micro-turns in a row that may fail before the call is given up."""


class AgentSide(Protocol):
    """The model's side of one call (see `telephony.engine`)."""

    async def step(self, turn: TurnInput) -> TurnOutput:
        """Take one micro-turn."""
        ...

    async def reply(self, events: Sequence[TurnEvent]) -> TurnOutput:
        """Voice in the silent micro-turn just stepped what has been offered since."""
        ...

    def close(self) -> None:
        """Let the call go."""
        ...


class Desk(Protocol):
    """The background agents of one call (see `agents.dispatch`)."""

    async def delegate(self, delegation: Delegation) -> None:
        """Hand work over. What goes wrong comes back as a FAILED report."""
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


@dataclass(frozen=True, slots=True)
class CallParts:
    """What a call is put together from.

    `carrier`: call control, None without an account (the line is closed instead). `ended` is called once with
    the outcome (completed, transferred, caller_hung_up, failed, time_limit) and the number of micro-turns.
    """

    incoming: IncomingCall
    facts: CallFacts
    flow: Flow
    agent: AgentSide
    desk: Desk
    tape: Tape
    carrier: Carrier | None
    limit_ms: int
    ended: Callable[[str, int], Coroutine[Any, Any, None]]


@dataclass(slots=True)
class _Quiet:
    """Since when nobody has spoken, and how much of it the dialogue knows."""

    since_ms: int = 0
    told_ms: int = 0

    def broken(self, now_ms: int) -> None:
        self.since_ms = now_ms
        self.told_ms = 0

    def news(self, now_ms: int) -> CallerSilent | None:
        silent_ms = (now_ms - self.since_ms) // _SILENCE_STEP_MS * _SILENCE_STEP_MS
        if silent_ms <= self.told_ms:
            return None
        self.told_ms = silent_ms
        return CallerSilent(silent_ms)


@dataclass(slots=True)
class _Columns:
    """What this micro-turn adds to the tape beside what line and model say."""

    delegations: list[Delegation] = field(default_factory=list[Delegation])
    reports: list[TaskReport] = field(default_factory=list[TaskReport])


class Call:
    """One call as the line's `Conversation`."""

    def __init__(self, parts: CallParts) -> None:
        self._parts = parts
        self._weave = Weave(parts.flow, begin(parts.flow, parts.facts))
        self._waiting: list[TurnEvent] = []
        self._under_way: utterances.Utterances = ()
        self._said: list[SaidWords] = []
        self._caller_spoke_ms = 0
        self._agent_offset_ms = 0
        self._open_tasks: set[str] = set()
        self._quiet = _Quiet()
        self._cleared = False
        self._heard_ms = 0
        self._micro_turns = 0
        self._ending_since_ms: int | None = None
        self._outcome: str | None = None
        self._transfer_to: str | None = None
        self._farewell: asyncio.Task[None] | None = None
        self._errands: set[asyncio.Task[None]] = set()
        self._failures = 0
        self._closed = False
        self._stepping = asyncio.Lock()
        self._columns = _Columns()

    @property
    def tape(self) -> Tape:
        """Where the call is being recorded."""
        return self._parts.tape

    @property
    def outcome(self) -> str | None:
        """How the conversation ended of itself; None while it runs or if the line was lost."""
        return self._outcome

    async def micro_turn(self, turn: LineTurn) -> LineAnswer:
        """Take 200 ms of the caller in and give 200 ms of the agent out."""
        async with self._stepping:
            if self._closed:
                return LineAnswer(np.zeros(MICRO_TURN_SAMPLES, np.int16), end=True)
            return await self._micro_turn(turn)

    async def _micro_turn(self, turn: LineTurn) -> LineAnswer:
        self._columns = _Columns()
        self._micro_turns = turn.index + 1
        events = self._news(turn)
        silence = TurnOutput(turn.index, np.zeros(MICRO_TURN_SAMPLES, np.int16))
        try:
            output = await self._parts.agent.step(TurnInput(turn.index, turn.caller_audio, tuple(events)))
            self._failures = 0
        except asyncio.CancelledError:
            self._record(turn, silence)  # the line is gone; what was heard last belongs on the tape
            raise
        except Exception:  # a failing model must not take the line down with it: silence, then a clean end
            self._failures += 1
            logger.exception("micro-turn failed", extra={"call": self._parts.tape.folder.name})
            if self._failures >= _FAILURES_BORNE:
                self._end("failed")
            output = silence
        self._attend(turn, output)
        if self._can_reply_now(output):
            output = await self._reply(turn, output)
        self._record(turn, output)
        return LineAnswer(output.agent_audio, self._cleared, self._may_close(), self._transfer_to)

    def _can_reply_now(self, output: TurnOutput) -> bool:
        """Whether the caller's turn was taken, the agent is silent, and an answer has been found since."""
        taken = any(isinstance(act, TurnTaken) for act in output.acts)
        offered = any(isinstance(event, OfferMade) for event in self._waiting)
        return taken and offered and not self._cleared and not output.agent_audio.any()

    async def _reply(self, turn: LineTurn, output: TurnOutput) -> TurnOutput:
        """Voice the answer in the micro-turn in which the turn was taken, not in the next."""
        events, self._waiting = tuple(self._waiting), []
        try:
            answer = await self._parts.agent.reply(events)
        except asyncio.CancelledError:
            self._record(turn, output)
            raise
        except Exception:  # as for a step: the line goes on; what was offered is made again
            logger.exception("reply failed", extra={"call": self._parts.tape.folder.name})
            self._waiting = [*events, *self._waiting]
            return output
        self._attend(turn, answer)
        return replace(answer, transcript=output.transcript, acts=(*output.acts, *answer.acts))

    async def close(self, reason: str) -> None:
        """End the call for good; `reason` is the line's."""
        if self._closed:
            return
        self._closed = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STEP_PATIENCE_S):
                await self._stepping.acquire()  # the micro-turn under way still needs what is freed here
        outcome = self._outcome or ("caller_hung_up" if reason == "stop" else "failed")
        self._parts.agent.close()
        for errand in list(self._errands):
            errand.cancel()
        await asyncio.gather(*self._errands, return_exceptions=True)
        if self._farewell is not None:
            self._farewell.cancel()
        await self._parts.desk.close()
        self._parts.tape.close(outcome, tuple(self._parts.desk.reports()))
        await self._parts.ended(outcome, self._micro_turns)

    def _record(self, turn: LineTurn, output: TurnOutput) -> None:
        columns = {"delegations": tuple(self._columns.delegations), "reports": tuple(self._columns.reports)}
        self._parts.tape.micro_turn(turn, output, columns)

    # --- before the model's step ----------------------------------------------------------------

    def _news(self, turn: LineTurn) -> list[TurnEvent]:
        """Tell the dialogue what happened since the last micro-turn; collect what the model must know."""
        now_ms = turn.index * MICRO_TURN_MS
        if turn.heard:
            last = turn.heard[-1]
            self._agent_offset_ms = (last.call_start - last.agent_start) // SAMPLES_PER_MS
        if self._cleared:
            self._under_way = utterances.flushed(self._under_way, turn.heard_ms)
            self._cleared = False
        events: list[TurnEvent] = []
        if turn.heard_ms != self._heard_ms:
            self._heard_ms = turn.heard_ms
            events.append(Heard(turn.heard_ms))
        if turn.index == 0:
            self._tell(CallBegan())
        self._settle_heard()
        for key in turn.keys:
            events.append(KeyPressed(key))
            self._quiet.broken(now_ms)
            self._tell(KeysPressed(key))
        for report in self._parts.desk.reports():
            self._columns.reports.append(report)
            if report.kind.settles:
                self._open_tasks.discard(report.task_id)
            self._tell(Reported(report))
        if self._open_tasks:
            self._tell(TimePassed(now_ms))
        self._mind_silence(now_ms)
        self._mind_the_end(now_ms)
        if turn.words is not None:
            events.append(turn.words)
        events.extend(self._waiting)
        self._waiting.clear()
        return events

    def _settle_heard(self) -> None:
        self._under_way, done = utterances.settle(self._under_way, self._heard_ms)
        for utterance in done:
            self._remember_agent(utterance)
            offer_id = dialogue_id(utterance.offer_id)
            self._tell(OfferHeard(offer_id))
            ending = self._weave.ending
            if ending and dialogue_id(ending.after_offer_id) == offer_id:
                self._end("completed" if isinstance(ending, HangUp) else "transferred")

    def _mind_silence(self, now_ms: int) -> None:
        if self._under_way or self._open_tasks or self._outcome:
            self._quiet.broken(now_ms)
        elif silent := self._quiet.news(now_ms):
            self._tell(silent)

    def _mind_the_end(self, now_ms: int) -> None:
        if self._weave.ending is None:
            self._ending_since_ms = None
        elif self._ending_since_ms is None:
            self._ending_since_ms = now_ms
        elif now_ms - self._ending_since_ms > _ENDING_PATIENCE_MS:
            self._end("completed" if isinstance(self._weave.ending, HangUp) else "transferred")
        if now_ms >= self._parts.limit_ms:
            self._end("time_limit")

    # --- after the model's step -----------------------------------------------------------------

    def _attend(self, turn: LineTurn, output: TurnOutput) -> None:
        """Take in what the model did: words voiced, turns taken, offers dropped, the floor yielded."""
        now_ms = (turn.index + 1) * MICRO_TURN_MS
        if output.readings.caller_voice > _VOICE:
            self._quiet.broken(now_ms)
        if output.voicing and output.agent_words:
            self._under_way = utterances.voiced(self._under_way, output.voicing, output.agent_words)
        started = frozenset(act.offer_id for act in output.acts if isinstance(act, OfferStarted))
        taken = False
        for act in output.acts:
            match act:
                case CallerSpoke(at_ms):
                    self._caller_spoke_ms = at_ms
                case Yielded():
                    self._cleared = True
                case OfferFinished(offer_id):
                    self._under_way = utterances.completed(self._under_way, offer_id)
                case OfferDropped(offer_id):
                    self._lost(offer_id)
                case TurnTaken(transcript):
                    taken = True
                    if transcript.words:
                        self._remember_caller(transcript.text, now_ms)
                    self._follow(take(self._weave, transcript, started))
                case _:
                    pass
        if output.transcript is not None and not taken:
            self._follow(overhear(self._weave, output.transcript))

    def _lost(self, offer_id: str) -> None:
        self._under_way, utterance = utterances.cut(self._under_way, offer_id, self._heard_ms)
        if utterance is not None:
            self._remember_agent(utterance)
            self._tell(OfferLost(dialogue_id(offer_id)))

    def _tell(self, event: Event) -> None:
        self._follow(tell(self._weave, event))

    def _follow(self, woven: Woven) -> None:
        self._weave = woven.weave
        self._waiting.extend(woven.events)
        for delegation in woven.delegations:
            whole = delegation.model_copy(update={"conversation": tuple(self._said)})
            self._columns.delegations.append(whole)
            self._open_tasks.add(whole.task_id)
            self._errand(self._parts.desk.delegate(whole))
        for task_id in woven.cancelled:
            self._open_tasks.discard(task_id)
            self._errand(self._parts.desk.cancel(task_id))

    def _remember_caller(self, text: str, now_ms: int) -> None:
        self._said.append(
            SaidWords(speaker="caller", text=text, start_ms=min(self._caller_spoke_ms, now_ms), end_ms=now_ms)
        )

    def _remember_agent(self, utterance: utterances.Utterance) -> None:
        if utterance.words:
            start_ms = max(0, utterance.words[0].start_ms + self._agent_offset_ms)
            end_ms = max(0, utterance.words[-1].end_ms + self._agent_offset_ms)
            self._said.append(
                SaidWords(speaker="agent", text=utterance.text, start_ms=start_ms, end_ms=end_ms)
            )

    def _errand(self, work: Coroutine[Any, Any, None]) -> None:
        errand = asyncio.create_task(work)
        self._errands.add(errand)
        errand.add_done_callback(self._errands.discard)

    # --- the end --------------------------------------------------------------------------------

    def _end(self, outcome: str) -> None:
        """The conversation is over: have the carrier hang up or hand the call on."""
        if self._outcome is not None:
            return
        self._outcome = outcome
        ending = self._weave.ending
        if outcome == "transferred" and isinstance(ending, TransferTo):
            self._transfer_to = self._parts.flow.destinations[ending.destination].number
        if self._parts.carrier is not None:
            self._farewell = asyncio.create_task(self._ask_carrier(self._parts.carrier))

    async def _ask_carrier(self, carrier: Carrier) -> None:
        """Ask over call control; if that fails or nothing follows, the line is closed instead."""
        carrier_call_id = self._parts.incoming.carrier_call_id
        try:
            if self._transfer_to:
                await carrier.transfer(carrier_call_id, self._transfer_to)
            else:
                await carrier.hang_up(carrier_call_id)
        except CarrierError as error:
            logger.warning("call control failed: %s; closing the line instead", error)
        else:
            await asyncio.sleep(_STOP_PATIENCE_S)

    def _may_close(self) -> bool:
        return self._outcome is not None and (self._farewell is None or self._farewell.done())
