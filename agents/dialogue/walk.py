"""Going from step to step: what each kind of step does when the call reaches it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from agents.dialogue.delegating import delegate, reached, superseded
from agents.dialogue.events import HangUp, StopInterpreting, TransferTo
from agents.dialogue.events import Interpret as Joined
from agents.dialogue.events import Say as Offered
from agents.dialogue.promises import promise_reminder, promise_to_watch, stop_reminding
from agents.dialogue.scene import Scene, drop_news, drop_task, known, say, sure_word, unsay_all, word
from agents.dialogue.state import Given, Purpose
from agents.dialogue.switching import going_on_in
from agents.dialogue.wording import branch
from config.flow_steps import (
    Agent,
    Aside,
    Ask,
    Decide,
    End,
    HowLong,
    Interpret,
    LookUp,
    Remind,
    Say,
    Speak,
    Staying,
    StopReminding,
    Survey,
    Transfer,
    Watch,
    Work,
)
from config.flow_text import Text


def go(scene: Scene, name: str) -> Scene:
    """Answer the caller by going to a step: what was to be said before is no longer."""
    scene = unsay_all(scene).now(misses=0, silences=0).clocked(time_asked=None)
    if isinstance(step := scene.flow.steps[name], Staying):
        return answer_aside(reached(scene, name), name, step)
    return enter(drop_news(scene, lambda news: news.waited_for).now(said=()), name)


def enter(scene: Scene, name: str, lead: tuple[str, ...] = ()) -> Scene:
    """Walk on from a step until one waits. Texts on the way, after `lead`, are said in one breath.

    The flow's checks hold that a walk ends: no ring of steps is without an ask.
    """
    scene = _drop_interpreter(drop_task(scene)).now(
        kept=None, kept_tells=(), doubt=None, digits="", asked=None
    )
    troubled = False
    while True:
        scene, name = _arrive(scene, name)
        scene = replace(scene, walked=(*scene.walked, name))
        step = scene.step
        match step:
            case Decide():
                name = branch(step, known(scene))
                continue
            case Ask() if (following := _skipped(scene, step)) is not None:
                scene, name = following
                continue
            case Ask() if step.slot and (given := scene.state.slots.get(step.slot)) and given.fresh:
                return read_back(scene, step, given.value)
            case Aside() | Speak() | Remind() | StopReminding() | Watch() | HowLong():
                raise ValueError(f"the call cannot go on to '{name}', which only answers the caller")
            case Ask() | Say() | LookUp() | Agent() | Survey() | Interpret() | Transfer() | End():
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
        if isinstance(step, Work) and step.meanwhile:
            scene, name = delegate(scene, name, step), step.next
            continue
        return _wait_at(scene, step, " ".join(lead))


def _arrive(scene: Scene, name: str) -> tuple[Scene, str]:
    """Count the visit; at a step reached too often, go where it says instead.

    Answering a step leads through it once more; that is no visit. A step that says who the caller is, and has
    failed too often, is closed for the rest of the call.
    """
    step = scene.flow.steps[name]
    if isinstance(step, LookUp) and step.verifies and scene.state.tries.get(name, 0) >= step.verifies.tries:
        name = step.verifies.then
    if name == scene.state.step:
        return reached(scene, name), name
    visits = dict(scene.state.visits)
    while (most := scene.flow.steps[name].at_most) and visits.get(name, 0) >= most.times:
        del visits[name]
        name = most.then
    visits[name] = visits.get(name, 0) + 1
    return reached(scene.now(step=name, visits=visits), name), name


def _skipped(scene: Scene, step: Ask) -> tuple[Scene, str] | None:
    """Pass over an ask whose answer was given before it was asked."""
    given = scene.state.slots.get(step.slot) if step.slot else None
    if step.slot is None or step.next is None or given is None or not given.fresh:
        return None
    if not given.sure and step.confirm is not None:
        return None
    return fill(scene, step.slot, given.value, fresh=False), step.next


def fill(scene: Scene, slot: str, value: str, *, sure: bool = True, fresh: bool = True) -> Scene:
    """Note a slot's value. Work begun with another is no longer asked for, unless its step says so."""
    scene = superseded(scene, slot, value)
    return scene.now(slots={**scene.state.slots, slot: Given(value, sure, fresh)})


