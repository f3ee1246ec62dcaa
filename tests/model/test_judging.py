"""The definitions of the evaluation, on recordings in which everything is known."""

from random import Random

import numpy as np
import pytest

from model.evaluate.backchannels import jensen_shannon, serve, windows_of
from model.evaluate.cases import Case, Cue, Events, Scenario, Script
from model.evaluate.figures import MEASURES, Value, figures, share, shuffled
from model.evaluate.judging import judge
from model.evaluate.offers_said import says
from model.evaluate.recording import sounding
from model.turn import Offer, OfferMade, OfferWithdrawn
from tests.model.recordings import a_case, finished, span, speech

TURN = Events(turn=span(2_000, 6_000), pauses=(span(3_000, 4_000),))
OVER = Events(overlap=span(3_000, 4_200))


def a_pause() -> Case:
    return a_case(Scenario.PAUSE, TURN)


def test_who_is_silent_takes_no_pause():
    verdict = judge(a_pause(), speech())
    assert verdict.ok
    assert verdict.figures["takeover"] == 0.0
    assert "latency_ms" not in verdict.figures


def test_who_always_talks_takes_every_pause():
    verdict = judge(a_pause(), speech((0, 11_000, "chatter-1")))
    assert not verdict.ok
    assert verdict.figures["takeover"] == verdict.figures["pauses_taken"] == 1.0


def test_two_words_of_nine_tenths_of_a_second_in_a_pause_are_no_takeover_but_are_not_overlooked():
    recording = speech((3_100, 4_000, ""))
    recording = type(recording)(recording.caller, recording.agent, recording.words[:2])
    verdict = judge(a_pause(), recording)
    assert verdict.figures["takeover"] == 0.0
    assert verdict.figures["spoke"] == 1.0


def test_four_words_are_a_takeover_however_short():
    assert judge(a_pause(), speech((3_000, 3_990, "reply-1"))).figures["takeover"] == 1.0


def test_one_second_is_a_takeover_however_few_the_words():
    recording = speech((3_000, 4_000, "reply-1"))
    recording = type(recording)(recording.caller, recording.agent)
    assert judge(a_pause(), recording).figures["takeover"] == 1.0


def test_pauses_after_a_takeover_are_not_counted():
    events = Events(
        turn=span(2_000, 9_000), pauses=(span(3_000, 4_000), span(5_000, 6_000), span(7_000, 8_000))
    )
    verdict = judge(a_case(Scenario.PAUSE, events), speech((5_300, 6_600, "reply-1")))
    assert (verdict.figures["pauses"], verdict.figures["pauses_taken"]) == (2.0, 1.0)


@pytest.mark.parametrize("latency_ms", [-80, 0, 215, 400, 2_990])
def test_latency_is_from_the_callers_last_sound_to_the_agents_first(latency_ms: int):
    verdict = judge(a_case(Scenario.TURN, TURN), speech((6_000 + latency_ms, 10_500, "reply-1")))
    assert verdict.figures["takeover"] == 1.0
    assert verdict.figures["latency_ms"] == pytest.approx(latency_ms, abs=5)


def test_an_answer_after_three_seconds_is_none_and_one_in_mid_turn_is_a_cut():
    late = judge(a_case(Scenario.TURN, TURN), speech((9_200, 11_000, "reply-1")))
    cut = judge(a_case(Scenario.TURN, TURN), speech((4_200, 7_000, "reply-1")))
    assert (late.figures["takeover"], late.figures["cut"]) == (0.0, 0.0)
    assert (cut.figures["takeover"], cut.figures["cut"]) == (0.0, 1.0)


def test_who_never_yields_never_yields():
    verdict = judge(a_case(Scenario.INTERRUPTION, OVER), speech((200, 11_000, "statement")))
    assert verdict.figures["yields"] == 0.0
    assert "stop_ms" not in verdict.figures
    assert not verdict.ok


def test_stopping_and_answering_are_measured_from_the_ends_of_the_interruption():
    recording = speech((200, 3_350, "statement"), (4_600, 6_500, "reply-1"))
    verdict = judge(a_case(Scenario.INTERRUPTION, OVER), recording)
    assert verdict.ok
    assert verdict.figures["stop_ms"] == pytest.approx(350, abs=5)
    assert verdict.figures["response_ms"] == pytest.approx(400, abs=5)


