"""Full-Duplex-Bench's layout is read as it is published."""

import json
import wave
from pathlib import Path

import numpy as np
import pytest

from model.evaluate.cases import Scenario
from model.evaluate.judging import judge
from model.evaluate.public_set import TASKS, PublicSetError, read_public_set
from model.evaluate.recording import sounding
from model.evaluate.stepping import Stepping, run
from model.evaluate.systems import baseline

RATE_HZ = 24_000
EVERYTHING = tuple(Scenario)


def a_sample(folder: Path, *spans: tuple[float, float], seconds: float = 9.0, **annotations: object) -> None:
    """A folder with an input.wav that sounds in these spans of seconds, and annotations as JSON."""
    folder.mkdir(parents=True)
    sound = np.zeros(round(seconds * RATE_HZ), "<i2")
    for start, end in spans:
        at = np.arange(round(start * RATE_HZ), round(end * RATE_HZ))
        sound[at] = 6_000 * np.sin(2 * np.pi * 400 * at / RATE_HZ)
    with wave.open(str(folder / "input.wav"), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(sound.tobytes())
    for name, content in annotations.items():
        (folder / f"{name}.json").write_text(json.dumps(content))


@pytest.fixture
def published(tmp_path: Path) -> Path:
    v1, v15 = tmp_path / "v1_0", tmp_path / "v1_5"
    words = [
        {"text": " Well,", "timestamp": [0.5, 1.0]},
        {"text": "[PAUSE]", "timestamp": [1.0, 2.0]},
        {"text": "yes.", "timestamp": [2.0, 3.0]},
    ]
    pause = [{"text": "[PAUSE]", "timestamp": [1.0, 2.0]}]
    for number in (1, 2, 10):
        a_sample(
            v1 / "synthetic_pause_handling" / str(number), (0.5, 1), (2, 3), pause=pause,
            transcription={"text": "Well, yes.", "chunks": words},
        )  # fmt: skip
    a_sample(
        v1 / "candor_turn_taking" / "1", (0.4, 3), (3.6, 5),
        turn_taking=[{"text": "[TURN-TAKING]", "timestamp": [3.0, 3.6]}],
        transcription=[{"speaker": 0, "item": [{"text": "right", "timestamp": [0.4, 3.0]}]}],
    )  # fmt: skip
    a_sample(v1 / "icc_backchannel" / "7", (0.3, 6))
    a_sample(
        v1 / "synthetic_user_interruption" / "3", (0.2, 2), (7, 8.5),
        interrupt=[{"context": "a", "interrupt": "b", "timestamp": [7.0, 8.5]}],
    )  # fmt: skip
    metadata = {"context_text": "a", "current_turn_text": "b", "timestamps": [6.0, 6.6]}
    for task in ("user_interruption", "user_backchannel", "talking_to_other", "background_speech"):
        a_sample(v15 / task / "1", (0.2, 2), (6, 6.6), metadata=metadata)
    return tmp_path


def test_every_task_becomes_its_scenario(published: Path):
    found = read_public_set(published, EVERYTHING, most=20)
    assert len(found) == 10
    assert {case.scenario for case in found} == set(TASKS.values())
    assert len({case.id for case in found}) == 10


def test_events_stand_where_the_annotations_say(published: Path):
    by_id = {case.id: case for case in read_public_set(published, EVERYTHING, most=20)}
    pause = by_id["pause-synthetic_pause_handling-1"].events
    assert pause.turn is not None
    assert (pause.turn.start_ms, pause.turn.end_ms) == (500, 3_000)
    assert [(p.start_ms, p.end_ms) for p in pause.pauses] == [(1_000, 2_000)]
    turn = by_id["turn-candor_turn_taking-1"]
    assert turn.events.turn is not None
    assert turn.events.turn.end_ms == 3_000
    assert all(s.end_ms <= 3_050 for s in sounding(turn.caller)), "what the other speaker said is cut off"
    over = by_id["background_speech-background_speech-1"].events.overlap
    assert over is not None
    assert (over.start_ms, over.end_ms) == (6_000, 6_600)


def test_words_of_the_transcription_are_the_callers(published: Path):
    (case,) = read_public_set(published / "v1_0" / "synthetic_pause_handling" / "2", EVERYTHING, most=1)
    assert [(word.text, word.start_ms) for word in case.spoken] == [("well", 500), ("yes", 2_000)]


def test_a_task_is_read_in_the_order_of_its_numbers_and_no_further_than_asked(published: Path):
    found = read_public_set(published / "v1_0", (Scenario.PAUSE,), most=2)
    assert [case.id[-2:] for case in found] == ["-1", "-2"]


def test_the_agent_speaks_when_the_overlap_comes(published: Path):
    overlaps = (Scenario.INTERRUPTION, Scenario.CALLER_BACKCHANNEL, Scenario.BACKGROUND_SPEECH)
    found = read_public_set(published, overlaps, most=1)
    interlocutor = baseline("talking")
    try:
        for case, recording in run(interlocutor, found, Stepping()):
            verdict = judge(case, recording)
            assert verdict.figures.get("yields", 0.0) == 0.0
            assert verdict.sentence != "was not speaking"
    finally:
        interlocutor.close()


def test_a_folder_without_samples_and_a_sample_without_times_are_said_in_one_line(
    tmp_path: Path, published: Path
):
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(PublicSetError, match="holds no sample"):
        read_public_set(empty, EVERYTHING, most=1)
    broken = published / "v1_5" / "user_backchannel" / "1" / "metadata.json"
    broken.write_text("{}")
    with pytest.raises(PublicSetError, match=r"metadata\.json"):
        read_public_set(published, (Scenario.CALLER_BACKCHANNEL,), most=1)
    broken.write_text("{")
    with pytest.raises(PublicSetError, match="not JSON"):
        read_public_set(published, (Scenario.CALLER_BACKCHANNEL,), most=1)
