"""What the caller says, taken up where the call is.

In this order: a number that is awaited, or may come at any time, is used, unless the words around it count
for more; words are matched with what this step and the flow's global steps listen for; then yes and no; and
if none of it fits, the caller is asked again in other words.
"""

from dataclasses import dataclass, replace

from agents.dialogue.again import not_understood, part_again, take_up_again
from agents.dialogue.classifying import in_doubt, let_go
from agents.dialogue.expecting import answered_ask, digits_ask, listened_for, listening_step
from agents.dialogue.numbers import denied, given, read_back_answered, some_digits
from agents.dialogue.numerals import spoken_digits
from agents.dialogue.readings import digits_of, read
from agents.dialogue.scene import Scene, is_open, speech, unsay_all
from agents.dialogue.slots import Reply, has_condition, is_acknowledgement, is_greeting, stalls, yes_or_no
from agents.dialogue.spans import spoken_span
from agents.dialogue.state import Purpose
from agents.dialogue.surveying import survey_said, unanswered
from agents.dialogue.understanding import understood
from agents.dialogue.walk import fill, go, stay
from config.flow_graph import slots_used
from config.flow_slots import ChoiceSlot, FreeWordsSlot, MoneySlot, Slot, TimeSlot, YesNoSlot
from config.flow_steps import Agent, Ask, End, LookUp, Staying, Step, Survey, Transfer


@dataclass(frozen=True, slots=True)
class _Heard:
    """The caller's words.

    `number`: the whole number in them and the step that asks for it. `before`: what a language model was
    asked about when the caller went on.
    """

    text: str
    confidence: float
    number: tuple[str, str] | None
    after_silence: bool
    before: str = ""


def caller_said(scene: Scene, text: str, confidence: float) -> Scene:
    """Take in the caller's turn. Words below the flow's `understand` count as none."""
    text = text if confidence >= scene.flow.sureness.understand else ""
    if scene.state.classifying and _says_nothing(scene, text):
        return scene  # what they said before is being looked at
    before = let_go(scene).state.unsettled
    scene = let_go(scene).now(unsettled=None)
    if before and _says_nothing(scene, text):
        return in_doubt(scene, before.text, before.confidence)
    awaited = digits_ask(scene.flow, scene.state)
    value = spoken_digits(text, scene.flow.language).number(awaited[1]) if awaited else None
    heard = _Heard(
        text,
        confidence,
        (awaited[0], value) if awaited and value else None,
        scene.state.silences > 0,
        before.text if before else "",
    )
    scene = scene.now(silences=0) if text else scene
    match scene.step:
        case Transfer() | End() as step:
            return _at_the_end(scene, step, heard)
        case Survey() as step if not text:
            return scene if is_open(scene, Purpose.QUESTION) else unanswered(scene, step)
        case _ if not text:
            return not_understood(scene, words=False)
        case _:
            return _answered(scene, heard)


def _answered(scene: Scene, heard: _Heard) -> Scene:
    if (asking := scene.state.clock.time_asked) and spoken_span(heard.text):
        return go(scene, asking)
    scene = scene.clocked(time_asked=None)
    ask = answered_ask(scene.flow, scene.state)
    target = _meant(scene, ask, heard)
    asked = isinstance(scene.step, Ask) or scene.state.kept is not None
    if asked and not (target or heard.number) and _is_there(scene, heard):
        return stay(unsay_all(scene), "back", ("{question}",))
    if scene.state.doubt is not None and (target is None or heard.number):
        return read_back_answered(scene, heard.text, heard.confidence, lambda read: _in_doubt(read, heard))
    if heard.number and not _outweighs(scene, target, heard.number[0]):
        return given(scene, *heard.number, heard.confidence)
    if scene.state.kept is None and (value := _value(scene, target, heard)):
        return given(scene, scene.state.step, value, heard.confidence)
    if target is not None:
        return go(_remembering(scene, heard), target)
    if scene.state.kept is not None:
        # Nothing about anything else was said into the answer, so the answer is what still matters.
        listens = is_open(scene, Purpose.KEPT) and is_acknowledgement(heard.text, scene.flow.language)
        return scene if listens else take_up_again(scene)
    match scene.step:
        case LookUp() | Agent() as step:
            return _while_looking_up(scene, step, heard)
        case Ask() as step:
            return _slot_or_yes_no(scene, step, heard)
        case Survey() as step:
            return survey_said(scene, step, heard.text)
        case _:
            return scene


def _is_there(scene: Scene, heard: _Heard) -> bool:
    """Whether the words only greet, or answer "are you still there?"."""
    text, language = heard.text, scene.flow.language
    agrees = yes_or_no(text, language) is Reply.YES
    if heard.after_silence and (agrees or is_acknowledgement(text, language)):
        return True
    return is_greeting(text, language) and not agrees


