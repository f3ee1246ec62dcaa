"""Several things done for one caller at a time: told when they come, in any order, and repaired."""

from itertools import permutations

import pytest

from agents.dialogue.events import HangUp, Say, TransferTo, Unsay
from agents.messages import LANGUAGE_MODEL, FollowUp, Identity
from config.flow_steps import LookUp
from tests.agents.dialogue.line import Line

TUESDAY = {"order_number": "104233", "status": "shipped", "expected_on": "2026-11-24", "carrier": "UPS"}
WEDNESDAY = TUESDAY | {"expected_on": "2026-11-25"}
HERE = TUESDAY | {"status": "delivered"}


@pytest.fixture
def line():
    return Line.open()


def tracking(line, number="104233"):
    line.caller(f"where is my order {number}")
    line.hear()
    return line.task("track")


def refunding(line):
    line.caller("i want a refund")
    line.hear()
    line.caller("yes")
    line.hear()
    return line.task("refund")


def test_the_conversation_goes_on_while_work_is_done(line):
    said = line.caller("where is my order 104233")
    assert said == ["I'm checking 1 0 4 2 3 3. How can I help?"]
    assert line.state.step == "greet"
    assert line.task("track").arguments == {"order_number": "104233"}
    assert line.state.task is None
    assert len(line.state.tasks) == 1


def test_what_was_found_is_told_as_news_when_it_comes(line):
    task = tracking(line)
    said = line.report(task, "result", HERE)
    assert said == ["By the way, 1 0 4 2 3 3 was delivered. What can I do for you?"]
    (news,) = [effect for effect in line.effects if isinstance(effect, Say)]
    assert news.news
    assert news.step == "order_here"
    assert line.state.step == "greet"


def test_news_stays_on_offer_when_the_caller_speaks_and_goes_elsewhere(line):
    line.report(tracking(line), "result", HERE)
    line.caller("i want a refund")
    assert not line.unsaid
    assert any("was delivered" in text for text in line.open_texts())


def test_news_that_was_cut_off_is_told_after_the_caller_was_answered(line):
    line.report(tracking(line), "result", HERE)
    line.lose()
    said = line.caller("i want a refund")
    assert said[0] == "Shall I refund it?"
    assert "was delivered" in said[1]
    assert [effect.news for effect in line.effects if isinstance(effect, Say)] == [False, True]
    line.hear()
    assert line.state.news == ()


def test_news_that_was_cut_off_is_told_again_when_nobody_speaks(line):
    line.report(tracking(line), "result", HERE)
    line.lose()
    (said,) = line.silence(2_000)
    assert "was delivered" in said


def test_results_in_any_order_end_in_the_same_slots_and_results():
    ends = []
    for order in permutations(range(3)):
        line = Line.open()
        tracked, refund = tracking(line), refunding(line)
        line.caller("when will it arrive")
        line.hear()
        reports = [(tracked, HERE), (refund, {"amount": "12.50"}), (line.task("delivery"), WEDNESDAY)]
        for at in order:
            line.report(reports[at][0], "result", reports[at][1])
            line.hear()
        assert line.state.tasks == ()
        ends.append((line.state.slots, line.state.results, line.state.identity, line.state.step))
    assert all(end == ends[0] for end in ends)
    assert ends[0][1] == {"order": WEDNESDAY, "refund": {"amount": "12.50"}}


def test_of_two_answers_of_one_name_the_one_asked_for_later_stays_whichever_comes_first():
    results = []
    for late_first in (False, True):
        line = Line.open()
        one = tracking(line)
        line.caller("when will it arrive")  # waited for; same tool, asked for later
        other = line.task("delivery")
        reports = [(one, HERE), (other, TUESDAY)]
        for task, result in reversed(reports) if late_first else reports:
            line.report(task, "result", result)
        results.append(line.state.results["order"])
    assert results == [TUESDAY, TUESDAY]


def test_another_number_takes_the_place_of_the_one_being_looked_up(line):
    first = tracking(line)
    second = tracking(line, "104234")
    assert line.cancelled == [first.task_id]
    assert line.report(first, "result", HERE) == []
    assert line.report(second, "result", HERE)


def test_news_of_a_number_that_was_corrected_is_withdrawn(line):
    line.report(tracking(line), "result", HERE)
    offer = line.state.news[0].offer_id
    line.caller("no 104234")
    assert offer in line.unsaid
    assert not any("was delivered" in text for text in line.open_texts())


def test_work_that_its_step_keeps_goes_on_with_another_number(line):
    line.caller("104233")
    line.hear()
    refund = refunding(line)
    tracking(line, "104234")
    assert refund.task_id not in line.cancelled
    assert line.report(refund, "result", {"amount": "12.50"}) == [
        "Your refund of 12 dollars and 50 cents is through."
    ]


