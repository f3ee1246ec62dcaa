"""What is awaited where the call is: for the ears to decode with, for the model to time its turn by."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from agents.dialogue.readings import can_be_keyed, digits_of
from agents.dialogue.slots import NO_PHRASES, SPANISH_NO_PHRASES, SPANISH_YES_PHRASES, YES_PHRASES
from agents.dialogue.state import State
from agents.dialogue.tongue import is_spanish
from agents.dialogue.wording import branch
from config.expectation import AnswerKind, Expectation
from config.flow import Flow, Meaning
from config.flow_languages import primary
from config.flow_slots import (
    ChoiceSlot,
    DateSlot,
    DigitsSlot,
    EmailSlot,
    FreeWordsSlot,
    MoneySlot,
    OrderNumberSlot,
    PhoneSlot,
    Slot,
    SpelledNameSlot,
    TimeSlot,
    YesNoSlot,
)
from config.flow_steps import Agent, Ask, Decide, End, LookUp, Meanwhile, Say, Survey

_YES_NO: Final = {"yes": Meaning(phrases=YES_PHRASES), "no": Meaning(phrases=NO_PHRASES)}
_SI_NO: Final = {"yes": Meaning(phrases=SPANISH_YES_PHRASES), "no": Meaning(phrases=SPANISH_NO_PHRASES)}


def yes_no(language: str) -> dict[str, Meaning]:
    """Give what `yes` and `no` mean in a language without a flow saying so."""
    return _SI_NO if is_spanish(language) else _YES_NO


def awaited(flow: Flow, state: State) -> Expectation:
    """Tell the answer awaited in this state, and what else callers are likely to say there.

    Also in the flow's other languages, where the caller's is to be recognised.
    """
    here = _awaited(flow, state)
    if not flow.recognise_language.on:
        return here
    others = {primary(tag): other for tag, other in flow.others.items()}
    others.pop(primary(flow.language), None)
    elsewhere = tuple((language, _awaited(other, state).phrases) for language, other in others.items())
    return replace(here, elsewhere=elsewhere)


def _awaited(flow: Flow, state: State) -> Expectation:
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
    if isinstance(step, Survey) and state.step == place:
        kind = AnswerKind.DIGITS if step.answer == "rating" else AnswerKind.YES_NO
    if state.doubt:
        phrases += [phrase for meaning in yes_no(flow.language).values() for phrase in meaning.phrases]
    for meaning in flow.global_steps:
        phrases += _phrases(flow, meaning)
    number = digits_ask(flow, state)
    digits = number[1] if number else None
    if isinstance(step, Survey) and kind is AnswerKind.DIGITS:
        digits = 1
    if isinstance(step, Ask) and kind is AnswerKind.DIGITS and step.slot:
        digits = digits_of(flow.slots[step.slot])
    return Expectation(kind, digits, tuple(dict.fromkeys(phrases)))


def _kind(flow: Flow, step: Ask) -> AnswerKind:
    """Name the kind of answer among those the model was trained on."""
    match flow.slots[step.slot] if step.slot else None:
        case DigitsSlot() | PhoneSlot():
            return AnswerKind.DIGITS
        case OrderNumberSlot(format=shape) if "A" not in shape:
            return AnswerKind.DIGITS
        case DateSlot() | TimeSlot():
            return AnswerKind.DATE
        case OrderNumberSlot() | EmailSlot() | MoneySlot() | SpelledNameSlot() | FreeWordsSlot():
            return AnswerKind.FREE
        case ChoiceSlot():
            return AnswerKind.CHOICE
        case YesNoSlot():
            return AnswerKind.YES_NO
        case None:
            return AnswerKind(step.awaits)


def _phrases(flow: Flow, name: str) -> Iterator[str]:
    for meaning in (flow.meanings.get(name), yes_no(flow.language).get(name)):
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


def listened_for(flow: Flow, state: State | None, ask: Ask | None) -> dict[str, str]:
    """List what is listened for beside yes and no where `ask` is open: meaning → step.

    `state`: None for a call in which no answer is owed.
    """
    leads: dict[str, str] = {}
    for name, target in ask.answers.items() if ask else ():
        ends = state is not None and state.kept is not None and isinstance(flow.steps[target], End)
        if name not in yes_no(flow.language) and not ends:  # "thanks", said into an answer, is no goodbye
            leads[name] = target
    return {**flow.global_steps, **leads}


def digits_ask(flow: Flow, state: State) -> tuple[str, int] | None:
    """Find the step a number said now belongs to, and how many digits it has."""
    place = listening_step(flow, state)
    any_time = [name for name, step in flow.steps.items() if isinstance(step, Ask) and step.any_time]
    for name in (place, *any_time):
        step = flow.steps[name] if name else None
        if name and isinstance(step, Ask) and step.slot:
            digits = digits_of(flow.slots[step.slot])
            if digits:
                return name, digits
    return None


def keyed_ask(flow: Flow, state: State) -> tuple[str, Slot] | None:
    """Find the step a key pressed now belongs to, and its slot: one that can be keyed."""
    place = listening_step(flow, state)
    step = flow.steps[place] if place else None
    if place and isinstance(step, Ask) and step.slot and can_be_keyed(flow.slots[step.slot]):
        return place, flow.slots[step.slot]
    number = digits_ask(flow, state)
    asking = flow.steps[number[0]] if number else None
    return (
        (number[0], flow.slots[asking.slot]) if number and isinstance(asking, Ask) and asking.slot else None
    )


def answered_ask(flow: Flow, state: State) -> Ask | None:
    """Find the ask whose answers count now, if it is one."""
    name = listening_step(flow, state)
    step = flow.steps[name] if name else None
    return step if isinstance(step, Ask) else None