def test_going_on_with_the_old_sentence_afterwards_is_no_yielding():
    recording = speech((200, 3_350, "statement"), (4_900, 9_000, "statement"))
    verdict = judge(a_case(Scenario.INTERRUPTION, OVER), recording)
    assert verdict.figures["yields"] == 0.0
    assert verdict.figures["responds"] == 0.0


def test_who_does_not_speak_is_not_asked_to_yield_but_can_still_answer():
    verdict = judge(a_case(Scenario.INTERRUPTION, OVER), speech((4_400, 6_000, "reply-1")))
    assert "yields" not in verdict.figures
    assert verdict.figures["responds"] == 1.0


@pytest.mark.parametrize(
    "scenario", [Scenario.CALLER_BACKCHANNEL, Scenario.TALKING_TO_OTHER, Scenario.BACKGROUND_SPEECH]
)
def test_going_on_is_finishing_without_an_answer_and_without_a_long_silence(scenario: Scenario):
    case = a_case(scenario, OVER)
    through = judge(case, finished(speech((200, 9_000, "statement"))))
    paused = judge(case, finished(speech((200, 3_800, "statement"), (4_900, 9_000, "statement"))))
    stalled = judge(case, finished(speech((200, 3_800, "statement"), (6_200, 9_000, "statement"))))
    stopped = judge(case, speech((200, 3_800, "statement")))
    answered = judge(case, finished(speech((200, 9_000, "statement"), (9_800, 11_500, "reply-1"))))
    assert (through.figures["goes_on"], through.figures["without_stop"]) == (1.0, 1.0)
    assert (paused.figures["goes_on"], paused.figures["without_stop"]) == (1.0, 0.0)
    assert [each.figures["goes_on"] for each in (stalled, stopped, answered)] == [0.0, 0.0, 0.0]


def test_who_is_silent_has_nothing_to_go_on_with():
    assert judge(a_case(Scenario.BACKGROUND_SPEECH, OVER), speech()).figures["goes_on"] == 0.0


@pytest.mark.parametrize(
    ("off_ms", "on_time"), [(-210, False), (-190, True), (0, True), (190, True), (210, False)]
)
def test_on_time_is_within_one_micro_turn(off_ms: int, on_time: bool):
    case = a_case(Scenario.TIME, Events(due_ms=5_000), Script())
    verdict = judge(case, speech((500, 2_000, "promise"), (5_000 + off_ms, 7_000, "reminder")))
    assert verdict.ok is on_time
    assert verdict.figures["error_ms"] == pytest.approx(off_ms, abs=5)


def test_a_word_of_a_withdrawn_offer_is_found_and_one_on_its_way_is_forgiven():
    script = Script((Cue(0, OfferMade(Offer("withdrawn", "a b c"))), Cue(3_000, OfferWithdrawn("withdrawn"))))
    case = a_case(Scenario.OFFERS, Events(due_ms=3_000), script)
    good = finished(speech((200, 3_300, "withdrawn"), (4_000, 6_000, "correction")), "correction")
    bad = finished(speech((200, 4_000, "withdrawn"), (5_000, 6_000, "correction")), "correction")
    assert judge(case, good).figures["withdrawn_unvoiced"] == 1.0
    assert judge(case, bad).figures["withdrawn_unvoiced"] == 0.0


def test_speech_that_no_word_accounts_for_is_found():
    case = a_case(Scenario.OFFERS, Events(due_ms=3_000), Script())
    recording = speech((200, 1_000, ""), (6_000, 8_000, "correction"))
    silent_record = type(recording)(recording.caller, recording.agent, recording.words[:4])
    assert judge(case, recording).figures["unaccounted"] == 0.0
    assert judge(case, silent_record).figures["unaccounted"] == 1.0


def test_words_taken_up_again_are_the_text_and_words_left_out_are_not():
    text = ["one", "two", "three", "four", "five"]
    assert says(text, text)
    assert says(["one", "two", "three", "two", "three", "four", "five"], text)
    assert not says(["one", "two", "four", "five"], text)
    assert not says(["one", "two", "three", "four"], text)
    assert not says(["one", "two", "three", "four", "six"], text)


# --- backchannels ---------------------------------------------------------------------------


