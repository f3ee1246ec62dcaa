"""Values a step asks for: taken up, read back, corrected; digits that come too few or too many; keys."""

from collections.abc import Callable
from typing import Final

from agents.dialogue.again import missed, not_understood
from agents.dialogue.expecting import digits_ask, keyed_ask, listening_step
from agents.dialogue.numerals import spoken_digits
from agents.dialogue.readings import digits_of, keyed, keyed_length, read
from agents.dialogue.scene import Scene, drop_task, say, speech, sure_word, unsay_all
from agents.dialogue.slots import Reply, yes_or_no
from agents.dialogue.state import Purpose
from agents.dialogue.surveying import survey_keyed
from agents.dialogue.walk import fill, go, read_back
from agents.dialogue.wording import spaced
from config.flow_slots import MoneySlot, PhoneSlot, Slot
from config.flow_steps import Ask, Counted, End, Survey, Transfer

_DIGITS: Final = tuple("0123456789")
_MOST_KEYS: Final = 16


def given(scene: Scene, name: str, value: str, confidence: float, *, by_keys: bool = False) -> Scene:
    """Use a whole value that step `name` asks for. The one already being looked up is no news."""
    ask, slot = _ask(scene, name)
    if digits_of(kind := scene.flow.slots[slot]) and not value.startswith("+"):
        complete = keyed(kind, value, speech(scene))
        if complete is None:  # so many digits, but no number of that country
            return not_understood(drop_task(scene).now(step=name, doubt=None, digits=""))
        value = complete
    before = scene.state.slots.get(slot)
    if scene.state.task and before and before.value == value:
        return scene.now(digits="")
    always = ask.confirm is not None and ask.confirm.always and not by_keys
    sure = confidence >= scene.flow.sureness.believe and not always
    return go(fill(scene, slot, value, sure=sure), name)


def some_digits(scene: Scene, name: str, digits: str, confidence: float) -> Scene:
    """Take in digits that are not a whole number: the first few, the rest of it, or miscounted ones."""
    before = scene.state.digits
    together = digits if digits.startswith(before) else before + digits
    wanted = _wanted(scene)
    if len(together) == wanted:
        return given(scene, name, together, confidence)
    if len(together) < wanted and (before or 2 * len(together) <= wanted):
        return _how_does_it_go_on(scene.now(digits=together), name)
    return _miscounted(scene, name, together)


def key_pressed(scene: Scene, key: str) -> Scene:
    """Take in one key: digits gather, `#` ends the value or says yes, `*` begins it anew."""
    if isinstance(scene.step, (Transfer, End)):
        return scene
    if isinstance(step := scene.step, Survey):
        return survey_keyed(scene, step, key)
    asking = keyed_ask(scene.flow, scene.state)
    doubtful = scene.state.doubt is not None
    if (target := scene.flow.global_keys.get(key)) and not doubtful and not _awaits_keys(scene):
        return go(scene, target)
    if asking is None and not doubtful:
        return scene
    scene = scene.now(silences=0, unheard=False)
    digits = scene.state.digits
    match key:
        case "#" if doubtful:
            return confirmed(scene)
        case "*" if doubtful:
            return denied(scene, scene.state.step)
        case "#" if scene.state.task is not None:
            return scene.now(digits="")  # one key too many behind the number being looked up
        case "#":
            return _keys_end(scene, *asking) if digits and asking else scene
        case "*" if asking and isinstance(asking[1], MoneySlot) and digits and "*" not in digits:
            return scene.now(digits=digits + "*")
        case "*":
            return scene.now(digits="")
        case digit if digit in _DIGITS and asking:
            return _digit(scene, *asking, digit)
        case _:
            return scene


def _awaits_keys(scene: Scene) -> bool:
    """Whether keys are an answer here, or go on with one."""
    asking = keyed_ask(scene.flow, scene.state)
    place = listening_step(scene.flow, scene.state)
    return bool(scene.state.digits) or (asking is not None and asking[0] == place)


def _digit(scene: Scene, name: str, slot: Slot, digit: str) -> Scene:
    if isinstance(slot, PhoneSlot) and not scene.state.digits and digit == "0":
        return scene  # the zero some countries dial first is no part of the number
    digits = scene.state.digits + digit
    if len(digits) > _MOST_KEYS:
        return scene
    wanted = keyed_length(slot)
    if wanted is None or len(digits) < wanted:
        return scene.now(digits=digits)
    return _keys_end(scene.now(digits=digits), name, slot)


def _keys_end(scene: Scene, name: str, slot: Slot) -> Scene:
    """Use what was keyed; what is no value is asked for again."""
    digits = scene.state.digits
    wanted = digits_of(slot)
    if wanted and len(digits) != wanted:
        return _miscounted(scene, name, digits)
    value = keyed(slot, digits, speech(scene))
    scene = scene.now(digits="")
    return not_understood(scene) if value is None else given(scene, name, value, 1.0, by_keys=True)


def keys_stopped(scene: Scene) -> Scene:
    """The caller stopped in the middle of a value: say how far it got, or take it for whole."""
    asking = keyed_ask(scene.flow, scene.state)
    if asking is None:
        return scene
    name, slot = asking
    return _how_does_it_go_on(scene, name) if digits_of(slot) else _keys_end(scene, name, slot)


def read_back_answered(
    scene: Scene, text: str, confidence: float, in_doubt: Callable[[Scene], Scene]
) -> Scene:
    """Settle the value that was read back: right, wrong, or another one instead ("no, 104234").

    `in_doubt` takes up words that say neither.
    """
    name = scene.state.step
    ask, slot = _ask(scene, name)
    kind = scene.flow.slots[slot]
    value = _instead(scene, kind, text)
    if value is not None and value != scene.state.doubt:
        if confidence >= scene.flow.sureness.believe:
            return given(scene.now(doubt=None), name, value, confidence)
        denials = scene.state.denials + 1
        if denials > 1:
            return denied(scene, name)
        return read_back(unsay_all(scene).now(denials=denials, misses=0), ask, value)
    if value is not None:
        refused = yes_or_no(text, scene.flow.language) is Reply.NO
        return denied(scene, name) if refused else confirmed(scene)
    match yes_or_no(text, scene.flow.language):
        case Reply.YES:
            return confirmed(scene)
        case Reply.NO:
            return denied(scene, name)
        case None:
            return in_doubt(scene)


def _instead(scene: Scene, slot: Slot, text: str) -> str | None:
    """Read the value that is said instead of a yes."""
    if wanted := digits_of(slot):
        digits = spoken_digits(text, scene.flow.language).number(wanted)
        return keyed(slot, digits, speech(scene)) if digits else None
    if yes_or_no(text, scene.flow.language) is Reply.YES:
        return None
    return read(slot, text, speech(scene)) if _is_distinct(slot) else None


def _is_distinct(slot: Slot) -> bool:
    """Whether a value of this kind is not taken for a no, as free words would be."""
    return slot.kind not in ("free_words", "yes_no", "choice")


def denied(scene: Scene, name: str) -> Scene:
    """The value was wrong: ask for it anew, the second time in the way the flow says is surer."""
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


def confirmed(scene: Scene) -> Scene:
    """Go on with the value that was read back: it is right."""
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
