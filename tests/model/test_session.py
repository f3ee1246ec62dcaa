from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from config.expectation import AnswerKind, Expectation
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES, SAMPLES_PER_MS
from model.listening import listening_in
from model.moment import EARS_PATIENCE
from model.session import Session
from model.turn import (
    Backchannelled,
    CallerSpoke,
    Dials,
    DialsTurned,
    Heard,
    HeardWords,
    KeyPressed,
    Offer,
    OfferDropped,
    OfferFinished,
    OfferMade,
    OfferStarted,
    OfferWithdrawn,
    Readings,
    Resumed,
    TurnEvent,
    TurnTaken,
    Urgency,
    Word,
    Yielded,
)
from model.voice.reading import FADE_OUT_SAMPLES
from model.voice.small import small_utterances
from tests.model.conversing import LINES, WORD_MS, Conversation, ScriptedVoice, Voiced

DIGITS = Expectation(AnswerKind.DIGITS, digits=6)
YES_NO = Expectation(AnswerKind.YES_NO)
LONG = "Your order was shipped on Monday and it should arrive tomorrow before noon at the latest."
"""4 seconds of the scripted voice, one clause of 16 words."""


def made(offer_id: str = "o", text: str = LONG, **how: object) -> OfferMade:
    return OfferMade(Offer(offer_id, text, **how))


def hearing_along(conversation: Conversation, behind_ms: int = 300) -> None:
    """Have the line confirm what was heard, some way behind what was given out, in every micro-turn."""
    for index in range(2, 80):
        heard = Heard(max(0, index * MICRO_TURN_MS - behind_ms))
        conversation.events[index] = (heard, *conversation.events.get(index, ()))


# --- speaking ----------------------------------------------------------------------------------------


def test_the_greeting_is_voiced_at_once() -> None:
    call = Conversation(events={0: (made(text="Hello there."),)}).run(4)
    assert call.when(OfferStarted) == [0]
    assert call.audio[0] != 0
    assert call.said("o") == "Hello there."
    assert call.when(OfferFinished) == [2]


def test_what_is_voiced_is_exactly_the_sound_of_the_clauses_whatever_the_micro_turns() -> None:
    text = "One moment, please. I am looking; that takes a while."
    call = Conversation(events={0: (made(text=text),)}).run(30)
    sound = np.concatenate([clause.audio for clause in ScriptedVoice().prepare(text).parts])
    assert np.array_equal(call.audio[: len(sound)], sound)
    assert not call.audio[len(sound) :].any()


def test_word_times_are_where_the_words_sound() -> None:
    call = Conversation(events={3: (made(text="Yes. It has shipped."),)}).run(20)
    words = [word for output in call.outputs for word in output.agent_words]
    for word in words:
        first = word.start_ms * SAMPLES_PER_MS
        assert call.audio[first] != 0
        assert call.outputs[word.start_ms // MICRO_TURN_MS].agent_words.count(word) == 1
    assert words[1].start_ms - words[0].end_ms == 330


def test_two_offers_are_voiced_one_after_the_other_with_a_pleasant_gap() -> None:
    call = Conversation(events={0: (made("a", "One two three."), made("b", "Four five six."))}).run(20)
    sounding = np.flatnonzero(call.audio)
    gaps_ms = np.diff(sounding)[np.diff(sounding) > 1] / SAMPLES_PER_MS
    assert len(gaps_ms) == 1
    assert 150 <= gaps_ms[0] <= 250
    assert [act.offer_id for act in call.acts(OfferFinished)] == ["a", "b"]


# --- the caller's turn ---------------------------------------------------------------------------------


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


# --- interruptions ---------------------------------------------------------------------------------------


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


def test_an_offer_withdrawn_while_voiced_stops_at_the_end_of_the_word() -> None:
    call = Conversation(events={0: (made(),), 4: (OfferWithdrawn("o"),)}).run(30)
    assert call.said("o") == " ".join(LONG.split()[:4])
    assert np.flatnonzero(call.audio)[-1] < 4 * WORD_MS * SAMPLES_PER_MS + FADE_OUT_SAMPLES
    assert [act.offer_id for act in call.acts(OfferDropped)] == ["o"]
    assert call.acts(OfferFinished) == call.acts(Yielded) == []


def test_an_offer_that_expires_unvoiced_is_dropped() -> None:
    call = Conversation(
        caller=(Voiced(100, 3_000),), events={1: (made(expires_ms=1_500),)}, turn_ends=(3_000,)
    ).run(20)
    assert call.when(OfferDropped) == [8]
    assert call.acts(OfferStarted) == []


def test_news_waits_for_the_end_of_the_agents_own_sentence() -> None:
    call = Conversation(
        events={
            0: (made("first", "One moment, please."),),
            1: (made("news", "Found it.", urgency=Urgency.NEWS),),
        }
    ).run(20)
    assert [type(act) for act in call.acts()] == [OfferStarted, OfferFinished, OfferStarted, OfferFinished]


# --- the ears -----------------------------------------------------------------------------------------


def test_the_ears_are_told_what_is_awaited_when_the_question_begins() -> None:
    call = Conversation(events={2: (made(text="Which number?", expects=DIGITS),)}).run(6)
    assert [orders.expect for orders in call.orders] == [None, None, DIGITS, None, None, None]


def test_words_from_outside_replace_the_models_own() -> None:
    def outside(*texts: str) -> tuple[Word, ...]:
        return tuple(Word(text, 1_000 + 200 * k, 1_200 + 200 * k, 0.9) for k, text in enumerate(texts))

    call = Conversation(
        caller=(Voiced(1_000, 2_000),),
        turn_ends=(2_050,),
        session=Session(lines=LINES, outside_ears=True),
        events={
            9: (HeardWords(outside("where"), final=False),),
            12: (HeardWords(outside("where", "now"), final=True),),
        },
    ).run(20)
    assert [act.transcript.text for act in call.acts(TurnTaken)] == ["where now"]
    assert call.when(TurnTaken) == [12]
    shown = [output.transcript for output in call.outputs if output.transcript]
    assert [(transcript.text, transcript.final) for transcript in shown] == [
        ("where", False),
        ("where now", True),
    ]


def test_words_from_outside_that_come_after_the_turn_was_taken_are_a_turn_of_their_own() -> None:
    late = tuple(Word(text, 1_000, 1_200, 0.9) for text in ("where", "is", "it"))
    call = Conversation(
        caller=(Voiced(1_000, 2_000),),
        turn_ends=(2_050,),
        session=Session(lines=LINES, outside_ears=True),
        events={25: (HeardWords(late, final=True),)},
    ).run(30)
    assert [act.transcript.text for act in call.acts(TurnTaken)] == ["", "where is it"]


def test_a_transcript_is_given_out_only_when_it_changed() -> None:
    call = Conversation(
        caller=(Voiced(1_000, 1_400, words="one"), Voiced(1_500, 2_000, words="two")), turn_ends=(2_050,)
    ).run(20)
    shown = [output.transcript for output in call.outputs if output.transcript]
    assert [(transcript.text, transcript.final) for transcript in shown] == [
        ("one", False),
        ("one two", False),
        ("one two", True),
    ]


# --- backchannels -------------------------------------------------------------------------------------


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


# --- laws -----------------------------------------------------------------------------------------------

TEXTS = ("Yes.", "One moment, please.", "It has shipped, and it is on its way. Anything else?", LONG)
EXPECTATIONS = (DIGITS, YES_NO, Expectation(), Expectation())

callers = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.integers(1, 20),
        st.sampled_from([0.05, 0.5, 0.95]),
        st.sampled_from(["", "okay", "no stop"]),
    ),
    max_size=5,
)
scripts = st.lists(
    st.tuples(
        st.integers(0, 50),
        st.sampled_from(["make", "news", "withdraw", "key", "heard"]),
        st.integers(0, 3),
    ),
    max_size=12,
)


