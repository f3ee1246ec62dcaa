from agents.dialogue.tool_checks import tool_problems
from config.flow_file import load_flow

SCHEMA = {"properties": {"order_number": {"type": "string"}}, "required": ["order_number"]}


def test_a_tool_that_takes_what_the_flow_gives_is_fine():
    assert tool_problems(load_flow("order_status"), {"order_status": SCHEMA}) == ()


def test_the_demonstration_flow_fits_the_tool_that_is_shipped():
    from agents.toolbox import find_tools

    schemas = {name: tool.schema for name, tool in find_tools().items()}
    assert tool_problems(load_flow("order_status"), schemas) == ()


def test_a_tool_that_is_not_installed_is_named_with_the_nearest_one():
    assert tool_problems(load_flow("order_status"), {"order_state": SCHEMA}) == (
        "step 'look_up': tool 'order_status' is not installed; did you mean 'order_state'?",
    )


def test_arguments_a_tool_does_not_take_or_misses_are_named():
    other = {"properties": {"order_numbers": {}}, "required": ["order_numbers"]}
    assert tool_problems(load_flow("order_status"), {"order_status": other}) == (
        "step 'look_up': tool 'order_status' takes no argument 'order_number'; did you mean 'order_numbers'?",
        "step 'look_up': tool 'order_status' needs argument 'order_numbers'; "
        "add 'order_numbers' to the step's arguments",
    )