def _drop_interpreter(scene: Scene) -> Scene:
    """Let nobody be called any more: the call goes elsewhere."""
    if (name := scene.state.interpreting) is None:
        return scene
    return scene.now(interpreting=None).doing(StopInterpreting(name))


def _have_interpreted(scene: Scene, step: Interpret) -> Scene:
    name = scene.state.step
    wanted = Joined(name, step.to, step.language, step.introductions, step.duck_db)
    return scene.now(interpreting=name).doing(wanted)


def _wait_at(scene: Scene, step: Say | Ask | Work | Survey | Interpret | Transfer | End, text: str) -> Scene:
    match step:
        case Say():
            scene = scene.now(kept=text, kept_tells=scene.telling)
            return say(scene, text, Purpose.KEPT, interruptible=step.interruptible)
        case Ask() | Survey():
            return say(scene, text, Purpose.QUESTION, asks=True)
        case LookUp() | Agent():
            return delegate(say(scene, text, Purpose.REMARK), scene.state.step, step)
        case Interpret():
            return _have_interpreted(say(scene, text, Purpose.REMARK), step)
        case Transfer() | End():
            return part(scene, step, text)
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


# --- staying at a step ------------------------------------------------------------------------------


def answer_aside(scene: Scene, name: str, step: Staying) -> Scene:
    """Answer the caller by a step that leaves the call where it is."""
    scene = replace(scene, walked=(*scene.walked, name))
    talk: dict[str, object] = {}
    match step:
        case Aside():
            text = step.says
        case Speak():
            return _speak(scene, name, step)
        case Remind():
            scene, text, talk = promise_reminder(scene, name, step)
        case Watch():
            scene, text, talk = promise_to_watch(scene, name, step)
        case StopReminding():
            scene, text = stop_reminding(scene), step.says
        case HowLong():
            return scene.clocked(how_long=name)  # said as soon as the clock is read
        case _:
            assert_never(step)
    return stay(scene, f"{name}.says", text, talk)


def _speak(scene: Scene, name: str, step: Speak) -> Scene:
    """Go on in another language; what was said in the one before is not said again."""
    scene = going_on_in(scene, step.language)
    own = scene.flow.steps[name]
    if step.next is not None and isinstance(own, Speak):
        last = scene.state.kept or " ".join(scene.state.said)
        scene, spoken = sure_word(scene, f"{name}.says", own.says, {"last": last})
        return enter(drop_news(scene, lambda news: news.waited_for).now(said=()), step.next, (spoken,))
    before = len(scene.effects)
    scene = stay(scene, f"{name}.says", own.says if isinstance(own, Speak) else step.says)
    spoken = tuple(effect.text for effect in scene.effects[before:] if isinstance(effect, Offered))
    return scene if scene.state.kept or not spoken else scene.now(said=spoken)


def stay(scene: Scene, key: str, text: Text, talk: Mapping[str, object] | None = None) -> Scene:
    """Say something and remain at the step. `{last}`, `{question}` and what `talk` has can be used."""
    kept = scene.state.kept
    last = kept or " ".join(scene.state.said)
    before = scene.telling
    scene, asked = (replace(scene, telling=scene.state.kept_tells), kept) if kept else question(scene)
    asking = scene.telling
    scene = replace(scene, telling=before)
    scene, spoken = sure_word(scene, key, text, {"last": last, "question": asked, **(talk or {})})
    if not spoken.strip():
        return scene  # asked to say again what was never said
    asks = bool(asked and asked in spoken)
    if asks:
        scene = replace(scene, telling=(*scene.telling, *asking))
    if kept and kept in spoken:
        return say(scene.now(said=()), spoken, Purpose.KEPT).now(said=(kept,))
    said = scene.state.said
    purpose = Purpose.QUESTION if isinstance(scene.step, Ask | Survey) else Purpose.REMARK
    return say(scene, spoken, purpose, asks=asks and not kept).now(said=said)


def question(scene: Scene) -> tuple[Scene, str | None]:
    """Put the question the call is at in other words than before, if the flow has them."""
    step = scene.step
    name = scene.state.step
    if isinstance(step, Survey):
        return sure_word(scene, f"{name}.says", step.says)
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
