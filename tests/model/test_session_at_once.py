"""Offers voiced at once: beside the floor, as an interpreter speaks."""

import numpy as np

from config.units import MICRO_TURN_MS, SAMPLES_PER_MS
from model.session.state import Session
from model.turn import (
    Backchannelled,
    CallerTyped,
    Dials,
    OfferDropped,
    OfferFinished,
    OfferStarted,
    OfferWithdrawn,
    Readings,
    TurnTaken,
    Urgency,
    Word,
    Yielded,
)
from tests.model.conversing import LINES, LONG, Conversation, Voiced, made

AT_ONCE = Urgency.AT_ONCE


def test_what_is_to_be_voiced_at_once_does_not_wait_for_the_caller_to_end() -> None:
    speaking = (Voiced(200, 6_000, barge_in=0.9, words="one two three"),)
    waits = Conversation(caller=speaking, events={5: (made(),)}).run(20)
    at_once = Conversation(caller=speaking, events={5: (made(urgency=AT_ONCE),)}).run(30)
    assert waits.when(OfferStarted) == []
    assert at_once.when(OfferStarted) == [5]
    assert at_once.said("o") == LONG


def test_a_caller_who_speaks_over_it_does_not_stop_it_and_has_a_turn_of_their_own() -> None:
    call = Conversation(
        caller=(Voiced(1_000, 2_600, barge_in=0.95, words="no wait stop"),),
        events={2: (made(urgency=AT_ONCE),)},
        turn_ends=(2_600,),
    ).run(30)
    assert call.acts(Yielded) == []
    assert call.said("o") == LONG
    (taken,) = call.acts(TurnTaken)
    assert taken.transcript.text == "no wait stop"
    (finished,) = call.when(OfferFinished)
    assert call.when(TurnTaken)[0] < finished


def test_they_come_in_order_with_a_short_gap_and_before_replies_and_news() -> None:
    call = Conversation(
        events={
            0: (
                made("reply", "One two."),
                made("news", "Three four.", urgency=Urgency.NEWS),
                made("first", "Five six seven.", urgency=AT_ONCE),
                made("second", "Eight nine ten.", urgency=AT_ONCE),
            )
        }
    ).run(40)
    assert [act.offer_id for act in call.acts(OfferStarted)][:3] == ["first", "second", "reply"]
    sounding = np.flatnonzero(call.audio)
    gaps_ms = np.diff(sounding)[np.diff(sounding) > 1] / SAMPLES_PER_MS
    assert 60 <= gaps_ms[0] < 60 + MICRO_TURN_MS


def test_a_sentence_of_the_agents_own_is_ended_first() -> None:
    call = Conversation(events={0: (made("own", "One two three."),), 1: (made("o", urgency=AT_ONCE),)}).run(8)
    ended, began = call.when(OfferFinished)[0], call.when(OfferStarted)[1]
    assert ended < began


def test_it_can_be_withdrawn_but_typed_words_do_not_end_it() -> None:
    typed = CallerTyped((Word("hello", 0, 0),))
    call = Conversation(events={0: (made(urgency=AT_ONCE),), 3: (typed,), 8: (OfferWithdrawn("o"),)}).run(20)
    assert call.acts(Yielded) == []
    assert call.when(TurnTaken) == [3]
    assert call.when(OfferDropped) == [8]
    assert LONG.startswith(call.said("o"))


def _due(reading: Readings, _: int) -> Readings:
    return Readings(reading.caller_voice, 0.0, reading.turn_end, reading.barge_in, backchannel_due=0.95)


def test_dials_turn_off_all_that_the_agent_says_of_itself() -> None:
    caller = (Voiced(200, 9_000, words="one two three four"),)
    murmurs = Conversation(caller=caller, readings=_due, turn_ends=(9_000,), lag_ms=4_000).run(70)
    quiet = Dials(backchannels=0.0, remarks=False)
    silent = Conversation(
        caller=caller,
        readings=_due,
        turn_ends=(9_000,),
        lag_ms=4_000,
        session=Session(lines=LINES, dials=quiet),
    ).run(70)
    assert any("moment" in act.text.lower() for act in murmurs.acts(Backchannelled))
    assert silent.acts(Backchannelled) == []
    assert not silent.audio.any()
    assert len(silent.acts(TurnTaken)) == 1
