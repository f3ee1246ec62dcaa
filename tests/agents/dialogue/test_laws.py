"""What holds on every call, whatever callers, networks and tools do."""

import time
from copy import deepcopy
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.dialogue.engine import advance, begin
from agents.dialogue.events import (
    CallBegan,
    CallerGoesOn,
    CallerSaid,
    CallerSilent,
    CancelTask,
    Classified,
    Classify,
    HandedBack,
    HangUp,
    KeysPressed,
    OfferHeard,
    OfferLost,
    Reported,
    Say,
    TakenOver,
    TimePassed,
    TransferTo,
    Unclassify,
    Unsay,
)
from agents.dialogue.state import CallFacts
from agents.messages import Delegation, ReportKind, TaskReport
from config.expectation import AnswerKind
from config.flow_file import load_flow
from config.flow_steps import End, Transfer
from tests.agents.dialogue.talk import ORDERS, TODAY

SAYINGS = (
    "", "mhm", "okay", "yes", "no", "no thanks", "hello", "where is my order", "where is my order 104233",
    "one zero four", "two three three", "one zero four two three three", "no one zero four two three four",
    "999999", "one two three four five six seven eight", "i want a refund", "refund for 104233", "sorry what",
    "hold on", "are you a robot", "never mind", "goodbye", "thanks", "agent please", "i don't have it",
    "try again", "purple curtains", "1", "٣", "İ",
)  # fmt: skip

moves = st.one_of(
    st.tuples(st.just("said"), st.sampled_from(SAYINGS), st.sampled_from([0.0, 0.3, 0.45, 0.6, 0.95])),
    st.tuples(st.just("key"), st.sampled_from("0123456789*#A")),
    st.tuples(st.just("heard"), st.integers(0, 3)),
    st.tuples(st.just("lost"), st.integers(0, 3)),
    st.tuples(st.just("silent"), st.sampled_from([1_000, 2_000, 6_000, 20_000])),
    st.tuples(st.just("time"), st.sampled_from([200, 4_200, 50_000])),
    st.tuples(
        st.just("result"),
        st.integers(0, 2),
        st.sampled_from([*ORDERS, "not_found", "unavailable", "progress"]),
    ),
    st.tuples(st.just("person")),
    st.tuples(st.just("goes on")),
    st.tuples(
        st.just("classified"),
        st.integers(0, 40),
        st.sampled_from([0.0, 0.3, 0.6, 1.0]),
        st.sampled_from(["", "", "unavailable"]),
    ),
)


@cache
def flow():
    return load_flow("order_status")


