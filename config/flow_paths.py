"""The ways through a flow: every step is reached and has a way out, and no round is without a question."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Final

from config.flow import Flow
from config.flow_graph import entrances, targets, tellings
from config.flow_steps import (
    Agent,
    Aside,
    Ask,
    Decide,
    End,
    Interpret,
    LookUp,
    Say,
    Speak,
    Staying,
    Step,
    Transfer,
    Work,
)

BUILT_IN_MEANINGS: Final = frozenset({"yes", "no"})
"""Understood without example phrases; `meanings` may add phrases to them."""


def astray(flow: Flow) -> tuple[str, ...]:
    """List what is wrong with the ways through a flow whose names all exist, one line for each."""
    return (
        *_asides_with_nowhere_to_stay(flow),
        *_news_that_is_no_aside(flow),
        *_consent_that_leads_elsewhere(flow),
        *_unreachable(flow),
        *_without_a_way_out(flow),
        *_rounds_without_a_question(flow),
        *_unused(flow),
    )


def _any_time(flow: Flow) -> Iterator[str]:
    return (name for name, step in flow.steps.items() if isinstance(step, Ask) and step.any_time)


def _told(flow: Flow) -> frozenset[str]:
    """The steps that tell news: where work that goes on meanwhile leads, and on through decides."""
    open_steps = [target for step in flow.steps.values() for _, target in tellings(step)]
    told: set[str] = set()
    while open_steps:
        name = open_steps.pop()
        if name not in told:
            told.add(name)
            step = flow.steps[name]
            open_steps += (target for _, target in targets(step)) if isinstance(step, Decide) else ()
    return frozenset(told)


def _asides_with_nowhere_to_stay(flow: Flow) -> Iterator[str]:
    """An aside answers the caller and stays where the call is; going on to one would leave it nowhere."""
    told = _told(flow)
    ways = [(place, name) for place, name in entrances(flow) if not place.startswith("global_")]
    for name, step in flow.steps.items():
        tells = {field for field, _ in tellings(step)}
        ways += (
            (f"step '{name}': {field}", target)
            for field, target in targets(step)
            if field not in tells and not (isinstance(step, Decide) and name in told)
        )
    for place, name in ways:
        step = flow.steps[name]
        if isinstance(step, Staying) and ": answers." not in place:
            yield f"{place} leads to the {step.kind} '{name}'; only answers and global_steps may"
        elif isinstance(step, Decide) and name in told:
            yield f"{place} leads to '{name}', which tells news; give it a decide of its own"


def _news_that_is_no_aside(flow: Flow) -> Iterator[str]:
    """News is told where the call is, so what tells it must leave the call there."""
    for name in flow.steps:
        if name in _told(flow) and not isinstance(step := flow.steps[name], Aside | Decide):
            yield (
                f"step '{name}' is a {step.kind}, but news of work that goes on meanwhile leads to it; "
                "let 'found' and 'failed' lead to asides"
            )


def _consent_that_leads_elsewhere(flow: Flow) -> Iterator[str]:
    """A yes is consent only to what is done at once."""
    for name, step in flow.steps.items():
        if not isinstance(step, Ask) or not step.consent_for:
            continue
        yes = step.answers["yes"]
        at_once = _at_once(flow, yes)
        for other in step.consent_for:
            if other not in at_once:
                yield (
                    f"step '{name}': consent_for '{other}', but a yes leads to '{yes}', from where the call "
                    f"does not get there at once; let answers.yes lead to '{other}'"
                )


def _at_once(flow: Flow, name: str) -> frozenset[str]:
    """The steps the call may get to from a step without waiting for anybody."""
    seen: set[str] = set()
    open_steps = [name]
    while open_steps:
        name = open_steps.pop()
        if name in seen:
            continue
        seen.add(name)
        match flow.steps[name]:
            case Say(keep=False, next=following):
                open_steps.append(following)
            case Decide() as step:
                open_steps += (target for _, target in targets(step))
            case LookUp() | Agent() as step if step.meanwhile:
                open_steps.append(step.next)
            case _:
                pass
    return frozenset(seen)


def _unreachable(flow: Flow) -> Iterator[str]:
    seen = {name for _, name in entrances(flow)} | set(_any_time(flow))
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
    out = {name for name, step in flow.steps.items() if isinstance(step, (End, Transfer)) or _stays(step)}
    out |= _told(flow)  # the call never is there
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
    """Where a step leads; an aside comes back, and news leads nowhere, so they are no way out."""
    told = dict(tellings(step))
    return (name for field, name in targets(step) if field not in told and not _stays(flow.steps[name]))


def _stays(step: Step) -> bool:
    """Whether the call is left where it is, and goes nowhere from there."""
    return isinstance(step, Staying) and not (isinstance(step, Speak) and step.next)


def _rounds_without_a_question(flow: Flow) -> Iterator[str]:
    """A ring of steps that never asks would talk, or look up, for ever."""
    before: dict[str, list[str]] = {name: [] for name in flow.steps}
    for name, step in flow.steps.items():
        if isinstance(step, (Say, Decide, Work, Interpret)):
            told = dict(tellings(step))
            for field, target in targets(step):
                if field not in told:
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
    listed |= {step.to for step in flow.steps.values() if isinstance(step, Interpret)}
    for destination in flow.destinations:
        if destination not in listed:
            yield f"destination '{destination}' is never used; add a transfer to it, or remove it"
