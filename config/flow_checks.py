"""The rules of a flow's graph: every name exists, every blank can be filled, every way leads somewhere.

Ways are the business of `config.flow_paths`, fields and their types the schema's. Each problem is one line
that names the place and the fix.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from config.dials import StepDials
from config.failures import FAILURES
from config.flow import Flow
from config.flow_graph import entrances, slots_used, targets, texts
from config.flow_paths import BUILT_IN_MEANINGS, astray
from config.flow_slots import DigitsSlot, OrderNumberSlot, PhoneSlot, Slot
from config.flow_steps import (
    Agent,
    Aside,
    Ask,
    Decide,
    Interpret,
    LookUp,
    Say,
    Speak,
    Staying,
    Step,
    Survey,
    Transfer,
    Work,
)
from config.flow_text import Text, blanks

_TALK_BLANKS: Final[Mapping[str, frozenset[str]]] = {
    "counted.partial": frozenset({"heard", "count", "missing"}),
    "counted.too_few": frozenset({"heard", "count", "missing"}),
    "counted.too_many": frozenset({"heard", "count", "missing"}),
    "resuming": frozenset({"last"}),
    "silence.says": frozenset({"question"}),
    "aside": frozenset({"last", "question"}),
    "repair": frozenset({"before", "now"}),
    "remind.says": frozenset({"due", "last", "question"}),
    "remind.unclear": frozenset({"last", "question"}),
    "remind.reminder": frozenset({"due", "on_call", "waited", "last", "question"}),
    "stop_reminding.says": frozenset({"last", "question"}),
    "watch.says": frozenset({"last_time", "last", "question"}),
    "watch.nothing": frozenset({"last", "question"}),
    "watch.longer": frozenset({"last_time", "last", "question"}),
    "speak.says": frozenset({"last", "question"}),
    "how_long.says": frozenset({"on_call", "waited", "last", "question"}),
    "after_hang_up.sms": frozenset({"result"}),
    "after_hang_up.case": frozenset({"result"}),
    "partial": frozenset({"last", "question"}),
}
"""Blanks that only exist in these places."""

_FAILED_WORDS: Final = (*FAILURES, "cancelled", "otherwise")
_ARGUMENT: Final = re.compile(r"\{([^{}]*)\}")


def problems(flow: Flow) -> tuple[str, ...]:
    """List all that is wrong with the graph, in the order of the flow; empty for a sound one."""
    names = (*_names_that_do_not_exist(flow), *_blanks_that_cannot_be_filled(flow))
    if names:
        return names  # paths through a graph with loose ends mean little
    return astray(flow)


def did_you_mean(name: str, known: Collection[str]) -> str:
    """Suggest what was meant: "; did you mean 'answer'?", or what there is, or nothing."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    if close:
        return f"; did you mean '{close[0]}'?"
    if not known:
        return "; there are none"
    return f"; there is: {', '.join(sorted(known))}" if len(known) <= 12 else ""


def _names_that_do_not_exist(flow: Flow) -> Iterator[str]:
    for place, name in entrances(flow):
        if name not in flow.steps:
            yield f"{place}: step '{name}' does not exist{did_you_mean(name, flow.steps)}"
    for meaning in flow.global_steps:
        if meaning not in flow.meanings:
            yield f"global_steps: meaning '{meaning}' does not exist{did_you_mean(meaning, flow.meanings)}"
    yield from _keys_that_begin_a_number(flow)
    for name, step in flow.steps.items():
        for field, target in targets(step):
            if target not in flow.steps:
                yield f"step '{name}': {field} '{target}' does not exist{did_you_mean(target, flow.steps)}"
        yield from _parts(name, step, flow)


