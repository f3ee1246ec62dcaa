"""One event being worked on: the flow, the state so far, the effects so far. Frozen, handed on anew."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from agents.dialogue.events import CancelTask, Effect, Say, Unsay
from agents.dialogue.expecting import awaited
from agents.dialogue.state import OpenOffer, Purpose, State
from agents.dialogue.wording import Speech, spaced, worded
from config.flow import BLANK, Ask, DigitsSlot, Flow, Step, Text


@dataclass(frozen=True, slots=True)
class Scene:
    """Attributes are as in `State` and `Say`; `news`: what is said now answers nothing the caller said."""

    flow: Flow
    state: State
    effects: tuple[Effect, ...] = ()
    news: bool = False

    @property
    def step(self) -> Step:
        """The step the call is at."""
        return self.flow.steps[self.state.step]

    def doing(self, *effects: Effect) -> "Scene":
        """Add effects."""
        return replace(self, effects=(*self.effects, *effects))

    def now(self, **changes: object) -> "Scene":
        """Change fields of the state."""
        return replace(self, state=replace(self.state, **changes))


def known(scene: Scene, talk: Mapping[str, object] | None = None) -> dict[str, object]:
    """All that blanks can be filled with; `talk` is what only this text may use."""
    slots: dict[str, object] = {}
    for name, given in scene.state.slots.items():
        slots[name] = _spoken_slot(scene.flow, name, given.value)
    step = scene.flow.steps.get(scene.state.step)
    if isinstance(step, Ask) and step.slot and scene.state.doubt:
        slots[step.slot] = _spoken_slot(scene.flow, step.slot, scene.state.doubt)
    return {**scene.flow.values, **slots, **scene.state.results, **(talk or {})}


def _spoken_slot(flow: Flow, name: str, value: str) -> str:
    return spaced(value) if isinstance(flow.slots.get(name), DigitsSlot) else value


def word(
    scene: Scene, key: str, text: Text, talk: Mapping[str, object] | None = None
) -> tuple[Scene, str | None]:
    """Word a text; its wordings take turns by `key`. None when it has a blank that nothing fills."""
    speech = Speech(scene.state.call.today, scene.flow.currency)
    turn = scene.state.used.get(key, 0)
    spoken = worded(text, known(scene, talk), speech, turn)
    return scene.now(used={**scene.state.used, key: turn + 1}), spoken


def sure_word(
    scene: Scene, key: str, text: Text, talk: Mapping[str, object] | None = None
) -> tuple[Scene, str]:
    """Word a text that must be said: what is not known is left out."""
    scene, spoken = word(scene, key, text, talk)
    return scene, spoken if spoken is not None else " ".join(BLANK.sub("", text[0]).split())


def say(scene: Scene, text: str, purpose: Purpose, *, interruptible: bool = True) -> Scene:
    """Offer words, with what is awaited where the call now is."""
    count = scene.state.count + 1
    offer_id = f"offer-{count}"
    scene = scene.now(count=count, offers=(*scene.state.offers, OpenOffer(offer_id, purpose)), unheard=False)
    if purpose is not Purpose.REMARK:
        scene = scene.now(said=(*scene.state.said, text))
    expects = awaited(scene.flow, scene.state)
    return scene.doing(Say(offer_id, text, scene.state.step, expects, scene.news, interruptible))


def unsay_all(scene: Scene) -> Scene:
    """Withdraw what has not been heard yet; a kept answer is then owed."""
    offers = dict.fromkeys(offer.id for offer in scene.state.offers)
    if scene.state.parting:
        offers[scene.state.parting] = None  # even if it was cut off: the call is not to end after all
    return scene.now(offers=(), parting=None).doing(*map(Unsay, offers))


def drop_task(scene: Scene) -> Scene:
    """Cancel the look-up at work, if there is one; nothing it reports later counts."""
    task = scene.state.task
    return scene.now(task=None).doing(CancelTask(task.id)) if task else scene


def is_open(scene: Scene, *purposes: Purpose) -> bool:
    """Whether such an offer is still to be heard."""
    return any(offer.purpose in purposes for offer in scene.state.offers)
