"""What comes in on the way: offers withdrawn while the caller speaks, reports of tasks, timed requests.

The model is told each as text at a frame of the call; what a good agent makes of it stands in the labels: an
offer withdrawn is never voiced, a report waits for the end of the caller's sentence, a reminder comes when it
is due.
"""

from typing import Final

from model.data import scripts
from model.data.interjections import murmur
from model.data.scene import Scene
from model.data.scripts import CallerTurn
from model.data.timing import pause_ms

_SECONDS: Final = {
    "five": 5, "six": 6, "eight": 8, "ten": 10, "cinco": 5, "seis": 6, "ocho": 8, "diez": 10,
}  # fmt: skip


def after_turn(scene: Scene, turn: CallerTurn, end: int, now: int) -> int:
    """Weave in what belongs after this turn of the caller; gives the frame the conversation goes on at.

    Args:
        scene: the call.
        turn: what the caller has said.
        end: the frame its sound ended at.
        now: the frame the agent speaks next.
    """
    if turn.asks == "remind":
        return _reminder(scene, turn, end, now)
    draw = scene.random.random()
    if draw < 0.12:
        _withdrawn(scene, end)
    elif draw < 0.27 and turn.long:
        return _report(scene, end - scene.frames(scene.random.uniform(300, 2_500)), now)
    elif draw < 0.5 and turn.asks == "delegate":
        return _looked_up(scene, now)
    return now


def _withdrawn(scene: Scene, end: int) -> None:
    """While the caller still speaks an offer comes and goes again: what they said next changed everything."""
    text, _ = scene.line(scene.random.choice(("free", "nothing", "yes_no")))
    made = end - scene.frames(scene.random.uniform(800, 2_500))
    scene.stage.tell(made, "offer", text)
    scene.stage.tell(scene.random.randint(made + 20, end - 10), "withdrawn", text)


def _report(scene: Scene, told: int, now: int) -> int:
    """A report that came in at frame `told` is voiced at `now`; gives the frame it has been said."""
    text, clip = scene.line("report")
    if clip is None:
        return now
    scene.stage.tell(told, "report", text)
    scene.stage.may_speak(max(told, now - scene.frames(1_500)), now)
    return scene.stage.say_agent(clip, now) + scene.frames(scene.random.uniform(250, 900))


def _looked_up(scene: Scene, now: int) -> int:
    """The agent says "one moment"; the report comes seconds later, perhaps while the caller speaks."""
    stage, random = scene.stage, scene.random
    waits = murmur(scene, "one moment", now)
    told = waits + scene.frames(random.uniform(600, 4_000))
    if random.random() < 0.6:
        stage.await_answer(waits, told)
        stage.be_quiet(waits, told)
        return _report(scene, told, told + scene.frames(200))
    at = waits + scene.frames(random.uniform(300, 1_500))
    stage.be_quiet(waits, at)
    aside = scripts.spoken("nothing", scene.split, random, scene.language)
    begun = at
    pieces = scene.pieces(aside)
    for k, (clip, language) in enumerate(pieces):
        at = stage.say_caller(clip, at, 0, language)
        if k < len(pieces) - 1:
            resumes = at + scene.frames(pause_ms(clip.then, random))
            stage.hold(at, resumes, due=False)
            at = resumes
    voiced = at + scene.frames(random.uniform(100, 500))
    stage.free(at, voiced)
    return _report(scene, random.randint(begun, at), voiced)


def _reminder(scene: Scene, turn: CallerTurn, end: int, now: int) -> int:
    """The agent promises, waits, and speaks when the time has come, to the micro-turn."""
    stage, random = scene.stage, scene.random
    seconds = next((_SECONDS[word] for word in turn.text.split() if word in _SECONDS), 5)
    text, promise = scene.line("reminded")
    if promise is None:
        return now
    stage.tell(now - scene.frames(300), "offer", text)
    stage.may_speak(max(end, now - scene.frames(300)), now)
    promised = stage.say_agent(promise, now)
    due = max(end + seconds * 100, promised + scene.frames(200))
    stage.await_answer(promised, due)
    stage.be_quiet(promised, due - scene.frames(400))
    text, reminder = scene.line("due")
    if reminder is None:
        return due
    stage.tell(due - scene.frames(200), "report", text)
    return stage.say_agent(reminder, due) + scene.frames(random.uniform(300, 900))
