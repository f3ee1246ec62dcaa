import json
import wave
from pathlib import Path

import numpy as np
import pytest

from config.units import MICRO_TURN_SAMPLES, SAMPLE_RATE_HZ
from model.turn import OfferStarted, Readings, Transcript, TurnOutput, Word
from telephony.line import HeardSpan, LineTurn
from telephony.tape import StereoRecording, Tape, read_rows, seconds_recorded

HEADER = {"call_id": "c1", "carrier_call_id": "CA1", "flow": "f@1", "began_at": "2026-11-22T12:00:00+00:00"}


def tone(samples: int, start: int = 0) -> np.ndarray:
    return ((np.arange(start, start + samples) % 20_000) + 1).astype(np.int16)


def stereo(path: Path) -> np.ndarray:
    with wave.open(str(path)) as recording:
        assert (recording.getnchannels(), recording.getsampwidth()) == (2, 2)
        assert recording.getframerate() == SAMPLE_RATE_HZ
        return np.frombuffer(recording.readframes(recording.getnframes()), "<i2").reshape(-1, 2)


def silent(index: int = 0, **columns: object) -> LineTurn:
    return LineTurn(index, np.zeros(MICRO_TURN_SAMPLES, np.int16), **columns)  # type: ignore[arg-type]


def test_the_agent_is_recorded_where_the_caller_heard_it(tmp_path: Path) -> None:
    recording = StereoRecording(tmp_path / "call.wav")
    for turn in range(20):
        recording.caller(tone(MICRO_TURN_SAMPLES, turn * MICRO_TURN_SAMPLES))
        recording.agent(tone(MICRO_TURN_SAMPLES, turn * MICRO_TURN_SAMPLES))
        if turn == 15:
            recording.heard(HeardSpan(agent_start=39_000, call_start=40_123, samples=8_000))
    recording.close()
    frames = stereo(tmp_path / "call.wav")
    assert frames.shape[0] == 20 * MICRO_TURN_SAMPLES
    assert np.array_equal(frames[:, 0], tone(20 * MICRO_TURN_SAMPLES))
    assert np.array_equal(frames[40_123:48_123, 1], tone(8_000, 39_000))
    assert not frames[:40_123, 1].any()
    assert not frames[48_123:, 1].any()


def test_what_was_never_heard_is_not_on_the_recording(tmp_path: Path) -> None:
    recording = StereoRecording(tmp_path / "call.wav")
    for _ in range(10):
        recording.caller(np.zeros(MICRO_TURN_SAMPLES, np.int16))
        recording.agent(tone(MICRO_TURN_SAMPLES))
    recording.close()
    assert not stereo(tmp_path / "call.wav")[:, 1].any()


def test_a_recording_can_be_read_while_it_is_written_and_memory_stays_flat(tmp_path: Path) -> None:
    recording = StereoRecording(tmp_path / "call.wav")
    for turn in range(300):
        recording.caller(tone(MICRO_TURN_SAMPLES, turn * MICRO_TURN_SAMPLES))
        recording.agent(np.zeros(MICRO_TURN_SAMPLES, np.int16))
        assert recording.waiting_samples <= 4 * SAMPLE_RATE_HZ
    frames = stereo(tmp_path / "call.wav")
    assert 56 * SAMPLE_RATE_HZ <= frames.shape[0] <= 60 * SAMPLE_RATE_HZ
    recording.close()


def test_a_micro_turn_with_nothing_in_it_leaves_no_row(tmp_path: Path) -> None:
    tape = Tape(tmp_path, HEADER)
    for index in range(5):
        tape.micro_turn(silent(index), TurnOutput(index, np.zeros(MICRO_TURN_SAMPLES, np.int16)), {})
    tape.close("completed")
    assert [row["kind"] for row in read_rows(tmp_path)] == ["tape", "end"]


def test_a_row_holds_every_column_that_has_something_in_it(tmp_path: Path) -> None:
    tape = Tape(tmp_path, HEADER)
    output = TurnOutput(
        index=7,
        agent_audio=np.zeros(MICRO_TURN_SAMPLES, np.int16),
        transcript=Transcript((Word("hello", 900, 1200, 0.9),), final=False, confidence=0.9),
        agent_words=(Word("Hi.", 1400, 1550),),
        voicing="o1",
        acts=(OfferStarted("o1"),),
        readings=Readings(caller_voice=0.25),
    )
    tape.micro_turn(silent(7, keys=("4", "2"), heard_ms=1300), output, {"reports": ()})
    tape.close("completed")
    _, row, end = read_rows(tmp_path)
    assert row["index"] == 7
    assert row["caller"]["text"] == "hello"
    assert row["agent"] == {"offer": "o1", "words": [{"text": "Hi.", "start_ms": 1400, "end_ms": 1550}]}
    assert (row["heard_ms"], row["keys"]) == (1300, "42")
    assert row["acts"] == [{"act": "OfferStarted", "offer_id": "o1"}]
    assert row["readings"]["caller_voice"] == 0.25
    assert "reports" not in row
    assert end == {"kind": "end", "outcome": "completed", "micro_turns": 8}


def test_a_tape_cut_off_by_a_crash_is_readable_up_to_its_last_whole_row(tmp_path: Path) -> None:
    tape = Tape(tmp_path, HEADER)
    for index in range(30):
        output = TurnOutput(index, np.zeros(MICRO_TURN_SAMPLES, np.int16), acts=(OfferStarted(f"o{index}"),))
        tape.micro_turn(silent(index), output, {})
    rows = tmp_path / "tape.jsonl"
    rows.write_text(rows.read_text() + '{"kind":"turn","ind', encoding="utf-8")
    assert [row.get("index") for row in read_rows(tmp_path)] == [None, *range(30)]
    assert seconds_recorded(tmp_path) > 0
    assert stereo(tmp_path / "call.wav").shape[0] > 0
    tape.close("abandoned")


def test_a_tape_is_never_written_over_another(tmp_path: Path) -> None:
    Tape(tmp_path, HEADER).close("completed")
    with pytest.raises(FileExistsError):
        Tape(tmp_path, HEADER)
    assert json.loads((tmp_path / "tape.jsonl").read_text().splitlines()[0])["call_id"] == "c1"
