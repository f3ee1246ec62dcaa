"""`tandem eval` as a person meets it: options, errors in one line, one case on a time line."""

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from config.errors import ConfigError
from model.evaluate.cases import Events, Scenario
from model.evaluate.judging import judge
from model.evaluate.kept import keep
from tandem.eval_report import print_case
from tandem.main import app
from tests.model.recordings import a_case, span, speech

RUNNER = CliRunner()


def kept(folder: Path) -> Path:
    case = a_case(Scenario.PAUSE, Events(turn=span(2_000, 6_000), pauses=(span(3_000, 4_000),)))
    recording = speech((3_200, 4_600, "reply-1"))
    return keep(folder, "native", case, recording, judge(case, recording))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--only", "pauses"), "--only pauses is not one of pause, turn"),
        (("--systems", "moshi"), "--systems moshi is not one of native, cascade"),
        (("--language", "de"), "--language de is not one of en, es, both"),
        (("--case", "nowhere/turn-en-000"), "is no kept case"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(options: tuple[str, ...], said: str):
    outcome = RUNNER.invoke(app, ["eval", *options])
    assert isinstance(outcome.exception, ConfigError)
    assert said in str(outcome.exception)
    assert "\n" not in str(outcome.exception)


def test_a_kept_case_is_shown_on_a_time_line_with_the_path_of_its_sound(tmp_path: Path):
    path = kept(tmp_path)
    outcome = RUNNER.invoke(app, ["eval", "--case", str(path)], env={"COLUMNS": "200"})
    assert outcome.exit_code == 0
    assert "took the floor at 3.20 s" in outcome.output
    assert str(path.with_suffix(".wav")) in outcome.output.replace("\n", "")


def test_lanes_stand_under_the_ruler(tmp_path: Path):
    path = kept(tmp_path)
    console = Console(width=127, record=True, file=StringIO())
    story = json.loads(path.with_suffix(".json").read_text())
    print_case(console, path.with_suffix(".wav"), story)
    lines = console.export_text().splitlines()
    ruler = next(line for line in lines if "|0" in line)
    agent = next(line for line in lines if line.startswith("agent"))
    assert ruler.index("|3") + 4 == agent.index("█"), "3.2 s is four columns of 50 ms after 3 s"


def test_json_can_go_to_the_terminal_or_to_a_file(tmp_path: Path):
    asked = [
        "eval",
        "--steps",
        "--calls",
        "1",
        "--only",
        "time",
        "--systems",
        "silent",
        "--keep",
        str(tmp_path),
    ]
    printed = RUNNER.invoke(app, [*asked, "--json"])
    target = tmp_path / "figures.json"
    written = RUNNER.invoke(app, [*asked, "--json", str(target)])
    assert printed.exit_code == written.exit_code == 0
    in_terminal, in_file = json.loads(printed.output), json.loads(target.read_text())
    assert in_terminal["systems"] == in_file["systems"]
    assert in_file["systems"]["silent"]["figures"]["time_on_time"]["value"] == 0.0
