from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from config.expectation import AnswerKind, Expectation
from config.units import MICRO_TURN_SAMPLES
from model.ears.ears import Hearing, Listener
from model.interaction import InteractionModel
from model.native import NativeInterlocutor
from model.sizes import SIZES
from model.streaming import ModelReadings, ModelTurn, StreamingModel
from model.turn import (
    AS_USUAL,
    CallContext,
    Interlocutor,
    LanguageChanged,
    Offer,
    OfferMade,
    OfferStarted,
    StepError,
    TurnInput,
    TurnTaken,
    VoiceChoice,
    Word,
)
from model.voice.voice import Speech
from tests.model.conversing import ScriptedVoice

SILENT = np.zeros(MICRO_TURN_SAMPLES, np.int16)
LOUD = np.full(MICRO_TURN_SAMPLES, 9_000, np.int16)


@dataclass
class Room:
    """One call's state inside the scripted perception."""

    number: int
    closed: bool = False

    def close(self) -> None:
        self.closed = True


@dataclass
class ScriptedPerception:
    """Hears voice in loud audio; a silent micro-turn after voice is the end of the turn."""

    rooms: list[Room] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    seen: list[ModelTurn] = field(default_factory=list)

    def open(self) -> Room:
        self.rooms.append(Room(len(self.rooms)))
        return self.rooms[-1]

    def step(self, states: Sequence[Room], turns: Sequence[ModelTurn]) -> list[ModelReadings]:
        assert not any(state.closed for state in states)
        self.batches.append(len(turns))
        self.seen += turns
        return [self._read(turn) for turn in turns]

    def _read(self, turn: ModelTurn) -> ModelReadings:
        voice = (np.abs(turn.caller_audio.reshape(4, -1)).max(axis=1) > 1_000).astype(np.float32)
        nothing = np.zeros(4, np.float32)
        return ModelReadings(
            caller_voice=voice,
            agent_voice=nothing,
            turn_end=1 - voice,
            barge_in=nothing,
            backchannel_due=nothing,
            caller_soon=np.zeros((4, 4), np.float32),
        )


@dataclass
class ScriptedListener:
    """Hears the word "hello" in anything spoken."""

    log: list[object] = field(default_factory=list)
    heard: Hearing = field(default_factory=Hearing)
    spoken: list[bool] = field(default_factory=list)

    def expect(self, expectation: Expectation) -> None:
        self.log.append(expectation)

    def change_language(self, language: str) -> None:
        self.log.append(language)

    def listen(self, index: int, audio: np.ndarray, *, speaking: bool) -> None:
        self.spoken.append(speaking)
        known = (Word("hello", index * 200, index * 200 + 200),) if speaking else self.heard.words
        self.heard = Hearing(known, (index + 1) * 200, 0.9)

    def hearing(self) -> Hearing:
        return self.heard

    def turn_over(self) -> None:
        self.log.append("turn over")
        self.heard = Hearing(upto_ms=self.heard.upto_ms)

    def close(self) -> None:
        self.log.append("closed")


@dataclass
class ScriptedEars:
    listeners: list[ScriptedListener] = field(default_factory=list)

    def open(self, call_id: str, language: str) -> Listener:
        self.listeners.append(ScriptedListener())
        return self.listeners[-1]

    def close(self) -> None: ...


class MuteToWednesday(ScriptedVoice):
    def speak(self, text: str, language: str, choice: VoiceChoice = AS_USUAL) -> Iterator[Speech]:
        if "Wednesday" in text:
            raise ValueError("no voice for Wednesday")
        return super().speak(text, language)


@pytest.fixture
def parts() -> Iterator[tuple[NativeInterlocutor[Room], ScriptedPerception, ScriptedEars]]:
    perception, ears = ScriptedPerception(), ScriptedEars()
    interlocutor = NativeInterlocutor(perception, ears, MuteToWednesday())
    yield interlocutor, perception, ears
    interlocutor.close()


Parts = tuple[NativeInterlocutor[Room], ScriptedPerception, ScriptedEars]


def offer(text: str, expects: Expectation = Expectation()) -> tuple[OfferMade]:  # noqa: B008 - frozen
    return (OfferMade(Offer("o", text, expects=expects)),)


