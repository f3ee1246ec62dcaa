"""A call's encoder ears, on a made-up speech that is read without a mistake."""

import numpy as np
import pytest

from config.expectation import AnswerKind, Expectation
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES
from model.ears.ears import Hearing
from model.ears.encoder_call import EncoderCall
from model.ears.encoder_ears import EncoderKind
from tests.model.made_up_speech import MadeUpReader, spoken

SIX = Expectation(AnswerKind.DIGITS, 6)
OPEN = Expectation(AnswerKind.FREE, phrases=("where is my order", "i want a refund", "agent please"))
NUMBER = "one zero four two three three"
QUIET = [(np.zeros(MICRO_TURN_SAMPLES, np.int16), False)]


@pytest.fixture
def reader() -> MadeUpReader:
    return MadeUpReader()


@pytest.fixture
def kind(reader) -> EncoderKind:
    kind = EncoderKind(reader)
    reader.seconds.clear()
    return kind


def hear(kind: EncoderKind, call: EncoderCall, sound, first: int = 0) -> list[Hearing]:
    hearings = []
    for k, (audio, speaking) in enumerate(sound):
        call.listen(first + k, audio, speaking=speaking)
        hearings += kind.work([call], hurried=False)
    return hearings


def text_of(hearing: Hearing) -> str:
    return " ".join(word.text for word in hearing.words)


def test_six_digits_are_heard_in_order_within_the_time_they_were_said(kind):
    call = kind.open("en-US")
    call.expect(SIX)
    sound = spoken(NUMBER)
    heard = hear(kind, call, sound)[-1]
    assert text_of(heard) == NUMBER
    assert heard.confidence > 0.5
    starts = [word.start_ms for word in heard.words]
    assert starts == sorted(starts)
    voiced = [k for k, (_, speaking) in enumerate(sound) if speaking]
    assert voiced[0] * MICRO_TURN_MS <= starts[0]
    assert heard.words[-1].end_ms <= (voiced[-1] + 1) * MICRO_TURN_MS


def test_spanish_digits_are_heard_in_a_spanish_call(kind):
    call = kind.open("es-MX")
    call.expect(SIX)
    text = "uno cero cuatro dos tres tres"
    assert text_of(hear(kind, call, spoken(text, "es"))[-1]) == text


def test_a_turn_is_understood_again_when_the_caller_is_known_to_speak_another_language(kind):
    call = kind.open("en-US")
    call.expect(SIX)
    text = "uno cero cuatro dos tres tres"
    sound = spoken(text, "es")
    assert text_of(hear(kind, call, sound)[-1]) != text
    call.change_language("es-MX")
    (heard,) = kind.work([call], hurried=False)
    assert text_of(heard) == text
    call.turn_over()
    assert text_of(hear(kind, call, sound, first=len(sound))[-1]) == text


def test_words_are_heard_every_400_ms_while_the_caller_still_speaks(kind):
    call = kind.open("en-US")
    call.expect(SIX)
    sound = spoken(NUMBER)
    hearings = hear(kind, call, sound)
    last = max(k for k, (_, speaking) in enumerate(sound) if speaking)
    counts = [len(hearing.words) for hearing in hearings[: last + 1]]
    assert 3 <= counts[last] <= 6
    assert all(hearing.first_guess for hearing in hearings[: last + 1] if hearing.words)
    assert counts == sorted(counts)


def test_what_is_heard_stands_as_soon_as_the_voice_has_paused(kind):
    call = kind.open("en-US")
    call.expect(OPEN)
    sound = spoken("where is my order")
    last = max(k for k, (_, speaking) in enumerate(sound) if speaking)
    hearings = hear(kind, call, sound)
    first_silent = hearings[last + 1]
    assert not first_silent.first_guess
    assert first_silent.upto_ms == (last + 2) * MICRO_TURN_MS
    assert {text_of(hearing) for hearing in hearings[last + 1 :]} == {"where is my order"}


def test_silence_is_not_read_but_counts_as_heard(kind, reader):
    call = kind.open("en-US")
    heard = hear(kind, call, QUIET * 5)[-1]
    assert heard == Hearing(upto_ms=5 * MICRO_TURN_MS)
    assert not reader.seconds


