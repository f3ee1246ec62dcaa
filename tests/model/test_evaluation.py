"""What an evaluation gives out: JSON that a script can rely on, cases that can be found again, pictures."""

import json
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.evaluate.bad_sounds import dial_tone, fax, music, white_noise
from model.evaluate.cases import Events, Scenario
from model.evaluate.curves import Curve, CurvePoint
from model.evaluate.evaluation import Evaluation, Setting, as_json, result
from model.evaluate.figures import Value, share
from model.evaluate.judging import judge
from model.evaluate.kept import KeptCaseError, find, keep
from model.evaluate.plots import draw
from model.evaluate.stress import Stress, judge_stress, stress_cases
from model.turn import Backchannelled, Readings, Transcript, TurnTaken
from tests.model.recordings import a_case, span, speech, with_acts

SETTING = Setting("steps", "first", "known", 1, 7, ("en",), made_at="2026-11-22T21:00:00+00:00")
TURN = Events(turn=span(2_000, 6_000))


def an_evaluation() -> Evaluation:
    answered = [
        (
            replace(a_case(Scenario.TURN, TURN), id=f"turn-en-{k:03d}"),
            speech((6_200 + 100 * k, 9_000, "reply-1")),
        )
        for k in range(4)
    ]
    story = replace(
        a_case(Scenario.BACKCHANNEL, Events(turn=span(1_000, 9_000), openings=(span(3_000, 4_000),)))
    )
    point = CurvePoint(0.5, share(1, 20), share(1, 10), share(9, 10), 400.0, 700.0)
    curve = Curve("native", "Tandem", "patience", (point, replace(point, setting=0.8, median_ms=600.0)))
    return Evaluation(
        SETTING, (result("native", "Tandem", [*answered, (story, speech((3_300, 3_700, "")))]),), (curve,)
    )


def test_json_holds_setting_systems_cases_control_and_curves():
    plain = json.loads(json.dumps(as_json(an_evaluation())))
    assert set(plain) == {"version", "setting", "systems", "curves"}
    assert plain["setting"]["how"] == "steps"
    native = plain["systems"]["native"]
    assert set(native) == {"label", "torn_calls", "figures", "time_shuffled", "cases"}
    median = native["figures"]["turn_latency_median_ms"]
    assert set(median) == {"value", "n", "low", "high", "target", "met"}
    assert (median["n"], median["target"], median["met"]) == (4, 400, True)
    assert median["value"] == pytest.approx(350, abs=5)
    assert native["figures"]["turn_takeover"]["value"] == 1.0
    assert {"id", "ok", "what", "figures"} == set(native["cases"][0])
    assert plain["curves"]["native"]["points"][1]["latency_median_ms"] == 600.0


def test_figures_without_cases_are_left_out():
    assert "interruption_yields" not in as_json(an_evaluation())["systems"]["native"]["figures"]


def test_pictures_are_drawn_without_a_display(tmp_path: Path):
    drawn = draw(an_evaluation(), tmp_path / "plots")
    assert [path.name for path in drawn] == ["latencies.png", "trade-off.png", "backchannels.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in drawn)


def test_a_kept_case_is_found_by_its_path_its_sound_or_its_story(tmp_path: Path):
    case = a_case(Scenario.TURN, TURN)
    taken = TurnTaken(Transcript((), final=True))
    recording = with_acts(speech((6_300, 8_000, "reply-1")), (6_200, taken))
    path = keep(tmp_path, "native", case, recording, judge(case, recording))
    for given in (path, path.with_suffix(".wav"), path.with_suffix(".json")):
        kept = find(given)
        assert kept.story["events"]["turn"] == [2_000, 6_000]
        assert kept.story["acts"][0]["act"] == "TurnTaken"
        assert kept.story["agent_speech"] == [[6_300.0, 8_000.0]]
        with wave.open(str(kept.wav), "rb") as stereo:
            assert (stereo.getnchannels(), stereo.getframerate()) == (2, 8_000)


def test_a_case_that_was_never_kept_is_said_in_one_line(tmp_path: Path):
    with pytest.raises(KeptCaseError, match="no kept case"):
        find(tmp_path / "nothing")
    (tmp_path / "other.json").write_text("[]")
    with pytest.raises(KeptCaseError, match="not the story"):
        find(tmp_path / "other")


# --- bad input ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stressful() -> list[Stress]:
    return stress_cases(1)


def test_stress_finds_babble_backchannels_nonsense_and_no_answer(stressful: list[Stress]):
    (stress,) = [each for each in stressful if each.name == "dial_tone"]
    turn = stress.case.events.turn
    assert turn is not None
    answer = (turn.end_ms + 300, turn.end_ms + 2_000, "reply-1")
    lasts = stress.case.ms * 8
    sound = speech()
    agent = np.zeros(lasts, np.int16)
    at = slice(round(answer[0]) * 8, round(answer[1]) * 8)
    agent[at] = 3_000
    good = replace(sound, agent=agent)
    assert judge_stress(stress, good).ok
    middle = round((stress.bad.start_ms + stress.bad.end_ms) / 2)
    taken, hum = TurnTaken(Transcript((), final=True)), Backchannelled("Mm-hm.")
    for bad, why in (
        (with_acts(good, (middle, taken), (middle + 400, taken)), "turns nobody took"),
        (with_acts(good, *((middle + k, hum) for k in range(4))), "backchannels"),
        (replace(good, readings=(Readings(caller_voice=float("nan")),)), "no probabilities"),
        (replace(good, agent=np.zeros(lasts, np.int16)), "did not answer"),
    ):
        verdict = judge_stress(stress, bad)
        assert not verdict.ok
        assert why in verdict.sentence


def test_stress_covers_what_a_line_can_bring_and_silence_lasts_ten_minutes(stressful: list[Stress]):
    cases = {stress.name: stress for stress in stressful}
    assert set(cases) == {
        *("silence", "dial_tone", "music", "white_noise", "fax", "television", "babble"),
        *("clipping", "dc_offset", "shouting", "echo"),
    }
    assert cases["silence"].bad.ms == 600_000
    assert cases["echo"].case.echo > 0
    assert np.abs(cases["clipping"].case.caller).max() > 32_000
    assert abs(cases["dc_offset"].case.caller.mean()) > 5_000


def test_sounds_of_the_network_are_as_loud_as_speech_and_where_they_should_be():
    rng = np.random.default_rng(0)
    for sound in (dial_tone(16_000), fax(160_000, rng), music(160_000, rng), white_noise(16_000, rng)):
        assert np.sqrt(np.mean(np.square(sound))) == pytest.approx(0.1, rel=0.01)
    peaks = np.argsort(np.abs(np.fft.rfft(dial_tone(8_000))))[-2:]
    assert sorted(peaks.tolist()) == [350, 440]
    assert share(0, 0) == Value(None, 0)
