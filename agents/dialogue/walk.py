"""Going from step to step: what each kind of step does when the call reaches it."""

from typing import assert_never

from agents.dialogue.events import HangUp, TransferTo
from agents.dialogue.scene import Scene, drop_task, known, say, sure_word, unsay_all, word
from agents.dialogue.state import Given, OpenTask, Purpose
from agents.dialogue.wording import look
from agents.messages import Delegation
from config.flow import Aside, Ask, Decide, End, LookUp, Say, Text, Transfer


def go(scene: Scene, name: str) -> Scene:
    """Answer the caller by going to a step: what was to be said before is no longer."""
    scene = unsay_all(scene).now(misses=0, silences=0)
    if isinstance(step := scene.flow.steps[name], Aside):
        return stay(scene, f"{name}.says", step.says)
    return enter(scene.now(said=()), name)


def enter(scene: Scene, name: str) -> Scene:
    """Walk on from a step until one waits. Texts on the way are said in one breath.

    The flow's checks hold that a walk ends: no ring of steps is without an ask.
    """
    scene = drop_task(scene).now(kept=None, doubt=None, digits="")
    lead: tuple[str, ...] = ()
    troubled = False
    while True:
        scene, name = _arrive(scene, name)
        step = scene.step
        match step:
            case Decide():
                name = step.cases.get(str(look(step.by, known(scene))), step.otherwise)
                continue
            case Ask() if (following := _skipped(scene, step)) is not None:
                scene, name = following
                continue
            case Ask() if step.slot and (given := scene.state.slots.get(step.slot)) and given.fresh:
                return read_back(scene, step, given.value)
            case Ask() | Say() | LookUp() | Transfer() | End() | Aside():
                pass
            case _:
                assert_never(step)
        scene, spoken = word(scene, f"{name}.says", step.says)
        if spoken is None and not troubled:
            troubled, name = True, scene.flow.trouble
            continue
        if spoken is None:
            scene, spoken = sure_word(scene, f"{name}.says", step.says)
        lead = (*lead, spoken)
        if isinstance(step, Say) and not step.keep:
            name = step.next
            continue
        return _wait_at(scene, step, " ".join(lead))


def _arrive(scene: Scene, name: str) -> tuple[Scene, str]:
    """Count the visit; at a step reached too often, go where it says instead.

    Answering a step leads through it once more; that is no visit.
    """
    if name == scene.state.step:
        return scene, name
    visits = dict(scene.state.visits)
    while (most := scene.flow.steps[name].at_most) and visits.get(name, 0) >= most.times:
        del visits[name]
        name = most.then
    visits[name] = visits.get(name, 0) + 1
    return scene.now(step=name, visits=visits), name


def _skipped(scene: Scene, step: Ask) -> tuple[Scene, str] | None:
    """Pass over an ask whose answer was given before it was asked."""
    given = scene.state.slots.get(step.slot) if step.slot else None
    if step.slot is None or step.next is None or given is None or not given.fresh:
        return None
    if not given.sure and step.confirm is not None:
        return None
    return fill(scene, step.slot, given.value, fresh=False), step.next


def fill(scene: Scene, slot: str, value: str, *, sure: bool = True, fresh: bool = True) -> Scene:
    """Note a slot's value."""
    return scene.now(slots={**scene.state.slots, slot: Given(value, sure, fresh)})


def _wait_at(scene: Scene, step: Say | Ask | LookUp | Transfer | End | Aside, text: str) -> Scene:
    match step:
        case Say():
            return say(scene.now(kept=text), text, Purpose.KEPT, interruptible=step.interruptible)
        case Ask():
            return say(scene, text, Purpose.QUESTION)
        case LookUp():
            return _delegate(say(scene, text, Purpose.REMARK), step)
        case Transfer() | End():
            return part(scene, step, text)
        case Aside():
            return say(scene, text, Purpose.REMARK)
        case _:
            assert_never(step)


def part(scene: Scene, step: Transfer | End, text: str) -> Scene:
    """Say the last words; the call goes on its way, or ends, once they were heard."""
    scene = say(scene, text, Purpose.PARTING)
    after = scene.state.offers[-1].id
    scene = scene.now(parting=after)
    if isinstance(step, Transfer):
        return scene.doing(TransferTo(step.destination, after))
    return scene.doing(HangUp(after))


def _delegate(scene: Scene, step: LookUp) -> Scene:
    state = scene.state
    arguments: dict[str, object] = {}
    for name, value in step.arguments.items():
        slot = value[1:-1] if isinstance(value, str) and value.startswith("{") else None
        given = state.slots.get(slot) if slot else None
        arguments[name] = value if slot is None else given.value if given else ""
    task_id = f"{state.call.call_id}-task-{state.count + 1}"
    delegation = Delegation(task_id=task_id, tool=step.tool, arguments=arguments, step=state.step)
    return scene.now(count=state.count + 1, denials=0, task=OpenTask(task_id)).doing(delegation)


# --- staying at a step ------------------------------------------------------------------------------


def stay(scene: Scene, key: str, text: Text) -> Scene:
    """Say something and remain at the step. `{last}` and `{question}` can be used."""
    kept = scene.state.kept
    last = kept or " ".join(scene.state.said)
    scene, asked = (scene, kept) if kept else question(scene)
    scene, spoken = sure_word(scene, key, text, {"last": last, "question": asked})
    if kept and kept in spoken:
        return say(scene.now(said=()), spoken, Purpose.KEPT).now(said=(kept,))
    said = scene.state.said
    purpose = Purpose.QUESTION if isinstance(scene.step, Ask) else Purpose.REMARK
    return say(scene, spoken, purpose).now(said=said)


def question(scene: Scene) -> tuple[Scene, str | None]:
    """Put the question the call is at in other words than before, if the flow has them."""
    step = scene.step
    name = scene.state.step
    if not isinstance(step, Ask):
        return scene, None
    if step.confirm and scene.state.doubt:
        return sure_word(scene, f"{name}.confirm.again", step.confirm.again)
    if step.again:
        return sure_word(scene, f"{name}.again.0", step.again[0])
    return sure_word(scene, f"{name}.says", step.says)


def read_back(scene: Scene, step: Ask, value: str) -> Scene:
    """Ask whether the value was heard right."""
    if step.confirm is None or step.slot is None:
        raise ValueError("only an ask with a slot and 'confirm' reads back")
    scene = fill(scene, step.slot, value, sure=False, fresh=False).now(doubt=value, digits="", said=())
    scene, spoken = sure_word(scene, f"{scene.state.step}.confirm.says", step.confirm.says)
    return say(scene, spoken, Purpose.QUESTION)


def after_kept(scene: Scene) -> Scene:
    """Go on behind a kept answer that was heard."""
    step = scene.step
    return enter(scene, step.next) if isinstance(step, Say) else scene
