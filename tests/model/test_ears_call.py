"""A call's ears, given the sound of a caller micro-turn by micro-turn."""

from collections.abc import Sequence

import numpy as np
import pytest

from config.expectation import AnswerKind, Expectation
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES
from model.ears.call_ears import CallEars, Decoders
from model.ears.ears import Hearing
from model.espeak import EspeakVoice
from model.evaluate.ear_trials import QUIET_LINE, on_the_line

CALLER = EspeakVoice("en-us", "", rate_wpm=160)
SIX = Expectation(AnswerKind.DIGITS, 6)
OPEN = Expectation(AnswerKind.FREE, phrases=("where is my order", "i want a refund", "agent please"))


@pytest.fixture(scope="module")
def decoders() -> Decoders:
    return Decoders()


@pytest.fixture
def ears(decoders):
    ears = CallEars(decoders)
    yield ears
    ears.close()


def micro_turns(text: str) -> list[tuple[np.ndarray, bool]]:
    audio, voiced = on_the_line(text, CALLER, QUIET_LINE, seed=1)
    return list(zip(audio.reshape(-1, MICRO_TURN_SAMPLES), voiced, strict=True))


def hear_all(ears: CallEars, sound: Sequence[tuple[np.ndarray, bool]], first: int = 0) -> list[Hearing]:
    hearings = []
    for k, (audio, speaking) in enumerate(sound):
        ears.listen(first + k, audio, speaking=speaking)
        hearings.append(ears.work())
    return hearings


def text_of(hearing: Hearing) -> str:
    return " ".join(word.text for word in hearing.words)


def test_six_digits_are_heard_in_order_within_the_time_they_were_said(ears):
    ears.expect(SIX)
    sound = micro_turns("one zero four two three three")
    hearing = hear_all(ears, sound)[-1]
    assert text_of(hearing) == "one zero four two three three"
    assert hearing.confidence > 0.5
    starts = [word.start_ms for word in hearing.words]
    assert starts == sorted(starts)
    spoken = [k for k, (_, speaking) in enumerate(sound) if speaking]
    assert starts[0] >= (spoken[0] - 1) * MICRO_TURN_MS
    assert hearing.words[-1].end_ms <= (spoken[-1] + 2) * MICRO_TURN_MS


def test_words_are_heard_while_the_caller_still_speaks(ears):
    ears.expect(SIX)
    sound = micro_turns("one zero four two three three")
    hearings = hear_all(ears, sound)
    last_spoken = max(k for k, (_, speaking) in enumerate(sound) if speaking)
    counts = [len(hearing.words) for hearing in hearings]
    assert 2 <= counts[last_spoken - 2] <= 6


def test_what_is_heard_stays_once_the_voice_has_paused(ears):
    ears.expect(OPEN)
    sound = micro_turns("where is my order")
    last_spoken = max(k for k, (_, speaking) in enumerate(sound) if speaking)
    hearings = hear_all(ears, sound)
    assert len({text_of(hearing) for hearing in hearings[last_spoken + 2 :]}) == 1
    assert text_of(hearings[-1]) == "where is my order"


def test_the_first_word_is_heard_though_the_voice_was_noticed_late(ears):
    ears.expect(SIX)
    sound = micro_turns("seven one four two three three")
    first_spoken = min(k for k, (_, speaking) in enumerate(sound) if speaking)
    late = [(audio, speaking and k > first_spoken) for k, (audio, speaking) in enumerate(sound)]
    assert text_of(hear_all(ears, late)[-1]) == "seven one four two three three"


def test_a_turn_is_decoded_again_when_something_else_is_expected(ears):
    ears.expect(OPEN)
    hearings = hear_all(ears, micro_turns("one zero four two three three"))
    assert text_of(hearings[-1]) != "one zero four two three three"
    ears.expect(SIX)
    assert text_of(ears.work()) == "one zero four two three three"


def test_a_new_turn_begins_with_nothing_heard(ears):
    ears.expect(OPEN)
    sound = micro_turns("where is my order")
    assert hear_all(ears, sound)[-1].words
    ears.turn_over()
    assert ears.work().words == ()
    again = hear_all(ears, micro_turns("i want a refund"), first=len(sound))[-1]
    assert text_of(again) == "i want a refund"
    assert again.words[0].start_ms >= len(sound) * MICRO_TURN_MS


def test_silence_is_not_decoded_but_counts_as_heard(ears, monkeypatch):
    monkeypatch.setattr(Decoders, "take", lambda _: pytest.fail("a decoder was taken for silence"))
    silence = [(np.zeros(MICRO_TURN_SAMPLES, np.int16), False)] * 5
    hearing = hear_all(ears, silence)[-1]
    assert hearing == Hearing(upto_ms=5 * MICRO_TURN_MS)


def test_a_pause_within_a_number_does_not_split_it(ears):
    ears.expect(SIX)
    quiet = [(np.zeros(MICRO_TURN_SAMPLES, np.int16), False)] * 4
    sound = [*micro_turns("one zero four"), *quiet, *micro_turns("two three three")]
    assert text_of(hear_all(ears, sound)[-1]) == "one zero four two three three"


def test_calls_do_not_hear_each_other(decoders):
    one, other = CallEars(decoders), CallEars(decoders)
    one.expect(SIX)
    other.expect(OPEN)
    digits, request = micro_turns("one zero four two three three"), micro_turns("where is my order")
    heard = [Hearing(), Hearing()]
    for k in range(max(len(digits), len(request))):
        for which, (ears, sound) in enumerate(((one, digits), (other, request))):
            if k < len(sound):
                ears.listen(k, sound[k][0], speaking=sound[k][1])
                heard[which] = ears.work()
    one.close()
    other.close()
    assert [text_of(hearing) for hearing in heard] == ["one zero four two three three", "where is my order"]
