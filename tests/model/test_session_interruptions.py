import numpy as np

from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES, SAMPLES_PER_MS
from model.turn import (
    Heard,
    KeyPressed,
    OfferDropped,
    OfferFinished,
    OfferWithdrawn,
    Resumed,
    TurnTaken,
    Yielded,
)
from model.voice.reading import FADE_OUT_SAMPLES
from tests.model.conversing import (
    DIGITS,
    LONG,
    WORD_MS,
    YES_NO,
    Conversation,
    Voiced,
    hearing_along,
    made,
)


def test_an_interruption_in_earnest_stops_the_agent_within_two_micro_turns() -> None:
    for onset_ms in range(1_000, 1_200, 50):
        call = Conversation(
            caller=(Voiced(onset_ms, onset_ms + 1_500, barge_in=0.95, words="wait a moment"),),
            turn_ends=(onset_ms + 1_550,),
            events={0: (made(),)},
        ).run(20)
        (yielded,) = call.when(Yielded)
        assert yielded <= onset_ms // MICRO_TURN_MS + 2
        silence = call.audio[yielded * MICRO_TURN_SAMPLES + FADE_OUT_SAMPLES :]
        assert not silence.any()
        assert [type(act) for act in call.outputs[call.when(TurnTaken)[0]].acts] == [TurnTaken, OfferDropped]


def test_a_stop_ramps_down_without_a_click() -> None:
    call = Conversation(caller=(Voiced(1_000, 3_000, barge_in=0.95),), events={0: (made(),)}).run(10)
    (yielded,) = call.when(Yielded)
    at = yielded * MICRO_TURN_SAMPLES
    around = call.audio[at - 10 : at + FADE_OUT_SAMPLES + 10].astype(int)
    assert np.abs(np.diff(around)).max() <= 5_000 / FADE_OUT_SAMPLES + 1


def test_an_mm_hm_does_not_stop_the_agent_and_is_not_taken_for_a_turn() -> None:
    call = Conversation(
        caller=(Voiced(1_000, 1_400, barge_in=0.1, words="mm-hm"),), turn_ends=(1_450,), events={0: (made(),)}
    ).run(30)
    assert call.said("o") == LONG
    assert call.acts(Yielded) == call.acts(Resumed) == call.acts(TurnTaken) == []
    assert any(orders.turn_over for orders in call.orders)


def test_the_agent_pauses_at_a_words_end_to_find_out_and_goes_on() -> None:
    call = Conversation(
        caller=(Voiced(1_000, 1_700, barge_in=0.58, words="yeah okay"),), events={0: (made(),)}
    )
    hearing_along(call)
    call.run(40)
    assert call.acts(Yielded) == []
    (resumed,) = call.when(Resumed)
    assert resumed * MICRO_TURN_MS >= 1_700
    assert call.when(OfferFinished)
    assert call.said("o") == LONG
    sounding = np.flatnonzero(call.audio)
    stop_ms = sounding[np.argmax(np.diff(sounding) > 1_000)] / SAMPLES_PER_MS
    assert stop_ms % WORD_MS <= FADE_OUT_SAMPLES / SAMPLES_PER_MS


