"""The flows that come with Tandem: calls that go well, and callers who make it hard."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.dialogue.events import HangUp, KeysPressed, Say, TransferTo
from agents.dialogue.tool_checks import tool_problems
from agents.toolbox import find_tools
from config.expectation import AnswerKind
from config.flow_file import load_flow, shipped_flows
from config.flow_steps import End, LookUp, Transfer
from tests.agents.dialogue.line import Line

FLOWS = shipped_flows()
ADA = {"customer_id": "C1", "name": "Ada", "verified_by": "order number and postcode"}
NUMBER, POSTCODE = "one zero four two three three", "eight three seven oh two"
PHONE = "five oh three five five five zero one zero zero"
TIMES = {"first": {"slot_id": "S1", "starts_at": "2026-11-24T09:30:00-08:00"}}


def opened(name):
    return Line.open(load_flow(name))


def said(line, *words):
    """Let the caller say things one after the other, and hear what is answered; the last answer."""
    answer = ""
    for text in words:
        before = len(line.offers)
        line.caller(text)
        line.hear()
        answer = " ".join([offer.text for offer in line.offers.values()][before:])
    return answer


def found(line, step, result):
    before = len(line.offers)
    line.report(line.task(step), "result", result)
    line.hear()
    return " ".join([offer.text for offer in line.offers.values()][before:])


def failed(line, step, word):
    before = len(line.offers)
    line.report(line.task(step), "failed", error=word)
    line.hear()
    return " ".join([offer.text for offer in line.offers.values()][before:])


@pytest.mark.parametrize("name", FLOWS)
def test_every_shipped_flow_fits_its_tools_in_every_language(name):
    flow = load_flow(name)
    for spoken in (flow, *flow.others.values()):
        assert tool_problems(spoken, find_tools()) == ()


@pytest.mark.parametrize("name", FLOWS)
def test_a_flow_in_two_languages_is_the_same_flow_but_for_its_words(name):
    english, spanish = (load_flow(name).speaking(tag) for tag in ("en-US", "es-MX"))
    assert (english.language, spanish.language) == ("en-US", "es-MX")
    assert {step: each.kind for step, each in english.steps.items()} == {
        step: each.kind for step, each in spanish.steps.items()
    }
    assert english.steps["goodbye"] != spanish.steps["goodbye"]
    assert english.key == spanish.key


# --- refund -----------------------------------------------------------------------------------------


def test_a_returned_order_is_paid_back_with_the_callers_yes():
    line = opened("refund")
    said(line, "i want my money back", NUMBER, POSTCODE)
    found(line, "verify", ADA)
    assert found(line, "order", {"status": "returned", "items": "a brass lamp"}) == (
        "I found your order of a brass lamp. Shall I send back what you paid for it?"
    )
    said(line, "yes please")
    task = line.task("pay_back")
    assert task.consent
    assert task.identity is not None
    assert task.arguments == {"order_number": "104233"}
    assert found(line, "pay_back", {"refunded": {"cents": 12900, "amount": "129.00"}}).startswith(
        "129 dollars is on its way back to you."
    )
    assert line.state.step == "anything_else"


def test_nothing_is_paid_back_without_a_yes_or_for_an_order_on_its_way():
    line = opened("refund")
    said(line, "yes", NUMBER, POSTCODE)
    found(line, "verify", ADA)
    assert "is neither yet" in found(line, "order", {"status": "shipped", "items": "a lamp"})
    assert line.state.step == "a_colleague_then"
    assert "pay_back" not in {task.step for task in line.tasks}


@pytest.mark.parametrize(
    "condition",
    [
        "yes but only for one of the two lamps please",
        "okay wait what does it cost me first",
        "yes, unless it is late",
    ],
)
def test_a_yes_on_conditions_is_no_consent(condition):
    line = opened("refund")
    said(line, "yes", NUMBER, POSTCODE)
    found(line, "verify", ADA)
    found(line, "order", {"status": "returned", "items": "two lamps"})
    said(line, condition)
    assert "pay_back" not in {task.step for task in line.tasks}
    said(line, "yes")
    assert line.task("pay_back").consent


def test_a_refund_nobody_can_be_sure_of_is_claimed_neither_way():
    line = opened("refund")
    said(line, "yes", NUMBER, POSTCODE)
    found(line, "verify", ADA)
    found(line, "order", {"status": "cancelled", "items": "a lamp"})
    said(line, "yes")
    assert "could not confirm" in failed(line, "pay_back", "unknown")
    assert isinstance(line.flow.steps[line.state.step], Transfer)


def test_who_knows_too_little_is_put_through_after_three_tries():
    line = opened("refund")
    said(line, "yes")
    for _ in range(3):
        said(line, NUMBER, POSTCODE)
        failed(line, "verify", "not_found")
        if line.state.step != "order_number":
            break
    said(line, NUMBER, POSTCODE)
    assert line.state.step == "not_verified"


# --- appointment ------------------------------------------------------------------------------------


def test_an_appointment_is_found_from_the_day_that_suits_and_booked():
    line = opened("appointment")
    said(line, "yes", NUMBER, POSTCODE)
    found(line, "verify", ADA)
    assert line.state.step == "day"
    asked = next(reversed(line.offers.values()))
    assert asked.expects.kind is AnswerKind.DATE
    assert said(line, "next tuesday would be good") == "From Tuesday the 24th of November on. Is that right?"
    said(line, "yes")
    assert line.task("find").arguments == {"kind": "lamp repair", "earliest": "2026-11-24"}
    assert found(line, "find", {"times": [], **TIMES}) == (
        "The first free time is Tuesday the 24th of November at 9 30 in the morning. Shall I book that?"
    )
    said(line, "yes")
    assert line.task("book").arguments == {"slot_id": "S1"}
    assert line.task("book").consent
    assert found(line, "book", {"starts_at": "2026-11-24T09:30:00-08:00"}).startswith("You are booked for")


def test_a_day_not_heard_for_sure_is_read_back_and_can_be_corrected_or_keyed():
    line = opened("appointment")
    said(line, "yes", NUMBER, POSTCODE)
    found(line, "verify", ADA)
    assert line.caller("the third", 0.6) == ["From Thursday the 3rd of December on. Is that right?"]
    line.hear()
    assert said(line, "no the fourth") == "From Friday the 4th of December on. Is that right?"
    said(line, "yes")
    assert line.task("find").arguments["earliest"] == "2026-12-04"
    failed(line, "find", "not_found")
    assert line.state.step == "day_again"
    for key in "1201":
        line.tell(KeysPressed(key))
    assert line.task("find").arguments["earliest"] == "2026-12-01"


def test_a_day_that_is_said_again_with_a_no_is_not_confirmed():
    line = opened("appointment")
    said(line, "yes", NUMBER, POSTCODE)
    found(line, "verify", ADA)
    line.caller("the third", 0.6)
    line.hear()
    assert said(line, "no the third does not suit me") == "Sorry. Which day is it?"
    assert (line.state.step, line.state.doubt, line.state.task) == ("day", None, None)


def test_a_caller_who_never_names_a_day_gets_a_person():
    line = opened("appointment")
    said(line, "yes", NUMBER, POSTCODE)
    found(line, "verify", ADA)
    said(line, "purple curtains", "purple curtains", "purple curtains")
    assert line.state.step == "to_a_person_after_all"


# --- technical support ------------------------------------------------------------------------------


def test_what_helps_ends_the_call_and_what_does_not_is_noted_with_a_number():
    line = opened("technical_support")
    assert "another socket" in said(line, "it does not turn on")
    assert "screw the bulb" in said(line, "no")
    assert "your own words" in said(line, "no")
    assert "which number" in said(line, "it just stopped working on sunday evening")
    assert said(line, PHONE) == "I have 5 0 3, 5 5 5, 0 1 0 0. Is that right?"
    said(line, "yes")
    task = line.task("open_case")
    assert task.arguments == {
        "reason": "it just stopped working on sunday evening",
        "phone_number": "+15035550100",
    }
    assert "will ring you on 5 0 3, 5 5 5, 0 1 0 0" in found(line, "open_case", {"callback_id": "1"})


def test_a_lamp_that_smokes_is_no_matter_of_bulbs():
    line = opened("technical_support")
    said(line, "it does not turn on", "wait it smells burnt")
    assert line.state.step == "to_a_person"


@pytest.mark.parametrize(
    "story",
    [
        "it fell from the table on sunday and that was all it did nothing else happened",
        "i talked to someone last week about a refund for it",
        "it stopped working in march and i did not hear back from you",
    ],
)
def test_a_story_is_taken_down_whatever_words_it_is_told_in(story):
    line = opened("technical_support")
    said(line, "the glass is broken")
    assert "which number" in said(line, story)
    assert line.state.slots["details"].value == story


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("goodbye", "goodbye"),
        ("agent please", "to_a_person"),
        ("i want to talk to someone", "to_a_person"),
        ("it fell on the floor yesterday and then there was smoke coming out of it", "to_a_person"),
    ],
)
def test_a_story_can_be_left(words, step):
    line = opened("technical_support")
    said(line, "the glass is broken", words)
    assert line.state.step == step
    assert "details" not in line.state.slots


def test_a_fault_and_a_number_can_be_keyed_and_a_number_that_is_none_is_asked_for_again():
    line = opened("technical_support")
    line.tell(KeysPressed("3"))
    line.hear()
    assert line.state.step == "details"
    said(line, "the cat threw it from the table")
    for key in "1035550100":
        line.tell(KeysPressed(key))
    line.hear()
    assert (line.state.step, line.state.slots.get("phone")) == ("phone", None)
    for key in "5035550100":
        line.tell(KeysPressed(key))
    assert line.task("open_case").arguments["phone_number"] == "+15035550100"


def test_a_number_said_in_two_breaths_is_one_number():
    line = opened("technical_support")
    said(line, "the glass is broken", "it fell down")
    assert "and then" in said(line, "five oh three")
    said(line, "five five five zero one zero zero")
    assert line.state.doubt == "+15035550100"


# --- after hours ------------------------------------------------------------------------------------


def test_a_call_back_is_promised_in_the_callers_language():
    line = opened("after_hours")
    assert said(line, "español por favor").startswith("Con gusto, en español.")
    assert line.state.language == "es-MX"
    assert said(line, "sí por favor") == "¿De qué se trata?"
    said(line, "quiero cambiar mi dirección")
    back = said(line, "cinco cero tres cinco cinco cinco cero uno cero cero")
    assert back == "Tengo 5 0 3, 5 5 5, 0 1 0 0. ¿Es correcto?"
    said(line, "sí es correcto")
    assert line.task("promise").arguments == {
        "reason": "quiero cambiar mi dirección",
        "phone_number": "+15035550100",
    }
    assert found(line, "promise", {"callback_id": "1"}).startswith("Hecho. Un compañero le llamará")
    assert said(line, "in english please").startswith("Sure, in English. ")
    said(line, "no thanks")
    assert line.state.over


def test_who_wants_no_call_back_is_let_go():
    line = opened("after_hours")
    line.caller("no thank you")
    assert any(isinstance(effect, HangUp) for effect in line.effects)


def test_a_days_limit_is_not_told_as_a_system_that_does_not_answer():
    line = opened("technical_support")
    said(line, "the glass is broken", "the cat threw it from the table", PHONE, "yes")
    assert "more than I may do for you today" in failed(line, "open_case", "limit")
    assert line.state.step == "limit_reached"
    line = opened("after_hours")
    said(line, "yes", "my lamp is late", PHONE, "yes")
    assert "cannot note another call back today" in failed(line, "promise", "limit")
    assert line.state.over


@pytest.mark.parametrize("name", FLOWS)
def test_every_look_up_tells_a_days_limit(name):
    steps = load_flow(name).steps.values()
    assert all("limit" in step.failed for step in steps if isinstance(step, LookUp))


# --- any of them ------------------------------------------------------------------------------------

SAYINGS = (
    "", "mhm", "yes", "no", "sí", "goodbye", "adiós", "agent please", "español por favor",
    "in english please", "purple curtains", "repeat that", "hold on", NUMBER, POSTCODE, PHONE, "next tuesday",
    "mañana", "thanks",
    "it smokes", "it does not turn on", "another day", "i want a refund", "one two three",
)  # fmt: skip
MOVES = st.lists(
    st.tuples(st.just("said"), st.sampled_from(SAYINGS), st.sampled_from([0.3, 0.6, 0.95]))
    | st.tuples(st.just("key"), st.sampled_from("0123456789*#"))
    | st.tuples(st.sampled_from(["hear", "lose", "silence"]))
    | st.tuples(st.just("report"), st.sampled_from(["result", "not_found", "unknown", "unavailable"]))
    | st.tuples(st.just("old"), st.just("result")),
    max_size=25,
)
RESULT = {**ADA, **TIMES, "status": "returned", "items": "a lamp", "starts_at": "2026-11-24T09:30:00-08:00"}


def wander(line, moves):
    """Do all of it; after each move every offer must stand in a step, and cancelled work stay silent."""
    for move in moves:
        if line.state.over:
            return
        match move:
            case ("said", text, confidence):
                line.caller(text, confidence)
            case ("key", key):
                line.tell(KeysPressed(key))
            case ("hear",):
                line.hear()
            case ("lose",) if line.state.offers:
                line.lose()
            case ("silence",):
                line.silence(6_000)
            case ("report", word) if line.state.task:
                task = next(each for each in line.tasks if each.task_id == line.state.task.id)
                failure = None if word == "result" else word
                line.report(task, "failed" if failure else "result", None if failure else RESULT, failure)
            case ("old", _) if line.cancelled:
                cancelled = next(each for each in line.tasks if each.task_id == line.cancelled[-1])
                assert line.report(cancelled, "result", RESULT) == [], "cancelled work spoke"
            case _:
                continue
        for effect in line.effects:
            if isinstance(effect, Say):
                assert effect.step in line.flow.steps
                assert "{" not in effect.text


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(FLOWS), MOVES)
def test_from_any_state_there_is_a_way_to_a_person_and_off_the_line(name, moves):
    line = opened(name)
    wander(line, moves)
    if line.state.over or isinstance(line.flow.steps[line.state.step], Transfer | End):
        return
    plea = "agent please" if line.state.language != "es-MX" else "quiero hablar con una persona"
    line.caller(plea)
    assert any(isinstance(effect, TransferTo) for effect in line.effects)
    assert line.state.task is None
