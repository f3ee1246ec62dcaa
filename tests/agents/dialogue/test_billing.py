"""The billing flow: who calls, what is told and when, the chart, and trouble."""

from itertools import permutations

import pytest

from agents.dialogue.events import HangUp, Say, SurveyAnswered, TransferTo
from agents.messages import FollowUp, Identity
from config.flow_file import load_flow
from tests.agents.dialogue.line import Line

ADA = {"customer_id": "C1", "name": "Ada", "verified_by": "order number and postcode"}
INVOICE = {
    "invoice_number": "P1",
    "total": {"cents": 8_400, "amount": "84.00"},
    "change": "more",
    "difference": {"cents": 6_500, "amount": "65.00"},
    "lines": [
        {"text": "care plan", "price": {"cents": 1_900, "amount": "19.00"}},
        {"text": "repair visit", "price": {"cents": 6_500, "amount": "65.00"}},
    ],
    "new_lines": [{"text": "repair visit", "price": {"cents": 6_500, "amount": "65.00"}}],
    "gone_lines": [],
}
BILLS = {
    "count": 2,
    "chart_id": "chart-of-ada",
    "chart": {
        "kind": "bars",
        "title": "Your bills",
        "labels": ["2026-10", "2026-11"],
        "series": [{"name": "", "values": [19.0, 84.0]}],
        "unit": "USD",
    },
}

WHY = (
    "Your newest bill is 84 dollars. That is 65 dollars more than the one before. "
    "New on it: repair visit for 65 dollars."
)
SHOWN = (
    "Adding up your bills month by month, the highest is 84 dollars in November, "
    "the lowest 19 dollars in October, and 52 dollars on average."
)
OFFER = "Shall I text you a chart of it, to the phone number we have for you?"


@pytest.fixture
def line():
    return Line.open(load_flow("billing"))


def said(line, *words):
    """Let the caller say things, one after the other, and hear what is answered; the answers."""
    answers = []
    for text in words:
        answers += line.caller(text)
        line.hear()
    return answers


def verified(line):
    said(line, "why is my bill so high", "one zero four two three three", "eight three seven oh two")
    line.report(line.task("verify"), "result", ADA)
    line.hear()


def explained(line):
    """The caller has heard why, and is asked about the chart."""
    verified(line)
    for step, result in (("bills", BILLS), ("newest_bill", INVOICE)):
        line.report(line.task(step), "result", result)
        line.hear()


def test_a_caller_shows_who_they_are_before_anything_is_told_of_bills(line):
    assert said(line, "why is my bill so high")[-1].startswith("Before I look at your bills")
    assert "postcode" in said(line, "one zero four two three three")[-1]
    said(line, "eight three seven oh two")
    assert [task.step for task in line.tasks] == ["verify"]
    assert line.tasks[0].arguments == {"order_number": "104233", "postcode": "83702"}
    assert line.tasks[0].identity is None


def test_two_things_are_looked_at_at_a_time_for_the_customer_and_a_word_is_said_meanwhile(line):
    said(line, "why is my bill so high", "one zero four two three three", "eight three seven oh two")
    (meanwhile,) = line.report(line.task("verify"), "result", ADA)
    assert meanwhile == (
        "I'm going through your bills of the last twelve months. And I'm looking at the newest one."
    )
    known = Identity(customer_id="C1", verified_by="order number and postcode")
    assert [(task.step, task.identity) for task in line.tasks[1:]] == [
        ("bills", known),
        ("newest_bill", known),
    ]


@pytest.mark.parametrize("order", list(permutations(("bills", "newest_bill"))))
def test_in_whichever_order_they_come_the_caller_hears_both_and_is_offered_the_chart(line, order):
    verified(line)
    for step in order:
        line.report(line.task(step), "result", BILLS if step == "bills" else INVOICE)
    line.hear()
    heard = [offer.text for offer in line.offers.values()]
    assert (heard.count(WHY), heard.count(SHOWN)) == (1, 1)
    assert line.state.step == "offer_chart"
    assert heard[-1] == OFFER


