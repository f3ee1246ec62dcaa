"""One event being worked on: the flow, the state so far, the effects so far. Frozen, handed on anew."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from agents.dialogue.events import CancelTask, Effect, Say, Unsay
from agents.dialogue.expecting import awaited
from agents.dialogue.readings import said
from agents.dialogue.state import Clock, News, OpenOffer, Purpose, State, Told
from agents.dialogue.wording import SlotValue, Speech, worded
from config.flow import Flow
from config.flow_steps import Ask, Step
from config.flow_text import BLANK, Text


@dataclass(frozen=True, slots=True)
class Scene:
    """One event being worked on.

    Attributes:
        flow, state, effects: as they are so far.
        news: what is said now answers nothing the caller said.
        words: what the caller said, if that is the event.
        consents: steps the caller has just allowed to change something.
        telling: values in what was worded and is about to be said.
        walked: the steps reached, in order.
    """

    flow: Flow
    state: State
    effects: tuple[Effect, ...] = ()
    news: bool = False
    words: str = ""
    consents: frozenset[str] = frozenset()
    telling: tuple[Told, ...] = ()
    walked: tuple[str, ...] = ()

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

    def clocked(self, **changes: object) -> "Scene":
        """Change fields of the state's clock."""
        clock: Clock = replace(self.state.clock, **changes)
        return self.now(clock=clock)


def known(scene: Scene, talk: Mapping[str, object] | None = None) -> dict[str, object]:
    """All that blanks can be filled with; `talk` is what only this text may use."""
    slots: dict[str, object] = {}
    for name, given in scene.state.slots.items():
        slots[name] = _spoken_slot(scene, name, given.value)
    step = scene.flow.steps.get(scene.state.step)
    if isinstance(step, Ask) and step.slot and scene.state.doubt:
        slots[step.slot] = _spoken_slot(scene, step.slot, scene.state.doubt)
    return {**scene.flow.values, **slots, **scene.state.results, **(talk or {})}


def _spoken_slot(scene: Scene, name: str, value: str) -> SlotValue:
    slot = scene.flow.slots.get(name)
    return SlotValue(value, said(slot, value, speech(scene)) if slot else value)


def word(
    scene: Scene, key: str, text: Text, talk: Mapping[str, object] | None = None
) -> tuple[Scene, str | None]:
    """Word a text; its wordings take turns by `key`. None when it has a blank that nothing fills."""
    turn = scene.state.used.get(key, 0)
    spoken = worded(text, known(scene, talk), speech(scene), turn)
    scene = scene.now(used={**scene.state.used, key: turn + 1})
    if spoken is None:
        return scene, None
    told: list[Told] = []
    for each in spoken.filled:
        name, _, path = each.path.partition(".")
        if path and (source := scene.state.sources.get(name)):
            told.append(Told(source.about, path, each.form, each.spoken))
    return replace(scene, telling=(*scene.telling, *told)), spoken.text


def speech(scene: Scene) -> Speech:
    """Tell how this call speaks."""
    return Speech(scene.state.call.today, scene.flow.currency, scene.flow.language)


def sure_word(
    scene: Scene, key: str, text: Text, talk: Mapping[str, object] | None = None
) -> tuple[Scene, str]:
    """Word a text that must be said: what is not known is left out."""
    scene, spoken = word(scene, key, text, talk)
    return scene, spoken if spoken is not None else " ".join(BLANK.sub("", text[0]).split())


def say(
    scene: Scene, text: str, purpose: Purpose, *, interruptible: bool = True, asks: bool = False, of: str = ""
) -> Scene:
    """Offer words, with what is awaited where the call now is.

    Args:
        scene: the scene; what it is telling is told by these words.
        text: the words.
        purpose: what they are to the conversation.
        interruptible: whether the caller may talk over them.
        asks: they put the question of the step the call is at.
        of: the step they are from; the one the call is at if empty.
    """
    count = scene.state.count + 1
    offer = OpenOffer(f"offer-{count}", purpose, scene.telling, asks)
    scene = scene.now(count=count, offers=(*scene.state.offers, offer), unheard=False)
    if purpose is not Purpose.REMARK:
        scene = scene.now(said=(*scene.state.said, text))
    expects = awaited(scene.flow.speaking(scene.state.language), scene.state)
    said = Say(
        offer.id, text, of or scene.state.step, expects, scene.news, interruptible, scene.flow.language
    )
    return replace(scene, telling=()).doing(said)


def unsay_all(scene: Scene) -> Scene:
    """Withdraw what has not been heard yet; a kept answer, and news the call waited for, are then owed.

    Other news stays: it has nothing to do with what is being talked about.
    """
    staying = {news.offer_id for news in scene.state.news if not news.waited_for}
    offers = dict.fromkeys(offer.id for offer in scene.state.offers if offer.id not in staying)
    if scene.state.parting:
        offers[scene.state.parting] = None  # even if it was cut off: the call is not to end after all
    return scene.now(
        offers=tuple(offer for offer in scene.state.offers if offer.id in staying),
        news=tuple(replace(news, offer_id=None) if news.waited_for else news for news in scene.state.news),
        parting=None,
    ).doing(*map(Unsay, offers))


def drop_news(scene: Scene, goes: Callable[[News], bool]) -> Scene:
    """Tell certain news no more."""
    gone = tuple(news for news in scene.state.news if goes(news))
    offers = tuple(news.offer_id for news in gone if news.offer_id)
    return scene.now(
        news=tuple(news for news in scene.state.news if news not in gone),
        offers=tuple(offer for offer in scene.state.offers if offer.id not in offers),
    ).doing(*map(Unsay, offers))


def drop_tasks(scene: Scene, ids: Collection[str]) -> Scene:
    """Cancel work; nothing it reports later counts, and nothing it reported is told any more."""
    gone = tuple(task.id for task in scene.state.tasks if task.id in ids)
    scene = scene.now(tasks=tuple(task for task in scene.state.tasks if task.id not in ids))
    scene = scene.doing(*map(CancelTask, gone))
    return drop_news(scene, lambda news: news.task is not None and news.task.id in ids)


def drop_task(scene: Scene) -> Scene:
    """Cancel the work the call waits for, if it waits."""
    task = scene.state.task
    return drop_tasks(scene, (task.id,)) if task else scene


def is_open(scene: Scene, *purposes: Purpose) -> bool:
    """Whether such an offer is still to be heard."""
    return any(offer.purpose in purposes for offer in scene.state.offers)
