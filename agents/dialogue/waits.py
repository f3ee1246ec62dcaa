"""What happens while nobody speaks: silence, words heard or lost."""

from dataclasses import replace
from typing import Final

from agents.dialogue.again import part_again, take_up_again
from agents.dialogue.news import is_owed, tell_what_is_owed
from agents.dialogue.numbers import keys_stopped
from agents.dialogue.scene import Scene, is_open
from agents.dialogue.state import Purpose
from agents.dialogue.surveying import unanswered
from agents.dialogue.walk import enter, go, stay
from config.flow_steps import Ask, End, Say, Survey, Transfer

CUT_OFF_AFTER_MS: Final = 1_500
"""So long after words were cut off and nobody has spoken, they are said again."""
KEYS_STOPPED_AFTER_MS: Final = 4_000
"""So long after the last key a number that is not whole is asked about."""
_LOST_TRACK: Final = 3
"""Words still unheard after this many times the flow's silence must have been heard: a mark went missing."""


def heard(scene: Scene, offer_id: str) -> Scene:
    """An offer was heard to its end."""
    offer = next((offer for offer in scene.state.offers if offer.id == offer_id), None)
    if offer is None:
        return scene
    told = {(each.about, each.path, each.form): each.spoken for each in offer.tells}
    scene = scene.now(
        offers=tuple(other for other in scene.state.offers if other.id != offer_id),
        news=tuple(news for news in scene.state.news if news.offer_id != offer_id),
        told={**scene.state.told, **told} if told else scene.state.told,
        asked=scene.state.step if offer.asks else scene.state.asked,
    )
    match offer.purpose:
        case Purpose.KEPT if isinstance(step := scene.step, Say):
            return enter(scene, step.next)
        case Purpose.PARTING:
            return scene.now(over=True, identity=None)
        case _:
            return scene


def lost(scene: Scene, offer_id: str) -> Scene:
    """An offer was cut off. What must arrive is said again, after the caller has had their say."""
    offer = next((offer for offer in scene.state.offers if offer.id == offer_id), None)
    if offer is None:
        return scene
    return scene.now(
        offers=tuple(other for other in scene.state.offers if other.id != offer_id),
        news=tuple(
            replace(news, offer_id=None) if news.offer_id == offer_id else news for news in scene.state.news
        ),
        unheard=scene.state.unheard or offer.purpose not in (Purpose.REMARK, Purpose.NEWS),
    )


def silent(scene: Scene, silent_ms: int) -> Scene:
    """Nobody has spoken since the agent was last heard."""
    state = scene.state
    after_ms = scene.flow.silence.after_ms
    if state.task is not None or state.classifying is not None or state.interpreting is not None:
        return scene
    if state.offers:
        return _surely_heard(scene) if silent_ms >= _LOST_TRACK * after_ms else scene
    if state.digits and silent_ms >= KEYS_STOPPED_AFTER_MS:
        return _nobody_speaks(scene)
    if is_owed(scene) and not state.unheard and silent_ms >= CUT_OFF_AFTER_MS:
        return tell_what_is_owed(scene)
    owed_after_ms = CUT_OFF_AFTER_MS if state.unheard else after_ms
    if (state.unheard or state.kept is not None) and silent_ms >= owed_after_ms:
        return _say_again(scene)
    if state.clock.reminders:
        return scene  # who waits to be reminded says nothing until then
    return _nobody_speaks(scene) if silent_ms >= after_ms else scene


def _say_again(scene: Scene) -> Scene:
    match scene.step:
        case Transfer() | End() as step:
            return part_again(scene, step)
        case Ask() | Survey():
            return stay(scene, "unheard", ("{question}",))
        case _:
            return take_up_again(scene)


def _nobody_speaks(scene: Scene) -> Scene:
    if isinstance(step := scene.step, Survey):
        return unanswered(scene, step)
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
