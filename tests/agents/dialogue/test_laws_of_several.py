"""What holds on every call on which several things are done at a time."""

import time
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.dialogue.clock import next_due_ms
from agents.dialogue.engine import advance
from agents.dialogue.events import CallerSaid, HangUp, Say, TimePassed, TransferTo
from agents.dialogue.state import Purpose
from agents.messages import ReportKind
from config.flow_steps import End, Staying, Transfer
from tests.agents.dialogue.line import Line, service_desk

SAYINGS = (
    "", "mhm", "yes", "no", "what", "where is my order 104233", "where is my order 104234", "104235",
    "when will it arrive", "i want a refund", "explain my invoice", "one two three four five",
    "remind me every four minutes", "remind me", "every minute", "stop reminding me", "never mind",
    "tell me if this takes longer than last time", "how long have i been on hold", "goodbye", "no wait",
    "purple curtains",
)  # fmt: skip
RESULTS = (
    {"order_number": "104233", "status": "shipped", "expected_on": "2026-11-24", "carrier": "UPS"},
    {"order_number": "104233", "status": "delivered", "expected_on": "2026-11-25", "carrier": "UPS"},
    {"customer_id": "c1", "amount": "12.50"},
    {},
)

moves = st.one_of(
    st.tuples(st.just("said"), st.sampled_from(SAYINGS), st.sampled_from([0.4, 0.95])),
    st.tuples(st.just("hear")),
    st.tuples(st.just("lose")),
    st.tuples(st.just("time"), st.sampled_from([200, 4_200, 60_000, 250_000])),
    st.tuples(
        st.just("report"),
        st.integers(0, 3),
        st.sampled_from(["progress", "partial", "result", "failed", "cancelled"]),
        st.sampled_from(RESULTS),
        st.sampled_from(["", "It left today."]),
    ),
    st.tuples(st.just("silent"), st.sampled_from([2_000, 6_000])),
)


def act(line, move):
    """Make a move; a clock that goes on is read when it is due, as a call does."""
    match move:
        case ("said", text, confidence):
            line.caller(text, confidence)
        case ("hear",):
            line.hear()
        case ("lose",) if line.state.offers:
            line.lose()
        case ("time", ms):
            line.now_ms += ms
            line.tell(TimePassed(line.now_ms))
            due_ms = next_due_ms(line.state)
            assert line.state.offers or due_ms is None or due_ms >= line.now_ms, "left undone what was due"
        case ("report", back, kind, result, says) if line.tasks:
            reported(line, line.tasks[-1 - back % len(line.tasks)], kind, result, says)
        case ("silent", ms):
            line.silence(ms)
        case _:
            pass


def reported(line, task, kind, result, says):
    """A report changes at most its own task; of work not asked for any more, and after the end, nothing."""
    before = line.state
    line.report(task, kind, result, "not_found" if kind == "failed" else None, says)
    after = line.state
    if before.over or task.task_id not in {each.id for each in before.tasks} or kind == "progress":
        assert after == before
        assert line.effects == ()
        return
    others = [each for each in before.tasks if each.id != task.task_id]
    kept = [each for each in after.tasks if each.id != task.task_id]
    assert kept[: len(others)] == others, "another task was changed"
    assert (task.task_id in {each.id for each in after.tasks}) is not ReportKind(kind).settles
    assert after.slots == before.slots or {name: given.value for name, given in after.slots.items()} == {
        name: given.value for name, given in before.slots.items()
    }


def holds(line):
    flow = service_desk()
    for effect in line.effects:
        if isinstance(effect, Say):
            assert effect.step in flow.steps, "speech without a step"
            assert effect.text.strip()
            assert "{" not in effect.text
    state = line.state
    assert not isinstance(flow.steps[state.step], Staying), "the call is where it cannot be"
    offers = {offer.id for offer in state.offers}
    assert offers.isdisjoint(line.unsaid), "a withdrawn offer is still open"
    assert len([task for task in state.tasks if not task.meanwhile]) <= 1, "waits for two things"
    assert not {task.id for task in state.tasks} & set(line.cancelled)
    news = {each.offer_id for each in state.news if each.offer_id}
    assert news == {offer.id for offer in state.offers if offer.purpose is Purpose.NEWS}
    for each in state.news:
        apology = each.result is None and not each.verbatim  # that it was given up may be said
        assert apology or each.task is None or each.task.id not in line.cancelled, "cancelled work speaks"
    for task in line.tasks:
        assert not task.consent or task.step == "refund", "consent for something else"
    if state.over:
        assert state.identity is None


@settings(max_examples=120, deadline=None)
@given(st.lists(moves, max_size=20))
def test_whatever_happens_the_laws_hold(script):
    line = Line.open()
    for move in script:
        act(line, move)
        holds(line)


@settings(max_examples=80, deadline=None)
@given(st.lists(moves, max_size=15), st.sampled_from(["agent please", "goodbye"]))
def test_from_every_state_there_is_a_way_out(script, words):
    line = Line.open()
    for move in script:
        act(line, move)
    if line.state.over or isinstance(service_desk().steps[line.state.step], Transfer | End):
        return
    line.caller(words)
    assert any(isinstance(effect, TransferTo | HangUp) for effect in line.effects)
    line.hear()
    assert line.state.over
    assert next_due_ms(line.state) is None


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(3)), st.sampled_from(RESULTS[:2]), st.booleans())
def test_answers_of_different_work_commute(order, result, heard):
    ends = []
    for at_once in (range(3), order):
        line = Line.open()
        for words in ("where is my order 104233", "i want a refund", "yes", "when will it arrive"):
            line.caller(words)
            line.hear()
        tasks = [line.task("track"), line.task("refund"), line.task("delivery")]
        answers = [result, {"amount": "3.00"}, RESULTS[0]]
        for at in at_once:
            line.report(tasks[at], "result", answers[at])
            if heard:
                line.hear()
        line.hear()
        ends.append((line.state.slots, line.state.results, line.state.step, line.state.tasks))
    assert ends[0] == ends[1]


def test_advancing_with_much_going_on_takes_less_than_two_milliseconds():
    line = Line.open()
    for words in ("where is my order 104233", "i want a refund", "yes", "remind me every minute"):
        line.caller(words)
        line.hear()
    line.report(line.task("track"), "partial", RESULTS[0])
    state = replace(line.state)
    spent = []
    for _ in range(30):
        began = time.perf_counter()
        advance(service_desk(), state, CallerSaid("when will it arrive", 0.9))
        spent.append(time.perf_counter() - began)
    assert min(spent) < 0.002
