"""Words that fit no phrase: a language model is asked which of the things listened for they mean.

It chooses among options that the flow lists for this moment, and its choice leads exactly where a phrase of
that option would have led. It never gives consent: a yes to a question for consent is no option.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from agents.dialogue.again import not_understood
from agents.dialogue.events import Classified, Classify, Option, Unclassify
from agents.dialogue.expecting import listened_for, yes_no
from agents.dialogue.numbers import confirmed, denied
from agents.dialogue.scene import Scene, say
from agents.dialogue.slots import Reply
from agents.dialogue.state import OpenClassification, Purpose
from agents.dialogue.tongue import is_spanish
from agents.dialogue.walk import fill, go
from config.flow import Meaning
from config.flow_slots import ChoiceSlot, Slot, YesNoSlot
from config.flow_steps import Ask, End, Transfer

LONG_MS: Final = 1_500
"""When no answer has come after so long, and may still come, the caller hears a word."""
MOST_UNANSWERED: Final = 2
"""After so many questions in a row without an answer in time, none is asked on this call any more."""
_MOST_CHARACTERS: Final = 600
_MOST_EXAMPLES: Final = 8
_MEANING, _CHOICE, _ANSWER = "meaning", "choice", "answer"
_ONE_MOMENT: Final = "One moment, please."
_UN_MOMENTO: Final = "Un momento, por favor."


def options(scene: Scene) -> tuple[Option, ...]:
    """List what words may be taken for where the call is; nothing where nothing is asked."""
    return tuple(_options(scene))


def _options(scene: Scene) -> Iterator[Option]:
    flow, step = scene.flow, scene.step
    if not isinstance(step, Ask):
        return
    slot = _slot(scene, step)
    both = yes_no(flow.language)
    doubt = scene.state.doubt is not None
    if isinstance(slot, ChoiceSlot) and not doubt:
        for name, phrases in slot.choices.items():
            yield _option(_CHOICE, name, Meaning(phrases=phrases))
    for name in both:
        consents = name == Reply.YES.value and bool(step.consent_for)
        if doubt or ((isinstance(slot, YesNoSlot) or name in step.answers) and not consents):
            yield _option(_ANSWER, name, both[name])
    for name in listened_for(flow, scene.state, step):
        yield _option(_MEANING, name, flow.meanings[name])


def _option(kind: str, name: str, meaning: Meaning) -> Option:
    return Option(f"{kind}.{name}", (*meaning.phrases, *meaning.keywords)[:_MOST_EXAMPLES])


def _slot(scene: Scene, step: Ask) -> Slot | None:
    return scene.flow.slots[step.slot] if step.slot else None


def in_doubt(scene: Scene, text: str, confidence: float) -> Scene:
    """Take up words that fit nothing: have them classified, or ask again where that cannot be."""
    text = text[-_MOST_CHARACTERS:]
    state, dial = scene.state, scene.flow.classification
    may = state.call.classifies and dial.allowed and state.unclassified < MOST_UNANSWERED
    choices = options(scene) if may else ()
    if not choices or not text:
        return not_understood(scene, words=bool(text))
    count = state.count + 1
    request = Classify(
        request_id=f"{state.call.call_id}-words-{count}",
        step=state.step,
        asked=" ".join(state.said)[-_MOST_CHARACTERS:],
        text=text,
        options=choices,
        language=scene.flow.language,
        within_ms=dial.within_ms,
    )
    opened = OpenClassification(request.request_id, text, confidence)
    return scene.now(count=count, classifying=opened).doing(request)


def let_go(scene: Scene) -> Scene:
    """Want no answer any more; the words are kept for what the caller says next."""
    asked = scene.state.classifying
    return scene if asked is None else withdrawn(scene).now(unsettled=asked)


def withdrawn(scene: Scene) -> Scene:
    """Want no answer any more, and forget the words."""
    asked = scene.state.classifying
    scene = scene.now(classifying=None, unsettled=None)
    return scene if asked is None else scene.doing(Unclassify(asked.id))


def overtaken(before: Scene, after: Scene) -> Scene:
    """Want no answer any more if something else than the answer has moved the call on."""
    asked, old = after.state.classifying or after.state.unsettled, before.state
    if asked is None or asked.id not in (each.id for each in (old.classifying, old.unsettled) if each):
        return after
    return after if _place(after) == _place(before) and not after.state.over else withdrawn(after)


def _place(scene: Scene) -> tuple[object, ...]:
    """Where the call is, as far as it matters for what words may mean."""
    state = scene.state
    return state.step, state.doubt, state.digits, state.parting, state.kept


def classified(scene: Scene, answer: Classified) -> Scene:
    """Go where the option leads, or ask again. An answer nobody waits for changes nothing."""
    asked = scene.state.classifying
    if asked is None or asked.id != answer.request_id:
        return scene
    if answer.failed:
        return _unanswered(scene)
    scene = scene.now(classifying=None, unclassified=0)
    option = answer.option
    if option is None or option not in {each.name for each in options(scene)}:
        return not_understood(scene)
    return _taken_for(scene, option, answer.confidence * asked.confidence)


def _taken_for(scene: Scene, option: str, confidence: float) -> Scene:
    step, sureness = scene.step, scene.flow.sureness
    if not isinstance(step, Ask) or confidence < sureness.understand:
        return not_understood(scene)
    kind, _, name = option.partition(".")
    if kind == _ANSWER and scene.state.doubt is not None:
        return confirmed(scene) if name == Reply.YES.value else denied(scene, scene.state.step)
    if step.slot and (kind == _CHOICE or (kind == _ANSWER and isinstance(_slot(scene, step), YesNoSlot))):
        return go(fill(scene, step.slot, name), scene.state.step)
    leads = step.answers if kind == _ANSWER else listened_for(scene.flow, scene.state, step)
    target = leads[name]
    if isinstance(scene.flow.steps[target], Transfer | End) and confidence < sureness.act:
        return not_understood(scene)
    return go(scene, target)


def _unanswered(scene: Scene) -> Scene:
    """Ask the caller again, as without a language model."""
    asked = scene.state.classifying
    if asked is None:
        return scene
    scene = scene.now(classifying=None, unclassified=scene.state.unclassified + 1)
    return not_understood(scene.doing(Unclassify(asked.id)))


# --- the clock --------------------------------------------------------------------------------------


def due_ms(asked: OpenClassification) -> int:
    """Tell when the clock is to be read next for it; 0: at once."""
    if asked.since_ms is None:
        return 0
    return asked.give_up_ms if asked.word_due_ms is None else min(asked.word_due_ms, asked.give_up_ms)


def waited(scene: Scene, now_ms: int) -> Scene:
    """Begin to wait; say a word when it takes long; wait no longer."""
    asked = scene.state.classifying
    if asked is None:
        return scene
    if asked.since_ms is None:
        within_ms = scene.flow.classification.within_ms
        word_due_ms = now_ms + LONG_MS if within_ms >= 2 * LONG_MS else None
        begun = replace(asked, since_ms=now_ms, word_due_ms=word_due_ms, give_up_ms=now_ms + within_ms)
        return scene.now(classifying=begun)
    if now_ms >= asked.give_up_ms:
        return _unanswered(scene)
    if asked.word_due_ms is None or now_ms < asked.word_due_ms:
        return scene
    scene = scene.now(classifying=replace(asked, word_due_ms=None))
    return say(scene, _UN_MOMENTO if is_spanish(scene.flow.language) else _ONE_MOMENT, Purpose.REMARK)
