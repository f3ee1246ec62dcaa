"""The ears in processes of their own."""

import multiprocessing
import threading
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess

import numpy as np
import pytest

from config.expectation import AnswerKind, Expectation
from config.units import MICRO_TURN_SAMPLES
from model.ears.call_ears import PocketsphinxKind
from model.ears.ears import Hearing
from model.ears.host import Expect, Host, Listen, Open
from model.ears.recogniser import EmbeddedEars
from model.espeak import EspeakVoice
from model.evaluate.ear_trials import QUIET_LINE, on_the_line

pytestmark = pytest.mark.service

SIX = Expectation(AnswerKind.DIGITS, 6)
NUMBER = "one zero four two three three"
PATIENCE_S = 120


def children() -> list[BaseProcess]:
    return [child for child in multiprocessing.active_children() if child.name == "tandem-ears"]


def wait_for(true: Callable[[], bool]) -> None:
    given_up = threading.Event()
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, "it never happened"
        given_up.wait(0.02)


def text_of(hearing: Hearing) -> str:
    return " ".join(word.text for word in hearing.words)


@pytest.fixture(params=["encoder", "pocketsphinx"])
def ears(request):
    ears = EmbeddedEars(request.param)
    yield ears
    ears.close()
    assert not children()


@pytest.fixture(scope="module")
def sound() -> list[tuple[np.ndarray, bool]]:
    audio, voiced = on_the_line(NUMBER, EspeakVoice("en-us", "", rate_wpm=160), QUIET_LINE, seed=1)
    return list(zip(audio.reshape(-1, MICRO_TURN_SAMPLES), voiced, strict=True))


def test_words_come_back_without_anybody_waiting_for_them(ears, sound):
    listener = ears.open("call", "en-US")
    assert ears.wait_until_ready(PATIENCE_S)
    listener.expect(SIX)
    longest_s = 0.0
    for index, (audio, speaking) in enumerate(sound):
        began = time.perf_counter()
        listener.listen(index, audio, speaking=speaking)
        listener.hearing()
        longest_s = max(longest_s, time.perf_counter() - began)
    assert longest_s < 0.1
    wait_for(lambda: listener.hearing().upto_ms == len(sound) * 200)
    assert text_of(listener.hearing()) == NUMBER


def test_a_process_that_dies_is_replaced_and_hears_the_turn_again(ears, sound):
    listener = ears.open("call", "en-US")
    listener.expect(SIX)
    for index, (audio, speaking) in enumerate(sound[:8]):
        listener.listen(index, audio, speaking=speaking)
    wait_for(lambda: listener.hearing().upto_ms > 0)
    for child in children():
        child.kill()
        child.join()
    for index, (audio, speaking) in enumerate(sound[8:], start=8):
        listener.listen(index, audio, speaking=speaking)
    wait_for(lambda: listener.hearing().upto_ms == len(sound) * 200)
    assert text_of(listener.hearing()) == NUMBER


def test_what_is_heard_of_a_turn_that_is_over_is_not_taken_for_the_next(ears, sound):
    listener = ears.open("call", "en-US")
    listener.expect(SIX)
    for index, (audio, speaking) in enumerate(sound):
        listener.listen(index, audio, speaking=speaking)
    listener.turn_over()
    listener.listen(len(sound), np.zeros(MICRO_TURN_SAMPLES, np.int16), speaking=False)
    wait_for(lambda: listener.hearing().upto_ms == (len(sound) + 1) * 200)
    assert listener.hearing().words == ()


def test_closing_twice_and_listening_after_closing_do_no_harm(sound):
    ears = EmbeddedEars("pocketsphinx", processes=2)
    listener = ears.open("call", "en-US")
    listener.close()
    listener.close()
    listener.listen(0, sound[0][0], speaking=False)
    ears.close()
    ears.close()
    assert not children()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ears-")]


def test_a_caller_who_has_paused_is_heard_before_those_who_still_speak(sound):
    host = Host(PocketsphinxKind())
    last_spoken = max(k for k, (_, speaking) in enumerate(sound) if speaking)
    for call_id, upto in (("speaking", last_spoken), ("paused", last_spoken + 2)):
        host.take(Open(call_id, "en-US"))
        host.take(Expect(call_id, SIX))
        for index, (audio, speaking) in enumerate(sound[:upto]):
            host.take(Listen(call_id, index, audio.tobytes(), speaking))
    (first,) = host.work()
    assert first.call_id == "paused"
    assert text_of(first.hearing) == NUMBER
    assert [news.call_id for news in host.work()] == ["speaking"]
    assert not host.busy
