from dataclasses import dataclass, field
from typing import Any

from agents.dialogue.tool_checks import tool_problems
from config.flow_file import load_flow
from config.flow_steps import LookUp
from tests.agents.dialogue.line import service_desk

SCHEMA = {"properties": {"order_number": {"type": "string"}}, "required": ["order_number"]}


@dataclass(frozen=True)
class Described:
    schema: dict[str, Any] = field(default_factory=dict)
    reads: bool = True
    consent: bool = False
    identity: bool = False


def problems_with(**tools):
    """What is wrong with the demonstration flow where these are the tools beside those its bills need."""
    takes = ("order_number", "postcode", "chart_id", "text")
    others = ("verify_customer", "bill_history", "explain_invoice", "send_chart")
    installed = dict.fromkeys(others, Described({"properties": {name: {} for name in takes}}))
    return tool_problems(load_flow("order_status"), installed | tools)


def test_a_tool_that_takes_what_the_flow_gives_is_fine():
    assert problems_with(order_status=Described(SCHEMA)) == ()


def test_the_demonstration_flow_fits_the_tool_that_is_shipped():
    from agents.toolbox import find_tools

    assert tool_problems(load_flow("order_status"), find_tools()) == ()


def test_a_tool_that_is_not_installed_is_named_with_the_nearest_one():
    assert problems_with(order_state=Described(SCHEMA)) == (
        "step 'look_up': tool 'order_status' is not installed; did you mean 'order_state'?",
    )


def test_arguments_a_tool_does_not_take_or_misses_are_named():
    other = {"properties": {"order_numbers": {}}, "required": ["order_numbers"]}
    assert problems_with(order_status=Described(other)) == (
        "step 'look_up': tool 'order_status' takes no argument 'order_number'; did you mean 'order_numbers'?",
        "step 'look_up': tool 'order_status' needs argument 'order_numbers'; "
        "add 'order_numbers' to the step's arguments",
    )


ANY = {"order_number": {}, "reason": {}, "postcode": {}}
TOOLS = {
    name: Described({"properties": ANY})
    for name in ("order_status", "refund", "verify_customer", "explain_invoice", "bill_history")
}


def test_what_needs_consent_or_a_verified_caller_and_has_it_is_fine():
    allowed = TOOLS | {
        "refund": Described({"properties": ANY}, consent=True),
        "explain_invoice": Described({}, identity=True),
    }
    assert tool_problems(service_desk(), allowed) == ()


def test_a_change_without_consent_is_named_with_the_fix():
    tools = TOOLS | {"order_status": Described({"properties": ANY}, consent=True)}
    found = tool_problems(service_desk(), tools)
    assert found[0] == (
        "step 'track': tool 'order_status' changes something only with the caller's consent; "
        "let an ask whose 'yes' leads here say 'consent_for: track'"
    )
    assert len(found) == 2


def test_the_tools_of_an_agent_are_checked_too():
    tools = {name: tool for name, tool in TOOLS.items() if name != "bill_history"}
    (found,) = tool_problems(service_desk(), tools | {"explain_invoice": Described({}, consent=True)})[:1]
    assert found.startswith("step 'explain': tool 'bill_history' is not installed")


def test_a_tool_for_verified_callers_needs_a_step_that_verifies():
    flow = service_desk()
    verify = flow.steps["verify"]
    assert isinstance(verify, LookUp)
    steps = {**flow.steps, "verify": verify.model_copy(update={"verifies": None})}
    tools = TOOLS | {"order_status": Described({"properties": ANY}, identity=True)}
    assert tool_problems(flow.model_copy(update={"steps": steps}), tools)[0] == (
        "step 'track': tool 'order_status' is for verified callers, and no step verifies any; "
        "add a look_up with 'verifies' before it"
    )


def test_a_change_that_may_have_happened_must_be_spoken_of():
    assert problems_with(order_status=Described(SCHEMA, reads=False)) == (
        "step 'look_up': tool 'order_status' may end without it being known whether it was done; "
        "say under 'failed' where 'unknown' leads, to words that claim neither",
    )


def test_an_agent_that_may_change_something_must_speak_of_it_too():
    tools = TOOLS | {"bill_history": Described({}, reads=False)}
    (found,) = tool_problems(service_desk(), tools)
    assert found.startswith("step 'explain': tool 'bill_history' may end without it being known")


def test_an_argument_too_short_for_free_words_is_named():
    short = {"properties": {"reason": {"type": "string", "maxLength": 200}, "phone_number": {}}}
    long = {"properties": {"reason": {"type": "string", "maxLength": 1_000}, "phone_number": {}}}
    flow = load_flow("after_hours")
    assert tool_problems(flow, {"request_callback": Described(long)}) == ()
    assert tool_problems(flow, {"request_callback": Described(short)}) == (
        "step 'promise': free words may have 1000 characters, and tool 'request_callback' takes 200 "
        "for 'reason'; ask for another kind of slot, or let the tool take more",
    )