def test_bills_that_come_after_the_reason_was_heard_are_told_and_the_chart_can_be_asked_for(line):
    verified(line)
    line.report(line.task("newest_bill"), "result", INVOICE)
    line.hear()
    assert line.state.step == "anything_else"
    assert line.report(line.task("bills"), "result", BILLS) == [SHOWN]
    line.hear()
    assert said(line, "send me the chart") == [OFFER]


def test_the_chart_is_sent_with_the_callers_yes_and_the_conversation_goes_on(line):
    explained(line)
    answer = said(line, "yes please")
    assert answer == ["I'm sending it. Is there anything else I can help you with?"]
    task = line.task("send_the_chart")
    assert task.consent
    assert task.arguments == {"chart_id": "chart-of-ada", "text": "Lumen and Oak"}
    assert task.follow_up == FollowUp(language="en-US")  # the caller may hang up; it is sent all the same
    told = line.report(task, "result", {"message_id": "SM1", "ends_with": "99"})
    assert told == ["The chart is on its way to your number ending in 9 9."]


def test_without_a_yes_nothing_is_sent(line):
    explained(line)
    assert said(line, "no") == ["Is there anything else I can help you with?"]
    assert "send_the_chart" not in [task.step for task in line.tasks]


def test_a_yes_to_an_offer_that_was_cut_off_sends_nothing(line):
    verified(line)
    line.report(line.task("bills"), "result", BILLS)
    line.hear()
    line.report(line.task("newest_bill"), "result", INVOICE)
    while line.state.step != "offer_chart":
        line.hear_one()
    line.lose()
    assert line.caller("yes") == ["Shall I send the chart to your phone? Please say yes or no."]
    line.hear()
    assert line.caller("yes")[0].startswith("I'm sending it.")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("not_found", "I have no phone number for you"),
        ("unsupported", "I can't send messages from this line"),
        ("refused", "takes no messages"),
        ("unknown", "I could not confirm that the chart was sent. It may still reach you."),
        ("timeout", "I could not confirm that the chart was sent. It may still reach you."),
        ("limit", "more than I may send today"),
        ("unavailable", "I couldn't send the chart, I'm sorry."),
    ],
)
def test_of_a_chart_that_was_not_sent_the_caller_hears_what_is_true(line, error, words):
    explained(line)
    said(line, "yes")
    (told,) = line.report(line.task("send_the_chart"), "failed", error=error)
    assert words in told
    assert line.state.step == "anything_else"


def test_once_shown_who_they_are_callers_need_not_show_it_again(line):
    explained(line)
    said(line, "no", "i have a question about my bill")
    assert [task.step for task in line.tasks].count("verify") == 1
    assert [task.step for task in line.tasks].count("newest_bill") == 2


def test_an_unknown_customer_may_try_three_times_and_is_never_told_what_was_wrong(line):
    said(line, "why is my bill so high", "one zero four two three three", "eight three seven oh three")
    for attempt in range(3):
        answer = line.report(line.task("verify"), "failed", error="not_found")
        line.hear()
        assert "postcode" not in answer[-1]
        if attempt < 2:
            assert "match" in answer[-1]
            said(line, "one zero four two three three", "eight three seven oh four")
    assert "sure who you are" in answer[-1]
    assert line.state.identity is None
    said(line, "no", "why is my bill so high")
    assert [task.step for task in line.tasks] == ["verify"] * 3
    assert line.state.step in ("bill_postcode", "not_verified")


@pytest.mark.parametrize("error", ["unavailable", "timeout", "unknown", "internal"])
def test_when_nobody_can_check_who_calls_nothing_is_told_and_another_try_is_offered(line, error):
    said(line, "why is my bill so high", "one zero four two three three", "eight three seven oh two")
    (answer,) = line.report(line.task("verify"), "failed", error=error)
    assert answer == "I'm sorry, I can't get at your bills right now. Shall I try once more?"
    line.hear()
    assert "postcode" in said(line, "yes")[-1]


