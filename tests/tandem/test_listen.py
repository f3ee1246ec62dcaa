import json

import numpy as np
import pytest
from typer.testing import CliRunner

from config.errors import ConfigError
from model.evaluate.timeline import Event, Happening, MicroTurn, Timeline
from model.floor import Decision
from model.sound import to_int16, write_wav
from model.turn import Readings
from tandem.listen_strip import strips
from tandem.main import app


def timeline(seconds: int, events: tuple[Event, ...] = ()) -> Timeline:
    turn = tuple(Readings(caller_voice=0.9, turn_end=0.1) for _ in range(4))
    micro_turns = tuple(MicroTurn(200 * k, turn, False, Decision.LISTEN) for k in range(5 * seconds))
    return Timeline(np.full(16_000 * seconds, 0.1, np.float32), None, micro_turns, events)


def test_the_strip_chart_keeps_within_the_terminal_and_says_what_happened():
    events = (Event(1_000, Happening.CALLER_SPOKE), Event(3_000, Happening.TURN_TAKEN, "where is my order"))
    lines = [line.plain for line in strips(timeline(10, events), 80)]
    assert max(map(len, lines)) <= 80 + 8
    assert any("turn taken" in line and "“where is my order”" in line and "3.0 s" in line for line in lines)
    bars = [line for line in lines if "caller voice" in line]
    assert sum(line.count("▇") for line in bars) in (100, 200)


def test_a_long_recording_takes_no_more_strips_than_a_short_one():
    few = sum("caller voice" in line.plain for line in strips(timeline(20), 80))
    many = sum("caller voice" in line.plain for line in strips(timeline(600), 80))
    assert 1 <= few <= 4
    assert 1 <= many <= 4


def test_a_recording_is_listened_to_from_the_command_line(tmp_path):
    t = np.arange(32_000) / 16_000
    tone = (0.2 * np.sin(2 * np.pi * 300 * t) * (t < 1)).astype(np.float32)
    write_wav(tmp_path / "a.wav", to_int16(np.stack((tone, 0 * tone))))
    arguments = ["listen", str(tmp_path / "a.wav"), "--ears", "none", "--json"]
    result = CliRunner().invoke(app, [*arguments, "--png", str(tmp_path / "a.png")])
    assert result.exit_code == 0, result.output
    plain = json.loads(result.output)
    assert plain["seconds"] == 2.0
    assert plain["sides"] == 2
    assert (tmp_path / "a.png").exists()


@pytest.mark.parametrize(
    ("content", "options", "why"),
    [
        (b"hello", [], "not a WAV"),
        (None, [], "cannot be read"),
        (b"hello", ["--language", "fr"], "language"),
        (b"hello", ["--expect", "poetry"], "expect"),
    ],
)
def test_what_cannot_be_listened_to_is_said_in_one_line(tmp_path, content, options, why):
    path = tmp_path / "a.wav"
    if content is not None:
        path.write_bytes(content)
    result = CliRunner().invoke(app, ["listen", str(path), "--ears", "none", *options])
    assert isinstance(result.exception, ConfigError)
    assert why in str(result.exception)
    assert "\n" not in str(result.exception)


def test_the_same_sound_on_both_channels_is_a_caller_alone(tmp_path):
    tone = to_int16((0.2 * np.sin(np.arange(16_000) / 8)).astype(np.float32))
    write_wav(tmp_path / "a.wav", np.stack((tone, tone)))
    arguments = ["listen", str(tmp_path / "a.wav"), "--ears", "none", "--json"]
    for options, sides in ([], 1), (["--sides", "stereo"], 2):
        result = CliRunner().invoke(app, [*arguments, *options])
        assert json.loads(result.output)["sides"] == sides


def test_a_mono_recording_is_not_stereo(tmp_path):
    write_wav(tmp_path / "a.wav", np.zeros(1_600, np.int16))
    result = CliRunner().invoke(app, ["listen", str(tmp_path / "a.wav"), "--sides", "stereo"])
    assert isinstance(result.exception, ConfigError)
    assert "1 channel" in str(result.exception)
