import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from config.units import SAMPLE_RATE_HZ
from model.ears.ears import Hearing
from model.evaluate.timeline import TAIL_MS, Happening, Listener, Timeline, as_plain, with_words
from model.evaluate.timeline_picture import draw
from model.streaming import ModelReadings, ModelTurn
from model.turn import Word


class Line:
    def close(self) -> None: ...


@dataclass
class ByLoudness:
    """Hears voice where there is sound, and an ending where there is none."""

    barge_in: float = 0.95
    turn_end: float = 0.97

    def open(self) -> Line:
        return Line()

    def step(self, states: Sequence[Line], turns: Sequence[ModelTurn]) -> list[ModelReadings]:
        return [self._read(turn) for turn in turns]

    def _read(self, turn: ModelTurn) -> ModelReadings:
        caller, agent = (
            (np.abs(side.reshape(4, -1)).max(axis=1) > 300).astype(np.float32)
            for side in (turn.caller_audio, turn.agent_audio)
        )
        return ModelReadings(
            caller_voice=caller,
            agent_voice=agent,
            turn_end=self.turn_end * (1 - caller) * (1 - agent),
            barge_in=np.full(4, self.barge_in, np.float32),
            backchannel_due=np.zeros(4, np.float32),
            caller_soon=np.repeat(caller[:, None], 4, axis=1),
        )


@dataclass
class Spelling:
    """Understands one word for every second of voice."""

    words: tuple[Word, ...] = ()
    heard: int = 0
    turns: int = 0
    index: int = 0

    def expect(self, expectation) -> None: ...

    def change_language(self, language: str) -> None: ...

    def listen(self, index: int, audio, *, speaking: bool) -> None:
        self.heard += speaking
        self.index = index + 1

    def turn_over(self) -> None:
        self.heard = 0
        self.turns += 1

    has_paused = False

    def close(self) -> None: ...


@dataclass
class SpellingKind:
    together: int = 1
    opened: list[Spelling] = field(default_factory=list)

    def open(self, language: str) -> Spelling:
        self.opened.append(Spelling())
        return self.opened[-1]

    def work(self, calls: Sequence[Spelling], *, hurried: bool) -> list[Hearing]:
        return [
            Hearing(
                tuple(Word(f"w{k}", 200 * k, 200 * k + 200) for k in range(call.heard // 5)),
                call.index * 200,
                0.9,
            )
            for call in calls
        ]


def side(*spans: tuple[float, float], seconds: float = 8.0) -> np.ndarray:
    sound = np.zeros(round(seconds * SAMPLE_RATE_HZ), np.float32)
    for begin, end in spans:
        at = np.arange(round(begin * SAMPLE_RATE_HZ), round(end * SAMPLE_RATE_HZ))
        sound[at] = 0.3 * np.sin(at * 0.3)
    return sound


def happened(timeline: Timeline) -> list[tuple[Happening, float]]:
    return [(event.happening, event.at_ms / 1_000) for event in timeline.events]


def test_a_caller_alone_speaks_and_the_turn_is_taken_with_its_words():
    kind = SpellingKind()
    timeline = Listener(ByLoudness(), kind).listen(side((1.0, 3.0), (5.0, 6.0)))
    assert [event.happening for event in timeline.events] == [
        Happening.CALLER_SPOKE,
        Happening.TURN_TAKEN,
        Happening.CALLER_SPOKE,
        Happening.TURN_TAKEN,
    ]
    first, taken, second, _ = timeline.events
    assert first.at_ms == pytest.approx(1_000, abs=150)
    assert 3_000 < taken.at_ms <= 3_800
    assert taken.text == "w0 w1"
    assert second.at_ms == pytest.approx(5_000, abs=150)
    assert [word.text for word in timeline.words] == ["w0", "w1", "w0"]
    assert kind.opened[0].turns == 2
    assert timeline.agent is None


def test_the_last_turn_ends_in_the_silence_after_the_recording():
    timeline = Listener(ByLoudness(), None).listen(side((1.0, 4.0), seconds=4.0))
    assert len(timeline.micro_turns) == 20 + TAIL_MS // 200
    assert timeline.seconds == 4.0
    assert timeline.events[-1].happening is Happening.TURN_TAKEN
    assert timeline.events[-1].at_ms > 4_000


def test_over_the_agent_an_interruption_is_yielded_to_once_and_a_mm_hm_is_not():
    agent = side((0.5, 5.0))
    interrupted = Listener(ByLoudness(barge_in=0.97), None).listen(side((2.0, 4.0)), agent)
    assert [what for what, _ in happened(interrupted)].count(Happening.YIELD) == 1
    (at,) = (at for what, at in happened(interrupted) if what is Happening.YIELD)
    assert 2.0 < at <= 2.8
    murmured = Listener(ByLoudness(barge_in=0.02), None).listen(side((2.0, 2.3)), agent)
    assert Happening.YIELD not in [what for what, _ in happened(murmured)]


def test_an_agent_that_answers_before_the_floor_decided_ends_the_turn():
    kind = SpellingKind()
    timeline = Listener(ByLoudness(turn_end=0.0), kind).listen(side((1.0, 3.0)), side((3.5, 6.0)))
    (answered,) = (event for event in timeline.events if event.happening is Happening.ANSWERED)
    assert answered.at_ms == 3_400
    assert answered.text == "w0 w1"
    assert [word.text for word in timeline.words] == ["w0", "w1"]
    assert kind.opened[0].turns == 1
    assert Happening.TURN_TAKEN not in [what for what, _ in happened(timeline)]


def test_words_heard_otherwise_stand_at_what_ended_their_turn():
    timeline = Listener(ByLoudness(), None).listen(side((1.0, 3.0), (5.0, 6.0)))
    words = (Word("my", 1_100, 1_300), Word("order", 1_400, 2_000), Word("yes", 5_200, 5_600))
    retold = with_words(timeline, words)
    assert retold.words == words
    texts = [event.text for event in retold.events if event.happening is Happening.TURN_TAKEN]
    assert texts == ["my order", "yes"]
    assert [event.at_ms for event in retold.events] == [event.at_ms for event in timeline.events]


def test_everything_in_plain_values_is_json_and_complete():
    timeline = Listener(ByLoudness(), SpellingKind()).listen(side((1.0, 3.0)), side((4.0, 6.0)))
    plain = json.loads(json.dumps(as_plain(timeline)))
    assert plain["seconds"] == 8.0
    assert plain["sides"] == 2
    assert [turn["at_ms"] for turn in plain["micro_turns"]] == list(range(0, 8_000 + TAIL_MS, 200))
    assert all(len(turn["caller_voice"]) == len(turn["caller_soon"]) == 4 for turn in plain["micro_turns"])
    assert {event["happening"] for event in plain["events"]} >= {"caller_spoke"}
    assert len(timeline.curve("turn_end")) == len(timeline.soon) == 4 * len(plain["micro_turns"])


@pytest.mark.parametrize("seconds", [0.1, 25.0])
@pytest.mark.parametrize("stereo", [False, True])
def test_a_picture_of_any_length_is_drawn(tmp_path, seconds, stereo):
    caller = side((0.02, min(2.0, seconds / 2)), seconds=seconds)
    timeline = Listener(ByLoudness(), SpellingKind()).listen(caller, caller if stereo else None)
    draw(timeline, tmp_path / "a.png", "a.wav")
    picture = (tmp_path / "a.png").read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(picture) > 10_000
