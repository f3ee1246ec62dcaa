"""A flow written for pipecat is one that pipecat takes, and says what it lost."""

import pytest

from config.flow_file import load_flow, shipped_flows
from config.flow_pipecat import to_pipecat
from config.flow_steps import Staying


@pytest.mark.parametrize("name", shipped_flows())
def test_pipecat_takes_every_shipped_flow(name):
    from pipecat.flows.config import FlowConfig

    flow = load_flow(name)
    taken = FlowConfig.model_validate(to_pipecat(flow).config)
    assert taken.initial_node == flow.start
    assert set(taken.nodes) == {step for step, each in flow.steps.items() if not isinstance(each, Staying)}


def test_a_decide_by_a_tools_answer_is_the_branch_of_that_tool():
    (function,) = to_pipecat(load_flow("refund")).config["nodes"]["order"]["functions"]
    assert function["name"] == "order_status"
    assert function["transition_to"] == {
        "field": "status",
        "cases": {"cancelled": "sure", "returned": "sure"},
        "default": "not_yet",
    }


def test_what_pipecat_cannot_say_is_listed_step_by_step():
    lost = to_pipecat(load_flow("refund")).lost
    assert "languages: only en-US is written" in lost
    assert "step 'sure': 'consent_for' is for the handler to hold" in lost
    assert "step 'to_a_person': the transfer to 'customer_care' becomes an end; connect it in code" in lost
    assert "step 'in_spanish': 'speak' has no counterpart and is left out" in lost
    assert "step 'verify': 'verifies' is for the handler to hold" in lost
