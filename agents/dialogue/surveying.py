"""A survey's question: the caller's figure is kept, and the call goes on whatever they say."""

from dataclasses import replace
from typing import Final

from agents.dialogue.again import say_once_more
from agents.dialogue.events import SurveyAnswered
from agents.dialogue.numerals import spoken_digits
from agents.dialogue.scene import Scene
from agents.dialogue.slots import Reply, is_acknowledgement, yes_or_no
from agents.dialogue.walk import go
from config.flow_steps import Survey

BEST: Final = 5
"""Of a rating; 1 is worst."""
_YES_AND_NO_BY_KEY: Final = {"1": 1, "2": 0}


def survey_said(scene: Scene, step: Survey, text: str) -> Scene:
    """Take in what was said to the question, in words that mean nothing else here."""
    value = _said(step, text, scene.flow.language)
    if value is not None:
        return _answered(scene, step, value)
    if step.answer == "rating" and yes_or_no(text, scene.flow.language) is Reply.NO:
        return go(scene, step.next)  # no answer either
    return scene if is_acknowledgement(text, scene.flow.language) else unanswered(scene, step)


def survey_keyed(scene: Scene, step: Survey, key: str) -> Scene:
    """Take in a key; one that is no answer is let pass."""
    value = _rating(key) if step.answer == "rating" else _YES_AND_NO_BY_KEY.get(key)
    return scene if value is None else _answered(scene.now(silences=0, unheard=False), step, value)


def unanswered(scene: Scene, step: Survey) -> Scene:
    """Ask once more, if the flow has the words; else go on without an answer."""
    misses = scene.state.misses + 1
    if step.again is None or misses > 1:
        return go(scene, step.next)
    return say_once_more(scene.now(misses=misses), step.again)


def _answered(scene: Scene, step: Survey, value: int) -> Scene:
    answer = SurveyAnswered(scene.state.step, step.measures, step.answer, value)
    after = go(scene, step.next)
    return replace(after, effects=(*scene.effects, answer, *after.effects[len(scene.effects) :]))


def _said(step: Survey, text: str, language: str) -> int | None:
    if step.answer == "yes_no":
        reply = yes_or_no(text, language)
        return None if reply is None else int(reply is Reply.YES)
    return _rating(spoken_digits(text, language).digits)


def _rating(digits: str) -> int | None:
    return int(digits) if len(digits) == 1 and "1" <= digits <= str(BEST) else None
