"""Simulates a call: walks the flow, runs what reads, asks the tester for the rest, and walks on.

    simulated = await simulate(walking, events, tools, classifier)

Nothing is kept: whoever simulates sends all events every time and gets them back with outcomes filled in.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from agents.dialogue.events import Classified, Classify
from agents.dialogue.expecting import awaited, keyed_ask
from agents.dialogue.readings import said
from agents.dialogue.wording import Speech
from agents.simulation.events import MOST_EVENTS, Event, Outcome, Source, Understood
from agents.simulation.told import Asked, Awaited, Line, SlotTold, TakenFor, Told, Who
from agents.simulation.trial_tools import TrialTools
from agents.simulation.walk import CALL_ID
from agents.simulation.walked import Spoken, Task, Walked

MOST_ROUNDS: Final = 30
"""So often a walk may lead to further look-ups."""
_MOST_PHRASES: Final = 12

Walking = Callable[[Sequence[Event]], Awaitable[Walked]]
"""Walk the flow through events (`walk.walk`) as far as the tools' answers are known, wherever it is done."""


class Classifier(Protocol):
    """Tells what words mean (see `agents.language_model.classifying`)."""

    async def classify(self, asked: Classify) -> Classified:
        """Answer; what goes wrong is in the answer."""
        ...


@dataclass(frozen=True, slots=True)
class Simulated:
    """The walk, what is told of it, and the events to be sent back."""

    walked: Walked
    told: Told
    events: tuple[Event, ...]


async def simulate(
    walking: Walking, events: Sequence[Event], tools: TrialTools, classifier: Classifier | None = None
) -> Simulated:
    """Walk through events, running every look-up on the way.

    `classifier` tells what words mean that fit no phrase, if the walk asks for that.

    Raises:
        TooLongError: the walk takes too long.
    """
    walked = await walking(events)
    for _ in range(MOST_ROUNDS):
        filled = await _filled(walked, events, tools, classifier)
        if filled == tuple(events):
            break
        events = filled
        walked = await walking(events)
    return Simulated(walked, await _told(walked, tools), tuple(walked.events))


async def _filled(
    walked: Walked, events: Sequence[Event], tools: TrialTools, classifier: Classifier | None
) -> tuple[Event, ...]:
    """The events that counted, with what was lacking made up and what is to be looked up looked up."""
    if walked.lacking:
        asked = walked.lacking[0]
        example = {"result": await tools.example(asked), "source": Source.MADE_UP}
        return tuple(
            each.model_copy(update=example)
            if isinstance(each, Outcome) and each.task_id == asked.task_id
            else each
            for each in events
        )
    to_run = [task.delegation for task in walked.open_tasks if tools.runs(task.delegation)]
    room = MOST_EVENTS - len(walked.events) - len(walked.rest)
    if walked.question is not None and room > 0:
        return (*walked.events, await _understood(walked.question, classifier), *walked.rest)
    found = await asyncio.gather(*(tools.run(each, CALL_ID) for each in to_run[: max(room, 0)]))
    return (*walked.events, *found, *walked.rest) if found else tuple(events)


async def _understood(asked: Classify, classifier: Classifier | None) -> Understood:
    began = time.perf_counter()
    if classifier is None:
        answer = Classified(asked.request_id, None, failed="unavailable")
    else:
        answer = await classifier.classify(asked)
    return Understood(
        request_id=asked.request_id,
        text=asked.text,
        options=tuple(option.name for option in asked.options),
        option=answer.option,
        confidence=answer.confidence,
        failed=answer.failed,
        took_ms=round(1_000 * (time.perf_counter() - began)),
    )


# --- telling ----------------------------------------------------------------------------------------


async def _told(walked: Walked, tools: TrialTools) -> Told:
    state, flow = walked.state, walked.flow.speaking(walked.state.language)
    speech = Speech(state.call.today, flow.currency, flow.language)
    slots: list[SlotTold] = []
    for name, given in state.slots.items():
        source = walked.filled.get(name)
        slot = flow.slots.get(name)
        slots.append(
            SlotTold(
                name=name,
                value=given.value,
                spoken=said(slot, given.value, speech) if slot else given.value,
                sure=given.sure,
                by=("keys" if source.keyed else "words") if source else None,
                heard=source.heard if source else None,
                event=source.event if source else None,
            )
        )
    return Told(
        lines=[*(_line(each, walked, tools) for each in walked.spoken), *_end(walked)],
        step=state.step,
        steps=walked.steps,
        language=flow.language,
        slots=slots,
        results={name: dict(result) for name, result in state.results.items()},
        identity=state.identity.customer_id if state.identity else None,
        now_ms=walked.now_ms,
        outcome=walked.outcome,
        transfer_to=walked.transfer_to,
        waiting_for=await _waiting_for(walked, tools),
    )


def _line(spoken: Spoken, walked: Walked, tools: TrialTools) -> Line:
    who, task = Who.AGENT, None
    if spoken.task_id is not None:
        who, task = Who.TOOL, _asked(walked.tasks[spoken.task_id], tools)
    elif spoken.offer_id is None:
        who = Who.CALLER
    return Line(
        who=who,
        text=spoken.text,
        at_ms=spoken.at_ms,
        language=spoken.language,
        step=spoken.step or None,
        steps=list(spoken.steps),
        heard=spoken.heard,
        withdrawn=spoken.withdrawn,
        news=spoken.news,
        by=spoken.by,
        understood=spoken.understood,
        taken_for=_taken_for(spoken.taken_for),
        event=spoken.event,
        task=task,
    )


def _taken_for(answer: Understood | None) -> TakenFor | None:
    if answer is None:
        return None
    return TakenFor(
        option=answer.option, confidence=answer.confidence, failed=answer.failed, took_ms=answer.took_ms
    )


def _asked(task: Task, tools: TrialTools) -> Asked:
    asked = tools.asked(task.delegation)
    if task.outcome is not None:
        outcome = task.outcome
        more = {"ended": outcome.ended, "result": outcome.result, "error": outcome.error}
        return asked.model_copy(update={**more, "source": outcome.source})
    return asked.model_copy(update={"ended": "cancelled"}) if task.cancelled else asked


def _end(walked: Walked) -> list[Line]:
    match walked.outcome:
        case None:
            return []
        case "completed":
            text = "The call ends."
        case "transferred":
            there = walked.flow.destinations[walked.transfer_to or ""]
            text = f"The call is handed to {there.title}, {there.number}."
        case _:
            text = "The caller has hung up."
    return [
        Line(
            who=Who.CALL,
            text=text,
            at_ms=walked.now_ms,
            language="en",
            step=walked.state.step or None,
            event=len(walked.events) - 1 if walked.events else None,
        )
    ]


async def _waiting_for(walked: Walked, tools: TrialTools) -> Awaited:
    if walked.outcome is not None:
        return Awaited(what="nothing")
    flow = walked.flow.speaking(walked.state.language)
    expected = awaited(flow, walked.state)
    to_choose = [task for task in walked.open_tasks if not tools.runs(task.delegation)]
    return Awaited(
        what="outcome" if to_choose else "caller",
        kind=expected.kind.value,
        digits=expected.digits,
        may_say=list(expected.phrases[:_MOST_PHRASES]),
        may_key=keyed_ask(flow, walked.state) is not None,
        tasks=[await tools.choice(task.delegation) for task in to_choose],
    )
