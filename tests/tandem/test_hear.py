"""`tandem hear`: a recording in, its words out."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from config.expectation import AnswerKind
from model.espeak import ESPEAK_RATE_HZ, EspeakVoice, synthesise
from model.sound import write_wav
from tandem.hear import expectation_of
from tandem.main import app

VOICE = EspeakVoice("en-us", "", rate_wpm=150)


@pytest.fixture(scope="module")
def number(tmp_path_factory) -> Path:
    """Six digits at the synthesiser's rate, in the left of two channels."""
    path = tmp_path_factory.mktemp("hear") / "number.wav"
    audio = synthesise("one zero four two three three", VOICE).audio
    left = np.pad(audio, ESPEAK_RATE_HZ // 4)
    write_wav(path, np.stack([left, np.zeros_like(left)]), ESPEAK_RATE_HZ)
    return path


def hear(*arguments: str) -> dict:
    result = CliRunner().invoke(app, ["hear", *arguments, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_digits_are_given_in_figures_and_word_by_word_with_times(number):
    heard = hear(str(number), "--expect", "digits:6")
    assert heard["text"] == "104233"
    assert [word["text"] for word in heard["words"]] == ["one", "zero", "four", "two", "three", "three"]
    assert heard["confidence"] > 0.5
    times = [(word["start_ms"], word["end_ms"]) for word in heard["words"]]
    assert times == sorted(times)
    assert 100 <= times[0][0] < times[-1][1] <= heard["seconds"] * 1_000
    assert (heard["ears"], heard["language"], heard["expect"]) == ("encoder", "en", "digits:6")


def test_the_phrase_of_a_list_is_given_as_it_is_written_there(tmp_path):
    phrases = tmp_path / "phrases.txt"
    phrases.write_text("Where is my order?\nI want a refund!\n\nAgent, please\n")
    sound = tmp_path / "request.wav"
    write_wav(sound, synthesise("i want a refund", VOICE).audio, ESPEAK_RATE_HZ)
    assert hear(str(sound), "--expect", f"phrases:{phrases}")["text"] == "I want a refund!"


def test_silence_has_no_words(tmp_path):
    path = tmp_path / "silence.wav"
    write_wav(path, np.zeros(8_000, np.int16), 8_000)
    heard = hear(str(path), "--expect", "digits")
    assert (heard["words"], heard["text"], heard["confidence"]) == ([], "", 0.0)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nowhere.wav",), "cannot be read"),
        (("{number}", "--expect", "colours"), "phrases:FILE"),
        (("{number}", "--expect", "digits:99"), "from 1 to 16"),
        (("{number}", "--expect", "phrases:"), "one phrase per line"),
        (("{number}", "--expect", "phrases:nowhere.txt"), "cannot be read"),
        (("{number}", "--ears", "pocketsphinx", "--language", "es"), "English only"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(number, arguments, says):
    given = [argument.replace("{number}", str(number)) for argument in arguments]
    result = CliRunner().invoke(app, ["hear", *given])
    assert result.exit_code == 2
    assert says in result.output
    assert len(result.output.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("expect", "kind", "digits"),
    [
        ("digits", AnswerKind.DIGITS, None),
        ("digits:6", AnswerKind.DIGITS, 6),
        ("date", AnswerKind.DATE, None),
    ],
)
def test_what_is_expected_is_read_from_the_option(expect, kind, digits):
    expectation = expectation_of(expect)
    assert (expectation.kind, expectation.digits) == (kind, digits)