class Run:
    """A call with random events, and what must hold after each."""

    def __init__(self, *, classifies=False):
        self.state = begin(flow(), CallFacts("call", TODAY, classifies))
        self.question: Classify | None = None
        self.now_ms = 0
        self.offers: list[str] = []
        self.silenced: set[str] = set()
        self.tasks: list[str] = []
        self.open_task: str | None = None
        self.feed(CallBegan())

    def feed(self, event):
        before = deepcopy(self.state)
        was_over = self.state.over
        step = advance(flow(), self.state, event)
        assert self.state == before, "changed in place"
        assert advance(flow(), self.state, event) == step, "not deterministic"
        self.state = step.state
        if was_over:
            assert step.effects == ()
        for effect in step.effects:
            self.check(effect)
        return step.effects

    def check(self, effect):
        match effect:
            case Say():
                assert effect.offer_id not in self.offers, "an offer id was used twice"
                self.offers.append(effect.offer_id)
                assert effect.step in flow().steps, "speech without a step"
                assert effect.text.strip()
                assert "{" not in effect.text
                if effect.expects.kind is AnswerKind.DIGITS:
                    assert effect.expects.digits == 6
                assert all(phrase == phrase.lower() for phrase in effect.expects.phrases)
                assert "agent please" in effect.expects.phrases
            case Unsay(offer_id):
                assert offer_id in self.offers
                self.silenced.add(offer_id)
            case Delegation(task_id=task_id, arguments=arguments):
                assert task_id not in self.tasks, "a task id was used twice"
                assert self.open_task is None, "two look-ups at once"
                assert arguments["order_number"].isdigit()
                assert len(arguments["order_number"]) == 6
                self.tasks.append(task_id)
                self.open_task = task_id
            case CancelTask(task_id):
                assert task_id == self.open_task
                self.open_task = None
            case Classify():
                assert self.question is None, "two questions at once"
                assert effect.options
                assert len({option.name for option in effect.options}) == len(effect.options)
                self.question = effect
            case Unclassify(request_id):
                assert self.question is not None
                assert self.question.request_id == request_id
                self.question = None
            case HangUp(offer_id) | TransferTo(_, offer_id):
                assert offer_id == self.offers[-1], "parting after words that were not just said"

    def move(self, move):
        match move:
            case ("said", text, confidence):
                self.feed(CallerSaid(text, confidence))
            case ("key", key):
                self.feed(KeysPressed(key))
            case ("heard", back):
                self.feed(OfferHeard(self.offers[-1 - back % len(self.offers)]))
            case ("lost", back):
                self.feed(OfferLost(self.offers[-1 - back % len(self.offers)]))
            case ("silent", silent_ms):
                self.feed(CallerSilent(silent_ms))
            case ("time", passed_ms):
                self.now_ms += passed_ms
                self.feed(TimePassed(self.now_ms))
            case ("person",):
                self.taken_over_and_handed_back()
            case ("goes on",):
                self.feed(CallerGoesOn())
            case ("classified", at, confidence, failed) if self.question is not None:
                self.classify(at, confidence, failed)
            case ("result", back, what) if self.tasks:
                self.report(self.tasks[-1 - back % len(self.tasks)], what)

    def taken_over_and_handed_back(self):
        was_over = self.state.over
        effects = self.feed(TakenOver())
        assert all(isinstance(effect, Unsay | Unclassify) for effect in effects)
        assert was_over or not self.state.offers, "the agent speaks while a person has the call"
        effects = self.feed(HandedBack())
        assert was_over or any(isinstance(effect, Say) for effect in effects)

    def classify(self, at, confidence, failed):
        """Answer the question with one of its options, or with one that it does not have."""
        assert self.question is not None
        asked, names = self.question, [option.name for option in self.question.options]
        option = names[at] if at < len(names) else "meaning.anything"
        if not failed:
            self.question = None  # it is settled, not withdrawn
        misses, step = self.state.misses, self.state.step
        self.feed(Classified(asked.request_id, option, confidence, failed))
        assert self.state.classifying is None
        if failed or at >= len(names) or confidence < 0.3:
            assert self.state.misses > misses or self.state.step == "agent"
        assert self.state.step in flow().steps
        if not failed and at >= len(names):
            assert self.state.step in (step, "agent"), "an option that there is not led somewhere"

    def report(self, task_id, what):
        was_open = task_id == self.open_task
        kind = ReportKind.RESULT if what in ORDERS else ReportKind.FAILED
        kind = ReportKind.PROGRESS if what == "progress" else kind
        if was_open and kind.settles:
            self.open_task = None
        effects = self.feed(
            Reported(
                TaskReport(
                    task_id=task_id,
                    call_id="call",
                    tool="order_status",
                    kind=kind,
                    sequence=1,
                    result=ORDERS.get(what),
                    error=what if kind is ReportKind.FAILED else None,
                )
            )
        )
        if not was_open or not kind.settles:
            assert effects == (), "a look-up that was cancelled or settled spoke"

    def hear_all(self):
        for offer in self.state.offers:
            self.feed(OfferHeard(offer.id))


@settings(max_examples=300, deadline=None)
@given(st.lists(moves, max_size=30))
def test_whatever_happens_the_laws_of_a_call_hold(script):
    run = Run()
    for move in script:
        run.move(move)


@settings(max_examples=300, deadline=None)
@given(st.lists(moves, max_size=30))
def test_they_hold_where_a_language_model_is_asked_what_words_mean(script):
    run = Run(classifies=True)
    for move in script:
        run.move(move)
        asked = run.state.classifying
        assert (asked and asked.id) == (run.question and run.question.request_id)


@settings(max_examples=150, deadline=None)
@given(st.lists(moves, max_size=20))
def test_a_caller_is_never_left_without_a_word_by_a_language_model_that_says_nothing(script):
    run = Run(classifies=True)
    for move in script:
        run.move(move)
    if run.question is None:
        return
    run.feed(TimePassed(run.now_ms))
    effects = run.feed(TimePassed(run.now_ms + flow().classification.within_ms))
    assert any(isinstance(effect, Say) for effect in effects)
    assert run.question is None