def _keys_that_begin_a_number(flow: Flow) -> Iterator[str]:
    """A digit cannot lead somewhere where a number may be keyed at any time."""
    asks = [name for name, step in flow.steps.items() if isinstance(step, Ask) and step.any_time]
    digits = [key for key in flow.global_keys if key.isdigit()]
    if asks and digits:
        yield (
            f"global_keys: '{digits[0]}' could also begin what step '{asks[0]}' asks for, which may be keyed "
            "at any time; use * or #"
        )


def _parts(name: str, step: Step, flow: Flow) -> Iterator[str]:
    meanings = flow.meanings.keys() | BUILT_IN_MEANINGS
    match step:
        case Ask():
            for meaning in step.answers:
                if meaning not in meanings:
                    fix = did_you_mean(meaning, meanings)
                    yield f"step '{name}': answers meaning '{meaning}', which does not exist{fix}"
            for other in step.consent_for:
                if not isinstance(flow.steps.get(other), Work):
                    fix = did_you_mean(other, _works(flow))
                    yield f"step '{name}': consent_for '{other}' is no look_up and no agent{fix}"
            yield from _slot_of(name, step, flow)
        case LookUp() | Agent():
            yield from _work(name, step, flow)
        case Speak(language=tag) if tag not in flow.languages:
            fix = did_you_mean(tag, flow.languages) if flow.languages else "; list it under 'languages'"
            yield f"step '{name}': speaks '{tag}', which is none of the flow's languages{fix}"
        case Say(keep=False) if step.dials != StepDials():
            yield f"step '{name}': has dials, but the call goes on at once; set them at step '{step.next}'"
        case Interpret():
            yield from _interpret(name, step, flow)
        case Transfer(destination=destination) if destination not in flow.destinations:
            fix = did_you_mean(destination, flow.destinations)
            yield f"step '{name}': destination '{destination}' is not listed{fix}"
        case Decide(by=by) if by.split(".")[0] not in _known(flow):
            fix = did_you_mean(by.split(".")[0], _known(flow))
            yield f"step '{name}': decides by '{by}', which no slot and no look-up gives{fix}"
        case _:
            pass


def _interpret(name: str, step: Interpret, flow: Flow) -> Iterator[str]:
    if step.to not in flow.destinations:
        fix = did_you_mean(step.to, flow.destinations)
        yield f"step '{name}': destination '{step.to}' is not listed{fix}"
    language = step.language.partition("-")[0]
    if not {tag.partition("-")[0] for tag in flow.languages or (flow.language,)} - {language}:
        fix = f"transfer to '{step.to}' instead"
        yield f"step '{name}': the caller speaks {step.language} too, so nothing is to be interpreted; {fix}"


def _work(name: str, step: Work, flow: Flow) -> Iterator[str]:
    yield from _arguments(name, step, flow) if isinstance(step, LookUp) else _goal(name, step, flow)
    for word in step.failed:
        if word not in _FAILED_WORDS:
            yield f"step '{name}': nothing fails with '{word}'{did_you_mean(word, _FAILED_WORDS)}"
    for place in step.meanwhile.dropped_at if step.meanwhile else ():
        if place not in flow.steps:
            fix = did_you_mean(place, flow.steps)
            yield f"step '{name}': meanwhile.dropped_at '{place}' does not exist{fix}"


def _slot_of(name: str, step: Ask, flow: Flow) -> Iterator[str]:
    if step.slot is None:
        return
    slot = flow.slots.get(step.slot)
    if slot is None:
        yield f"step '{name}': slot '{step.slot}' does not exist{did_you_mean(step.slot, flow.slots)}"
    elif _is_counted(slot) and step.counted is None:
        yield f"step '{name}': asks for digits, so say under 'counted' what happens to too few and too many"
    elif not _is_counted(slot) and (step.counted or step.any_time):
        yield f"step '{name}': 'counted' and 'any_time' are for slots of digits; remove them"


def _is_counted(slot: Slot) -> bool:
    """Whether a value is so many digits and nothing else."""
    letters = isinstance(slot, OrderNumberSlot) and "A" in slot.format
    return isinstance(slot, (DigitsSlot, OrderNumberSlot, PhoneSlot)) and not letters