def test_work_is_dropped_where_its_step_says(line):
    line.caller("104233")
    refund = refunding(line)
    track = line.task("track")
    line.caller("never mind")
    assert line.cancelled == [track.task_id]
    assert refund.task_id not in line.cancelled


def test_the_same_thing_asked_for_twice_is_done_once(line):
    tracking(line)
    line.caller("where is my order")
    assert [task.step for task in line.tasks] == ["track"]


def test_the_failure_of_one_disturbs_no_other(line):
    track = tracking(line)
    refund = refunding(line)
    assert line.report(track, "failed", error="not_found") == ["I can't find that order."]
    assert [task.id for task in line.state.tasks] == [refund.task_id]
    assert line.state.step == "greet"
    assert line.report(refund, "cancelled") == ["The refund did not work."]


@pytest.mark.parametrize(
    ("kind", "error", "said"),
    [
        ("failed", "unknown", "I could not confirm the refund."),
        ("cancelled", "unknown", "I could not confirm the refund."),
        ("failed", "timeout", "I could not confirm the refund."),
        ("failed", "internal", "I could not confirm the refund."),
        ("failed", "limit", "I may not refund more today."),
        ("failed", "unavailable", "The refund did not work."),
        ("cancelled", None, "The refund did not work."),
    ],
)
def test_of_a_change_no_more_is_claimed_than_is_known(line, kind, error, said):
    assert line.report(refunding(line), kind, error=error) == [said]


def test_a_change_that_is_given_up_may_still_happen_and_that_is_said(line):
    refunding(line)
    said = [text for _, text in line.wait(60_000)]
    assert said == ["I could not confirm the refund."]


def test_a_part_of_an_answer_is_an_argument_of_what_follows(line):
    steps = dict(line.flow.steps)
    refund = steps["refund"]
    assert isinstance(refund, LookUp)
    arguments = {"carrier": "{order.carrier}", "missing": "{order.weight}", "order_number": "{order_number}"}
    steps["refund"] = refund.model_copy(update={"arguments": arguments})
    line.flow = line.flow.model_copy(update={"steps": steps})
    line.report(tracking(line), "result", TUESDAY)
    line.hear()
    assert refunding(line).arguments == {"carrier": "UPS", "order_number": "104233"}


def test_progress_is_silent(line):
    task = tracking(line)
    assert line.report(task, "progress") == []
    assert line.report(task, "result", HERE)


def test_a_part_that_was_heard_and_has_changed_is_repaired(line):
    line.caller("104233")
    line.hear()
    line.caller("when will it arrive")
    line.hear()
    task = line.task("delivery")
    assert line.report(task, "partial", TUESDAY) == ["It should come on Tuesday the 24th of November."]
    line.hear()
    said = line.report(task, "result", WEDNESDAY)
    assert said == [
        "I said on Tuesday the 24th of November; it is on Wednesday the 25th of November.",
        "It comes on Wednesday the 25th of November with UPS.",
    ]


def test_a_part_that_was_not_heard_is_replaced_without_a_word(line):
    line.caller("104233")
    line.hear()
    line.caller("when will it arrive")
    line.hear()
    task = line.task("delivery")
    line.report(task, "partial", TUESDAY)
    part = line.state.news[0].offer_id
    said = line.report(task, "result", WEDNESDAY)
    assert Unsay(part) in line.effects
    assert said == ["It comes on Wednesday the 25th of November with UPS."]


def test_a_part_that_stays_true_is_not_repaired(line):
    task = tracking(line)
    line.report(task, "partial", TUESDAY)
    line.hear()
    assert line.report(task, "result", TUESDAY) == [
        "News of your order: it comes on Tuesday the 24th of November."
    ]


def test_what_was_told_is_repaired_by_a_later_look_up_of_the_same_but_not_of_another(line):
    line.report(tracking(line), "result", TUESDAY)
    line.hear()
    other = tracking(line, "104234")
    assert not any("I said" in text for text in line.report(other, "result", WEDNESDAY))
    line.hear()
    again = tracking(line, "104233")
    assert line.report(again, "result", WEDNESDAY)[0].startswith("I said on Tuesday")


def test_a_repair_that_is_overtaken_is_withdrawn(line):
    task = tracking(line)
    line.report(task, "partial", TUESDAY)
    line.hear()
    line.report(task, "partial", WEDNESDAY)
    assert any("I said on Tuesday" in text for text in line.open_texts())
    line.report(task, "result", TUESDAY)
    assert not any("I said" in text for text in line.open_texts())


