"""What background agents report: found, partly found, failed; and what it changes of what was said before."""

from collections.abc import Mapping
from typing import Final

from agents.dialogue.news import tell, with_result
from agents.dialogue.scene import Scene, drop_news, known, speech
from agents.dialogue.state import News, OpenTask, Source, Told
from agents.dialogue.tongue import is_spanish
from agents.dialogue.walk import enter
from agents.dialogue.wording import branch, look, spoken_value
from agents.messages import Identity, ReportKind, TaskReport
from config.failures import MAY_HAVE_HAPPENED
from config.flow_steps import Aside, Decide, LookUp, Work
from config.flow_text import Text

_FAILED_TRIES: Final = frozenset({"not_found", "refused", "invalid"})
_REPAIR: Final[Text] = ("I said {before}; it is {now}.", "I have to correct myself: not {before}, but {now}.")
_REPAIR_SPANISH: Final[Text] = ("Le dije {before}; es {now}.", "Me corrijo: no {before}, sino {now}.")


def reported(scene: Scene, report: TaskReport) -> Scene:
    """Take in a report of work that is asked for. Any other's is too late, and changes nothing."""
    task = next((task for task in scene.state.tasks if task.id == report.task_id), None)
    step = scene.flow.steps[task.step] if task else None
    if task is None or not isinstance(step, Work):
        return scene
    match report.kind:
        case ReportKind.PROGRESS:
            return scene
        case ReportKind.PARTIAL:
            return _partly_found(scene, task, step, report)
        case ReportKind.RESULT:
            return _found(settled(scene, task, done=True), task, step, report)
        case ReportKind.FAILED | ReportKind.CANCELLED:
            return failed(settled(scene, task), task, step, report.error or report.kind.value)


def settled(scene: Scene, task: OpenTask, *, done: bool = False) -> Scene:
    """Close a task. `done`: it was done, so the time it took is worth remembering."""
    scene = scene.now(tasks=tuple(other for other in scene.state.tasks if other.id != task.id))
    if done:
        scene = scene.clocked(settled=(*scene.state.clock.settled, (task.kind, task.since_ms)))
    return drop_news(
        scene, lambda news: news.task is not None and news.task.id == task.id and news.step == task.watch
    )


def failed(scene: Scene, task: OpenTask, step: Work, word: str) -> Scene:
    """Go where the step says a failure leads; or tell of it, if the conversation went on meanwhile."""
    if isinstance(step, LookUp) and step.verifies and word in _FAILED_TRIES:
        tries = scene.state.tries.get(task.step, 0) + 1
        scene = scene.now(tries={**scene.state.tries, task.step: tries})
        if tries >= step.verifies.tries:
            return enter(scene.now(said=()), step.verifies.then)
    words = (word, "unknown", "otherwise") if word in MAY_HAVE_HAPPENED else (word, "otherwise")
    target = next((step.failed[each] for each in words if each in step.failed), None)
    if task.meanwhile:
        return _tell_aside(scene, task, target, None)
    return enter(scene.now(said=()), target or scene.flow.trouble)


def _found(scene: Scene, task: OpenTask, step: Work, report: TaskReport) -> Scene:
    result = report.result or {}
    if isinstance(step, LookUp) and step.verifies:
        if not (customer := result.get("customer_id")):
            return failed(scene, task, step, "refused")
        tries = {name: count for name, count in scene.state.tries.items() if name != task.step}
        by = str(result.get("verified_by") or step.verifies.by)
        identity = Identity(customer_id=str(customer), verified_by=by)
        scene = scene.now(identity=identity, tries=tries)
    scene = _repaired(scene, task, step, result)
    scene = drop_news(scene, lambda news: _is_part(news, task))  # the whole answer tells it
    source = scene.state.sources.get(step.result)
    if source is None or source.number <= task.number:
        scene = scene.now(
            results={**scene.state.results, step.result: result},
            sources={**scene.state.sources, step.result: Source(task.number, task.about)},
        )
    if report.says:
        scene = tell(scene, News("found", task.step, (report.says,), verbatim=True, task=task))
    if not task.meanwhile:
        said = scene.state.said if report.says else ()
        return enter(scene.now(visits={}, said=said), step.next)
    found = step.meanwhile.found if step.meanwhile and not report.says else None
    return _tell_aside(scene, task, found, result)


def _is_part(news: News, task: OpenTask) -> bool:
    return news.key == "partial" and not news.verbatim and news.task is not None and news.task.id == task.id


def _partly_found(scene: Scene, task: OpenTask, step: Work, report: TaskReport) -> Scene:
    if report.result is not None:
        scene = _repaired(scene, task, step, report.result)
    if report.says:
        return tell(scene, News("partial", task.step, (report.says,), verbatim=True, task=task))
    if report.result is None or step.partial is None:
        return scene
    return tell(scene, News("partial", task.step, step.partial, result=report.result, task=task))


def _tell_aside(scene: Scene, task: OpenTask, name: str | None, result: Mapping[str, object] | None) -> Scene:
    """Tell what the aside says that a step leads to, through decides on the answer."""
    if name is None:
        return scene
    news = News("says", name, (name,), result=result, task=task)
    facts = known(with_result(scene, news))
    while isinstance(step := scene.flow.steps[name], Decide):
        name = branch(step, facts)
    if not isinstance(step, Aside):
        raise TypeError(f"step '{name}' tells news, so it must be an aside")
    return tell(scene, News("says", name, step.says, result=result, task=task))


# --- what was said and is no longer true ------------------------------------------------------------


def _repaired(scene: Scene, task: OpenTask, step: Work, result: Mapping[str, object]) -> Scene:
    """Correct what the caller has heard; withdraw, without a word, what they have not heard yet."""
    scene = _withdrawn(scene, task, result)
    repaired: set[str] = set()
    for (about, path, form), spoken in scene.state.told.items():
        told = Told(about, path, form, spoken)
        now = _now(scene, told, result)
        if about != task.about or path in repaired or now in (None, spoken):
            continue
        repaired.add(path)
        news = News(
            key=f"repair.{path}",
            step=task.step,
            text=step.repair or (_REPAIR_SPANISH if is_spanish(scene.flow.language) else _REPAIR),
            talk={"before": spoken, "now": now},
            tells=_all_forms(scene, task.about, path, result),
            task=task,
        )
        scene = tell(scene, news)
    return scene


def _withdrawn(scene: Scene, task: OpenTask, result: Mapping[str, object]) -> Scene:
    """Withdraw news not heard yet that tells what this answer does not say."""
    untrue = {
        offer.id
        for offer in scene.state.offers
        if any(told.about == task.about and _now(scene, told, result) != told.spoken for told in offer.tells)
    }

    def goes(news: News) -> bool:
        owed = news.offer_id is None and news.result not in (None, result) and not news.verbatim
        about = news.task is not None and news.task.about == task.about
        repair = news.key.startswith("repair.")
        return about and (news.offer_id in untrue or owed or repair)

    return drop_news(scene, goes)


def _all_forms(scene: Scene, about: str, path: str, result: Mapping[str, object]) -> tuple[Told, ...]:
    """A repaired value in all the forms it was told in, so that it is repaired once."""
    forms = (form for (one, where, form) in scene.state.told if (one, where) == (about, path))
    now = ((form, spoken_value(look(path, result), form, speech(scene))) for form in forms)
    return tuple(Told(about, path, form, spoken) for form, spoken in now if spoken)


def _now(scene: Scene, told: Told, result: Mapping[str, object]) -> str | None:
    return spoken_value(look(told.path, result), told.form, speech(scene))