@pytest.mark.parametrize(
    ("error", "words", "step"),
    [
        ("not_found", "I can't find any bill of yours", "anything_else"),
        ("unavailable", "Shall I try once more?", "bill_trouble"),
        ("limit", "as much as I may today", "limit_reached"),
        ("unsupported", "Shall I try once more?", "bill_trouble"),
    ],
)
def test_a_bill_that_cannot_be_looked_at_is_no_reason_to_invent_one(line, error, words, step):
    verified(line)
    assert words in " ".join(line.report(line.task("newest_bill"), "failed", error=error))
    assert line.state.step == step


def test_without_a_chart_none_is_offered(line):
    verified(line)
    assert line.report(line.task("bills"), "failed", error="unavailable") == [
        "I couldn't draw a chart of your bills, I'm afraid."
    ]
    line.hear()
    line.report(line.task("newest_bill"), "result", INVOICE)
    line.hear()
    assert line.state.step == "anything_else"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"change": "less", "gone_lines": INVOICE["new_lines"]}, "less than the one before. No longer on "),
        ({"change": "less"}, "65 dollars less than the one before."),
        ({"change": "more", "new_lines": []}, "65 dollars more than the one before."),
        ({"change": "same"}, "84 dollars, as much as the one before: repair visit for 65 dollars"),
        ({"change": None}, "84 dollars: repair visit for 65 dollars and care plan for 19 dollars."),
        ({"change": None, "lines": []}, "Your newest bill is 84 dollars."),
    ],
)  # fmt: skip
def test_bills_of_all_kinds_are_explained(line, change, words):
    verified(line)
    line.report(line.task("bills"), "result", BILLS)
    line.hear()
    answer = line.report(line.task("newest_bill"), "result", INVOICE | change)
    assert words in answer[0]


def test_who_says_nothing_is_asked_and_then_left(line):
    explained(line)
    assert line.silence(6_000) == ["Are you still there?"]
    line.hear()
    assert line.silence(6_000) == [
        "I'm still here if you need me. Shall I send the chart to your phone? Please say yes or no."
    ]
    line.hear()
    assert "say goodbye" in line.silence(6_000)[0]
    assert any(isinstance(effect, HangUp) for effect in line.effects)
    assert "send_the_chart" not in [task.step for task in line.tasks]


@pytest.mark.parametrize("state", [verified, explained])
def test_a_person_can_be_had_at_any_point(line, state):
    state(line)
    line.caller("agent please")
    assert any(isinstance(effect, TransferTo) for effect in line.effects)


def test_never_mind_lets_go_of_the_bills(line):
    verified(line)
    line.caller("never mind")
    assert set(line.cancelled) == {line.task("bills").task_id, line.task("newest_bill").task_id}
    assert line.report(line.task("bills"), "result", BILLS) == []


def test_the_word_of_the_chart_answers_nothing_the_caller_said(line):
    explained(line)
    said(line, "yes")
    line.report(line.task("send_the_chart"), "result", {"message_id": "SM1", "ends_with": "99"})
    (told,) = [effect for effect in line.effects if isinstance(effect, Say)]
    assert (told.news, told.step) == (True, "chart_sent")


def test_before_goodbye_the_caller_is_asked_how_it_was_and_the_answer_is_kept(line):
    explained(line)
    asked = said(line, "no", "no thanks")[-1]
    assert asked.startswith("Before you go, from one to five")
    line.caller("four")
    (kept,) = [effect for effect in line.effects if isinstance(effect, SurveyAnswered)]
    assert (kept.measures, kept.value) == ("satisfaction", 4)
    assert any(isinstance(effect, HangUp) for effect in line.effects)


def test_a_bill_is_explained_in_spanish_to_who_asks_for_it(line):
    line.caller("spanish please")
    line.hear()
    said(line, "por qué es tan alta mi factura", "uno cero cuatro dos tres tres", "ocho tres siete cero dos")
    line.report(line.task("verify"), "result", ADA)
    line.hear()
    answer = line.report(line.task("newest_bill"), "result", INVOICE)
    assert answer[0] == "Su última factura es de 84 dólares. Son 65 dólares más que la anterior."
