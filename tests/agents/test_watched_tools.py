from pathlib import Path

import pytest

from agents.watched_tools import WatchedTools
from config.settings import Settings, load

PARCEL = """\
name: parcel_status
description: Look up where a parcel is.
reads: true
url: https://api.parcels.example/v1/parcels/{number}
arguments:
  number: {description: as printed on the label}
"""


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "tools").mkdir()
    return load({"TANDEM_HOME": str(tmp_path)})


def described(settings: Settings, text: str) -> None:
    (settings.home / "tools" / "parcel.yaml").write_text(text, encoding="utf-8")


def test_a_tool_that_is_described_while_the_process_runs_is_found(settings: Settings) -> None:
    tools = WatchedTools(settings, Clock())
    assert "parcel_status" not in tools
    described(settings, PARCEL)
    assert tools["parcel_status"].reads


def test_a_description_that_changes_is_read_again_and_looked_for_once_a_second(settings: Settings) -> None:
    described(settings, PARCEL)
    clock = Clock()
    tools = WatchedTools(settings, clock)
    described(settings, PARCEL.replace("where a parcel is", "how far a parcel has come"))
    assert "where" in tools["parcel_status"].description
    clock.now_s = 1.0
    assert "parcel_status" in tools
    tools.settle()
    assert "how far" in tools["parcel_status"].description


def test_a_description_that_is_taken_away_or_spoilt_takes_its_tool_along_and_no_other(
    settings: Settings,
) -> None:
    described(settings, PARCEL)
    clock = Clock()
    tools = WatchedTools(settings, clock)
    described(settings, "name: [")
    clock.now_s = 1.0
    assert "order_status" in tools
    tools.settle()
    assert "parcel_status" not in tools
    assert "order_status" in tools
