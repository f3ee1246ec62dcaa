"""The call's clock: what is due when, and what happens when it is.

Work and reminders begin when the clock is first read after they were asked for; that is the next micro-turn,
which begins where the caller's turn ended. So nothing here is late by more than the micro-turn it falls in.
"""

from dataclasses import replace

from agents.dialogue.classifying import due_ms, waited
from agents.dialogue.findings import failed, settled
from agents.dialogue.news import is_owed, tell, tell_what_is_owed
from agents.dialogue.promises import due_words, how_long, last_time
from agents.dialogue.scene import Scene, drop_tasks, say, sure_word
from agents.dialogue.state import News, OpenTask, Purpose, Reminder, State
from agents.dialogue.walk import stay
from config.flow_steps import HowLong, Remind, Watch, Work


def next_due_ms(state: State) -> int | None:
    """Tell when `TimePassed` is to be sent next, in call time; 0: at once. None: nothing waits for the clock.

    What is due stays due until it was told, so the call compares, every micro-turn, with its time.
    """
    clock = state.clock
    if state.over or not state.step:
        return None
    unread = any(reminder.due_ms is None for reminder in clock.reminders)
    if unread or clock.how_long or clock.settled or any(task.since_ms is None for task in state.tasks):
        return 0
    asked = state.classifying
    dues = [] if asked is None else [due_ms(asked)]
    dues += [reminder.due_ms for reminder in clock.reminders if reminder.due_ms is not None]
    for task in state.tasks:
        dues.append(task.give_up_ms)
        if task.watch_due_ms is not None:
            dues.append(task.watch_due_ms)
        if not task.meanwhile:
            dues.append(task.word_must_ms if state.offers else task.word_due_ms)
    return min(dues, default=None)


def time_passed(scene: Scene, now_ms: int) -> Scene:
    """Read the clock, and do what is due."""
    scene = waited(_wound(scene, now_ms), now_ms)
    if scene.state.clock.how_long is not None:
        scene = _say_how_long(scene, scene.state.clock.how_long, now_ms)
    for reminder in scene.state.clock.reminders:
        if reminder.due_ms is not None and reminder.due_ms <= now_ms:
            scene = _remind(scene, reminder, now_ms)
    for task in scene.state.tasks:
        if now_ms >= task.give_up_ms:
            scene = _give_up(scene, task)
        elif task.watch_due_ms is not None and now_ms > task.watch_due_ms:
            scene = _takes_longer(scene, task)
    task = scene.state.task
    return _long_wait(scene, task, now_ms) if task and task.since_ms is not None else scene


def _wound(scene: Scene, now_ms: int) -> Scene:
    """Begin what has waited for the clock."""
    clock = scene.state.clock
    took_ms = {kind: now_ms - (now_ms if since is None else since) for kind, since in clock.settled}
    reminders = tuple(
        replace(each, due_ms=now_ms + each.period_ms) if each.due_ms is None else each
        for each in clock.reminders
    )
    tasks = tuple(
        _begun(scene, task, now_ms) if task.since_ms is None else task for task in scene.state.tasks
    )
    return scene.now(tasks=tasks).clocked(
        reminders=reminders, settled=(), took_ms={**clock.took_ms, **took_ms}
    )


def _begun(scene: Scene, task: OpenTask, now_ms: int) -> OpenTask:
    step = scene.flow.steps[task.step]
    if not isinstance(step, Work):
        raise TypeError(f"step '{task.step}' has no work done")
    waiting = step.waiting
    took_ms = scene.state.clock.took_ms.get(task.kind)
    return replace(
        task,
        since_ms=now_ms,
        word_due_ms=now_ms + waiting.first_after_ms,
        word_must_ms=now_ms + waiting.first_after_ms + waiting.then_every_ms,
        give_up_ms=now_ms + waiting.give_up_after_ms,
        watch_due_ms=now_ms + took_ms if task.watch and took_ms is not None else None,
    )


def _long_wait(scene: Scene, task: OpenTask, now_ms: int) -> Scene:
    """Say a word when work the call waits for takes long."""
    step = scene.flow.steps[task.step]
    due_ms = task.word_must_ms if scene.state.offers else task.word_due_ms
    if now_ms < due_ms or not isinstance(step, Work):
        return scene
    every_ms = step.waiting.then_every_ms
    later = replace(task, word_due_ms=now_ms + every_ms, word_must_ms=now_ms + 2 * every_ms)
    scene = _replaced(scene, later)
    if is_owed(scene):
        return tell_what_is_owed(scene)
    scene, spoken = sure_word(scene, f"{task.step}.waiting", step.waiting.says)
    return say(scene, spoken, Purpose.REMARK)


def _give_up(scene: Scene, task: OpenTask) -> Scene:
    step = scene.flow.steps[task.step]
    scene = settled(drop_tasks(scene, (task.id,)), task)
    return failed(scene, task, step, "timeout") if isinstance(step, Work) else scene


def _takes_longer(scene: Scene, task: OpenTask) -> Scene:
    name = task.watch or ""
    step = scene.flow.steps.get(name)
    scene = _replaced(scene, replace(task, watch_due_ms=None))
    if not isinstance(step, Watch):
        return scene
    news = News("longer", name, step.longer, talk=last_time(scene, task), task=task)
    return scene if scene.state.parting else tell(scene, news)


def _remind(scene: Scene, reminder: Reminder, now_ms: int) -> Scene:
    """Say the reminder, and wind it again. Reminders that were missed are not made up for."""
    step = scene.flow.steps[reminder.step]
    due_ms = reminder.due_ms or 0
    missed = (now_ms - due_ms) // reminder.period_ms
    again = replace(reminder, due_ms=due_ms + (missed + 1) * reminder.period_ms)
    others = tuple(each for each in scene.state.clock.reminders if each.step != reminder.step)
    scene = scene.clocked(reminders=(*others, again) if reminder.every else others)
    if scene.state.parting or not isinstance(step, Remind):
        return scene
    talk = {**due_words(scene, reminder), **how_long(scene.state, now_ms, scene.flow.language)}
    return tell(scene, News("reminder", reminder.step, step.reminder, talk=talk))


def _say_how_long(scene: Scene, name: str, now_ms: int) -> Scene:
    """Answer the caller who asked; it is a reply, though it had to wait for the clock."""
    step = scene.flow.steps[name]
    scene = scene.clocked(how_long=None)
    if not isinstance(step, HowLong):
        return scene
    talk = how_long(scene.state, now_ms, scene.flow.language)
    news = scene.news
    return replace(stay(replace(scene, news=False), f"{name}.says", step.says, talk), news=news)


def _replaced(scene: Scene, task: OpenTask) -> Scene:
    return scene.now(tasks=tuple(task if each.id == task.id else each for each in scene.state.tasks))
