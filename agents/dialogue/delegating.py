"""Handing work to background agents, and letting go of work that is no longer asked for."""

import json
from collections.abc import Callable, Mapping

from agents.dialogue.scene import Scene, drop_news, drop_tasks
from agents.dialogue.state import OpenTask
from agents.dialogue.wording import look
from agents.messages import LANGUAGE_MODEL, Brief, Delegation, FollowUp
from config.flow_graph import slots_used
from config.flow_steps import Agent, LookUp, Meanwhile, Work
from config.flow_text import BLANK

_NOT_GIVEN = "(not given)"


def delegate(scene: Scene, name: str, step: Work) -> Scene:
    """Have a step's work done. What goes on already is not begun again; what it replaces is cancelled."""
    state = scene.state
    given = {slot: value.value for slot, value in state.slots.items()}
    arguments = _arguments(step, given, state.results) if isinstance(step, LookUp) else {}
    brief = _brief(scene, step, given) if isinstance(step, Agent) else None
    tool = step.tool if isinstance(step, LookUp) else LANGUAGE_MODEL
    kind = name if brief else tool
    about = f"{kind} {brief.goal if brief else json.dumps(arguments, sort_keys=True)}"
    if step.meanwhile:
        before = [task for task in state.tasks if task.step == name]
        if any(task.about == about for task in before):
            return scene
        if step.meanwhile.when_changed == "drop":
            scene = drop_tasks(scene, [task.id for task in before])
    number = state.count + 1
    task = OpenTask(
        id=f"{state.call.call_id}-task-{number}",
        step=name,
        about=about,
        number=number,
        kind=kind,
        slots={slot: given[slot] for slot in slots_used(step) if slot in given},
        meanwhile=step.meanwhile is not None,
        language=scene.flow.language,
    )
    delegation = Delegation(
        task_id=task.id,
        tool=tool,
        arguments=arguments,
        step=name,
        slots=given,
        identity=state.identity,
        consent=name in scene.consents,
        brief=brief,
        follow_up=_follow_up(scene, step),
    )
    return scene.now(count=number, denials=0, tasks=(*scene.state.tasks, task)).doing(delegation)


def reached(scene: Scene, name: str) -> Scene:
    """Let go of work that is no longer asked for once the call is at a step."""
    return _let_go(scene, lambda task, meanwhile: name in meanwhile.dropped_at)


def superseded(scene: Scene, slot: str, value: str) -> Scene:
    """Let go of work that was begun with another value of a slot."""

    def other(task: OpenTask, meanwhile: Meanwhile) -> bool:
        return meanwhile.when_changed == "drop" and task.slots.get(slot, value) != value

    return _let_go(scene, other)


def _let_go(scene: Scene, goes: Callable[[OpenTask, Meanwhile], bool]) -> Scene:
    def gone(task: OpenTask | None) -> bool:
        step = scene.flow.steps[task.step] if task else None
        return bool(task and isinstance(step, Work) and step.meanwhile and goes(task, step.meanwhile))

    scene = drop_tasks(scene, [task.id for task in scene.state.tasks if gone(task)])
    return drop_news(scene, lambda news: gone(news.task))


def _arguments(step: LookUp, given: Mapping[str, str], results: Mapping[str, object]) -> dict[str, object]:
    """What the tool is given; what the caller has not given, or no answer says, is left out."""
    arguments: dict[str, object] = {}
    for name, value in step.arguments.items():
        if not isinstance(value, str) or not value.startswith("{"):
            arguments[name] = value
        elif (found := look(value[1:-1], {**results, **given})) is not None:
            arguments[name] = found
    return arguments


def _brief(scene: Scene, step: Agent, given: Mapping[str, str]) -> Brief:
    known = {**scene.flow.values, **given}
    return Brief(
        goal=BLANK.sub(lambda blank: known.get(blank[1], _NOT_GIVEN), step.goal),
        tools=step.tools,
        answer=dict(step.answer) if step.answer is not None else None,
        language=scene.flow.language,
        most_steps=step.most_steps,
        most_tokens=step.most_tokens,
    )


def _follow_up(scene: Scene, step: Work) -> FollowUp | None:
    """What the worker does when nobody is on the line; the company's own words are filled in here."""
    after = step.after_hang_up
    if after is None:
        return None

    def filled(wording: str | None) -> str:
        return BLANK.sub(lambda blank: scene.flow.values.get(blank[1], blank[0]), wording or "")

    flow = scene.flow
    return FollowUp(
        sms=filled(after.sms), case=filled(after.case), language=flow.language, currency=flow.currency
    )