def test_one_forward_serves_all_calls_of_a_step(parts: Parts) -> None:
    interlocutor, perception, _ = parts
    calls = [interlocutor.open(CallContext(f"{k}")) for k in range(5)]
    outputs = interlocutor.step(
        calls, [TurnInput(0, SILENT, offer("Hello there.") if k == 3 else ()) for k in range(5)]
    )
    assert perception.batches == [5]
    assert [bool(output.acts) for output in outputs] == [False, False, False, True, False]


def test_the_model_hears_what_the_agent_gave_out_one_micro_turn_later(parts: Parts) -> None:
    interlocutor, perception, _ = parts
    call = interlocutor.open(CallContext("call"))
    digits = Expectation(AnswerKind.DIGITS, 6)
    (first,) = interlocutor.step([call], [TurnInput(0, SILENT, offer("Which number?", digits))])
    interlocutor.step([call], [TurnInput(1, SILENT)])
    assert not perception.seen[0].agent_audio.any()
    assert np.array_equal(perception.seen[1].agent_audio, first.agent_audio)
    assert [turn.expectation.kind for turn in perception.seen] == [AnswerKind.NOTHING, AnswerKind.DIGITS]


def test_the_ears_are_told_in_order_that_the_turn_is_over_and_what_is_awaited_next(parts: Parts) -> None:
    interlocutor, _, ears = parts
    call = interlocutor.open(CallContext("call"))
    outputs = [
        interlocutor.step([call], [TurnInput(index, audio, events)])[0]
        for index, (audio, events) in enumerate([(LOUD, ()), (LOUD, offer("Yes?")), (SILENT, ())])
    ]
    assert [type(act) for act in outputs[2].acts] == [TurnTaken, OfferStarted]
    assert ears.listeners[0].log == ["turn over", Expectation()]


def test_the_ears_are_told_which_language_comes_next_before_what_is_awaited_in_it(parts: Parts) -> None:
    interlocutor, _, ears = parts
    call = interlocutor.open(CallContext("call", "en-US"))
    asked = (LanguageChanged("es-MX"), *offer("¿Sí?", Expectation(AnswerKind.YES_NO)))
    interlocutor.step([call], [TurnInput(0, SILENT, asked)])
    assert ears.listeners[0].log == ["es-MX", Expectation(AnswerKind.YES_NO)]