def test_a_long_number_is_read_in_windows_of_at_most_eight_seconds_and_heard_as_one(kind, reader):
    call = kind.open("en-US")
    call.expect(Expectation(AnswerKind.DIGITS))
    text = " ".join([NUMBER] * 5)
    assert text_of(hear(kind, call, spoken(text))[-1]) == text
    assert max(reader.seconds) <= 8.0


def test_a_turn_nobody_had_time_for_while_it_was_spoken_is_read_whole_afterwards(kind):
    call = kind.open("en-US")
    call.expect(Expectation(AnswerKind.DIGITS))
    text = " ".join([NUMBER] * 5)
    for index, (audio, speaking) in enumerate(spoken(text)):
        call.listen(index, audio, speaking=speaking)
    heard = Hearing()
    while call.has_paused:
        (heard,) = kind.work([call], hurried=True)
    assert text_of(heard) == text


def test_a_turn_is_understood_again_when_something_else_is_expected(kind):
    call = kind.open("en-US")
    call.expect(OPEN)
    assert text_of(hear(kind, call, spoken(NUMBER))[-1]) != NUMBER
    call.expect(SIX)
    (heard,) = kind.work([call], hurried=False)
    assert text_of(heard) == NUMBER


def test_a_new_turn_begins_with_nothing_heard(kind):
    call = kind.open("en-US")
    call.expect(OPEN)
    sound = spoken("where is my order")
    assert hear(kind, call, sound)[-1].words
    call.turn_over()
    (heard,) = kind.work([call], hurried=False)
    assert heard.words == ()
    again = hear(kind, call, spoken("i want a refund"), first=len(sound))[-1]
    assert text_of(again) == "i want a refund"
    assert again.words[0].start_ms >= len(sound) * MICRO_TURN_MS


def test_a_pause_within_a_number_does_not_split_it(kind):
    call = kind.open("en-US")
    call.expect(SIX)
    sound = [*spoken("one zero four"), *QUIET * 4, *spoken("two three three")]
    assert text_of(hear(kind, call, sound)[-1]) == NUMBER


def test_calls_heard_together_do_not_hear_each_other(kind):
    texts = (NUMBER, "where is my order")
    calls = [kind.open("en-US") for _ in texts]
    for call, expectation in zip(calls, (SIX, OPEN), strict=True):
        call.expect(expectation)
    sounds = [spoken(text) for text in texts]
    longest = max(len(sound) for sound in sounds)
    heard = []
    for k in range(longest):
        for call, sound in zip(calls, sounds, strict=True):
            audio, speaking = (*sound, *QUIET * longest)[k]
            call.listen(k, audio, speaking=speaking)
        heard = kind.work(calls, hurried=False)
    assert [text_of(hearing) for hearing in heard] == list(texts)


def test_what_nobody_expected_is_heard_word_for_word_once_the_caller_has_paused(kind):
    call = kind.open("en-US")
    call.expect(OPEN)
    text = "the driver left my parcel in the rain"
    assert text_of(hear(kind, call, spoken(text))[-1]) == text


@pytest.mark.parametrize(
    "text", ["where is my order i left it in the rain", "i want a new lamp and a refund for the old one"]
)
def test_a_sentence_that_only_begins_like_an_expected_one_is_not_forced_into_it(kind, text):
    call = kind.open("en-US")
    call.expect(OPEN)
    heard = hear(kind, call, spoken(text))[-1]
    assert text_of(heard) == text
    assert heard.confidence > 0.5


def test_expected_words_in_another_order_are_still_meant_for_the_agent(kind):
    call = kind.open("en-US")
    call.expect(OPEN)
    assert hear(kind, call, spoken("where is my refund and where is my order"))[-1].expected
    call.turn_over()
    assert not hear(kind, call, spoken("the old train was late in the rain"), first=100)[-1].expected


def test_a_single_word_nobody_expected_is_not_believed(kind):
    call = kind.open("en-US")
    call.expect(SIX)
    assert hear(kind, call, spoken("colour"))[-1].words == ()


def test_digits_are_heard_where_something_else_was_asked_but_a_number_may_come(kind):
    call = kind.open("en-US")
    call.expect(Expectation(AnswerKind.YES_NO, digits=6))
    assert text_of(hear(kind, call, spoken(f"no {NUMBER}"))[-1]).endswith(NUMBER)
