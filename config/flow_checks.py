"""The rules of a flow's graph: every name exists, every step is reachable, every step has a way out.

Each problem is one line that names the place and the fix. Fields and their types are the schema's business.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter
from typing import Final

from config.dials import StepDials
from config.flow import (
    Aside,
    Ask,
    Decide,
    DigitsSlot,
    End,
    Flow,
    LookUp,
    Say,
    Step,
    Text,
    Transfer,
    blanks,
    targets,
    texts,
)

BUILT_IN_MEANINGS: Final = frozenset({"yes", "no"})
"""Understood without example phrases; `meanings` may add phrases to them."""

_TALK_BLANKS: Final[Mapping[str, frozenset[str]]] = {
    "counted.partial": frozenset({"heard", "count", "missing"}),
    "counted.too_few": frozenset({"heard", "count", "missing"}),
    "counted.too_many": frozenset({"heard", "count", "missing"}),
    "resuming": frozenset({"last"}),
    "silence.says": frozenset({"question"}),
    "aside": frozenset({"last", "question"}),
}
"""Blanks that only exist in these places."""

_ARGUMENT: Final = re.compile(r"\{([^{}]*)\}")


def problems(flow: Flow) -> tuple[str, ...]:
    """List all that is wrong with the graph, in the order of the flow; empty for a sound one."""
    names = (*_names_that_do_not_exist(flow), *_blanks_that_cannot_be_filled(flow))
    if names:
        return names  # paths through a graph with loose ends mean little
    return (
        *_asides_with_nowhere_to_stay(flow),
        *_unreachable(flow),
        *_without_a_way_out(flow),
        *_rounds_without_a_question(flow),
        *_unused(flow),
    )


def did_you_mean(name: str, known: Collection[str]) -> str:
    """Suggest what was meant: "; did you mean 'answer'?", or what there is, or nothing."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    if close:
        return f"; did you mean '{close[0]}'?"
    if not known:
        return "; there are none"
    return f"; there is: {', '.join(sorted(known))}" if len(known) <= 12 else ""


def _names_that_do_not_exist(flow: Flow) -> Iterator[str]:
    for place, name in _entrances(flow):
        if name not in flow.steps:
            yield f"{place}: step '{name}' does not exist{did_you_mean(name, flow.steps)}"
    for meaning in flow.global_steps:
        if meaning not in flow.meanings:
            yield f"global_steps: meaning '{meaning}' does not exist{did_you_mean(meaning, flow.meanings)}"
    for name, step in flow.steps.items():
        for field, target in targets(step):
            if target not in flow.steps:
                yield f"step '{name}': {field} '{target}' does not exist{did_you_mean(target, flow.steps)}"
        yield from _parts(name, step, flow)


def _parts(name: str, step: Step, flow: Flow) -> Iterator[str]:
    meanings = flow.meanings.keys() | BUILT_IN_MEANINGS
    match step:
        case Ask():
            for meaning in step.answers:
                if meaning not in meanings:
                    fix = did_you_mean(meaning, meanings)
                    yield f"step '{name}': answers meaning '{meaning}', which does not exist{fix}"
            yield from _slot_of(name, step, flow)
        case LookUp():
            yield from _arguments(name, step, flow)
        case Say(keep=False) if step.dials != StepDials():
            yield f"step '{name}': has dials, but the call goes on at once; set them at step '{step.next}'"
        case Transfer(destination=destination) if destination not in flow.destinations:
            fix = did_you_mean(destination, flow.destinations)
            yield f"step '{name}': destination '{destination}' is not listed{fix}"
        case Decide(by=by) if by.split(".")[0] not in _known(flow):
            fix = did_you_mean(by.split(".")[0], _known(flow))
            yield f"step '{name}': decides by '{by}', which no slot and no look-up gives{fix}"
        case _:
            pass


def _slot_of(name: str, step: Ask, flow: Flow) -> Iterator[str]:
    if step.slot is None:
        return
    slot = flow.slots.get(step.slot)
    if slot is None:
        yield f"step '{name}': slot '{step.slot}' does not exist{did_you_mean(step.slot, flow.slots)}"
    elif isinstance(slot, DigitsSlot) and step.counted is None:
        yield f"step '{name}': asks for digits, so say under 'counted' what happens to too few and too many"
    elif not isinstance(slot, DigitsSlot) and (step.counted or step.any_time):
        yield f"step '{name}': 'counted' and 'any_time' are for slots of digits; remove them"


