"""Walks a flow through what a tester did. Pure: the same events give the same call, and no tool is run.

What the agent says is heard to its end, unless the caller interrupts it. Time is the call's own: speaking
takes as long as it would, look-ups as long as their outcome says, and it stands still while one is waited for
whose outcome is not known yet.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, assert_never

from agents.dialogue.clock import next_due_ms
from agents.dialogue.engine import advance, begin
from agents.dialogue.events import (
    CallBegan,
    CallerSaid,
    CallerSilent,
    CancelTask,
    Classified,
    Classify,
    Effect,
    HangUp,
    Interpret,
    InterpretationEnded,
    KeysPressed,
    OfferHeard,
    OfferLost,
    Reported,
    Say,
    StopInterpreting,
    SurveyAnswered,
    TimePassed,
    TransferTo,
    Unclassify,
    Unsay,
)
from agents.dialogue.events import Event as DialogueEvent
from agents.dialogue.state import CallFacts
from agents.messages import Delegation, ReportKind, TaskReport
from agents.simulation.events import (
    LONGEST_SILENCE_MS,
    Ended,
    Event,
    HangsUp,
    Keys,
    Outcome,
    Part,
    Says,
    Silence,
    Understood,
)
from agents.simulation.told import By
from agents.simulation.walked import Filled, Setting, Spoken, Task, Walked
from config.flow import Flow

CALL_ID: Final = "simulation"
"""Ids of tasks come of it, so it is always the same."""
_WORD_MS: Final = 350
_SECOND_MS: Final = 1_000
_LONGEST_S: Final = 5.0
"""Of real time; what takes longer is refused."""
_WORDS: Final[Mapping[Ended, str]] = {
    Ended.REFUSED: "refused",
    Ended.FAILED: "unavailable",
    Ended.UNKNOWN: "unknown",
}


class TooLongError(Exception):
    """The walk takes too much time."""


def walk(flow: Flow, events: Sequence[Event], setting: Setting) -> Walked:
    """Walk a flow from its start through events.

    Args:
        flow: checked.
        events: in order.
        setting: what it begins with.

    Raises:
        TooLongError: it takes more than five seconds.
    """
    state = replace(
        begin(flow, CallFacts(CALL_ID, setting.today, setting.classifies)), language=setting.language
    )
    walker = _Walker(Walked(flow, state), time.monotonic() + _LONGEST_S)
    walker.tell(CallBegan())
    for at, event in enumerate(events):
        if not isinstance(event, Outcome | Understood) and walker.awaits(setting.runs):
            walker.walked.rest = tuple(events[at:])
            break
        walker.take(event)
    else:
        if walker.walked.question is None:
            walker.hear_all()
    return walker.walked


class _Walker:
    """Builds a `Walked`, event by event."""

    def __init__(self, walked: Walked, until_s: float) -> None:
        self.walked = walked
        self._until_s = until_s
        self._event: int | None = None
        self._sequence = 0

    def take(self, event: Event) -> None:
        """Take one of the tester's events; after the call is over none counts."""
        walked = self.walked
        if isinstance(event, Outcome):
            self._outcome(event)
            return
        if isinstance(event, Understood):
            self._understood(event)
            return
        if isinstance(event, Says) and event.interrupts:
            self._cut_off()
        else:
            self.hear_all()
        if walked.outcome is not None:
            return
        self._event = len(walked.events)
        walked.events.append(event)
        line = Spoken(walked.now_ms, "", walked.state.step, self._language, self._event, by=_by(event))
        walked.spoken.append(line)
        match event:
            case Says(text=text, confidence=confidence):
                line.text = text
                self._pass(_speaking_ms(text))
                misses = walked.state.misses
                self._tell_slots(CallerSaid(text, confidence if text.strip() else 0.0), text)
                line.understood = walked.state.misses <= misses
            case Keys(keys=keys):
                line.text = keys
                for key in keys:
                    self._tell_slots(KeysPressed(key), keys)
            case Silence(ms=ms):
                began_ms = walked.now_ms
                self._stay_silent(ms)
                line.text = f"{(walked.now_ms - began_ms) / 1_000:g} s"
            case HangsUp():
                walked.outcome = "caller_hung_up"
            case _:
                assert_never(event)

    def awaits(self, runs: frozenset[str]) -> bool:
        """Whether a call of one of these tools is under way, or a language model is being asked."""
        return self.walked.question is not None or any(
            task.delegation.tool in runs and task.delegation.brief is None for task in self.walked.open_tasks
        )

    def tell(self, event: DialogueEvent) -> None:
        """Advance the dialogue and note what it did."""
        if time.monotonic() > self._until_s:
            raise TooLongError
        walked = self.walked
        step = advance(walked.flow, walked.state, event)
        walked.state = step.state
        walked.steps += step.walked
        for effect in step.effects:
            self._note(effect, step.walked)

    def hear_all(self) -> None:
        """Let all that is on offer be heard, in order, and what that leads to."""
        walked = self.walked
        while walked.outcome is None:
            self._mind_the_clock()
            if not walked.state.offers:
                if walked.interpreting is None:
                    return
                self._interpreted(walked.interpreting)
                continue
            self._pass(_speaking_ms(self._first_offered().text))
            self._hear_one()

    @property
    def _language(self) -> str:
        walked = self.walked
        return walked.flow.speaking(walked.state.language).language

    def _note(self, effect: Effect, steps: tuple[str, ...]) -> None:
        walked = self.walked
        match effect:
            case Say(offer_id, text, step, news=news):
                spoken = Spoken(walked.now_ms, text, step, self._language, self._event, offer_id, steps, news)
                spoken.heard = False
                walked.spoken.append(spoken)
            case Unsay(offer_id):
                for spoken in walked.spoken:
                    if spoken.offer_id == offer_id and not spoken.heard:
                        spoken.withdrawn = True
                if walked.ending and walked.ending.after_offer_id == offer_id:
                    walked.ending = None
            case Delegation():
                walked.tasks[effect.task_id] = Task(effect, walked.now_ms, self._event)
                task_id = effect.task_id
                asked = Spoken(walked.now_ms, effect.tool, effect.step, self._language, self._event)
                asked.task_id = task_id
                walked.spoken.append(asked)
            case CancelTask(task_id):
                walked.tasks[task_id].cancelled = True
            case HangUp() | TransferTo():
                walked.ending = effect
            case Interpret() | StopInterpreting():
                walked.interpreting = effect if isinstance(effect, Interpret) else None
            case SurveyAnswered():
                pass  # kept with real calls only
            case Classify() | Unclassify():
                walked.question = effect if isinstance(effect, Classify) else None
            case _:
                assert_never(effect)

    def _tell_slots(self, event: CallerSaid | KeysPressed, heard: str) -> None:
        before = self.walked.state.slots
        self.tell(event)
        for name, given in self.walked.state.slots.items():
            if (old := before.get(name)) is None or old.value != given.value:
                keyed = isinstance(event, KeysPressed)
                self.walked.filled[name] = Filled(heard, keyed, self._event)

    def _interpreted(self, asked: Interpret) -> None:
        """Somebody has come, the two have spoken and hung up: nobody is called in a simulation."""
        self.walked.interpreting = None
        self.tell(InterpretationEnded(asked.step, joined=True))

    # --- hearing ------------------------------------------------------------------------------------

    def _first_offered(self) -> Spoken:
        offer_id = self.walked.state.offers[0].id
        return next(each for each in self.walked.spoken if each.offer_id == offer_id)

    def _hear_one(self) -> None:
        """The first of what is on offer has just been heard to its end."""
        walked = self.walked
        if not walked.state.offers:
            return  # it was taken back while it was said
        line = self._first_offered()
        line.heard = True
        ending = walked.ending
        self.tell(OfferHeard(line.offer_id or ""))
        if ending is not None and ending.after_offer_id == line.offer_id:
            if isinstance(ending, HangUp):
                walked.outcome = "completed"
            else:
                walked.outcome, walked.transfer_to = "transferred", ending.destination

    def _cut_off(self) -> None:
        """The caller speaks into the first of what is on offer; the rest waits for what they say."""
        if self.walked.state.offers:
            self.tell(OfferLost(self.walked.state.offers[0].id))

    # --- time ---------------------------------------------------------------------------------------

    def _pass(self, ms: int) -> None:
        """Let time pass, unless it stands still."""
        if self.walked.state.task is None:
            self.walked.now_ms += ms
        self._mind_the_clock()

    def _mind_the_clock(self) -> None:
        """Tell the dialogue the time when something is due; what it then says is not heard yet."""
        walked = self.walked
        due_ms = next_due_ms(walked.state)
        if due_ms is not None and due_ms <= walked.now_ms:
            self.tell(TimePassed(walked.now_ms))

    def _stay_silent(self, ms: int | None) -> None:
        walked = self.walked
        if walked.state.task is not None:
            return  # time stands still until it is known what became of it
        until_ms = walked.now_ms + (ms or LONGEST_SILENCE_MS)
        silent_ms = 0
        while walked.outcome is None and walked.now_ms + _SECOND_MS <= until_ms:
            walked.now_ms += _SECOND_MS
            silent_ms += _SECOND_MS
            self._mind_the_clock()
            if not walked.state.offers:
                self.tell(CallerSilent(silent_ms))
            if walked.state.task is not None or (walked.state.offers and ms is None):
                return
            if walked.state.offers:
                self.hear_all()
                silent_ms = 0

    # --- what a language model takes words for ------------------------------------------------------

    def _understood(self, answer: Understood) -> None:
        """Tell what the words asked about mean, if that is still asked; too late, it counts no more."""
        walked = self.walked
        asked = walked.question
        if asked is None or not _is_about(answer, asked):
            return
        self._event = len(walked.events)
        walked.events.append(answer)
        line = next(each for each in reversed(walked.spoken) if each.by == "words")
        line.taken_for = answer
        misses = walked.state.misses
        self._wait_until(walked.now_ms + answer.took_ms)
        walked.question = None
        self.tell(Classified(answer.request_id, answer.option, answer.confidence, answer.failed))
        line.understood = walked.state.misses <= misses

    # --- background agents --------------------------------------------------------------------------

    def _outcome(self, chosen: Outcome) -> None:
        """Report what became of a task, if it is still asked for."""
        walked = self.walked
        task = walked.tasks.get(chosen.task_id)
        if task is None or task not in walked.open_tasks or not _is_of(chosen, task.delegation):
            return
        outcome = _whole(chosen, task.delegation)
        if outcome.ended is Ended.SUCCEEDED and outcome.result is None:
            walked.lacking.append(task.delegation)
            return
        self._event = len(walked.events)
        walked.events.append(outcome)
        self._wait_until(task.at_ms + outcome.took_ms)
        if task not in walked.open_tasks:
            return  # it took too long
        for part in outcome.parts:
            self._report(task.delegation, ReportKind.PARTIAL, part)
        task.outcome = outcome
        if outcome.ended is Ended.SUCCEEDED:
            self._report(task.delegation, ReportKind.RESULT, Part(result=outcome.result))
        else:
            self._report(task.delegation, ReportKind.FAILED, Part(), outcome.error)

    def _wait_until(self, at_ms: int) -> None:
        """Let what is on offer be heard while a task is at work, and words that it takes long be said."""
        walked = self.walked
        self._mind_the_clock()
        while walked.outcome is None:
            if walked.state.offers:
                speaking_ms = _speaking_ms(self._first_offered().text)
                if walked.now_ms + speaking_ms > at_ms:
                    break
                walked.now_ms += speaking_ms
                self._hear_one()
                continue
            due_ms = next_due_ms(walked.state)
            if due_ms is None or due_ms > at_ms:
                break
            walked.now_ms = max(walked.now_ms, due_ms)
            self._mind_the_clock()
        walked.now_ms = max(walked.now_ms, at_ms)

    def _report(self, asked: Delegation, kind: ReportKind, part: Part, error: str | None = None) -> None:
        self._sequence += 1
        report = TaskReport(
            task_id=asked.task_id,
            call_id=CALL_ID,
            tool=asked.tool,
            kind=kind,
            sequence=self._sequence,
            result=part.result,
            says=part.says,
            error=error,
        )
        self.tell(Reported(report))


def _by(event: Says | Keys | Silence | HangsUp) -> By:
    match event:
        case Says():
            return "words"
        case Keys():
            return "keys"
        case Silence():
            return "silence"
        case HangsUp():
            return "hang_up"
        case _:
            assert_never(event)


def _is_of(outcome: Outcome, asked: Delegation) -> bool:
    """Whether an outcome is of this very work. One that names no tool was chosen for what has the id."""
    if outcome.tool is None:
        return True
    return (outcome.tool, outcome.arguments) == (asked.tool, asked.arguments)


def _is_about(answer: Understood, asked: Classify) -> bool:
    """Whether an answer is to this very question."""
    names = tuple(option.name for option in asked.options)
    return (answer.request_id, answer.text, answer.options) == (asked.request_id, asked.text, names)


def _whole(outcome: Outcome, asked: Delegation) -> Outcome:
    arguments: dict[str, Any] = dict(asked.arguments)
    error = None if outcome.ended is Ended.SUCCEEDED else outcome.error or _WORDS[outcome.ended]
    return outcome.model_copy(update={"tool": asked.tool, "arguments": arguments, "error": error})


def _speaking_ms(text: str) -> int:
    return _WORD_MS * len(text.split())