def test_sentences_of_an_agent_are_voiced_as_they_are_one_by_one(line):
    task = tracking(line)
    assert line.report(task, "partial", says="It left {today}.") == ["It left {today}."]
    assert line.report(task, "partial", says="It is in Portland.") == ["It is in Portland."]
    assert line.open_texts() == ["It left {today}.", "It is in Portland."]
    assert line.report(task, "result", TUESDAY, says="So it comes on Tuesday.") == ["So it comes on Tuesday."]


def test_what_a_cancelled_agent_has_not_said_yet_is_not_said(line):
    task = tracking(line)
    line.report(task, "partial", says="It left today.")
    line.caller("never mind")
    assert not any("It left" in text for text in line.open_texts())
    assert line.report(task, "partial", says="It is in Portland.") == []


def test_news_while_saying_goodbye_comes_before_the_goodbye(line):
    task = tracking(line)
    line.caller("goodbye")
    goodbye = line.state.parting
    said = line.report(task, "result", TUESDAY)
    assert said == ["News of your order: it comes on Tuesday the 24th of November.", "Goodbye."]
    assert Unsay(goodbye) in line.effects
    assert any(isinstance(effect, HangUp) for effect in line.effects)


# --- what work carries ------------------------------------------------------------------------------


def test_consent_is_for_one_step_and_for_once(line):
    line.caller("104233")
    line.hear()
    assert refunding(line).consent
    assert not line.task("track").consent
    line.report(line.task("refund"), "failed", error="unavailable")
    line.hear()
    assert refunding(line).consent
    assert len([task for task in line.tasks if task.consent]) == 2


def test_a_yes_to_a_question_that_was_cut_off_is_no_consent(line):
    line.caller("104233")
    line.hear()
    line.caller("i want a refund")
    line.lose()
    assert line.caller("yes") == ["Refund it, yes or no?"]
    line.hear()
    line.caller("yes")
    assert line.task("refund").consent


def test_a_yes_that_was_hardly_heard_is_no_consent(line):
    line.caller("i want a refund")
    line.hear()
    assert line.caller("yes", 0.4) == ["Refund it, yes or no?"]
    assert line.tasks == []


def test_work_carries_what_was_given_and_what_follows_when_nobody_is_there(line):
    line.caller("104233")
    task = refunding(line)
    assert task.slots == {"order_number": "104233"}
    assert task.arguments == {"order_number": "104233", "reason": "asked by telephone"}
    assert task.follow_up == FollowUp(
        sms="Acme: {result.amount} for order {order_number}.", case="Refund open", language="en-US"
    )


def test_a_slot_nobody_gave_is_left_out(line):
    assert refunding(line).arguments == {"reason": "asked by telephone"}


def test_who_the_caller_is_goes_with_the_work_that_follows_and_is_forgotten_with_the_call(line):
    line.caller("explain my invoice")
    line.hear()
    line.caller("one two three four five")
    assert line.task("verify").identity is None
    line.report(line.task("verify"), "result", {"customer_id": "c7", "name": "Ada"})
    task = line.task("explain")
    assert task.identity == Identity(customer_id="c7", verified_by="postcode")
    assert task.tool == LANGUAGE_MODEL
    assert task.brief is not None
    assert "of Acme for order (not given)" in task.brief.goal
    assert task.brief.tools == ("explain_invoice", "bill_history")
    assert task.brief.most_steps == 5
    line.report(task, "result", {"reason": "a lamp"}, says="You bought a lamp.")
    line.hear()
    line.caller("goodbye")
    line.hear()
    assert line.state.over
    assert line.state.identity is None


def test_three_failed_tries_lead_where_the_step_says_and_the_step_stays_closed(line):
    line.caller("explain my invoice")
    for error in ("not_found", "not_found"):
        line.hear()
        line.caller("one two three four five")
        line.report(line.task("verify"), "failed", error=error)
    line.hear()
    line.caller("one two three four six")
    said = line.report(line.task("verify"), "result", {"name": "somebody"})
    assert said == ["A colleague will help you."]
    assert any(isinstance(effect, TransferTo) for effect in line.effects)
    asked_for = len(line.tasks)
    line.caller("no wait")
    line.hear()
    line.caller("explain my invoice")
    line.hear()
    assert line.caller("one two three four five")[-1] == "A colleague will help you."
    assert len(line.tasks) == asked_for
    assert line.state.identity is None


def test_a_system_that_does_not_answer_is_no_failed_try(line):
    line.caller("explain my invoice")
    line.hear()
    line.caller("one two three four five")
    line.report(line.task("verify"), "failed", error="unavailable")
    assert line.state.tries == {}
