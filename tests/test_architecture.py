"""The house rules that a machine can hold."""

import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
ROOMS = ("telephony", "model", "agents", "admin", "config", "tandem")


def test_no_room_knows_one_it_must_not_know() -> None:
    checked = subprocess.run(  # noqa: S603 - our own tool
        [Path(sys.executable).parent / "lint-imports"], cwd=HOUSE, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("room", ROOMS)
def test_package_files_stay_empty(room: str) -> None:
    assert [str(file) for file in (HOUSE / room).rglob("__init__.py") if file.read_text()] == []


def test_only_the_command_line_prints() -> None:
    printing = [
        str(file)
        for room in ROOMS
        if room != "tandem"
        for file in (HOUSE / room).rglob("*.py")
        if any(line.lstrip().startswith("print(") for line in file.read_text().splitlines())
    ]
    assert printing == []


def test_the_readme_is_short_enough_to_be_read() -> None:
    assert len((HOUSE / "README.md").read_text().splitlines()) <= 120