def _arguments(name: str, step: LookUp, flow: Flow) -> Iterator[str]:
    asked = {other.slot for other in flow.steps.values() if isinstance(other, Ask)}
    for argument, value in step.arguments.items():
        if not isinstance(value, str) or not ("{" in value or "}" in value):
            continue
        whole = _ARGUMENT.fullmatch(value)
        if whole is None:
            fix = "give a plain value or one slot, like {order_number}"
            yield f"step '{name}': argument '{argument}' is {value!r}; {fix}"
        elif whole[1] not in flow.slots:
            fix = did_you_mean(whole[1], flow.slots)
            yield f"step '{name}': argument '{argument}' takes slot '{whole[1]}', which does not exist{fix}"
        elif whole[1] not in asked:
            slot = whole[1]
            yield f"step '{name}': argument '{argument}' takes slot '{slot}', which no ask fills; add one"


def _known(flow: Flow) -> frozenset[str]:
    results = {step.result for step in flow.steps.values() if isinstance(step, LookUp)}
    return frozenset(flow.slots) | results


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
    if isinstance(step, (Say, Decide, LookUp, Aside)):
        yield f"trouble: step '{flow.trouble}' cannot catch trouble; choose an ask, a transfer or an end"
        return
    if not any(set(_roots((wording,))) <= flow.values.keys() for wording in step.says):
        yield f"trouble: step '{flow.trouble}' needs a wording without blanks (values are fine)"


def _roots(text: Text) -> Iterator[str]:
    return (name for name, _, _ in blanks(text))


# --- paths ----------------------------------------------------------------------------------------


def _entrances(flow: Flow) -> Iterator[tuple[str, str]]:
    yield "start", flow.start
    yield "silence.then", flow.silence.then
    yield "misunderstood.then", flow.misunderstood.then
    yield "trouble", flow.trouble
    yield from ((f"global_steps.{meaning}", name) for meaning, name in flow.global_steps.items())


def _any_time(flow: Flow) -> Iterator[str]:
    return (name for name, step in flow.steps.items() if isinstance(step, Ask) and step.any_time)


def _asides_with_nowhere_to_stay(flow: Flow) -> Iterator[str]:
    """An aside answers the caller and stays where the call is; going on to one would leave it nowhere."""
    ways = [(place, name) for place, name in _entrances(flow) if not place.startswith("global_steps.")]
    for name, step in flow.steps.items():
        ways += ((f"step '{name}': {field}", target) for field, target in targets(step))
    for place, name in ways:
        if isinstance(flow.steps[name], Aside) and ": answers." not in place:
            yield f"{place} leads to the aside '{name}'; only answers and global_steps may"


def _unreachable(flow: Flow) -> Iterator[str]:
    seen = {name for _, name in _entrances(flow)} | set(_any_time(flow))
    open_steps = list(seen)
    while open_steps:
        for _, target in targets(flow.steps[open_steps.pop()]):
            if target not in seen:
                seen.add(target)
                open_steps.append(target)
    for name in flow.steps:
        if name not in seen:
            yield f"step '{name}' is never reached; let a step lead to it, or remove it"


def _without_a_way_out(flow: Flow) -> Iterator[str]:
    """A step from which no end and no transfer can be reached by the flow's own arrows."""
    out = {name for name, step in flow.steps.items() if isinstance(step, (End, Transfer, Aside))}
    grown = True
    while grown:
        grown = False
        for name, step in flow.steps.items():
            if name not in out and any(target in out for target in _onward(flow, step)):
                out.add(name)
                grown = True
    for name in flow.steps:
        if name not in out:
            yield f"step '{name}' has no way out; let it, or a step after it, lead to an end or a transfer"


def _onward(flow: Flow, step: Step) -> Iterator[str]:
    """Where a step leads; an aside comes back, so it is no way out."""
    return (name for _, name in targets(step) if not isinstance(flow.steps[name], Aside))


def _rounds_without_a_question(flow: Flow) -> Iterator[str]:
    """A ring of steps that never asks would talk, or look up, for ever."""
    before: dict[str, list[str]] = {name: [] for name in flow.steps}
    for name, step in flow.steps.items():
        if isinstance(step, (Say, Decide, LookUp)):
            for _, target in targets(step):
                before[target].append(name)
    try:
        TopologicalSorter(before).prepare()
    except CycleError as error:
        ring = " → ".join(error.args[1])
        yield f"steps {ring} go round without ever asking the caller; put an ask into the ring"


def _unused(flow: Flow) -> Iterator[str]:
    answered = {meaning for step in flow.steps.values() if isinstance(step, Ask) for meaning in step.answers}
    for meaning in flow.meanings:
        if meaning not in answered | flow.global_steps.keys() | BUILT_IN_MEANINGS:
            yield f"meaning '{meaning}' leads nowhere; answer it in an ask or in global_steps, or remove it"
    asked = {step.slot for step in flow.steps.values() if isinstance(step, Ask)}
    for slot in flow.slots:
        if slot not in asked:
            yield f"slot '{slot}' is never asked for; add an ask with slot: {slot}, or remove it"
    listed = {step.destination for step in flow.steps.values() if isinstance(step, Transfer)}
    for destination in flow.destinations:
        if destination not in listed:
            yield f"destination '{destination}' is never used; add a transfer to it, or remove it"
