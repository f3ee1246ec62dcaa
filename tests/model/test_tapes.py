import json
from pathlib import Path

import numpy as np
import pytest

from model.data.calls import SimulatedCall, simulate
from model.data.samples import write_sample, write_samples
from model.data.scene import Manners, Phase
from model.data.tapes import TapeError, read_tape, recorded_calls, speaking
from model.sound import read_wav, write_wav
from model.streams import KINDS

QUIET = Manners(patient=True, overlap_rate=0.0, phase=Phase.HALF_DUPLEX, switching=0.0)


@pytest.fixture(scope="module")
def clear_call() -> SimulatedCall:
    """A call over a quiet line in which a turn ends."""
    for number in range(60):
        call = simulate(61, number, "train", QUIET)
        quiet = np.percentile(np.abs(call.caller), 20) < 30
        if quiet and any(turn.end < 1_000 for turn in call.turns):
            return call
    raise AssertionError("no clear call among sixty")


def test_a_sample_holds_both_sides_and_a_row_for_every_micro_turn(tmp_path: Path):
    (folder,) = write_samples(1, 8, tmp_path / "heard", slots=200)
    sound = read_wav(folder / "call.wav")
    rows = [json.loads(line) for line in (folder / "tape.jsonl").read_text().splitlines()]
    assert sound.samples.shape == (2, 160_000)
    assert sound.rate_hz == 16_000
    assert [row["index"] for row in rows if row["kind"] == "turn"] == list(range(50))
    assert rows[0]["kind"] == "tape"
    assert rows[-1] == {"kind": "end", "outcome": "simulated", "micro_turns": 50}


def test_a_sample_comes_back_as_the_call_it_was(tmp_path: Path, clear_call: SimulatedCall):
    write_sample(clear_call, tmp_path)
    (call,) = recorded_calls(tmp_path, 380)
    truth = clear_call.labels.voice[:380]
    sure = call.labels.voice_weight > 0
    assert (call.labels.voice[sure] == truth[sure]).mean(0).min() > 0.9
    assert np.array_equal(call.kind[4:], np.repeat(clear_call.kind[3::4], 4)[4:380])
    ends = [turn.end for turn in clear_call.turns if turn.end < 1_700]
    found = [turn.end for turn in call.turns]
    assert all(min(abs(end - other) for other in found) <= 15 for end in ends[:1])
    assert {word.text for word in call.caller_words} <= {word.text for word in clear_call.caller_words}


def test_what_a_tape_cannot_say_is_not_learned(tmp_path: Path, clear_call: SimulatedCall):
    write_sample(clear_call, tmp_path)
    (call,) = recorded_calls(tmp_path, 380)
    labels = call.labels
    for weight in (
        labels.barge_in_weight,
        labels.backchannel_weight,
        labels.speech_weight,
        labels.agent_text_weight,
        labels.acts_weight,
    ):
        assert not weight.any()
    assert labels.turn_end_weight.any()
    assert not labels.turn_end[labels.voice[:, 0] & (labels.turn_end_weight == 0)].any()


def test_a_turn_taken_too_early_is_a_pause_in_hindsight(tmp_path: Path):
    rng = np.random.default_rng(3)
    caller = np.zeros(16_000 * 12, np.int16)
    for begin_s, end_s in ((1.0, 2.5), (3.2, 4.5)):
        part = slice(int(begin_s * 16_000), int(end_s * 16_000))
        caller[part] = rng.normal(0, 3_000, part.stop - part.start)
    write_wav(tmp_path / "call.wav", np.stack((caller, np.zeros_like(caller))))
    taken = [{"kind": "turn", "index": k, "acts": [{"act": "TurnTaken"}]} for k in (14, 25)]
    rows = [{"kind": "tape", "version": 1}, *taken, {"kind": "end"}]
    (tmp_path / "tape.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (call,) = recorded_calls(tmp_path, 200)
    (turn,) = call.turns
    assert abs(turn.end - 450) <= 5
    assert [(round(a, -1), round(b, -1)) for a, b in turn.pauses] == [(250, 320)]
    assert not call.labels.turn_end[50:64].any()
    assert call.labels.turn_end[91:100].all()
    assert KINDS[call.kind[0]] == "free"


def test_silence_is_nobody_speaking():
    voice, _ = speaking(np.zeros(16_000, np.int16))
    assert not voice.any()


def test_a_mono_recording_is_no_tape(tmp_path: Path):
    write_wav(tmp_path / "call.wav", np.zeros(16_000, np.int16))
    with pytest.raises(TapeError, match="1 channels"):
        read_tape(tmp_path)