def _arguments(name: str, step: LookUp, flow: Flow) -> Iterator[str]:
    asked = {other.slot for other in flow.steps.values() if isinstance(other, Ask)}
    for argument, value in step.arguments.items():
        if not isinstance(value, str) or not ("{" in value or "}" in value):
            continue
        whole = _ARGUMENT.fullmatch(value)
        if whole is None:
            fix = (
                "give a plain value, one slot, like {order_number}, or part of an answer, like {order.status}"
            )
            yield f"step '{name}': argument '{argument}' is {value!r}; {fix}"
        elif "." in whole[1]:
            if (answer := whole[1].partition(".")[0]) not in (answers := _answers(flow)):
                fix = did_you_mean(answer, answers)
                yield f"step '{name}': argument '{argument}' takes answer '{answer}', which nobody gives{fix}"
        elif whole[1] not in flow.slots:
            fix = did_you_mean(whole[1], flow.slots)
            yield f"step '{name}': argument '{argument}' takes slot '{whole[1]}', which does not exist{fix}"
        elif whole[1] not in asked:
            slot = whole[1]
            yield f"step '{name}': argument '{argument}' takes slot '{slot}', which no ask fills; add one"


def _goal(name: str, step: Agent, flow: Flow) -> Iterator[str]:
    asked = {other.slot for other in flow.steps.values() if isinstance(other, Ask)}
    for slot in sorted(slots_used(step) - flow.values.keys()):
        if slot not in flow.slots:
            fix = did_you_mean(slot, flow.slots)
            yield f"step '{name}': goal takes slot '{slot}', which does not exist{fix}"
        elif slot not in asked:
            yield f"step '{name}': goal takes slot '{slot}', which no ask fills; add one"


def _works(flow: Flow) -> tuple[str, ...]:
    return tuple(name for name, step in flow.steps.items() if isinstance(step, Work))


def _known(flow: Flow) -> frozenset[str]:
    return frozenset(flow.slots) | _answers(flow)


def _answers(flow: Flow) -> frozenset[str]:
    return frozenset(step.result for step in flow.steps.values() if isinstance(step, Work))


def _blanks_that_cannot_be_filled(flow: Flow) -> Iterator[str]:
    known = _known(flow) | flow.values.keys()
    places: list[tuple[str, str, Text]] = [
        ("resuming", "resuming", flow.resuming),
        ("talked_over", "talked_over", flow.talked_over),
        *(("silence.says", "silence.says", text) for text in flow.silence.says),
    ]
    for name, step in flow.steps.items():
        for field, text in texts(step):
            kind = "aside" if isinstance(step, Aside) else field
            kind = f"{step.kind}.{field}" if isinstance(step, Staying) and kind == field else kind
            places.append((kind, f"step '{name}': {field}", text))
    for kind, place, text in places:
        possible = known | _TALK_BLANKS.get(kind, frozenset())
        for blank, path, _ in blanks(text):
            if blank not in possible:
                fix = did_you_mean(blank, possible)
                yield f"{place} has blank {{{blank}{path}}}, which nothing fills{fix}"
    yield from _trouble_that_needs_an_answer(flow)


def _trouble_that_needs_an_answer(flow: Flow) -> Iterator[str]:
    step = flow.steps.get(flow.trouble)
    if step is None:
        return
    if isinstance(step, Say | Decide | Work | Staying | Survey | Interpret):
        yield f"trouble: step '{flow.trouble}' cannot catch trouble; choose an ask, a transfer or an end"
        return
    if not any(set(_roots((wording,))) <= flow.values.keys() for wording in step.says):
        yield f"trouble: step '{flow.trouble}' needs a wording without blanks (values are fine)"


def _roots(text: Text) -> Iterator[str]:
    return (name for name, _, _ in blanks(text))
