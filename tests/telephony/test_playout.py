"""Acceptance checks 21 to 23: marks, clears and what was heard."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony import playout
from telephony.clock import NS_PER_MS
from telephony.line import HeardSpan

MS = NS_PER_MS


def sent(state: playout.Playout, start_ms: int, ms: int, now_ms: int) -> playout.Playout:
    return playout.send(state, start_ms * 16, ms * 16, now_ms * MS, now_ms * 16)


def heard_ms(state: playout.Playout) -> float:
    return state.heard_samples / 16


def test_between_marks_the_heard_position_is_interpolated_by_the_clock():
    state = sent(playout.Playout(), 0, 200, now_ms=1_000)
    assert heard_ms(playout.hear(state, 1_000 * MS)) == 0
    assert heard_ms(playout.hear(state, 1_090 * MS)) == 90
    assert heard_ms(playout.hear(state, 9_000 * MS)) == 200


def test_a_mark_confirms_everything_before_it_even_ahead_of_the_schedule():
    state = playout.set_mark(sent(playout.Playout(), 0, 200, now_ms=1_000), "a")
    state = playout.hear(playout.on_mark(state, "a", 1_150 * MS), 1_150 * MS)
    assert heard_ms(state) == 200


def test_the_way_there_and_back_is_learnt_from_the_marks():
    state = playout.Playout()
    for turn in range(10):
        state = playout.set_mark(sent(state, turn * 200, 200, now_ms=turn * 200), str(turn))
        state = playout.on_mark(state, str(turn), (turn * 200 + 200 + 80) * MS)
    assert state.transit_ns == 80 * MS
    assert heard_ms(playout.hear(sent(state, 2_000, 200, 2_000), 2_100 * MS)) == 2_020


def test_marks_after_a_clear_are_flushed_and_never_heard():
    state = sent(playout.Playout(), 0, 200, now_ms=0)
    state = playout.set_mark(state, "first")
    state = playout.set_mark(sent(state, 200, 200, now_ms=0), "second")
    state = playout.clear(state, 150 * MS)
    assert heard_ms(state) == 150
    for name in ("first", "second"):
        state = playout.hear(playout.on_mark(state, name, 160 * MS), 1_000 * MS)
    assert heard_ms(state) == 150
    assert state.flushed_marks == 2
    assert state.flushed == ()


def test_late_or_unknown_marks_change_nothing():
    state = playout.set_mark(sent(playout.Playout(), 0, 200, now_ms=0), "a")
    state = playout.on_mark(state, "a", 205 * MS)
    again = playout.on_mark(state, "a", 300 * MS)
    never = playout.on_mark(again, "never set", 300 * MS)
    assert never.unknown_marks == 2
    assert (never.schedule, never.free_ns, never.transit_ns) == (
        state.schedule,
        state.free_ns,
        state.transit_ns,
    )
    assert playout.hear(never, 400 * MS).heard_samples == playout.hear(state, 400 * MS).heard_samples


@given(cut_ms=st.integers(1, 399), transit_ms=st.integers(0, 40))
@settings(max_examples=60, deadline=None)
def test_the_transcript_is_cut_at_the_heard_position_within_20_ms(cut_ms: int, transit_ms: int):
    """The carrier plays `transit_ms` after we send, and hears of the clear as much later."""
    state = playout.Playout()
    state = playout.set_mark(sent(state, 0, 200, now_ms=0), "0")
    state = playout.set_mark(sent(state, 200, 200, now_ms=0), "1")
    if cut_ms > 200 + 2 * transit_ms:
        state = playout.on_mark(state, "0", (200 + 2 * transit_ms) * MS)
    truly_heard_ms = cut_ms
    assert heard_ms(playout.clear(state, cut_ms * MS)) == pytest.approx(truly_heard_ms, abs=20)


def test_after_a_clear_new_audio_sounds_at_once():
    state = playout.clear(sent(playout.Playout(), 0, 400, now_ms=0), 100 * MS)
    state = sent(state, 600, 200, now_ms=100)
    state, spans = playout.collect(playout.hear(state, 400 * MS))
    assert spans == (HeardSpan(0, 0, 1_600), HeardSpan(9_600, 1_600, 3_200))


def test_sound_without_a_gap_is_one_span_and_a_gap_makes_two():
    state = sent(playout.Playout(), 0, 200, now_ms=1_000)
    state = sent(state, 200, 200, now_ms=1_190)
    state = sent(state, 400, 200, now_ms=1_450)
    _, spans = playout.collect(playout.hear(state, 5_000 * MS))
    assert spans == (HeardSpan(0, 16_000, 6_400), HeardSpan(6_400, 23_200, 3_200))


def test_spans_come_in_order_without_overlap_however_often_they_are_collected():
    state, spans = playout.Playout(), list[HeardSpan]()
    for turn in range(30):
        now_ms = turn * 200 + (turn * 37) % 50
        state = sent(state, turn * 200, 200, now_ms)
        state, some = playout.collect(playout.hear(state, now_ms * MS + 7))
        spans += some
    for before, after in itertools.pairwise(spans):
        assert before.agent_start + before.samples <= after.agent_start
        assert before.call_start + before.samples <= after.call_start
    assert sum(span.samples for span in spans) == pytest.approx(29 * 3_200, abs=3_200)


def test_silence_that_was_left_out_counts_as_heard_when_its_time_comes():
    state = sent(playout.Playout(), 0, 200, now_ms=0)
    state = playout.leave_out(state, 3_200, 320, 0)
    assert heard_ms(playout.hear(state, 199 * MS)) == 199
    state, spans = playout.collect(playout.hear(state, 200 * MS))
    assert heard_ms(state) == 220
    assert spans == (HeardSpan(0, 0, 3_200),)


def test_a_player_that_stood_still_is_waited_for_after_two_late_marks():
    state = playout.Playout()
    for turn in range(12):
        state = playout.set_mark(sent(state, turn * 200, 200, now_ms=turn * 200), str(turn))
    stalls_ms = [0, 0, 0, 300, 300, 300]
    for turn, stall_ms in enumerate(stalls_ms):
        state = playout.on_mark(state, str(turn), (turn * 200 + 200 + 5 + stall_ms) * MS)
    now_ms = 6 * 200 + 5 + 300
    assert heard_ms(playout.hear(state, now_ms * MS)) == pytest.approx(1_200, abs=20)
    assert state.free_ns == pytest.approx((12 * 200 + 300) * MS, abs=20 * MS)


def test_one_mark_held_up_on_its_way_moves_no_schedule():
    state = playout.Playout()
    for turn in range(4):
        state = playout.set_mark(sent(state, turn * 200, 200, now_ms=turn * 200), str(turn))
    free_ns = state.free_ns
    state = playout.on_mark(state, "0", 205 * MS)
    state = playout.on_mark(state, "1", 700 * MS)
    assert state.free_ns == free_ns
    assert state.late_marks == 1


# --- players that tell how far they are -----------------------------------------------------------


def reporting(now_ms: int = 0) -> playout.Playout:
    return playout.Playout(free_ns=now_ms * MS, confirmed_ns=now_ms * MS, unconfirmed_ns=500 * MS)


def test_a_report_confirms_up_to_the_last_mark_and_tells_exactly_when_it_sounded():
    state = reporting()
    for turn in range(3):
        state = playout.set_mark(sent(state, turn * 200, 200, now_ms=0), str(turn))
    state = playout.on_played(state, 16 * 250, (250 + 80) * MS)
    assert state.transit_ns == 80 * MS
    assert [mark.name for mark in state.marks] == ["1", "2"]
    assert heard_ms(state) == 200


def test_reports_that_tell_nothing_new_change_nothing():
    state = playout.set_mark(sent(reporting(), 0, 200, now_ms=0), "a")
    assert playout.on_played(state, 16 * 100, 120 * MS) == state
    done = playout.on_played(state, 16 * 200, 220 * MS)
    assert playout.on_played(done, 16 * 200, 900 * MS) == done


def test_a_report_of_more_than_was_sent_is_taken_for_all_of_it():
    state = playout.on_played(playout.set_mark(sent(reporting(), 0, 200, 0), "a"), 16 * 9_000, 220 * MS)
    assert state.unknown_marks == 1
    assert heard_ms(playout.hear(state, 220 * MS)) == 200


def test_what_is_not_confirmed_does_not_count_as_heard_for_long():
    state = playout.set_mark(sent(reporting(1_000), 0, 3_000, now_ms=1_000), "a")
    assert heard_ms(playout.hear(state, 1_400 * MS)) == 400
    assert heard_ms(playout.hear(state, 3_000 * MS)) == 500
    assert heard_ms(playout.clear(state, 3_000 * MS)) == 500
    assert heard_ms(playout.on_played(state, 16 * 3_000, 4_100 * MS)) == 3_000


def test_reports_from_before_a_clear_confirm_nothing_after_it():
    state = playout.set_mark(sent(reporting(), 0, 400, now_ms=0), "old")
    state = playout.clear(state, 200 * MS)
    state = playout.set_mark(sent(state, 400, 200, now_ms=200), "new")
    assert [mark.name for mark in playout.on_played(state, 16 * 400, 300 * MS).marks] == ["new"]
    assert playout.on_played(state, 16 * 600, 500 * MS).marks == ()
