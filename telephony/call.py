"""The call: the one place where line, model, dialogue, background agents and tape meet.

Every 200 ms it hands the model what the line brought and what the dialogue wants said, and gives the line
what the model voiced. It decides nothing itself: what to say is the dialogue's, when is the model's.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from agents.dialogue.clock import next_due_ms
from agents.dialogue.engine import begin
from agents.dialogue.events import (
    CallBegan,
    CallerGoesOn,
    Event,
    KeysPressed,
    OfferHeard,
    OfferLost,
    Reported,
    TimePassed,
)
from agents.messages import Delegation, TaskReport
from config import metrics
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES
from model.turn import (
    CallerSpoke,
    CallerTyped,
    KeyPressed,
    LanguageChanged,
    OfferDropped,
    OfferFinished,
    OfferMade,
    OfferStarted,
    Resumed,
    Transcript,
    TurnEvent,
    TurnInput,
    TurnOutput,
    TurnTaken,
    Yielded,
)
from telephony import speculation
from telephony.background import Background
from telephony.call_parts import CallParts, CallSummary, Columns
from telephony.classifying import Classifying
from telephony.ending import Ending
from telephony.interpreting.on_call import Interpreting
from telephony.line import LineAnswer, LineTurn
from telephony.quiet import Quiet
from telephony.said_and_heard import SaidAndHeard
from telephony.steady_side import SteadySide, silent
from telephony.steering import ENDED_BY_MANAGER, Steered, miss, spoken_over, steer
from telephony.tape import Tape
from telephony.task_traces import TaskTraces
from telephony.typed_turn import typed
from telephony.watching import CallEnded, StepReached, Where
from telephony.weaving import Weave, Woven, dialogue_id, has_reply, opening_dials, overhear, take, tell

logger = logging.getLogger(__name__)

_VOICE: Final = 0.5
_STEP_PATIENCE_S: Final = 1.0
"""How long a call that is closed waits for its micro-turn under way."""


class Call:
    """One call as the line's `Conversation`."""

    def __init__(self, parts: CallParts) -> None:
        self._parts = parts
        self._weave = Weave(parts.flow, begin(parts.flow, parts.facts))
        self._waiting: list[TurnEvent] = []
        self._said = SaidAndHeard(parts.watch)
        self._heard_so_far: Transcript | None = None
        self._traces = TaskTraces(parts.facts.call_id)
        self._background = Background(
            parts.desk,
            self._traces,
            lambda early: self._with_conversation(early, self._heard_so_far),
            lambda mark: self._columns.speculation.append(mark),
        )
        self._classifying = Classifying(parts.classifier, parts.flow, parts.sensitive)
        self._voicing: str | None = None
        self._quiet = Quiet()
        self._ending = Ending(parts.carrier, parts.incoming.carrier_call_id)
        self._cleared = self._closed = False
        self._micro_turns = 0
        self._side = SteadySide(parts.agent, parts.facts.call_id)
        self._interpreting = Interpreting(parts.interpreters, parts.as_interpreted)
        self._stepping = asyncio.Lock()
        self._columns = Columns()
        self._at: StepReached | None = None
        self._steered = Steered()

    @property
    def tape(self) -> Tape:
        """Where the call is being recorded."""
        return self._parts.tape

    @property
    def outcome(self) -> str | None:
        """How the conversation ended of itself; None while it runs or if the line was lost."""
        return self._ending.outcome

    @property
    def _now_ms(self) -> int:
        """Call time at the end of the micro-turn under way."""
        return self._micro_turns * MICRO_TURN_MS

    @property
    def _language(self) -> str:
        return self._weave.dialogue.language or self._parts.flow.language

    async def micro_turn(self, turn: LineTurn) -> LineAnswer:
        """Take 200 ms of the caller in and give 200 ms of the agent out."""
        async with self._stepping:
            if self._closed:
                return LineAnswer(np.zeros(MICRO_TURN_SAMPLES, np.int16), end=True)
            with metrics.micro_turn_seconds.time():
                return await self._micro_turn(turn)

    async def _micro_turn(self, turn: LineTurn) -> LineAnswer:
        self._columns = Columns()
        self._micro_turns = turn.index + 1
        events = self._news(turn)
        taken, voice = TurnInput(turn.index, turn.caller_audio, tuple(events)), self._parts.steering.voice
        try:
            output, interpreted = await self._interpreting.step(self._side, taken, voice)
        except asyncio.CancelledError:
            self._record(turn, silent(turn.index))  # the line is gone; what was heard last is for the tape
            raise
        if self._side.is_failing and not self._steered.held:
            self._ending.end("failed")
        if self._steered.held and not interpreted:
            output = spoken_over(output, voice())
        self._attend(turn, output)
        if not self._cleared and has_reply(output, self._waiting):
            output = await self._reply(turn, output)
        self._record(turn, output)
        end = self._ending
        return LineAnswer(output.agent_audio, self._cleared, end.line_may_close, end.transfer_to)

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
            async with asyncio.timeout(_STEP_PATIENCE_S), self._stepping:
                pass  # the micro-turn under way still needs what is freed here
        outcome = self._ending.outcome or ("caller_hung_up" if reason == "stop" else "failed")
        await self._interpreting.close()
        self._parts.agent.close()
        await self._background.stop()
        await self._classifying.stop()
        self._ending.close()
        self._traces.close()
        late = await self._background.close()
        figures = self._background.figures
        rest = {"speculation": figures.as_row(), "transferred_to": self._ending.destination}
        self._parts.tape.close(outcome, tuple(late), rest)
        self._parts.watch.tell(self._now_ms, CallEnded(outcome))
        await self._parts.ended(CallSummary(outcome, self._micro_turns, figures))

    def _record(self, turn: LineTurn, output: TurnOutput) -> None:
        dialogue, columns, language = self._weave.dialogue, self._columns, self._language
        if (at := StepReached(dialogue.step, language)) != self._at:
            self._at = at
            columns.steps.append(at)
        interpreted = self._interpreting.tell()
        columns.interpreted[:], columns.legs[:] = interpreted.rows, interpreted.legs
        self._parts.tape.micro_turn(turn, output, columns.as_row())
        self._parts.steering.followed(turn, output, dialogue, self._interpreting.ear)
        where = Where(dialogue.step, language, self._said.under_way, self._said.offset_ms)
        self._parts.watch.micro_turn(turn, output, where, columns.delegations, columns.reports)
        self._parts.watch.interpreted(self._now_ms, interpreted)

    # --- before the model's step ----------------------------------------------------------------

    def _news(self, turn: LineTurn) -> list[TurnEvent]:
        """Tell the dialogue what happened since the last micro-turn; collect what the model must know."""
        now_ms = turn.index * MICRO_TURN_MS
        heard = self._said.brought(turn, cleared=self._cleared)
        self._cleared = False
        events: list[TurnEvent] = [heard] if heard else []
        if turn.index == 0:
            self._tell(CallBegan())
        self._settle_heard(now_ms)
        self._steer(now_ms)
        for key in turn.keys:
            events.append(KeyPressed(key))
            self._quiet.broken(now_ms)
            self._tell(KeysPressed(key))
            self._background.turn_over(self._weave.dialogue.doubt, now_ms)
        for text in turn.typed:
            events.append(CallerTyped(typed(text, now_ms)))
            self._quiet.broken(now_ms)
        for report in self._background.reports():
            self._apply(report)
        for answer in self._classifying.answers(now_ms, self._columns.classified):
            self._tell(answer)
        self._mind_the_clock(now_ms)
        self._mind_silence(now_ms)
        self._ending.mind(now_ms, self._weave.ending, self._parts.flow, self._parts.limit_ms)
        if turn.words is not None:
            events.append(turn.words)
        events.extend(self._waiting)
        self._waiting.clear()
        return events

    def _settle_heard(self, now_ms: int) -> None:
        for heard in self._said.settled(now_ms):
            self._quiet.broken(now_ms)
            offer_id = dialogue_id(heard)
            self._tell(OfferHeard(offer_id))
            ending = self._weave.ending
            if ending and dialogue_id(ending.after_offer_id) == offer_id:
                self._ending.end_as(ending, self._parts.flow)

    def _mind_the_clock(self, now_ms: int) -> None:
        """Tell the dialogue the time when something waits for it: a reminder, a task at work."""
        due_ms = next_due_ms(self._weave.dialogue)
        if due_ms is not None and due_ms <= now_ms:
            self._tell(TimePassed(now_ms))

    def _mind_silence(self, now_ms: int) -> None:
        if self._said.under_way or self._weave.dialogue.task or self._ending.outcome or self._steered.held:
            self._quiet.broken(now_ms)
        elif news := self._quiet.news(now_ms):
            self._tell(news)

    def _steer(self, now_ms: int) -> None:
        """Do what people who follow the call want of it."""
        wanted = self._interpreting.wanted(self._parts.steering.wanted(now_ms), self._language)
        self._steered = (done := steer(self._steered, wanted, now_ms)).steered
        self._columns.control.extend(done.for_tape)
        if wanted.ended_by is not None:
            self._ending.end(ENDED_BY_MANAGER)
        self._offer(done.for_model)
        if done.turned:
            self._follow(overhear(self._weave, Transcript((), final=False)))  # no answer waits any more
            self._cleared = self._steered.held
            self._quiet.broken(now_ms)
        for event in done.for_dialogue:
            self._follow(tell(self._weave, event))
        for ended in self._interpreting.over():
            self._tell(ended)
        self._offer(self._interpreting.news(self._weave.dials or opening_dials(self._parts.flow)))

    # --- after the model's step -----------------------------------------------------------------

    def _attend(self, turn: LineTurn, output: TurnOutput) -> None:
        """Take in what the model did: words voiced, turns taken, offers dropped, the floor yielded."""
        now_ms = (turn.index + 1) * MICRO_TURN_MS
        if output.readings.caller_voice > _VOICE:
            self._quiet.broken(now_ms)
        self._said.voiced(output)
        started = frozenset(act.offer_id for act in output.acts if isinstance(act, OfferStarted))
        taken = False
        for act in output.acts:
            match act:
                case CallerSpoke(at_ms):
                    self._said.caller_spoke(at_ms)
                case OfferStarted(offer_id) | Resumed(offer_id):
                    self._voicing = offer_id
                    self._traces.voiced(offer_id)
                case Yielded():
                    self._voicing = None
                    self._cleared = True
                case OfferFinished(offer_id):
                    self._voicing = None
                    self._said.completed(offer_id)
                case OfferDropped(offer_id):
                    self._lost(offer_id)
                case TurnTaken(transcript):
                    taken = True
                    self._take(transcript, started)
                case _:
                    pass
        if not taken:
            self._overhear(output.transcript)

    def _lost(self, offer_id: str) -> None:
        if self._voicing == offer_id:
            self._voicing = None
        if self._said.lost(offer_id, self._now_ms):
            self._tell(OfferLost(dialogue_id(offer_id)))

    def _take(self, transcript: Transcript, started: frozenset[str]) -> None:
        """The caller's turn is over: the dialogue answers, and early look-ups are adopted or dropped."""
        self._said.caller_said(transcript, self._now_ms)
        self._heard_so_far = None
        if not self._steered.held:
            self._follow(take(self._weave, transcript, started))
        self._background.turn_over(self._weave.dialogue.doubt, self._now_ms)
        self._mind_the_clock(self._now_ms)

    def _overhear(self, transcript: Transcript | None) -> None:
        """Prepare for the words so far, if there are new ones; begin what they surely enough ask for.

        While the agent is speaking it is undecided whose turn it is, and nothing is begun.
        """
        if self._steered.held:
            return
        if transcript is not None:
            if transcript.words and self._weave.dialogue.classifying:
                self._tell(CallerGoesOn())
            self._follow(overhear(self._weave, transcript))
            believed = transcript.confidence >= self._parts.flow.sureness.understand
            asked = speculation.wanted(self._weave, self._background.may_begin_early) if believed else ()
            self._heard_so_far = transcript
            self._background.overheard(asked)
        if self._voicing is None:
            self._background.begin_due(self._now_ms)

    def _tell(self, event: Event) -> None:
        if self._steered.held:
            self._steered = miss(self._steered, event)
        else:
            self._follow(tell(self._weave, event))

    def _follow(self, woven: Woven) -> None:
        """Go where the dialogue went: tell the model, delegate, cancel."""
        self._weave = woven.weave
        self._columns.survey.extend(woven.survey)
        self._classifying.follow(woven.questions, self._weave.dialogue, self._now_ms)
        self._offer(woven.events)
        known = [report for each in woven.delegations for report in self._delegate(each)]
        for task_id in woven.cancelled:
            self._background.cancel(task_id)
        for order in woven.interpreting:
            self._interpreting.obey(order, self._parts.flow, self._language)
        for report in known:
            self._apply(report)

    def _offer(self, events: Sequence[TurnEvent]) -> None:
        self._waiting.extend(events)
        self._traces.unvoiced(events)
        for event in events:
            if isinstance(event, OfferMade):
                self._said.offered(event.offer)
            if isinstance(event, LanguageChanged):
                self._columns.language.append(event.language)

    # --- background agents ----------------------------------------------------------------------

    def _delegate(self, delegation: Delegation) -> tuple[TaskReport, ...]:
        """Hand work over; gives what is known of it already."""
        self._columns.delegations.append(whole := self._with_conversation(delegation))
        return self._background.delegate(whole, self._now_ms)

    def _apply(self, report: TaskReport) -> None:
        self._columns.reports.append(report)
        made_before = len(self._waiting)
        self._tell(Reported(report))
        self._traces.applied(report, self._waiting[made_before:])

    def _with_conversation(self, delegation: Delegation, transcript: Transcript | None = None) -> Delegation:
        said = self._said.so_far(self._now_ms, transcript)
        return delegation.model_copy(update={"conversation": said})
