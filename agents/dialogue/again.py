"""Saying and asking again: what was cut off, what was not understood, when nobody speaks."""

from collections.abc import Callable

from agents.dialogue.scene import Scene, is_open, say, sure_word, unsay_all
from agents.dialogue.state import Purpose
from agents.dialogue.walk import go, part, stay
from config.flow_steps import Agent, Ask, End, LookUp, Transfer
from config.flow_text import Text


def take_up_again(scene: Scene) -> Scene:
    """Say the kept answer once more."""
    return stay(unsay_all(scene), "resuming", scene.flow.resuming)


def part_again(scene: Scene, step: Transfer | End) -> Scene:
    """Say the last words once more: they were cut off, and the caller wants nothing else."""
    scene, spoken = sure_word(unsay_all(scene), f"{scene.state.step}.says", step.says)
    return part(scene.now(said=()), step, spoken)


def not_understood(scene: Scene, *, words: bool = True) -> Scene:
    """Ask again in other words, with more help; after too many times, go where the flow says.

    Args:
        scene: at any step.
        words: whether there were words at all. A sound without words that comes while the agent has not
            finished, while a look-up is at work, or while keys are being pressed, is let pass.
    """
    if scene.state.kept is not None:
        return scene if is_open(scene, Purpose.KEPT) and not words else take_up_again(scene)
    match scene.step:
        case LookUp() | Agent():
            return stay(unsay_all(scene), "talked_over", scene.flow.talked_over) if words else scene
        case Ask() as step:
            if not words and (scene.state.digits or is_open(scene, Purpose.QUESTION)):
                return scene
            return missed(scene, lambda asked: _ask_again(asked, step))
        case _:
            return scene


def say_once_more(scene: Scene, text: Text) -> Scene:
    """Put the question the call is at in other words; it was understood wrong or not at all."""
    scene, spoken = sure_word(unsay_all(scene).now(said=()), f"{scene.state.step}.again", text)
    return say(scene, spoken, Purpose.QUESTION, asks=True)


def missed(scene: Scene, ask_again: Callable[[Scene], Scene]) -> Scene:
    """Count an answer that was no use, and ask again or give up."""
    misses = scene.state.misses + 1
    if misses >= scene.flow.misunderstood.at_most:
        return go(scene, scene.flow.misunderstood.then)
    return ask_again(unsay_all(scene).now(misses=misses, said=()))


def _ask_again(scene: Scene, step: Ask) -> Scene:
    name = scene.state.step
    if scene.state.doubt is not None and step.confirm:
        scene, spoken = sure_word(scene, f"{name}.confirm.again", step.confirm.again)
    elif step.again:
        at = min(scene.state.misses, len(step.again)) - 1
        scene, spoken = sure_word(scene, f"{name}.again.{at}", step.again[at])
    else:
        scene, spoken = sure_word(scene, f"{name}.says", step.says)
    return say(scene, spoken, Purpose.QUESTION, asks=True)
