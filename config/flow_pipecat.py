"""A flow as pipecat's `FlowConfig`, and what of it that cannot say.

pipecat's nodes are prompts to a language model that calls functions; ours are sentences and rules. So an ask
becomes a node that is told what to ask and has one `transition_only` function for each answer; a look-up, a
node with its tool as a function; a decide is folded into the branch of the look-up before it where it goes by
a field of that look-up's answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from config.flow import Flow
from config.flow_steps import (
    Agent,
    Ask,
    Decide,
    End,
    Interpret,
    LookUp,
    Say,
    Staying,
    Step,
    Survey,
    Transfer,
)


@dataclass(frozen=True, slots=True)
class PipecatFlow:
    """A flow for pipecat. `config`: as `FlowConfig.model_validate` takes it; `lost`: what it does not say."""

    config: dict[str, Any]
    lost: tuple[str, ...]


def to_pipecat(flow: Flow) -> PipecatFlow:
    """Write a flow as pipecat's, in the flow's own language."""
    nodes = {
        name: _node(flow, name, step) for name, step in flow.steps.items() if not isinstance(step, Staying)
    }
    everywhere = [
        _function(f"caller_{meaning}", _means(flow, meaning), target)
        for meaning, target in flow.global_steps.items()
        if target in nodes
    ]
    config: dict[str, Any] = {"initial_node": flow.start, "nodes": nodes}
    return PipecatFlow(config | ({"global_functions": everywhere} if everywhere else {}), tuple(_lost(flow)))


def _node(flow: Flow, name: str, step: Step) -> dict[str, Any]:
    functions: list[dict[str, Any]] = []
    task = "Go on at once."
    actions: dict[str, Any] = {}
    match step:
        case Say(says=says, next=following):
            task = f"Say: {says[0]}"
            functions = [_function("go_on", "This was said.", following)]
        case Ask():
            task = f"Ask: {step.says[0]}"
            functions = list(_answers(flow, name, step))
        case Survey(says=says, next=following):
            task = f"Ask: {says[0]}"
            functions = [_function("go_on", "The caller answered, or does not want to.", following)]
        case LookUp(tool=tool, says=says):
            task = f"Say: {says[0]} Then call {tool}."
            functions = [{"name": tool, "transition_to": _after(flow, step)}]
        case Agent(tools=tools, goal=goal, next=following):
            task = goal
            functions = [{"name": tool} for tool in tools]
            functions.append(_function("go_on", "The goal is reached.", following))
        case Decide():
            task = f"Go on by {step.by}."
            functions = [
                _function(f"case_{number}", f"{step.by} is {case}.", target)
                for number, (case, target) in enumerate(step.cases.items())
            ]
            functions.append(_function("otherwise", f"{step.by} is anything else.", step.otherwise))
        case Interpret(says=says, next=following):
            task = f"Say: {says[0]}"
            functions = [_function("go_on", "They have spoken.", following)]
        case Transfer(says=says) | End(says=says):
            task = f"Say: {says[0]}"
            actions = {"post_actions": [{"type": "end_conversation"}]}
        case _:
            pass
    messages = [{"role": "developer", "content": task}]
    return {"task_messages": messages, "functions": functions, **actions}


def _answers(flow: Flow, name: str, step: Ask) -> Iterator[dict[str, Any]]:
    if step.slot and step.next:
        yield _function(f"gave_{step.slot}", f"The caller gave their {step.slot}.", step.next)
    for meaning, target in step.answers.items():
        at = name if isinstance(flow.steps[target], Staying) else target
        yield _function(f"said_{meaning}", _means(flow, meaning), at)


def _after(flow: Flow, step: LookUp) -> str | dict[str, Any]:
    """Where a tool leads: by a field of its answer, if the step behind it decides by that."""
    following = flow.steps[step.next]
    if isinstance(following, Decide) and following.by.count(".") == 1:
        result, _, field = following.by.partition(".")
        if result == step.result:
            return {"field": field, "cases": dict(following.cases), "default": following.otherwise}
    return step.next


def _function(name: str, description: str, target: str) -> dict[str, Any]:
    return {"name": name, "transition_only": True, "description": description, "transition_to": target}


def _means(flow: Flow, meaning: str) -> str:
    known = flow.meanings.get(meaning)
    return f"The caller means: {'; '.join(known.phrases[:3])}." if known else f"The caller says {meaning}."


def _lost(flow: Flow) -> Iterator[str]:
    """List what pipecat's flow does not say, one line for each thing."""
    if flow.others:
        yield f"languages: only {flow.language} is written"
    yield "silence, misunderstood, sureness, resuming, talked_over: these are left to the language model"
    for name, step in flow.steps.items():
        where = f"step '{name}'"
        match step:
            case Transfer(destination=destination):
                yield f"{where}: the transfer to '{destination}' becomes an end; connect it in code"
            case LookUp() | Agent():
                yield from _lost_of_work(where, step)
            case Interpret(to=destination):
                yield f"{where}: interpreting for '{destination}' is left out; connect it in code"
            case Survey(measures=measures):
                yield f"{where}: the answer, '{measures}', is for the handler to keep"
            case Ask() if step.consent_for:
                yield f"{where}: 'consent_for' is for the handler to hold"
            case Ask() if step.slot:
                yield f"{where}: the kind of slot '{step.slot}' is left to the language model"
            case _ if isinstance(step, Staying):
                yield f"{where}: '{step.kind}' has no counterpart and is left out"
            case _:
                pass
        if step.at_most:
            yield f"{where}: 'at_most' has no counterpart"


def _lost_of_work(where: str, step: LookUp | Agent) -> Iterator[str]:
    yield f"{where}: 'waiting', 'failed' and the tool's arguments are for the handler to see to"
    if step.meanwhile:
        yield f"{where}: 'meanwhile' becomes waiting"
    if isinstance(step, LookUp) and step.verifies:
        yield f"{where}: 'verifies' is for the handler to hold"
