"""What is awaited where the call is: for the ears to decode with, for the model to time its turn by."""

from collections.abc import Iterator
from typing import Final

from agents.dialogue.slots import NO_PHRASES, YES_PHRASES
from agents.dialogue.state import State
from agents.dialogue.wording import branch
from config.expectation import AnswerKind, Expectation
from config.flow import ChoiceSlot, DigitsSlot, Flow, Meaning, YesNoSlot
from config.flow_steps import Agent, Ask, Decide, LookUp, Meanwhile, Say

YES_NO: Final = {"yes": Meaning(phrases=YES_PHRASES), "no": Meaning(phrases=NO_PHRASES)}
"""What `yes` and `no` mean without a flow saying so."""


def awaited(flow: Flow, state: State) -> Expectation:
    """Tell the answer awaited in this state, and what else callers are likely to say there."""
    place = listening_step(flow, state)
    step = flow.steps[place] if place else None
    asked = state.step == place and isinstance(step, Ask)
    kind = AnswerKind.NOTHING
    phrases: list[str] = []
    if isinstance(step, Ask):
        if asked:
            kind = AnswerKind.YES_NO if state.doubt else _kind(flow, step)
        for meaning in step.answers:
            phrases += _phrases(flow, meaning)
        slot = flow.slots[step.slot] if step.slot else None
        if isinstance(slot, ChoiceSlot):
            phrases += [phrase for choice in slot.choices.values() for phrase in choice]
    if state.doubt:
        phrases += (*YES_PHRASES, *NO_PHRASES)
    for meaning in flow.global_steps:
        phrases += _phrases(flow, meaning)
    number = digits_ask(flow, state)
    return Expectation(kind, number[1] if number else None, tuple(dict.fromkeys(phrases)))


def _kind(flow: Flow, step: Ask) -> AnswerKind:
    match flow.slots[step.slot] if step.slot else None:
        case DigitsSlot():
            return AnswerKind.DIGITS
        case ChoiceSlot():
            return AnswerKind.CHOICE
        case YesNoSlot():
            return AnswerKind.YES_NO
        case None:
            return AnswerKind(step.awaits)


def _phrases(flow: Flow, name: str) -> Iterator[str]:
    for meaning in (flow.meanings.get(name), YES_NO.get(name)):
        if meaning:
            yield from meaning.phrases
            yield from meaning.keywords


def listening_step(flow: Flow, state: State) -> str | None:
    """Find the step whose answers count now: the one the call is at, or the one a kept answer leads to."""
    name = state.step
    known = {**{slot: given.value for slot, given in state.slots.items()}, **state.results}
    for _ in flow.steps:
        match flow.steps.get(name):
            case Say(next=following):
                name = following
            case LookUp(meanwhile=Meanwhile(), next=following) | Agent(meanwhile=Meanwhile(), next=following):
                name = following
            case Decide() as step:
                name = branch(step, known)
            case None:
                return None
            case _:
                return name
    return None


def digits_ask(flow: Flow, state: State) -> tuple[str, int] | None:
    """Find the step a number said now belongs to, and how many digits it has."""
    place = listening_step(flow, state)
    any_time = [name for name, step in flow.steps.items() if isinstance(step, Ask) and step.any_time]
    for name in (place, *any_time):
        step = flow.steps[name] if name else None
        if name and isinstance(step, Ask) and step.slot:
            slot = flow.slots[step.slot]
            if isinstance(slot, DigitsSlot):
                return name, slot.digits
    return None


def answered_ask(flow: Flow, state: State) -> Ask | None:
    """Find the ask whose answers count now, if it is one."""
    name = listening_step(flow, state)
    step = flow.steps[name] if name else None
    return step if isinstance(step, Ask) else None
