"""Telling news: at once when the floor is free, after the caller's sentence when it is not, until heard."""

from dataclasses import replace

from agents.dialogue.again import part_again
from agents.dialogue.scene import Scene, drop_news, say, sure_word
from agents.dialogue.state import News, Purpose, Source
from agents.dialogue.walk import question
from config.flow_steps import End, Transfer, Work


def tell(scene: Scene, news: News) -> Scene:
    """Offer news, in place of the same news not heard yet. Last words that are being said come after it."""
    if not news.language:
        tongue = news.task.language if news.verbatim and news.task else ""
        news = replace(news, language=tongue or scene.flow.language)
    scene = _offered(drop_news(scene, lambda other: _same(other, news)), news)
    step = scene.step
    return part_again(scene, step) if scene.state.parting and isinstance(step, Transfer | End) else scene


def tell_what_is_owed(scene: Scene) -> Scene:
    """Offer again what was cut off or put off, once what the caller said is answered."""
    if scene.state.parting or scene.state.kept is not None or scene.state.over:
        return scene
    for news in scene.state.news:
        if news.offer_id is None:
            scene = _offered(scene.now(news=tuple(each for each in scene.state.news if each != news)), news)
    return scene


def is_owed(scene: Scene) -> bool:
    """Whether there is news that nobody is offered."""
    return any(news.offer_id is None for news in scene.state.news)


def _same(one: News, other: News) -> bool:
    task, other_task = one.task, other.task
    about = (task and task.about) == (other_task and other_task.about)
    return not one.verbatim and about and (one.key, one.step) == (other.key, other.step)


def _offered(scene: Scene, news: News) -> Scene:
    flow, reply = scene.flow, scene.news
    scene, spoken, asks = _worded(replace(scene, flow=flow.speaking(news.language)), news)
    scene = replace(scene, news=True, telling=(*scene.telling, *news.tells))
    scene = say(scene, spoken, Purpose.NEWS, asks=asks, of=news.step)
    offered = replace(news, offer_id=scene.state.offers[-1].id)
    return replace(scene.now(news=(*scene.state.news, offered)), flow=flow, news=reply)


def _worded(scene: Scene, news: News) -> tuple[Scene, str, bool]:
    if news.verbatim:
        return scene, news.text[0], False
    before = scene
    last = scene.state.kept or " ".join(scene.state.said)
    scene, asked = (scene, None) if scene.state.kept else question(scene)
    asking = scene.telling
    scene = with_result(replace(scene, telling=before.telling), news)
    talk = {"last": last, "question": asked, **news.talk}
    scene, spoken = sure_word(scene, f"{news.step}.{news.key}", news.text, talk)
    asks = bool(asked and asked in spoken)
    telling = (*asking, *scene.telling) if asks else scene.telling
    scene = scene.now(results=before.state.results, sources=before.state.sources)
    return replace(scene, telling=telling), spoken, asks


def with_result(scene: Scene, news: News) -> Scene:
    """Let blanks mean the very answer this news is of, whatever was answered since."""
    step = scene.flow.steps[news.task.step] if news.task else None
    if news.result is None or news.task is None or not isinstance(step, Work):
        return scene
    source = Source(news.task.number, news.task.about)
    return scene.now(
        results={**scene.state.results, step.result: news.result},
        sources={**scene.state.sources, step.result: source},
    )
