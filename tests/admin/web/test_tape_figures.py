"""What the call page shows of a tape is what the platform measures of it: both are held to one file.

The page's own test reads the same recorded calls and the same figures (`timeline.test.ts`).
"""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from config.tape.measures import measure

FIXTURES: Final = Path(__file__).parents[3] / "admin/web/src/pages/calls/tape/fixtures"


@pytest.mark.parametrize("name", ["interrupted", "early"])
def test_the_platform_measures_what_the_page_is_held_to(name: str) -> None:
    figures: dict[str, Any] = json.loads((FIXTURES / "figures.json").read_text())
    rows = [json.loads(line) for line in (FIXTURES / f"{name}.jsonl").read_text().splitlines()]
    measured = measure(rows)
    assert figures[name] == {
        "duration_ms": measured.duration_ms,
        "responses": [[each.ended_ms, each.answered_ms] for each in measured.responses],
        "interruptions": [[each.at_ms, each.yielded] for each in measured.interruptions],
        "tool_calls": measured.tool_calls,
        "tool_failures": measured.tool_failures,
        "agent_words": measured.agent_words,
        "caller_words": measured.caller_words,
    }