def _slot_or_yes_no(scene: Scene, ask: Ask, heard: _Heard) -> Scene:
    name = scene.state.step
    reply = yes_or_no(heard.text, scene.flow.language)
    slot = scene.flow.slots[ask.slot] if ask.slot else None
    digits = spoken_digits(heard.text, scene.flow.language)
    if slot and digits_of(slot) and digits.digits and digits.mostly:
        return some_digits(scene, name, digits.digits, heard.confidence)
    chosen = read(slot, heard.text, speech(scene)) if isinstance(slot, ChoiceSlot) else None
    if ask.slot and chosen:
        return go(fill(scene, ask.slot, chosen), name)
    if ask.slot and isinstance(slot, YesNoSlot) and reply:
        return go(fill(scene, ask.slot, reply.value), name)
    if reply and (target := ask.answers.get(reply.value)):
        if reply is Reply.YES and ask.consent_for:
            return _consented(scene, ask, target, heard)
        return go(scene, target)
    if is_acknowledgement(heard.text, scene.flow.language) or stalls(heard.text):
        return scene  # "okay...": the answer is still to come
    if isinstance(slot, FreeWordsSlot) and (value := read(slot, heard.text, speech(scene))):
        return given(scene, name, value, heard.confidence)
    return _in_doubt(scene, heard)


def _in_doubt(scene: Scene, heard: _Heard) -> Scene:
    return in_doubt(scene, f"{heard.before} {heard.text}".strip(), heard.confidence)


def _says_nothing(scene: Scene, text: str) -> bool:
    """Whether there are no words, or none that answer: "um"."""
    language = scene.flow.language
    return not text or (is_acknowledgement(text, language) and yes_or_no(text, language) is None)


def _value(scene: Scene, target: str | None, heard: _Heard) -> str | None:
    """Read what the ask the call is at asks for, unless the words mean something that counts for more.

    "Tomorrow, thanks" is a day; "one moment" is no amount, and "a refund for the second one" no day.
    """
    step = scene.step
    slot = scene.flow.slots[step.slot] if isinstance(step, Ask) and step.slot else None
    if slot is None or isinstance(slot, (ChoiceSlot, YesNoSlot, FreeWordsSlot)):
        return None
    if target is not None and not _may_come_with(scene.flow.steps[target], slot):
        return None
    return read(slot, heard.text, speech(scene))


def _may_come_with(step: Step, slot: Slot) -> bool:
    return isinstance(step, End) or (
        isinstance(step, Staying) and not isinstance(slot, (TimeSlot, MoneySlot))
    )


def _consented(scene: Scene, ask: Ask, target: str, heard: _Heard) -> Scene:
    """Take a yes for consent only if it was said for sure, and to the question that was heard to its end.

    A yes on conditions is none. It holds for where the flow goes at once, and no longer.
    """
    heard_out = scene.state.asked == scene.state.step
    if not heard_out or heard.confidence < scene.flow.sureness.act or has_condition(heard.text):
        return not_understood(scene)
    return replace(go(replace(scene, consents=frozenset(ask.consent_for)), target), consents=frozenset())


def _while_looking_up(scene: Scene, step: LookUp | Agent, heard: _Heard) -> Scene:
    if is_acknowledgement(heard.text, scene.flow.language):
        return scene
    if (
        yes_or_no(heard.text, scene.flow.language) is Reply.NO
    ):  # "no, that's wrong": to the number, just said back
        slots = slots_used(step)
        for name, other in scene.flow.steps.items():
            if isinstance(other, Ask) and other.slot in slots:
                return denied(scene, name)
    return not_understood(scene)


def _at_the_end(scene: Scene, step: Transfer | End, heard: _Heard) -> Scene:
    """Words into the last words, or after them: the caller takes the call back, or parts for good."""
    if heard.number:
        return given(scene, *heard.number, heard.confidence)
    resumed = scene.flow.steps[step.resume]
    target = _meant(scene, resumed if isinstance(resumed, Ask) else None, heard) if heard.text else None
    if target and not isinstance(scene.flow.steps[target], (End, Staying)) and target != scene.state.step:
        return go(scene, target)
    reply = yes_or_no(heard.text, scene.flow.language)
    if isinstance(step, Transfer):
        takes_back = reply is Reply.NO or stalls(heard.text)
    else:
        takes_back = bool(heard.text) and not (
            target or reply or is_acknowledgement(heard.text, scene.flow.language)
        )
    if takes_back:
        return go(scene, step.resume)
    return scene if is_open(scene, Purpose.PARTING) else part_again(scene, step)


def _meant(scene: Scene, ask: Ask | None, heard: _Heard) -> str | None:
    """Find the step the words lead to, if they surely enough mean it."""
    flow = scene.flow
    leads = listened_for(flow, scene.state, ask)
    story = ask is not None and ask.slot is not None and isinstance(flow.slots[ask.slot], FreeWordsSlot)
    meanings = ((name, flow.meanings[name]) for name in leads)
    match = understood(heard.text, meanings, flow.language, story=story)
    if match is None or match.score * heard.confidence < flow.sureness.understand:
        return None
    target = leads[match.meaning]
    parts = isinstance(flow.steps[target], (Transfer, End))
    return None if parts and heard.confidence < flow.sureness.act else target


def _outweighs(scene: Scene, target: str | None, asking: str) -> bool:
    """Whether what was said around a number counts for more than the number: "a refund for 104233"."""
    if target is None:
        return False
    step = scene.flow.steps[target]
    asked_for = listening_step(scene.flow, scene.state) == asking
    return isinstance(step, Transfer) or not (asked_for or isinstance(step, (Staying, End)))


def _remembering(scene: Scene, heard: _Heard) -> Scene:
    """Keep a number that came along with something else, for the step that asks for it."""
    if heard.number is None:
        return scene
    name, value = heard.number
    step = scene.flow.steps[name]
    sure = heard.confidence >= scene.flow.sureness.believe
    return fill(scene, step.slot, value, sure=sure) if isinstance(step, Ask) and step.slot else scene
