"""What happens while nobody speaks: a look-up at work, its answer, silence, words heard or lost."""

from dataclasses import replace
from typing import Final

from agents.dialogue.again import part_again, take_up_again
from agents.dialogue.numbers import keys_stopped
from agents.dialogue.scene import Scene, drop_task, is_open, say, sure_word
from agents.dialogue.state import Purpose
from agents.dialogue.walk import enter, go, stay
from agents.messages import ReportKind, TaskReport
from config.flow import Ask, End, LookUp, Say, Transfer

CUT_OFF_AFTER_MS: Final = 1_500
"""So long after words were cut off and nobody has spoken, they are said again."""
KEYS_STOPPED_AFTER_MS: Final = 4_000
"""So long after the last key a number that is not whole is asked about."""
_LOST_TRACK: Final = 3
"""Words still unheard after this many times the flow's silence must have been heard: a mark went missing."""


def reported(scene: Scene, report: TaskReport) -> Scene:
    """Take in a report of the look-up at work. Any other task's is too late, and changes nothing."""
    task = scene.state.task
    step = scene.step
    if task is None or report.task_id != task.id or not report.kind.settles or not isinstance(step, LookUp):
        return scene
    scene = scene.now(task=None, said=())
    if report.kind is ReportKind.RESULT:
        results = {**scene.state.results, step.result: report.result or {}}
        return enter(scene.now(results=results, visits={}), step.next)
    return _failed(scene, step, report.error or report.kind.value)


def time_passed(scene: Scene, now_ms: int) -> Scene:
    """Say a word when a look-up takes long, and give it up when it takes too long."""
    task = scene.state.task
    step = scene.step
    if task is None or not isinstance(step, LookUp):
        return scene
    waiting = step.waiting
    if task.since_ms is None:
        return scene.now(task=replace(task, since_ms=now_ms, word_due_ms=now_ms + waiting.first_after_ms))
    if now_ms - task.since_ms >= waiting.give_up_after_ms:
        return _failed(drop_task(scene).now(said=()), step, "timeout")
    still_talking = scene.state.offers and now_ms < task.word_due_ms + waiting.then_every_ms
    if now_ms < task.word_due_ms or still_talking:
        return scene
    scene = scene.now(task=replace(task, word_due_ms=now_ms + waiting.then_every_ms))
    scene, spoken = sure_word(scene, f"{scene.state.step}.waiting", waiting.says)
    return say(scene, spoken, Purpose.REMARK)


def _failed(scene: Scene, step: LookUp, error: str) -> Scene:
    return enter(scene, step.failed.get(error) or step.failed.get("otherwise") or scene.flow.trouble)


def heard(scene: Scene, offer_id: str) -> Scene:
    """An offer was heard to its end."""
    offer = next((offer for offer in scene.state.offers if offer.id == offer_id), None)
    if offer is None:
        return scene
    scene = scene.now(offers=tuple(other for other in scene.state.offers if other.id != offer_id))
    match offer.purpose:
        case Purpose.KEPT if isinstance(step := scene.step, Say):
            return enter(scene, step.next)
        case Purpose.PARTING:
            return scene.now(over=True)
        case _:
            return scene


def lost(scene: Scene, offer_id: str) -> Scene:
    """An offer was cut off. What must arrive is said again, after the caller has had their say."""
    offer = next((offer for offer in scene.state.offers if offer.id == offer_id), None)
    if offer is None:
        return scene
    rest = tuple(other for other in scene.state.offers if other.id != offer_id)
    return scene.now(offers=rest, unheard=scene.state.unheard or offer.purpose is not Purpose.REMARK)


def silent(scene: Scene, silent_ms: int) -> Scene:
    """Nobody has spoken since the agent was last heard."""
    state = scene.state
    after_ms = scene.flow.silence.after_ms
    if state.task is not None:
        return scene
    if state.offers:
        return _surely_heard(scene) if silent_ms >= _LOST_TRACK * after_ms else scene
    if state.digits and silent_ms >= KEYS_STOPPED_AFTER_MS:
        return _nobody_speaks(scene)
    owed_after_ms = CUT_OFF_AFTER_MS if state.unheard else after_ms
    if (state.unheard or state.kept is not None) and silent_ms >= owed_after_ms:
        return _say_again(scene)
    return _nobody_speaks(scene) if silent_ms >= after_ms else scene


def _say_again(scene: Scene) -> Scene:
    match scene.step:
        case Transfer() | End() as step:
            return part_again(scene, step)
        case Ask():
            return stay(scene, "unheard", ("{question}",))
        case _:
            return take_up_again(scene)


def _nobody_speaks(scene: Scene) -> Scene:
    silences = scene.state.silences + 1
    says = scene.flow.silence.says
    scene = scene.now(silences=silences)
    if silences > len(says):
        return go(scene, scene.flow.silence.then)
    if scene.state.digits:
        return keys_stopped(scene)
    return stay(scene, f"silence.{silences}", says[silences - 1])


def _surely_heard(scene: Scene) -> Scene:
    for offer in scene.state.offers:
        if is_open(scene, offer.purpose):
            scene = heard(scene, offer.id)
    return scene
