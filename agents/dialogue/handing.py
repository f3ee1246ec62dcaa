"""A person takes the call from the agent, and gives it back; people speak through an interpreter."""

from dataclasses import replace

from agents.dialogue.again import part_again, take_up_again
from agents.dialogue.events import InterpretationEnded, Unsay
from agents.dialogue.scene import Scene, unsay_all
from agents.dialogue.standing import standing
from agents.dialogue.walk import enter, stay
from config.flow_steps import End, Interpret, Transfer


def taken_over(scene: Scene) -> Scene:
    """Say nothing more: all that was to be said is withdrawn, and owed where it must arrive."""
    scene = unsay_all(scene)
    owed = tuple(news.offer_id for news in scene.state.news if news.offer_id)
    news = tuple(replace(each, offer_id=None) for each in scene.state.news)
    offers = tuple(offer for offer in scene.state.offers if offer.id not in owed)
    return scene.now(news=news, offers=offers).doing(*map(Unsay, owed))


def handed_back(scene: Scene) -> Scene:
    """Go on where the flow stood: with a word that it is the agent again, and the question once more."""
    match scene.step:
        case Transfer() | End() as step:
            return part_again(scene, step)
        case Interpret():
            return scene.now(silences=0, misses=0)  # how that ended says where the flow goes on
        case _ if scene.state.kept is not None:
            return take_up_again(scene)
        case _:
            back = standing("assistant_again", scene.flow.language)
            return stay(scene.now(silences=0, misses=0), "handed_back", (f"{back} {{question}}".strip(),))


def interpretation_ended(scene: Scene, event: InterpretationEnded) -> Scene:
    """Go on behind the step that had two people interpreted, if the call is still there."""
    step = scene.flow.steps.get(event.step)
    if scene.state.interpreting != event.step or not isinstance(step, Interpret):
        return scene
    scene = unsay_all(scene).now(interpreting=None, silences=0, misses=0)
    return enter(scene, step.next if event.joined else step.failed)
