from dataclasses import replace
from datetime import date

import pytest

from agents.dialogue.engine import begin
from agents.dialogue.state import CallFacts, Given, State
from agents.redaction import HIDDEN
from config.flow import Flow
from config.flow_file import load_flow
from telephony.live.masking import (
    Mask,
    Sensitive,
    mask_at,
    masked,
    masked_caller,
    sensitive_in,
)

ASKED = Mask(asked=True)
OF_TOOLS = {"verify_customer": ("postcode", "order_number")}


def of_tool(tool: str) -> tuple[str, ...]:
    return OF_TOOLS.get(tool, ())


@pytest.fixture(scope="module")
def flow() -> Flow:
    return load_flow("refund")


def at(flow: Flow, step: str, **slots: str) -> State:
    state = begin(flow, CallFacts("c1", date(2026, 11, 23)))
    given = {name: Given(value, sure=True, fresh=False) for name, value in slots.items()}
    return replace(state, step=step, slots=given)


def asking_for(flow: Flow, slot: str) -> str:
    return next(name for name, step in flow.steps.items() if getattr(step, "slot", None) == slot)


def test_a_slot_is_sensitive_when_a_tool_says_so_of_the_argument_it_becomes(flow: Flow) -> None:
    sensitive = sensitive_in(flow, of_tool)
    assert "postcode" in sensitive.slots
    assert sensitive_in(flow, lambda _: ()) == Sensitive()


def test_what_another_tool_takes_openly_is_not_hidden(flow: Flow) -> None:
    sensitive = sensitive_in(flow, of_tool)
    assert "order_number" not in sensitive.slots
    text = "my order is one zero four two three three"
    asked = mask_at(sensitive, flow, at(flow, asking_for(flow, "order_number")))
    assert masked_caller(text, asked, "en") == text


def test_a_caller_who_was_asked_for_it_is_not_quoted_at_all(flow: Flow) -> None:
    sensitive = sensitive_in(flow, of_tool)
    asked = mask_at(sensitive, flow, at(flow, asking_for(flow, "postcode")))
    assert masked_caller("it's the one by the river", asked, "en") == HIDDEN
    assert masked_caller("", asked, "en") == ""
    assert masked("What is your postcode?", asked, "en") == "What is your postcode?"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("where is order one zero four two three three please", f"where is order {HIDDEN} please"),
        ("That is 97204, right?", f"That is {HIDDEN} right?"),
        ("it is S W one A", f"it is {HIDDEN}"),
        ("I have two dogs and a cat", "I have two dogs and a cat"),
        ("forty two thirty three", HIDDEN),
    ],
)
def test_rows_of_digits_and_of_letters_are_hidden_before_they_are_known(said: str, shown: str) -> None:
    assert masked(said, ASKED, "en") == shown


def test_spanish_digits_are_hidden_too() -> None:
    assert masked("es el uno cero cuatro dos", ASKED, "es-MX") == f"es el {HIDDEN}"


def test_a_value_that_is_known_is_quoted_nowhere(flow: Flow) -> None:
    sensitive = sensitive_in(flow, of_tool)
    mask = mask_at(sensitive, flow, at(flow, flow.start, postcode="97204"))
    for text in ("I read 97204 yes", "I read nine seven two oh four yes", "I read 9 7 2 0 4 yes"):
        assert masked(text, mask, "en") == f"I read {HIDDEN} yes", text
    assert masked("order one zero four two three three", mask, "en") == "order one zero four two three three"
    words = mask_at(sensitive, flow, at(flow, flow.start, postcode="Abbey Road"))
    assert masked("So you live in abbey road.", words, "en") == f"So you live in {HIDDEN}."