@dataclass
class Script:
    """Random events, and what is known of them beforehand."""

    events: dict[int, tuple[TurnEvent, ...]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    withdrawn: dict[str, int] = field(default_factory=dict)

    def add(self, index: int, what: str, number: int) -> None:
        event = self._event(index, what, number)
        if event is not None:
            self.events[index] = (*self.events.get(index, ()), event)

    def _event(self, index: int, what: str, number: int) -> TurnEvent | None:
        if what == "withdraw":
            if number >= len(self.texts):
                return None
            offer_id = list(self.texts)[number]
            self.withdrawn.setdefault(offer_id, index)
            return OfferWithdrawn(offer_id)
        if what == "key":
            return KeyPressed("5")
        if what == "heard":
            return Heard(max(0, index * MICRO_TURN_MS - 300))
        offer_id = f"{len(self.texts)}"
        self.texts[offer_id] = TEXTS[number]
        urgency = Urgency.NEWS if what == "news" else Urgency.REPLY
        return OfferMade(Offer(offer_id, TEXTS[number], urgency=urgency, expects=EXPECTATIONS[number]))


def follow(call: Conversation, script: Script) -> None:
    """Check the acts one by one: one offer at a time, none after it was withdrawn or settled."""
    under_way: str | None = None
    for output in call.outputs:
        for act in output.acts:
            match act:
                case OfferStarted(offer_id):
                    assert under_way is None
                    assert script.withdrawn.get(offer_id, 10**6) > output.index
                    under_way = offer_id
                case OfferFinished(offer_id) | OfferDropped(offer_id):
                    assert offer_id in script.texts
                    under_way = None if offer_id == under_way else under_way
                case Yielded(offer_id) | Resumed(offer_id):
                    assert offer_id == under_way
                case _:
                    pass


@given(callers, scripts)
@settings(max_examples=80, deadline=None)
def test_whatever_happens_offers_are_voiced_word_for_word_one_at_a_time_or_not_at_all(
    spans: list[tuple[int, int, float, str]], steps: list[tuple[int, str, int]]
) -> None:
    script = Script()
    for index, what, number in sorted(steps):
        script.add(index, what, number)
    caller = tuple(
        Voiced(start * 200, start * 200 + length * 50, barge, words) for start, length, barge, words in spans
    )
    ends = tuple(span.end_ms for span in caller)
    call = Conversation(caller=caller, turn_ends=ends, events=script.events).run(120)
    follow(call, script)
    for act in call.acts(OfferFinished):
        said = call.said(act.offer_id)
        assert said.endswith(script.texts[act.offer_id].split()[-1])
        if not call.acts(Resumed):
            assert said == script.texts[act.offer_id]
    settled = [act.offer_id for act in call.acts() if isinstance(act, OfferFinished | OfferDropped)]
    assert len(settled) == len(set(settled))
