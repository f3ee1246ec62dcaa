import numpy as np

from config.units import MICRO_TURN_MS, SAMPLES_PER_MS
from model.turn import (
    OfferDropped,
    OfferFinished,
    OfferStarted,
    OfferWithdrawn,
    Urgency,
    Yielded,
)
from model.voice.reading import FADE_OUT_SAMPLES
from tests.model.conversing import (
    LONG,
    WORD_MS,
    Conversation,
    ScriptedVoice,
    Voiced,
    made,
)


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
