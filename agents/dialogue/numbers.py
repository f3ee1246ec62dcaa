"""Numbers, digit by digit: spoken, keyed, or both; too few, too many; read back when not heard for sure."""

from agents.dialogue.again import missed, not_understood
from agents.dialogue.expecting import digits_ask
from agents.dialogue.scene import Scene, drop_task, say, sure_word, unsay_all
from agents.dialogue.slots import Reply, spoken_digits, yes_or_no
from agents.dialogue.state import Purpose
from agents.dialogue.walk import fill, go, read_back
from agents.dialogue.wording import spaced
from config.flow_steps import Ask, Counted, End, Transfer


def number_given(scene: Scene, name: str, value: str, confidence: float) -> Scene:
    """Use a whole number that step `name` asks for. The one already being looked up is no news."""
    slot = _ask(scene, name)[1]
    given = scene.state.slots.get(slot)
    if scene.state.task and given and given.value == value:
        return scene.now(digits="")
    sure = confidence >= scene.flow.sureness.believe
    return go(fill(scene, slot, value, sure=sure), name)


def some_digits(scene: Scene, name: str, digits: str, confidence: float) -> Scene:
    """Take in digits that are not a whole number: the first few, the rest of it, or miscounted ones."""
    before = scene.state.digits
    together = digits if digits.startswith(before) else before + digits
    wanted = _wanted(scene)
    if len(together) == wanted:
        return number_given(scene, name, together, confidence)
    if len(together) < wanted and (before or 2 * len(together) <= wanted):
        return _how_does_it_go_on(scene.now(digits=together), name)
    return _miscounted(scene, name, together)


def key_pressed(scene: Scene, key: str) -> Scene:
    """Take in one key: digits gather, `#` ends the number or says yes, `*` begins it anew."""
    if isinstance(scene.step, (Transfer, End)) or (number := digits_ask(scene.flow, scene.state)) is None:
        return scene
    name, wanted = number
    scene = scene.now(silences=0, unheard=False)
    digits = scene.state.digits
    match key:
        case "#" if scene.state.doubt is not None:
            return _confirmed(scene)
        case "*" if scene.state.doubt is not None:
            return denied(scene, name)
        case "#" if scene.state.task is not None:
            return scene.now(digits="")  # one key too many behind the number being looked up
        case "#":
            return _miscounted(scene, name, digits) if digits else scene
        case "*":
            return scene.now(digits="")
        case digit if digit in tuple("0123456789"):
            if len(digits) + 1 < wanted:
                return scene.now(digits=digits + digit)
            return number_given(scene.now(digits=""), name, digits + digit, confidence=1.0)
        case _:
            return scene


def keys_stopped(scene: Scene) -> Scene:
    """The caller stopped in the middle of a number: say how far it got."""
    number = digits_ask(scene.flow, scene.state)
    return _how_does_it_go_on(scene, number[0]) if number else scene


def read_back_answered(scene: Scene, text: str, confidence: float) -> Scene:
    """Settle the number that was read back: right, wrong, or another one instead ("no, 104234")."""
    number = digits_ask(scene.flow, scene.state)
    if number is None:
        return not_understood(scene)
    name, wanted = number
    value = spoken_digits(text).number(wanted)
    if value is not None and value != scene.state.doubt:
        ask, _ = _ask(scene, name)
        if confidence >= scene.flow.sureness.believe:
            return number_given(scene.now(doubt=None), name, value, confidence)
        denials = scene.state.denials + 1
        if denials > 1:
            return denied(scene, name)
        return read_back(unsay_all(scene).now(denials=denials, misses=0), ask, value)
    if value is not None:
        return _confirmed(scene)
    match yes_or_no(text):
        case Reply.YES:
            return _confirmed(scene)
        case Reply.NO:
            return denied(scene, name)
        case None:
            return not_understood(scene)


def denied(scene: Scene, name: str) -> Scene:
    """The number was wrong: ask for it anew, the second time in the way the flow says is surer."""
    ask, _ = _ask(scene, name)
    denials = scene.state.denials + 1
    texts = ask.confirm.denied if ask.confirm else ()
    if denials > max(len(texts), 1):
        return go(scene, scene.flow.misunderstood.then)
    scene = drop_task(unsay_all(scene)).now(
        step=name, denials=denials, doubt=None, digits="", misses=0, said=()
    )
    text = texts[denials - 1] if texts else ask.says
    scene, spoken = sure_word(scene, f"{name}.confirm.denied.{denials}", text)
    return say(scene, spoken, Purpose.QUESTION)


def _confirmed(scene: Scene) -> Scene:
    ask, slot = _ask(scene, scene.state.step)
    if scene.state.doubt is None or ask.next is None:
        return scene
    return go(fill(scene, slot, scene.state.doubt), scene.state.step)


def _how_does_it_go_on(scene: Scene, name: str) -> Scene:
    ask, _ = _ask(scene, name)
    digits = scene.state.digits
    scene = drop_task(unsay_all(scene)).now(step=name, kept=None, doubt=None, misses=0, said=())
    return _counting(scene, ask, "partial", digits) if ask.counted else scene


def _miscounted(scene: Scene, name: str, digits: str) -> Scene:
    ask, _ = _ask(scene, name)
    which = "too_few" if len(digits) < _wanted(scene) else "too_many"
    scene = drop_task(scene).now(step=name, kept=None, doubt=None, digits="")
    return missed(scene, lambda asked: _counting(asked, ask, which, digits))


def _counting(scene: Scene, ask: Ask, which: str, digits: str) -> Scene:
    talk: dict[str, object] = {
        "heard": spaced(digits),
        "count": str(len(digits)),
        "missing": str(_wanted(scene) - len(digits)),
    }
    if not isinstance(ask.counted, Counted):
        return scene
    text = {
        "partial": ask.counted.partial,
        "too_few": ask.counted.too_few,
        "too_many": ask.counted.too_many,
    }[which]
    scene, spoken = sure_word(scene, f"{scene.state.step}.counted.{which}", text, talk)
    return say(scene, spoken, Purpose.QUESTION)


def _wanted(scene: Scene) -> int:
    number = digits_ask(scene.flow, scene.state)
    return number[1] if number else 0


def _ask(scene: Scene, name: str) -> tuple[Ask, str]:
    """The ask of this name and its slot; the flow's checks hold that it has both."""
    step = scene.flow.steps[name]
    if not isinstance(step, Ask) or step.slot is None:
        raise ValueError(f"step '{name}' asks for no slot")
    return step, step.slot
