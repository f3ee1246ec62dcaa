import numpy as np
import pytest

from telephony.simulator.ear import CallerLine, Ear, Span, hear, measure, sounds
from telephony.simulator.script import When


def line(*spans: tuple[int, int], ms: int) -> np.ndarray:
    """A line of `ms` with a 440 Hz tone in each span of ms."""
    audio = np.zeros(ms * 8, np.int16)
    for start_ms, end_ms in spans:
        t = np.arange((end_ms - start_ms) * 8) / 8_000
        audio[start_ms * 8 : end_ms * 8] = 8_000 * np.sin(2 * np.pi * 440 * t)
    return audio


def said(start_ms: int, end_ms: int, when: When = When.TURN, *, keys: bool = False) -> CallerLine:
    return CallerLine("x", when, start_ms, end_ms, keys=keys)


def test_sounds_are_found_to_within_five_ms_and_words_are_joined():
    assert sounds(line((103, 500), (700, 900), (1_300, 1_400), ms=2_000)) == (
        Span(100, 900),
        Span(1_300, 1_400),
    )


def test_latency_runs_from_the_callers_last_sound_to_the_agents_first():
    agent = line((0, 1_000), (3_400, 4_000), ms=5_000)
    measured = measure(agent, (said(1_500, 3_000),), (), ())
    assert [reply.latency_ms for reply in measured.replies] == [400]
    assert measured.unanswered == ()
    assert measured.greeting_ms == 0


def test_a_backchannel_of_the_agent_is_not_its_answer():
    agent = line((0, 1_000), (2_000, 2_200), (3_500, 4_000), ms=5_000)
    measured = measure(agent, (said(1_500, 3_000),), (), ())
    assert [reply.latency_ms for reply in measured.replies] == [500]


def test_an_answer_that_begins_before_the_caller_has_ended_has_a_negative_latency():
    agent = line((2_800, 4_000), ms=5_000)
    assert measure(agent, (said(1_500, 3_000),), (), ()).replies[0].latency_ms == -200


def test_a_line_answered_only_after_the_next_is_unanswered():
    agent = line((6_000, 7_000), ms=8_000)
    measured = measure(agent, (said(1_000, 2_000), said(4_000, 5_000)), (), ())
    assert measured.unanswered == ("x",)
    assert len(measured.replies) == 1


def test_keys_are_answered_too():
    agent = line((2_000, 3_000), ms=4_000)
    assert measure(agent, (said(500, 1_500, keys=True),), (), ()).replies[0].latency_ms == 500


def test_stop_latency_runs_from_the_callers_first_sound_to_the_agents_last():
    agent = line((0, 2_300), ms=6_000)
    (interruption,) = measure(agent, (said(2_000, 3_000, When.BARGE_IN),), (), (2_300.0,)).interruptions
    assert interruption.agent_was_speaking
    assert interruption.stop_ms == 300


def test_an_agent_that_goes_on_through_a_backchannel_has_no_stop_latency():
    agent = line((0, 6_000), ms=7_000)
    (interruption,) = measure(agent, (said(2_000, 2_300, When.OVER),), (), ()).interruptions
    assert interruption.backchannel
    assert interruption.stop_ms is None


def test_a_dry_spell_inside_speech_is_a_dropout_and_one_after_it_is_not():
    agent = line((0, 1_000), (1_100, 2_000), ms=4_000)
    dry = (Span(1_000, 1_100), Span(2_000, 4_000))
    assert measure(agent, (), dry, ()).dropouts == (Span(1_000, 1_100),)


def test_silence_after_a_clear_is_no_dropout():
    agent = line((0, 1_000), (1_100, 2_000), ms=4_000)
    assert measure(agent, (), (Span(1_000, 1_100),), (1_000.0,)).dropouts == ()


def test_overlap_and_longest_silence_are_measured():
    agent = line((0, 1_000), (5_000, 6_000), ms=7_000)
    measured = measure(agent, (said(800, 2_000),), (), ())
    assert measured.overlap_ms == pytest.approx(200)
    assert measured.longest_silence == Span(2_000, 5_000)


def test_a_silent_call_measures_nothing():
    measured = measure(np.zeros(0, np.int16), (), (), ())
    assert measured.greeting_ms is None
    assert measured.longest_silence is None


def test_the_ear_joins_words_and_starts_anew_after_a_pause():
    ear = Ear()
    for now_ms in (20, 40, 200):
        ear = hear(ear, now_ms, sounding=True)
    assert (ear.speech_began_ms, ear.last_sound_ms) == (0, 200)
    assert ear.speaking(480)
    assert not ear.speaking(500)
    assert hear(ear, 1_000, sounding=True).speech_began_ms == 980
