from config.units import MICRO_TURN_MS, SAMPLES_PER_MS
from model.moment import EARS_PATIENCE
from model.session.state import Session
from model.turn import (
    CallerSpoke,
    Dials,
    DialsTurned,
    OfferFinished,
    OfferStarted,
    Readings,
    Resumed,
    TurnTaken,
    Yielded,
)
from tests.model.conversing import (
    DIGITS,
    LINES,
    LONG,
    Conversation,
    Voiced,
    hearing_along,
    made,
)


def test_the_agent_answers_in_the_micro_turn_in_which_the_turn_ends() -> None:
    call = Conversation(
        caller=(Voiced(1_000, 2_000, words="where is my order"),),
        turn_ends=(2_100,),
        events={10: (made("prepared", "Let me look.", reply_to="where is my order"),)},
    ).run(15)
    assert call.when(TurnTaken) == call.when(OfferStarted) == [10]
    assert call.outputs[10].agent_audio[0] != 0
    (act,) = call.acts(TurnTaken)
    assert act.transcript.text == "where is my order"
    assert act.transcript.final


def test_a_prepared_answer_to_other_words_stays_unsaid() -> None:
    call = Conversation(
        caller=(Voiced(1_000, 2_000, words="where is my order"),),
        turn_ends=(2_100,),
        events={8: (made("prepared", "Goodbye.", reply_to="where is my"),)},
    ).run(30)
    assert call.when(TurnTaken) == [10]
    assert call.acts(OfferStarted) == []


def test_a_pause_inside_a_turn_is_waited_out() -> None:
    call = Conversation(
        caller=(Voiced(1_000, 2_000, words="my number is"), Voiced(3_000, 4_000, words="one zero")),
        turn_ends=(4_100,),
        events={12: (made(),)},
    ).run(25)
    assert call.when(TurnTaken) == call.when(OfferStarted) == [20]
    assert call.acts(TurnTaken)[0].transcript.text == "my number is one zero"


def test_the_line_is_never_dead_even_if_the_model_sees_no_end() -> None:
    call = Conversation(caller=(Voiced(1_000, 2_000, words="hello"),)).run(30)
    (taken,) = call.when(TurnTaken)
    assert 1_600 <= (taken + 1) * MICRO_TURN_MS - 2_000 <= 2_500


def test_a_voice_that_goes_on_without_a_word_does_not_keep_the_agent_silent() -> None:
    television = Conversation(caller=(Voiced(500, 60_000),), events={5: (made(),)}).run(130)
    (started,) = television.when(OfferStarted)
    assert 10_000 <= started * MICRO_TURN_MS <= 11_500
    assert television.said("o") == LONG
    assert television.acts(Yielded) == television.acts(TurnTaken) == []


def test_an_offer_a_television_interrupted_is_taken_up_again() -> None:
    television = Conversation(caller=(Voiced(1_500, 60_000),), events={0: (made(),)})
    hearing_along(television)
    television.run(130)
    (resumed,) = television.when(Resumed)
    assert resumed * MICRO_TURN_MS <= 13_000
    assert television.when(OfferFinished)
    assert television.acts(TurnTaken) == []


def test_a_caller_who_speaks_after_a_voice_taken_for_background_is_heard() -> None:
    call = Conversation(
        caller=(Voiced(500, 11_500), Voiced(12_500, 13_300, barge_in=0.95, words="wait a moment")),
        turn_ends=(13_350,),
        events={5: (made(),)},
    ).run(75)
    assert call.when(Yielded)
    assert [act.transcript.text for act in call.acts(TurnTaken)] == ["wait a moment"]


def test_a_voice_that_never_pauses_is_answered_in_the_end() -> None:
    call = Conversation(caller=(Voiced(500, 700, words="so"), Voiced(800, 60_000))).run(250)
    (taken,) = call.when(TurnTaken)
    assert 45_000 <= taken * MICRO_TURN_MS <= 47_000


def test_the_ears_are_waited_for_but_not_for_ever() -> None:
    caller = (Voiced(1_000, 2_000, words="hello"),)
    prompt = Conversation(caller=caller, turn_ends=(2_000,), lag_ms=0).run(25)
    behind = Conversation(caller=caller, turn_ends=(2_000,), lag_ms=400).run(25)
    lost = Conversation(caller=caller, turn_ends=(2_000,), lag_ms=60_000).run(12 + EARS_PATIENCE)
    assert prompt.when(TurnTaken) == [10]
    assert behind.when(TurnTaken) == [11]
    assert behind.acts(TurnTaken)[0].transcript.text == "hello"
    assert lost.when(TurnTaken) == [10 + EARS_PATIENCE]
    assert lost.acts(TurnTaken)[0].transcript.words == ()


def test_patience_waits_longer() -> None:
    def ends_at(patience: float) -> int:
        def rising(reading: Readings, at_ms: int) -> Readings:
            silence_ms = max(0, at_ms - 2_000)
            return Readings(caller_voice=reading.caller_voice, turn_end=min(0.95, silence_ms / 1_500))

        call = Conversation(
            caller=(Voiced(1_000, 2_000, words="hello"),),
            readings=rising,
            session=Session(lines=LINES, dials=Dials(patience=patience)),
        ).run(30)
        return call.when(TurnTaken)[0]

    assert ends_at(0.0) < ends_at(0.5) < ends_at(1.0)


def test_dials_turned_during_the_call_hold_from_then_on() -> None:
    call = Conversation(events={3: (DialsTurned(Dials(patience=0.9)),)}).run(3)
    assert call.session.dials == Dials()
    assert call.run(2).session.dials == Dials(patience=0.9)


def test_an_unfinished_number_is_waited_for_longer_than_a_finished_one() -> None:
    def ends_at(words: str) -> int:
        def hesitant(reading: Readings, at_ms: int) -> Readings:
            return Readings(caller_voice=reading.caller_voice, turn_end=0.55 if at_ms > 4_000 else 0.0)

        call = Conversation(
            caller=(Voiced(3_000, 4_000, words=words),),
            readings=hesitant,
            events={0: (made(text="Which number?", expects=DIGITS),)},
        ).run(45)
        return call.when(TurnTaken)[0]

    assert ends_at("one zero four two three three") < ends_at("one zero four") - 5


def test_a_cough_is_no_turn() -> None:
    call = Conversation(caller=(Voiced(1_000, 1_150),), turn_ends=(1_150,), events={6: (made(),)}).run(20)
    assert call.acts(TurnTaken) == []
    (started,) = call.when(OfferStarted)
    assert started <= 9


def test_nothing_is_begun_over_the_callers_voice() -> None:
    call = Conversation(
        caller=(Voiced(900, 4_000, words="i want to talk"),), turn_ends=(4_000,), events={5: (made(),)}
    ).run(25)
    assert not call.audio[: 4_000 * SAMPLES_PER_MS].any()
    assert call.when(OfferStarted) == [20]


def test_the_rising_edge_of_the_callers_voice_is_told_once() -> None:
    call = Conversation(caller=(Voiced(1_050, 3_000), Voiced(3_100, 3_500), Voiced(5_000, 6_000))).run(40)
    assert [act.at_ms for act in call.acts(CallerSpoke)] == [1_050, 5_000]
