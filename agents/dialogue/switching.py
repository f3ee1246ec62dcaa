"""Going on in another language: what was worded in the old one and still matters is worded in the new."""

from dataclasses import replace

from agents.dialogue.events import Unsay
from agents.dialogue.scene import Scene, speech, word
from agents.dialogue.state import News
from agents.dialogue.wording import look, spoken_value
from config.flow_steps import Agent, Aside, LookUp, Say
from config.flow_text import Text


def going_on_in(scene: Scene, tag: str) -> Scene:
    """Speak another of the flow's languages from here on."""
    flow = scene.flow.speaking(tag)
    if flow.language == scene.flow.language:
        return scene
    scene = replace(scene.now(language=tag, said=()), flow=flow)
    return _news_in_it(_told_in_it(_kept_in_it(scene)))


def _kept_in_it(scene: Scene) -> Scene:
    """Word the answer that must arrive anew; it is said again in the new language."""
    step = scene.step
    if scene.state.kept is None or not isinstance(step, Say):
        return scene
    before = scene.telling
    scene, spoken = word(replace(scene, telling=()), f"{scene.state.step}.says", step.says)
    tells = scene.telling
    scene = replace(scene, telling=before)
    return scene if spoken is None else scene.now(kept=spoken, kept_tells=tells)


def _told_in_it(scene: Scene) -> Scene:
    """Note what was told as it would be said now: a mere change of language is nothing to be corrected."""
    answers = {source.about: scene.state.results.get(name) for name, source in scene.state.sources.items()}
    told: dict[tuple[str, str, str], str] = {}
    for about, path, form in scene.state.told:
        answer = answers.get(about)
        said = None if answer is None else spoken_value(look(path, answer), form, speech(scene))
        if said:
            told[about, path, form] = said
    return scene.now(told=told)


def _news_in_it(scene: Scene) -> Scene:
    """Tell news that was not heard yet in the new language; what tells of times stays as it was."""
    language = scene.flow.language
    both = [(news, _text(scene, news)) for news in scene.state.news]
    unsaid = tuple(news.offer_id for news, text in both if text and news.offer_id)
    return scene.now(
        news=tuple(
            replace(news, text=text, language=language, offer_id=None) if text else news
            for news, text in both
        ),
        offers=tuple(offer for offer in scene.state.offers if offer.id not in unsaid),
    ).doing(*map(Unsay, unsaid))


def _text(scene: Scene, news: News) -> Text | None:
    match scene.flow.steps.get(news.step):
        case Aside(says=says) if news.key == "says":
            return says
        case LookUp(partial=partial) | Agent(partial=partial) if news.key == "partial" and not news.verbatim:
            return partial
        case _:
            return None