def test_backchannels_in_every_opening_diverge_little_and_anywhere_else_much():
    story = span(0, 30_000)
    openings = tuple(span(k * 5_000 + 4_000, k * 5_000 + 4_800) for k in range(5))
    placed = tuple(span(opening.start_ms + 200, opening.start_ms + 650) for opening in openings)
    elsewhere = tuple(span(k * 5_000 + 1_000, k * 5_000 + 1_450) for k in range(5))
    good, bad = serve(placed, openings, story), serve(elsewhere, openings, story)
    assert (good.windows, good.served, good.in_place) == (5, 5, 5)
    assert (bad.served, bad.in_place) == (0, 0)
    assert good.divergence < 0.25
    assert bad.divergence > 0.95
    assert serve((), openings, story).divergence == 1.0


def test_openings_close_together_are_one_window():
    openings = (span(1_000, 1_500), span(3_000, 3_500), span(5_200, 5_700))
    assert [len(window) for window in windows_of(openings)] == [2, 1]


def test_divergence_is_symmetric_and_between_none_and_one_bit():
    rng = np.random.default_rng(3)
    for _ in range(20):
        p, q = rng.random(12) ** 3, rng.random(12) ** 3
        assert jensen_shannon(p, q) == pytest.approx(jensen_shannon(q, p))
        assert 0.0 <= jensen_shannon(p, q) <= 1.0
    assert jensen_shannon(p, p) == pytest.approx(0.0, abs=1e-9)
    assert jensen_shannon(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == pytest.approx(1.0, abs=1e-6)


# --- figures --------------------------------------------------------------------------------


def test_a_rates_interval_holds_it_and_narrows_with_more_cases():
    few, many = share(9, 10), share(900, 1_000)
    for value in (few, many, share(0, 20), share(20, 20)):
        assert value.value is not None
        assert value.low is not None
        assert value.high is not None
        assert 0.0 <= value.low <= value.value <= value.high <= 1.0
    assert (many.high or 0) - (many.low or 0) < (few.high or 0) - (few.low or 0)
    assert share(0, 0) == Value(None, 0)


def test_every_target_of_the_table_can_be_met_and_missed():
    held = [measure for measure in MEASURES if measure.target is not None]
    assert len(held) >= 14
    for measure in held:
        assert measure.target is not None
        better = measure.target - 0.01 if measure.at_most else measure.target
        worse = measure.target + 0.01 if measure.at_most else measure.target - 0.01
        assert measure.met(Value(better, 9)) is True
        assert measure.met(Value(worse, 9)) is False
        assert measure.met(Value(None, 0)) is None


def test_the_four_rates_of_overlaps_stay_four():
    cases = [a_case(Scenario.INTERRUPTION, OVER), a_case(Scenario.CALLER_BACKCHANNEL, OVER)]
    never_yields = finished(speech((200, 9_000, "statement")))
    verdicts = [judge(case, never_yields) for case in cases]
    found = figures({case.id: case.scenario for case in cases}, verdicts)
    assert found["interruption_yields"].value == 0.0
    assert found["caller_backchannel_goes_on"].value == 1.0


def test_against_shuffled_events_a_perfect_listener_is_no_better_than_chance():
    random = Random(2)
    ran = []
    for number in range(6):
        at = random.randint(1_500, 4_000)
        events = Events(turn=span(at, at + 3_000 + 600 * number))
        case = a_case(Scenario.TURN, events)
        end = events.turn.end_ms if events.turn else 0
        ran.append((case, speech((end + 200, end + 1_800, "reply-1"))))
    own = [judge(case, recording) for case, recording in ran]
    assert all(verdict.figures["latency_ms"] == pytest.approx(200, abs=5) for verdict in own)
    others = shuffled(ran)
    assert sum(abs(verdict.figures.get("latency_ms", 9_999) - 200) > 100 for verdict in others) >= 4


def test_gaps_in_speech_are_bridged_as_far_as_asked():
    agent = speech((1_000, 1_500, ""), (1_800, 2_000, "")).agent
    assert [(round(s.start_ms), round(s.end_ms)) for s in sounding(agent, 0)] == [
        (1_000, 1_500),
        (1_800, 2_000),
    ]
    assert [(round(s.start_ms), round(s.end_ms)) for s in sounding(agent, 300)] == [(1_000, 2_000)]
