from dataclasses import replace
from itertools import pairwise

import numpy as np

from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES, SAMPLES_PER_MS
from model.listening import listening_in
from model.session.state import Session
from model.turn import (
    Backchannelled,
    Dials,
    OfferStarted,
    Readings,
    TurnTaken,
    Yielded,
)
from model.voice.small import small_utterances
from tests.model.conversing import (
    DIGITS,
    LINES,
    Conversation,
    Voiced,
)


def due(reading: Readings, _: int) -> Readings:
    return Readings(caller_voice=reading.caller_voice, backchannel_due=0.95)


def listening(call_id: str = "a", **dialled: float) -> Session:
    return Session(lines=LINES, listening=listening_in(call_id, "en-US"), dials=Dials(**dialled))


def test_a_long_turn_gets_a_small_utterance_now_and_then_and_not_over_digits() -> None:
    story = (Voiced(0, 12_000),)
    call = Conversation(caller=story, readings=due, session=listening()).run(60)
    times = call.when(Backchannelled)
    assert len(times) >= 2
    assert times[0] * MICRO_TURN_MS >= 2_300
    assert min(np.diff(times)) * MICRO_TURN_MS >= 3_000
    assert 0 < np.abs(call.audio).max() < 12_000
    for silent in (replace(listening(), expectation=DIGITS), listening(backchannels=0.0)):
        assert Conversation(caller=story, readings=due, session=silent).run(60).acts(Backchannelled) == []


def test_backchannels_cannot_run_away_whatever_is_read_and_dialled() -> None:
    eager = Conversation(caller=(Voiced(0, 60_000),), readings=due, session=listening(backchannels=1.0))
    eager.readings = lambda reading, _: replace(reading, backchannel_due=1.0)
    times = eager.run(48).when(Backchannelled)
    assert min(np.diff(times)) * MICRO_TURN_MS >= 2_000


def test_a_listener_never_says_the_same_twice_in_a_row_nor_the_same_on_every_call() -> None:
    def said(call_id: str) -> list[str]:
        call = Conversation(
            caller=(Voiced(0, 9_900),), readings=due, session=listening(call_id, backchannels=1.0)
        )
        return [act.text for act in call.run(48).acts(Backchannelled)]

    for call_id in "abcdefgh":
        texts = said(call_id)
        assert all(one != other for one, other in pairwise(texts))
        assert texts == said(call_id)
    assert len({tuple(said(call_id)) for call_id in "abcdefgh"}) > 1


def test_no_small_utterance_is_long_enough_to_take_the_floor() -> None:
    for ways in small_utterances().values():
        for utterances in ways.values():
            assert all(len(each.speech.audio) <= 800 * SAMPLES_PER_MS for each in utterances)
            assert len(utterances) >= 2


def test_a_backchannel_leaves_the_floor_with_the_caller() -> None:
    call = Conversation(
        caller=(Voiced(0, 8_000, words="and so on"),), turn_ends=(8_050,), readings=None, session=listening()
    )
    call.readings = lambda reading, _: replace(reading, backchannel_due=0.95)
    call.run(50)
    assert call.acts(Backchannelled)
    assert call.acts(Yielded) == call.acts(OfferStarted) == []
    assert [act.transcript.text for act in call.acts(TurnTaken)] == ["and so on"]


def test_when_the_words_are_late_the_line_is_not_dead() -> None:
    call = Conversation(
        caller=(Voiced(1_000, 2_000, words="hello"),), turn_ends=(2_000,), lag_ms=2_000, session=listening()
    ).run(25)
    assert [act.text for act in call.acts(Backchannelled)] == ["One moment."]
    (at,) = call.when(Backchannelled)
    assert 1_000 <= at * MICRO_TURN_MS - 2_000 <= 1_600
    assert call.audio[at * MICRO_TURN_SAMPLES :][:MICRO_TURN_SAMPLES].any()
    assert [act.transcript.text for act in call.acts(TurnTaken)] == ["hello"]
