from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from agents.crm.port import Order, OrderItem, OrderState
from config.tape.agent_words import AgentLine, VoicedWord
from config.tape.witness import ToolCall, Witness
from telephony.simulator.demo import facts_of_order, shortcomings
from telephony.simulator.ear import Interruption, measure
from telephony.simulator.report import CallReport, Outcome
from telephony.simulator.stream import StreamCounts

ORDER = Order(
    number="104233",
    customer_id="c",
    state=OrderState.SHIPPED,
    items=(OrderItem("brass reading lamp", 1, 12_900), OrderItem("linen lampshade", 2, 4_500)),
    placed_on=date(2026, 11, 17),
    carrier="Northwind Parcel",
    tracking_number="N1",
    expected_on=date(2026, 11, 24),
    delivered_on=None,
    note=None,
)
RESULT = {
    "order_number": "104233",
    "status": "shipped",
    "items": "a brass reading lamp and two linen lampshades",
    "carrier": "Northwind Parcel",
    "expected_on": "2026-11-24",
    "delivered_on": None,
    "note": None,
}
ANSWER = (
    "Your order of a brass reading lamp and two linen lampshades is on its way with Northwind Parcel, "
    "and should be with you on Tuesday the 24th of November."
)


def report(heard: str = ANSWER, result: dict = RESULT, stop_ms: float | None = 300.0) -> CallReport:
    words = tuple(VoicedWord(word, 0, 1) for word in heard.split())
    tool = ToolCall("t", "order_status", {}, 0, "result", 400, result)
    measured = replace(
        measure(np.zeros(0, np.int16), (), (), ()),
        interruptions=(
            Interruption("sorry", 0.0, backchannel=False, agent_was_speaking=True, stop_ms=stop_ms),
        ),
    )
    return CallReport(
        "CA1",
        Outcome.AGENT_HUNG_UP,
        None,
        1_000,
        (),
        measured,
        Witness(lines=(AgentLine("o", words),), tools=(tool,)),
        StreamCounts(),
    )


def test_a_call_in_which_all_was_heard_lacks_nothing():
    assert shortcomings(report(), ORDER) == ()
    assert shortcomings(report(), None) == ()


@pytest.mark.parametrize("fact", facts_of_order(ORDER))
def test_each_fact_of_the_record_must_be_heard(fact):
    (lacking,) = shortcomings(report(ANSWER.replace(fact, "something")), ORDER)
    assert lacking == f"the caller did not hear: {fact}"


def test_an_answer_that_is_not_the_record_s_is_found():
    wrong = RESULT | {"expected_on": "2026-11-25"}
    assert "2026-11-24" in shortcomings(report(result=wrong), ORDER)[0]


def test_an_agent_that_speaks_on_was_not_interrupted():
    assert "did not stop" in shortcomings(report(stop_ms=None), ORDER)[0]
    assert "1500 ms" in shortcomings(report(stop_ms=1_500.0), ORDER)[0]


def test_a_caller_who_has_to_hang_up_was_not_said_goodbye_to():
    alone = replace(report(), outcome=Outcome.CALLER_HUNG_UP)
    assert shortcomings(alone, ORDER) == ("the agent did not hang up after the goodbye",)
