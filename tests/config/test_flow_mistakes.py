"""Mistakes people make in a flow, each answered with where it is and what to do."""

import re

import pytest

from config.flow_file import FlowError, read_flow, source_of


@pytest.mark.parametrize(
    ("pattern", "wrong", "told"),
    [
        (
            r"^currency: .*$",
            "currency: USD\nclassification: {alowed: true}",
            "'classification.alowed' is not known here (line 30); did you mean 'allowed'?",
        ),
        (
            r"^    by: order.status$",
            "    by: order status == shipped",
            "step 'by_status': 'by' is 'order status == shipped'; name one value: a slot, like order_number, "
            "or part of an answer, like order.status",
        ),
        (
            r"\+15035550100",
            "555-0100",
            "destination 'customer_care': 'number' is '555-0100'; write it with + and the country code, "
            "like +15035550100",
        ),
        (
            r"^steps:$",
            "steps:\n" + "\n".join(f"  s{n}: {{kind: say, says: a, next: greet}}" for n in range(1_000)),
            "has more than 1000 steps; make several flows of it",
        ),
    ],
    ids=["a field of a part", "an expression", "a telephone number", "too many steps"],
)
def test_a_mistake_is_told_with_what_to_do(pattern: str, wrong: str, told: str) -> None:
    text, changed = re.subn(pattern, lambda _: wrong, source_of("order_status"), count=1, flags=re.MULTILINE)
    assert changed
    with pytest.raises(FlowError) as error:
        read_flow(text)
    assert any(re.sub(r"line \d+", "line 30", problem) == told for problem in error.value.problems), (
        error.value.problems
    )