def test_after_a_stop_for_nothing_the_agent_resumes_with_the_first_word_not_heard() -> None:
    call = Conversation(
        caller=(Voiced(2_000, 2_600, barge_in=0.95, words="okay"),),
        events={0: (made(),)},
    )
    for index in range(2, 12):
        call.events[index] = (Heard(index * MICRO_TURN_MS - 300), *call.events.get(index, ()))
    call.events[12] = (Heard(2_100),)  # the line tells how far the caller heard before the clear
    call.run(45)
    (resumed,) = call.when(Resumed)
    words = LONG.split()
    again = [word.text for output in call.outputs[resumed:] for word in output.agent_words]
    assert again == words[2_100 // WORD_MS :]
    assert call.when(OfferFinished)


def test_a_long_interruption_for_nothing_is_bridged_before_going_on() -> None:
    call = Conversation(
        caller=(Voiced(1_000, 2_900, barge_in=0.95, words="okay okay yeah right"),), events={0: (made(),)}
    )
    hearing_along(call)
    call.run(50)
    (resumed,) = call.when(Resumed)
    bridged = [word.text for word in call.outputs[resumed].agent_words]
    assert bridged == ["As"]
    assert call.outputs[resumed].voicing is None
    assert call.said("o").endswith(LONG.partition("order ")[2])
    assert call.when(OfferFinished)


def test_a_pause_after_the_last_word_is_the_end() -> None:
    call = Conversation(
        caller=(Voiced(3_550, 4_200, barge_in=0.5),), events={0: (made(),)}, turn_ends=(4_200,)
    ).run(40)
    assert call.said("o") == LONG
    assert len(call.acts(OfferFinished)) == 1
    assert call.acts(Resumed) == call.acts(OfferDropped) == []


def test_an_interrupted_offer_that_goes_stale_is_not_taken_up_again() -> None:
    call = Conversation(
        caller=(Voiced(1_000, 2_000, barge_in=0.95, words="okay yeah"),),
        events={0: (made(expires_ms=1_700),)},
    ).run(30)
    assert call.acts(Resumed) == []
    assert [act.offer_id for act in call.acts(OfferDropped)] == ["o"]


def test_a_withdrawn_offer_that_was_interrupted_is_dropped_at_once() -> None:
    call = Conversation(
        caller=(Voiced(1_000, 2_000, barge_in=0.95, words="okay"),),
        events={0: (made(),), 8: (OfferWithdrawn("o"),)},
    ).run(30)
    assert call.when(OfferDropped) == [8]
    assert call.acts(Resumed) == []


def test_an_offer_interrupted_for_good_is_dropped_and_never_resumed() -> None:
    call = Conversation(
        caller=(Voiced(1_000, 2_500, barge_in=0.9, words="no i want an agent"),),
        turn_ends=(2_550,),
        events={0: (made(),)},
    ).run(40)
    assert len(call.acts(Yielded)) == 1
    assert [act.offer_id for act in call.acts(OfferDropped)] == ["o"]
    assert call.acts(Resumed) == call.acts(OfferFinished) == []
    assert call.acts(TurnTaken)[0].transcript.text == "no i want an agent"


def test_plain_words_over_the_agent_count_even_if_the_model_took_them_for_a_mm_hm() -> None:
    call = Conversation(
        caller=(Voiced(1_000, 1_400, barge_in=0.05, words="agent please"),),
        turn_ends=(1_450,),
        events={0: (made(),)},
    ).run(15)
    assert call.when(Yielded)
    assert call.acts(TurnTaken)[0].transcript.text == "agent please"


def test_unsure_words_over_the_agent_do_not_stop_it() -> None:
    call = Conversation(
        caller=(Voiced(1_000, 1_400, barge_in=0.05, words="agent please", confidence=0.2),),
        events={0: (made(),)},
    ).run(25)
    assert call.said("o") == LONG


def test_a_yes_over_the_end_of_a_question_is_its_answer() -> None:
    call = Conversation(
        caller=(Voiced(1_600, 2_000, barge_in=0.1, words="yes"),),
        events={0: (made(text="I have it. Is that right?", expects=YES_NO),)},
    ).run(20)
    assert call.when(OfferFinished)
    assert [act.transcript.text for act in call.acts(TurnTaken)] == ["yes"]


def test_a_legal_notice_is_heard_to_its_end() -> None:
    call = Conversation(
        caller=(Voiced(1_000, 3_000, barge_in=0.95, words="stop it now please"),),
        turn_ends=(3_050,),
        events={0: (made(interruptible=False),)},
    ).run(40)
    assert call.said("o") == LONG
    assert call.acts(Yielded) == []
    assert call.acts(TurnTaken)[0].transcript.text == "stop it now please"
    assert call.when(TurnTaken)[0] > call.when(OfferFinished)[0]


def test_a_key_ends_a_question_for_digits_at_once_and_for_good() -> None:
    call = Conversation(events={0: (made(expects=DIGITS),), 4: (KeyPressed("1"), KeyPressed("0"))}).run(30)
    assert [type(act) for act in call.outputs[4].acts] == [Yielded, OfferDropped]
    assert not call.audio[4 * MICRO_TURN_SAMPLES + FADE_OUT_SAMPLES :].any()


def test_a_key_does_not_end_what_does_not_ask_for_digits() -> None:
    call = Conversation(events={0: (made(),), 4: (KeyPressed("1"),)}).run(30)
    assert call.said("o") == LONG
