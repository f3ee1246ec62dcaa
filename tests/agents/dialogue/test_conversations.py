"""The conversations in tests/conversations, each a call that must go as written."""

from pathlib import Path

import pytest
import yaml

from config.flow_file import load_flow
from tests.agents.dialogue.talk import play

CONVERSATIONS = Path(__file__).parents[2] / "conversations"


def _scripts():
    for path in sorted(CONVERSATIONS.glob("*.yaml")):
        for title, script in yaml.load(path.read_text(), yaml.BaseLoader).items():  # noqa: S506 - texts only
            yield pytest.param(script, id=f"{path.stem}: {title}")


@pytest.mark.parametrize("script", list(_scripts()))
def test_a_conversation_goes_as_written(script):
    play(load_flow("order_status"), script)
