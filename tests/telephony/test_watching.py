import numpy as np

from agents.messages import Delegation, ReportKind, TaskReport
from config.units import MICRO_TURN_SAMPLES
from model.turn import Transcript, TurnOutput, Word
from telephony.line import LineTurn
from telephony.utterances import Utterance, Utterances
from telephony.watching import (
    CallEnded,
    ChartMade,
    Happening,
    StepReached,
    TaskNews,
    Watch,
    Where,
    WordsSaid,
)

SILENCE = np.zeros(MICRO_TURN_SAMPLES, np.int16)


class Notes:
    def __init__(self) -> None:
        self.seen: list[tuple[int, Happening]] = []

    def saw(self, at_ms: int, happening: Happening) -> None:
        self.seen.append((at_ms, happening))

    def words(self) -> list[tuple[str, str, bool]]:
        return [
            (each.utterance, each.text, each.final) for _, each in self.seen if isinstance(each, WordsSaid)
        ]


class Broken:
    def __init__(self) -> None:
        self.asked = 0

    def saw(self, at_ms: int, happening: Happening) -> None:
        self.asked += 1
        raise ValueError("scripted")


def step(watch: Watch, index: int, under_way: Utterances = (), **output: object) -> None:
    where = Where("greet", "en-US", under_way, 300)
    watch.micro_turn(LineTurn(index, SILENCE), TurnOutput(index, SILENCE, **output), where, (), ())  # type: ignore[arg-type]


def said(offer_id: str, *words: str) -> Utterance:
    return Utterance(offer_id, tuple(Word(word, 200 * at, 200 * at + 150) for at, word in enumerate(words)))


def test_the_agents_words_are_told_as_they_grow_at_the_time_the_caller_hears_them() -> None:
    notes = Notes()
    watch = Watch((notes,))
    step(watch, 0, (said("o1", "Good"),))
    step(watch, 1, (said("o1", "Good"),))
    step(watch, 2, (said("o1", "Good", "day."),))
    watch.heard(800, said("o1", "Good", "day."), 300)
    assert notes.words() == [("o1", "Good", False), ("o1", "Good day.", False), ("o1", "Good day.", True)]
    first = next(each for _, each in notes.seen if isinstance(each, WordsSaid))
    assert first.words[0].start_ms == 300


def test_two_utterances_on_their_way_are_kept_apart_and_only_heard_words_are_final() -> None:
    notes = Notes()
    watch = Watch((notes,))
    step(watch, 0, (said("o1", "Good"), said("o2", "How")))
    watch.heard(400, said("o1"), 300)
    step(watch, 1, (said("o2", "How"),))
    assert notes.words() == [("o1", "Good", False), ("o2", "How", False), ("o1", "", True)]


def test_each_turn_of_the_caller_is_an_utterance_of_its_own() -> None:
    notes = Notes()
    watch = Watch((notes,))
    hi, there = Word("hi", 0, 200), Word("there", 200, 400)
    step(watch, 0, transcript=Transcript((hi,), final=False))
    step(watch, 1, transcript=Transcript((hi, there), final=True))
    step(watch, 2, transcript=Transcript((hi,), final=False))
    assert notes.words() == [
        ("caller-0", "hi", False),
        ("caller-0", "hi there", True),
        ("caller-1", "hi", False),
    ]


def test_steps_are_told_when_they_change() -> None:
    notes = Notes()
    watch = Watch((notes,))
    step(watch, 0)
    step(watch, 1)
    assert notes.seen == [(200, StepReached("greet", "en-US"))]


def test_tasks_are_told_and_the_charts_they_have_drawn() -> None:
    notes = Notes()
    watch = Watch((notes,))
    asked = Delegation(task_id="t1", tool="bill_history")
    chart = {
        "kind": "bars",
        "title": "Bills",
        "labels": ["2026-10", "2026-11"],
        "unit": "USD",
        "series": [{"name": "bill", "values": [10.0, 20.0]}],
    }
    result = {"chart": chart, "chart_id": "abc"}
    done = TaskReport(
        task_id="t1", call_id="c", tool="bill_history", kind=ReportKind.RESULT, sequence=2, result=result
    )
    failed = TaskReport(
        task_id="t2", call_id="c", tool="x", kind=ReportKind.FAILED, sequence=1, error="timeout"
    )
    where = Where("greet", "en-US", (), 0)
    watch.micro_turn(LineTurn(0, SILENCE), TurnOutput(0, SILENCE), where, (asked,), (done, failed))
    news = [each for _, each in notes.seen if isinstance(each, TaskNews)]
    assert [(each.task_id, each.status, each.text) for each in news] == [
        ("t1", "asked", ""),
        ("t1", "result", ""),
        ("t2", "failed", "timeout"),
    ]
    (drawn,) = [each for _, each in notes.seen if isinstance(each, ChartMade)]
    assert drawn.chart_id == "abc"
    assert "20" in drawn.sentence


def test_a_watcher_that_fails_is_left_out_and_disturbs_nobody() -> None:
    broken, notes = Broken(), Notes()
    watch = Watch((broken, notes))
    for _ in range(3):
        watch.tell(0, CallEnded("completed"))
    assert broken.asked == 1
    assert len(notes.seen) == 3
