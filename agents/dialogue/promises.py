"""What callers ask of the clock: reminders, and to be told when work takes longer than last time."""

from dataclasses import replace

from agents.dialogue.scene import Scene, drop_news
from agents.dialogue.spans import Span, said_due, said_span, spoken_span
from agents.dialogue.state import OpenTask, Reminder, State
from config.flow_steps import Remind, Watch
from config.flow_text import Text

Answer = tuple[Scene, Text, dict[str, object]]
"""The scene with the promise in it, what is said to it, and what its blanks are filled with."""


def promise_reminder(scene: Scene, name: str, step: Remind) -> Answer:
    """Remember what the caller wants to be reminded of, as often as they said; ask when they did not say."""
    span = spoken_span(scene.words)
    if span is None:
        return scene.clocked(time_asked=name), step.unclear, {}
    others = tuple(each for each in scene.state.clock.reminders if each.step != name)
    reminder = Reminder(name, span.ms, span.every)
    scene = scene.clocked(reminders=(*others, reminder), time_asked=None)
    return scene, step.says, {"due": said_due(span, scene.flow.language)}


def promise_to_watch(scene: Scene, name: str, step: Watch) -> Answer:
    """Watch the work the call waits for, or what was begun last."""
    state = scene.state
    task = state.task or (state.tasks[-1] if state.tasks else None)
    took_ms = state.clock.took_ms.get(task.kind) if task else None
    if task is None or took_ms is None:
        return scene, step.nothing, {}
    due_ms = None if task.since_ms is None else task.since_ms + took_ms
    watched = replace(task, watch=name, watch_due_ms=due_ms)
    scene = scene.now(tasks=tuple(watched if each.id == task.id else each for each in state.tasks))
    return scene, step.says, last_time(scene, task)


def last_time(scene: Scene, task: OpenTask) -> dict[str, object]:
    """How long such work took last time, for the blank `{last_time}`."""
    took_ms = scene.state.clock.took_ms.get(task.kind, 0)
    return {"last_time": said_span(took_ms, scene.flow.language)}


def due_words(scene: Scene, reminder: Reminder) -> dict[str, object]:
    """When a reminder is due, for the blank `{due}`."""
    return {"due": said_due(Span(reminder.period_ms, reminder.every), scene.flow.language)}


def stop_reminding(scene: Scene) -> Scene:
    """End all reminders and watches, and what they were about to say."""
    tasks = tuple(replace(task, watch=None, watch_due_ms=None) for task in scene.state.tasks)
    scene = scene.now(tasks=tasks).clocked(reminders=(), time_asked=None)
    return drop_news(scene, lambda news: isinstance(scene.flow.steps[news.step], Remind | Watch))


def how_long(state: State, now_ms: int, language: str) -> dict[str, object]:
    """How long it has been: `{on_call}` in all, `{waited}` for the work going on longest."""
    began = [task.since_ms for task in state.tasks if task.since_ms is not None]
    waited = {"waited": said_span(now_ms - min(began), language)} if began else {}
    return {"on_call": said_span(now_ms, language), **waited}
