"""Which look-ups are begun early, and what becomes of them: pure, with the demo flow's own engine."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dialogue.engine import begin
from agents.dialogue.events import CallBegan
from agents.dialogue.state import CallFacts
from agents.messages import Brief, Delegation, FollowUp, Identity, ReportKind, TaskReport
from config.flow_file import load_flow
from model.turn import Transcript, Word
from telephony.speculation import (
    FRESH_FOR_MS,
    MOST_ALIVE,
    MOST_PER_TURN,
    Speculation,
    Wanted,
    adopt,
    begin_due,
    drop_all,
    is_mere_look_up,
    overheard,
    reported,
    runs_as,
    turn_over,
    wanted,
)
from telephony.weaving import Weave, overhear, tell

NUMBER = "one zero four two three three"


def look_up(number: str = "104233", *, task_id: str = "c1-task-5", tool: str = "order_status") -> Delegation:
    return Delegation(task_id=task_id, tool=tool, arguments={"order_number": number})


def report(task_id: str, kind: ReportKind = ReportKind.RESULT, error: str | None = None) -> TaskReport:
    return TaskReport(task_id=task_id, call_id="c1", tool="order_status", kind=kind, sequence=1, error=error)


def begun(*numbers: str) -> Speculation:
    """Early look-ups of these numbers, all asked for by the last transcript."""
    asked = tuple(Wanted(look_up(number), whole=True) for number in numbers)
    return begin_due(overheard(Speculation(), asked).speculation, 0).speculation


@pytest.fixture
def weave() -> Weave:
    flow = load_flow("order_status")
    return tell(Weave(flow, begin(flow, CallFacts("c1", date(2026, 11, 22)))), CallBegan()).weave


def heard(weave: Weave, text: str) -> Weave:
    words = tuple(Word(word, 0, 100, 0.45) for word in text.split())
    return overhear(weave, Transcript(words, final=False, confidence=0.45)).weave


# --- what is begun ----------------------------------------------------------------------------------


def test_a_look_up_is_wanted_with_the_sixth_digit_and_not_before(weave: Weave) -> None:
    digits = NUMBER.split()
    for count in range(1, 6):
        assert wanted(heard(weave, " ".join(digits[:count])), lambda _: True) == ()
    (asked,) = wanted(heard(weave, NUMBER), lambda _: True)
    assert asked.whole
    assert asked.delegation.arguments == {"order_number": "104233"}


def test_what_writes_is_never_wanted(weave: Weave) -> None:
    assert wanted(heard(weave, NUMBER), lambda _: False) == ()


def test_what_is_followed_up_after_the_call_or_left_to_a_language_model_is_no_mere_look_up() -> None:
    assert is_mere_look_up(look_up(), lambda _: True)
    followed = look_up().model_copy(update={"follow_up": FollowUp(case="A look-up")})
    briefed = look_up().model_copy(update={"brief": Brief(goal="Find the order.")})
    assert not is_mere_look_up(followed, lambda _: True)
    assert not is_mere_look_up(briefed, lambda _: True)


def test_a_whole_number_is_looked_up_at_once_under_an_id_of_its_own() -> None:
    asked = overheard(Speculation(), (Wanted(look_up(), whole=True),))
    (early,) = begin_due(asked.speculation, 400).begin
    assert early.speculative
    assert early.task_id != look_up().task_id
    assert early.arguments == look_up().arguments


def test_what_is_not_a_whole_number_must_be_asked_for_by_two_transcripts_in_a_row() -> None:
    asked = (Wanted(look_up(), whole=False),)
    first = overheard(Speculation(), asked).speculation
    assert begin_due(first, 0).begin == ()
    between = overheard(first, ()).speculation
    assert begin_due(overheard(between, asked).speculation, 0).begin == ()
    assert len(begin_due(overheard(first, asked).speculation, 0).begin) == 1


def test_the_same_look_up_is_begun_once_however_often_it_is_heard() -> None:
    speculation = begun("104233")
    again = overheard(speculation, (Wanted(look_up(), whole=True),))
    assert begin_due(again.speculation, 400).begin == ()
    assert again.cancel == ()


def test_when_the_number_changes_what_was_begun_for_it_is_cancelled() -> None:
    speculation = begun("104233")
    changed = overheard(speculation, (Wanted(look_up("104235"), whole=True),))
    assert changed.cancel == tuple(speculation.names)
    assert changed.speculation.figures.wasted == 1


@given(st.lists(st.sampled_from(["104231", "104232", "104233", "104234", ""]), max_size=30))
def test_however_the_words_change_the_limits_hold(numbers: list[str]) -> None:
    speculation, begins = Speculation(), 0
    for number in numbers:
        asked = (Wanted(look_up(number), whole=True),) if number else ()
        speculation = overheard(speculation, asked).speculation
        done = begin_due(speculation, 0)
        speculation, begins = done.speculation, begins + len(done.begin)
        assert len(speculation.alive) <= MOST_ALIVE
    assert begins <= MOST_PER_TURN
    figures = drop_all(speculation).speculation.figures
    assert (figures.begun, figures.wasted) == (begins, begins)


def test_every_early_look_up_has_another_id() -> None:
    speculation = Speculation()
    for number in ("104231", "104232", "104233"):
        asked = overheard(speculation, (Wanted(look_up(number), whole=True),))
        speculation = begin_due(asked.speculation, 0).speculation
    assert all(one != other for one, other in pairwise(sorted(speculation.names)))
    assert len(speculation.names) == MOST_PER_TURN


# --- what becomes of it -----------------------------------------------------------------------------


def test_what_is_reported_early_is_held_back_and_given_on_under_the_dialogues_id() -> None:
    speculation = begun("104233")
    (own,) = speculation.names
    speculation, news = reported(speculation, report(own, ReportKind.PROGRESS))
    assert news is None
    speculation, mark, known = adopt(speculation, look_up(), 400)
    assert mark is not None
    assert (mark.adopted_as, mark.ready) == ("c1-task-5", False)
    assert [each.task_id for each in known] == ["c1-task-5"]
    speculation, news = reported(speculation, report(own))
    assert news is not None
    assert news.task_id == "c1-task-5"
    assert runs_as(speculation, "c1-task-5") == own


def test_an_answer_that_is_there_in_time_counts_as_ready() -> None:
    speculation = begun("104233")
    speculation, _ = reported(speculation, report(*speculation.names))
    speculation, mark, known = adopt(speculation, look_up(), 400)
    assert mark is not None
    assert mark.ready
    assert [each.kind for each in known] == [ReportKind.RESULT]
    figures = speculation.figures
    assert (figures.look_ups, figures.adopted, figures.ready, figures.wasted) == (1, 1, 1, 0)


def test_other_arguments_or_another_customer_are_another_look_up() -> None:
    speculation = begun("104233")
    for other in (
        look_up("104234"),
        look_up(tool="invoice"),
        look_up().model_copy(update={"identity": Identity(customer_id="7")}),
    ):
        _, mark, known = adopt(speculation, other, 400)
        assert (mark, known) == (None, ())


def test_nothing_of_a_dropped_look_up_is_given_on() -> None:
    speculation = begun("104233")
    (own,) = speculation.names
    dropped = turn_over(speculation, None, 400)
    assert dropped.cancel == (own,)
    assert reported(dropped.speculation, report(own)) == (dropped.speculation, None)
    _, mark, known = adopt(dropped.speculation, look_up(), 600)
    assert (mark, known) == (None, ())


@pytest.mark.parametrize("error", ["unavailable", "timeout", "internal"])
def test_an_early_failure_that_may_pass_is_not_the_callers_answer(error: str) -> None:
    speculation = begun("104233")
    speculation, _ = reported(speculation, report(*speculation.names, ReportKind.FAILED, error))
    _, mark, _ = adopt(speculation, look_up(), 400)
    assert mark is None


def test_an_order_that_does_not_exist_is_known_early_too() -> None:
    speculation = begun("104233")
    speculation, _ = reported(speculation, report(*speculation.names, ReportKind.FAILED, "not_found"))
    _, mark, known = adopt(speculation, look_up(), 400)
    assert mark is not None
    assert mark.ready
    assert [each.error for each in known] == ["not_found"]


def test_a_stale_answer_is_not_used() -> None:
    speculation = begun("104233")
    assert adopt(speculation, look_up(), FRESH_FOR_MS)[1] is not None
    assert adopt(speculation, look_up(), FRESH_FOR_MS + 1)[1] is None


def test_a_number_being_read_back_keeps_its_look_up_until_it_is_confirmed() -> None:
    speculation = turn_over(begun("104233"), "104233", 400).speculation
    unclear = overheard(speculation, ())
    assert unclear.cancel == ()
    _, mark, _ = adopt(unclear.speculation, look_up(), 2_000)
    assert mark is not None
    denied = turn_over(unclear.speculation, None, 2_000)
    assert len(denied.cancel) == 1


def test_a_task_of_the_dialogues_own_passes_through() -> None:
    own = report("c1-task-9")
    assert reported(begun("104233"), own)[1] == own
    assert runs_as(begun("104233"), "c1-task-9") == "c1-task-9"
