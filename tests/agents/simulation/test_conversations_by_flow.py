"""The conversations in tests/conversations/by_flow: what is said, and what the agent has then said last."""

from pathlib import Path

import pytest
import yaml

from agents.simulation.events import Event
from agents.simulation.told import Who
from tests.agents.simulation.trial import Says, Trial, flow_of

BY_FLOW = Path(__file__).parents[2] / "conversations" / "by_flow"


def _conversations():
    for path in sorted(BY_FLOW.glob("*.yaml")):
        for title, told in yaml.load(path.read_text(), yaml.BaseLoader).items():  # noqa: S506 - texts only
            yield pytest.param(path.stem, told["language"], told["lines"], id=f"{path.stem}: {title}")


@pytest.mark.parametrize(("flow", "language", "lines"), list(_conversations()))
async def test_a_conversation_goes_as_written(flow: str, language: str, lines: list[list[str]]) -> None:
    trial = Trial(flow_of(flow), language)
    events: tuple[Event, ...] = ()
    for words, expected in lines:
        done = await trial(*events, Says(text=words))
        events = done.events
        said = [line.text for line in done.told.lines if line.who is Who.AGENT]
        assert any(expected in text for text in said[-2:]), f"to {words!r}: {said}"
