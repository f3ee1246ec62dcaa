"""Phrases that stand for two meanings at once: what is said of them is what the engine does."""

import pytest

from agents.dialogue.phrase_checks import phrases_in_doubt
from agents.dialogue.understanding import understood
from agents.flow_checks import doubts
from config.flow import Flow
from config.flow_file import load_flow, read_flow, shipped_flows

FLOW = """\
schema: 1
name: shop
version: 1
title: A shop
{languages}
start: greet
silence: {{after_ms: 6000, says: {there}, then: goodbye}}
misunderstood: {{at_most: 3, then: goodbye}}
trouble: greet
resuming: "{{last}}"
talked_over: {there}
meanings:
  done: {{phrases: {done}, keywords: {keywords}}}
  orders: {{phrases: {orders}, keywords: {keywords}}}
{everywhere}
steps:
  greet: {{kind: ask, says: {there}, answers: {{{answers}}}}}
  which: {{kind: ask, says: {there}, answers: {{orders: greet, no: goodbye}}}}
  goodbye: {{kind: end, says: {there}, resume: which}}
"""
PLAIN = {
    "languages": "language: en-US",
    "there": "One moment.",
    "done": "[that is all]",
    "orders": "[an order]",
    "keywords": "[]",
    "everywhere": "",
    "answers": "done: goodbye, orders: which",
}


def flow(**parts: str) -> Flow:
    return read_flow(FLOW.format(**PLAIN | parts))


@pytest.mark.parametrize("name", shipped_flows())
def test_the_demo_flows_leave_no_phrase_in_doubt(name: str) -> None:
    assert doubts(load_flow(name)) == ()


def test_a_phrase_of_two_answers_is_named_with_where_it_leads_and_where_it_never_does() -> None:
    assert phrases_in_doubt(flow()) == ()
    assert phrases_in_doubt(flow(orders="[an order, that is all]")) == (
        "step 'greet': answers.orders: 'that is all' is a phrase of 'done' too, so it leads to 'goodbye' and "
        "never to 'which'; take it out of one of the two meanings",
    )


def test_phrases_are_the_same_where_the_engine_cannot_tell_them_apart() -> None:
    (found,) = phrases_in_doubt(flow(orders="[please that's all]"))
    assert "'please that's all' is the same as 'that is all' of 'done' too" in found
    assert phrases_in_doubt(flow(orders="[that is not all]")) == ()


def test_whichever_is_said_to_win_is_what_the_engine_takes() -> None:
    for answers in ("done: goodbye, orders: which", "orders: which, done: goodbye"):
        shop = flow(orders="[that is all]", answers=answers)
        leads = {"done": "goodbye", "orders": "which"}
        order = sorted(leads, key=answers.index)
        taken = understood("that is all", [(name, shop.meanings[name]) for name in order])
        (found,) = phrases_in_doubt(shop)
        assert taken is not None
        assert f"it leads to '{leads[taken.meaning]}'" in found


def test_a_global_meaning_wins_over_a_step_of_its_own() -> None:
    shop = flow(orders="[that is all]", everywhere="global_steps: {done: goodbye}", answers="orders: which")
    assert [line.partition(";")[0] for line in phrases_in_doubt(shop)] == [
        "step 'greet': answers.orders: 'that is all' is a phrase of 'done' too, so it leads to 'goodbye' and "
        "never to 'which'",
        "step 'which': answers.orders: 'that is all' is a phrase of 'done' too, so it leads to 'goodbye' and "
        "never to 'greet'",
    ]


def test_two_global_meanings_are_told_of_once() -> None:
    shop = flow(
        orders="[that is all]",
        everywhere="global_steps: {done: goodbye, orders: which}",
        answers="yes: which",
    )
    (found, *more) = phrases_in_doubt(shop)
    assert found.startswith("global_steps.orders: 'that is all'")
    assert [line for line in more if "never to 'which'" in line] == []


def test_where_both_lead_to_one_step_nothing_is_lost() -> None:
    answers = "done: goodbye, orders: goodbye, yes: which"
    assert phrases_in_doubt(flow(orders="[that is all]", answers=answers)) == ()


def test_keywords_are_compared_with_keywords_and_each_language_with_itself() -> None:
    (found,) = phrases_in_doubt(flow(keywords="[order]"))
    assert "'order' is a phrase of 'done' too" in found
    texts = {
        "languages": "languages: [en-US, es-MX]",
        "there": "{en: Yes., es: Diga.}",
        "done": "{en: [that is all], es: [es todo]}",
        "orders": "{en: [an order], es: [es todo]}",
        "keywords": "{en: [], es: []}",
    }
    (found,) = phrases_in_doubt(flow(**texts))
    assert "'es todo' (Spanish) is a phrase of 'done' too" in found