@settings(max_examples=150, deadline=None)
@given(st.lists(moves, max_size=20))
def test_a_caller_who_asks_for_a_person_gets_one_from_anywhere(script):
    run = Run()
    for move in script:
        run.move(move)
    if run.state.over or isinstance(flow().steps[run.state.step], (Transfer, End)):
        return
    effects = run.feed(CallerSaid("agent please", 0.95))
    assert any(isinstance(effect, TransferTo) for effect in effects)
    assert run.open_task is None


@settings(max_examples=150, deadline=None)
@given(st.lists(moves, max_size=20))
def test_a_line_on_which_nobody_speaks_is_hung_up_from_anywhere(script):
    run = Run()
    for move in script:
        run.move(move)
    for _ in range(12):
        if run.open_task:
            run.report(run.open_task, "unavailable")
        for offer in run.state.offers:
            run.feed(OfferHeard(offer.id))
        if run.state.over:
            return
        run.feed(CallerSilent(6_000))
    raise AssertionError(f"still at {run.state.step} after a dozen silences")


@settings(max_examples=100, deadline=None)
@given(st.lists(moves, max_size=20), st.sampled_from(SAYINGS))
def test_what_was_peeked_at_is_what_is_committed(script, words):
    run = Run()
    for move in script:
        run.move(move)
    peeked = advance(flow(), run.state, CallerSaid(words, 0.9))
    advance(flow(), run.state, CallerSaid("something else", 0.9))
    assert advance(flow(), run.state, CallerSaid(words, 0.9)) == peeked


def test_a_withdrawn_offer_that_is_reported_heard_after_all_changes_nothing():
    run = Run()
    (question,) = run.offers
    run.feed(CallerSaid("where is my order", 0.9))
    assert question in run.silenced
    before = run.state
    assert run.feed(OfferHeard(question)) == ()
    assert run.state == before


@pytest.mark.parametrize("farewell", ["goodbye", "agent please"])
def test_last_words_that_were_cut_off_are_withdrawn_when_the_caller_comes_back(farewell):
    run = Run()
    run.hear_all()
    run.feed(CallerSaid(farewell, 0.95))
    last_words = run.offers[-1]
    run.feed(OfferLost(last_words))
    assert Unsay(last_words) in run.feed(CallerSaid("where is my order 104233", 0.95))


def test_events_before_the_call_began_change_nothing():
    state = begin(flow(), CallFacts("call", TODAY))
    assert advance(flow(), state, CallerSaid("hello", 1.0)).effects == ()
    assert advance(flow(), state, CallerSaid("hello", 1.0)).state == state


def test_a_call_begins_once():
    run = Run()
    assert run.feed(CallBegan()) == ()


def test_a_call_stays_on_the_version_it_began_with():
    assert Run().state.flow == "order_status@1"


@pytest.mark.parametrize(
    "words", ["where is my order", "one zero four two three three", "purple curtains", ""]
)
def test_advancing_takes_less_than_two_milliseconds(words):
    run = Run()
    run.hear_all()
    spent = []
    for _ in range(30):
        began = time.perf_counter()
        advance(flow(), run.state, CallerSaid(words, 0.9))
        spent.append(time.perf_counter() - began)
    assert min(spent) < 0.002


def test_replies_are_no_news_and_what_comes_of_itself_is():
    run = Run()
    reply = run.feed(CallerSaid("where is my order 104233", 0.95))
    assert [effect.news for effect in reply if isinstance(effect, Say)] == [False]
    run.hear_all()
    run.now_ms = 200
    run.feed(TimePassed(200))
    progress = run.feed(TimePassed(5_000))
    assert [effect.news for effect in progress if isinstance(effect, Say)] == [True]


def test_two_states_that_differ_only_in_the_call_make_different_task_ids():
    run = Run()
    other = replace(run.state, call=CallFacts("other", TODAY))
    words = CallerSaid("where is my order 104233", 0.95)
    ids = {
        effect.task_id
        for state in (run.state, other)
        for effect in advance(flow(), state, words).effects
        if isinstance(effect, Delegation)
    }
    assert len(ids) == 2
