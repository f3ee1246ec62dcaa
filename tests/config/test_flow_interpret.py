"""What is wrong with a step that has somebody called and interpreted, said with the fix."""

from pathlib import Path

import pytest

from config.flow_file import FlowError, read_flow
from config.flow_graph import targets
from config.flow_steps import Interpret
from config.interpreting import DUCK_DB

SOURCE = (Path(__file__).parents[1] / "telephony/interpreting/interpreted.yaml").read_text("utf-8")
JOIN = "    to: support\n    language: en-US\n"


def problems(old: str, new: str) -> str:
    assert SOURCE.count(old) == 1
    with pytest.raises(FlowError) as found:
        read_flow(SOURCE.replace(old, new), "desk.yaml")
    return str(found.value)


def test_a_sound_one_leads_on_when_they_have_spoken_and_elsewhere_when_nobody_comes() -> None:
    step = read_flow(SOURCE).steps["join"]
    assert isinstance(step, Interpret)
    assert dict(targets(step)) == {"next": "anything_else", "failed": "nobody"}
    assert step.duck_db == DUCK_DB


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (JOIN.replace("support", "suport"), "destination 'suport' is not listed; did you mean 'support'?"),
        (JOIN.replace("en-US", "es-ES"), "nothing is to be interpreted; transfer to 'support' instead"),
        (JOIN + "    duck_db: 6\n", "duck_db"),
        (JOIN + "    duck_db: -50\n", "duck_db"),
    ],
)
def test_what_is_wrong_is_named_with_the_fix(new: str, said: str) -> None:
    found = problems(JOIN, new)
    assert "step 'join'" in found
    assert said in found


def test_where_it_fails_must_exist() -> None:
    assert "failed 'nobdy' does not exist; did you mean 'nobody'?" in problems(
        "failed: nobody\n", "failed: nobdy\n"
    )