def test_the_ears_learn_that_the_voice_has_stopped_in_the_micro_turn_in_which_it_does(parts: Parts) -> None:
    interlocutor, _, ears = parts
    call = interlocutor.open(CallContext("call"))
    stopping, starting = LOUD.copy(), LOUD.copy()
    stopping[MICRO_TURN_SAMPLES // 2 :] = 0
    starting[: MICRO_TURN_SAMPLES * 3 // 4] = 0
    for index, audio in enumerate((starting, LOUD, stopping, SILENT)):
        interlocutor.step([call], [TurnInput(index, audio)])
    assert ears.listeners[0].spoken == [True, True, False, False]


def test_between_the_halves_of_a_step_a_call_awaits_the_last_words_only_when_its_voice_has_paused(
    parts: Parts,
) -> None:
    interlocutor, _, ears = parts
    call = interlocutor.open(CallContext("call"))
    awaited = list[bool]()
    for index, audio in enumerate((SILENT, LOUD, SILENT)):
        interlocutor.perceive([call], [TurnInput(index, audio)])
        listener = ears.listeners[0]
        listener.heard = replace(listener.heard, upto_ms=index * 200 - 50)
        awaited.append(interlocutor.awaits_words(call))
        listener.heard = replace(listener.heard, upto_ms=(index + 1) * 200)
        assert not interlocutor.awaits_words(call)
        (output,) = interlocutor.advance([call])
    assert awaited == [False, False, True]
    assert [type(act) for act in output.acts] == [TurnTaken]


def test_an_answer_found_when_the_turn_is_taken_is_voiced_in_the_same_micro_turn(parts: Parts) -> None:
    interlocutor, perception, _ = parts
    call = interlocutor.open(CallContext("call"))
    for index, audio in enumerate((LOUD, SILENT)):
        (output,) = interlocutor.step([call], [TurnInput(index, audio)])
    assert [type(act) for act in output.acts] == [TurnTaken]
    answer = interlocutor.reply(call, offer("Yes."))
    assert (answer.index, [type(act) for act in answer.acts]) == (1, [OfferStarted])
    assert answer.agent_audio[0] != 0
    interlocutor.step([call], [TurnInput(2, SILENT)])
    assert np.array_equal(perception.seen[-1].agent_audio, answer.agent_audio)


def test_nothing_is_replied_into_a_micro_turn_that_sounds_already(parts: Parts) -> None:
    interlocutor, _, _ = parts
    call = interlocutor.open(CallContext("call"))
    interlocutor.step([call], [TurnInput(0, SILENT, offer("Hello there."))])
    with pytest.raises(ValueError, match="silent"):
        interlocutor.reply(call, offer("And more."))


def test_steps_are_tried_out_before_there_are_calls_and_leave_nothing_behind(parts: Parts) -> None:
    interlocutor, perception, ears = parts
    steps = interlocutor.try_out(4)
    assert {step.calls for step in steps} == {1, 4}
    assert all(step.took_ms > 0 for step in steps)
    assert all(room.closed for room in perception.rooms)
    assert ears.listeners == []


def test_a_malformed_micro_turn_moves_no_call(parts: Parts) -> None:
    interlocutor, perception, _ = parts
    good, bad = interlocutor.open(CallContext("good")), interlocutor.open(CallContext("bad"))
    for audio in (SILENT[:-1], SILENT.astype(np.float32)):
        with pytest.raises(ValueError, match="int16"):
            interlocutor.step([good, bad], [TurnInput(0, SILENT), TurnInput(0, audio)])
    assert perception.batches == []
    assert interlocutor.step([good], [TurnInput(0, SILENT)])


def test_a_micro_turn_is_taken_once(parts: Parts) -> None:
    interlocutor, _, _ = parts
    call = interlocutor.open(CallContext("call"))
    interlocutor.step([call], [TurnInput(0, SILENT)])
    with pytest.raises(ValueError, match="came again"):
        interlocutor.step([call], [TurnInput(0, SILENT)])


def test_a_call_whose_voice_fails_leaves_the_others_alone_and_can_go_on(parts: Parts) -> None:
    interlocutor, _, _ = parts
    calls = [interlocutor.open(CallContext(f"{k}")) for k in range(2)]
    with pytest.raises(StepError) as failure:
        interlocutor.step(
            calls, [TurnInput(0, SILENT, offer("On Wednesday.")), TurnInput(0, SILENT, offer("On Monday."))]
        )
    failed, fine = failure.value.outcomes
    assert isinstance(failed, ValueError)
    assert not isinstance(fine, Exception)
    assert fine.agent_audio.any()
    assert len(interlocutor.step(calls, [TurnInput(1, SILENT)] * 2)) == 2


def test_a_closed_call_frees_what_it_held_and_cannot_be_stepped(parts: Parts) -> None:
    interlocutor, perception, ears = parts
    call = interlocutor.open(CallContext("call"))
    call.close()
    call.close()
    with pytest.raises(ValueError, match="closed"):
        interlocutor.step([call], [TurnInput(0, SILENT)])
    interlocutor.open(CallContext("next"))
    assert perception.rooms[0].closed
    assert ears.listeners[0].log == ["closed"]


def test_the_untrained_model_fits_behind_the_seam_and_a_row_does_not_depend_on_its_neighbours() -> None:
    model = InteractionModel(SIZES["first"])
    rng = np.random.default_rng(7)
    audio = rng.normal(0, 2_000, (6, MICRO_TURN_SAMPLES)).astype(np.int16)

    def converse(neighbours: int) -> list[float]:
        native: Interlocutor = NativeInterlocutor(StreamingModel(model, max_calls=4), None, ScriptedVoice())
        calls = [native.open(CallContext(f"{k}")) for k in range(1 + neighbours)]
        noise = rng.normal(0, 500, MICRO_TURN_SAMPLES).astype(np.int16)
        heard = [
            native.step(calls, [TurnInput(k, audio[k]), *[TurnInput(k, noise)] * neighbours])[0].readings
            for k in range(len(audio))
        ]
        native.close()
        return [reading.turn_end for reading in heard]

    assert converse(0) == pytest.approx(converse(2), abs=1e-4)
