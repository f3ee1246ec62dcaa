import json

import pytest
import typer
from typer.testing import CliRunner

from tandem.call import call
from tandem.call_script import InOrder, order_of, steps_in_order
from telephony.simulator.script import BACKCHANNEL, Keys, Pause, Play, Say, When
from tests.telephony.simulator.scripted_server import ScriptedServer, serving_beside

runner = CliRunner()


def scripted(*arguments: str):
    """The steps of a command line."""
    steps = []
    app = typer.Typer()

    @app.command(cls=InOrder)
    def only(
        ctx: typer.Context,
        say: list[str] = typer.Option([]),  # noqa: B008
        audio: list[str] = typer.Option([]),  # noqa: B008
        keys: list[str] = typer.Option([]),  # noqa: B008
        pause: list[float] = typer.Option([]),  # noqa: B008
        barge_in: bool = typer.Option(False, "--barge-in"),
        over: bool = typer.Option(False, "--over"),
        mhm: bool = typer.Option(False, "--mhm"),
    ) -> None:
        given = {"say": say, "audio": audio, "keys": keys, "pause": pause}
        steps.extend(steps_in_order(order_of(ctx), given))

    result = runner.invoke(app, list(arguments))
    return steps if result.exit_code == 0 else result


def test_the_order_of_the_options_is_the_order_of_the_script():
    line = "--say A --keys 123456 --pause 2 --say B --barge-in --say C --mhm --over --audio d.wav --say=E"
    steps = scripted(*line.split())
    assert [type(step) for step in steps] == [Say, Keys, Pause, Say, Say, Say, Play, Say]
    assert steps[:5] == [Say("A"), Keys("123456"), Pause(2_000), Say("B"), Say("C", When.BARGE_IN)]
    assert steps[5] == Say(BACKCHANNEL, When.OVER)
    assert (steps[6].when, steps[7]) == (When.OVER, Say("E"))


def test_an_interruption_with_nothing_to_say_is_bad_usage():
    result = scripted("--say", "A", "--barge-in")
    assert result.exit_code == 2
    assert "nothing" in result.output


def tandem_call(*arguments: str):
    app = typer.Typer()
    app.command(cls=InOrder)(call)
    return runner.invoke(app, list(arguments))


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--demo", "--say", "hi"),
        ("--say", "hi", "--server", "ftp://there"),
        ("--say", "hi", "--server", "http://there/path"),
        ("--say", "hi", "--stall", "-1"),
        ("--say", "hi", "--calls", "0"),
    ],
)
def test_bad_usage_ends_with_exit_code_2(arguments):
    assert tandem_call(*arguments).exit_code == 2


def test_an_unreadable_wav_is_told_before_anything_is_dialled(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"no sound at all")
    result = tandem_call("--audio", str(tmp_path / "a.wav"), "--server", "http://127.0.0.1:9")
    assert "not a WAV file" in str(result.exception)


def test_a_server_that_is_not_there_fails_the_call_in_one_line(tmp_path):
    result = tandem_call("--say", "hi", "--server", "http://127.0.0.1:9", "--out", str(tmp_path))
    assert result.exit_code == 1
    assert "no server answers at http://127.0.0.1:9" in " ".join(result.output.split())
    assert "Protocol" not in result.output
    assert "\x1b" not in result.output


@pytest.mark.service
def test_the_report_as_json_is_all_that_is_printed(tmp_path):
    row = {
        "kind": "turn",
        "index": 1,
        "agent": {"offer": "o", "words": [{"text": "hi", "start_ms": 0, "end_ms": 9}]},
    }
    figures = {"look_ups": 2, "begun": 3, "adopted": 2, "ready": 1, "wasted": 1}
    platform = ScriptedServer(
        tape_rows=(
            {"kind": "tape", "version": 1, "call_id": "c1", "flow": "f@1"},
            row,
            {"kind": "turn", "index": 2, "heard_ms": 100},
            {"kind": "end", "outcome": "completed", "micro_turns": 3, "speculation": figures},
        )
    )
    with serving_beside(platform) as url:
        result = tandem_call("--say", "hello", "--server", url, "--json", "--out", str(tmp_path))
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["ok"]
    assert told["early_look_ups"] == figures
    assert told["calls"][0]["heard"] == "hi"
    assert told["calls"][0]["told"]["outcome"] == "completed"
    assert (tmp_path / told["calls"][0]["call_sid"] / "line.wav").is_file()
