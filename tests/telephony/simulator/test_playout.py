from hypothesis import given
from hypothesis import strategies as st

from telephony.simulator.playout import (
    LONGEST_QUEUE_SAMPLES,
    Playout,
    advance,
    clear,
    queue_audio,
    queue_mark,
    sounds_until,
)


def queued(*entries: bytes | str) -> Playout:
    playout = Playout()
    for entry in entries:
        if isinstance(entry, str):
            playout, _ = queue_mark(playout, entry)
        else:
            playout = queue_audio(playout, entry)
    return playout


def test_a_mark_returns_when_what_precedes_it_was_played():
    playout = queued(b"a" * 100, "m", b"b" * 100)
    playout, played = advance(playout, 99)
    assert played.marks == ()
    playout, played = advance(playout, 100)
    assert played.audio == b"a"
    assert played.marks == ("m",)


def test_a_mark_returns_at_once_when_nothing_is_queued():
    playout, returned = queue_mark(Playout(), "m")
    assert returned == ("m",)
    assert playout == Playout()


def test_a_clear_flushes_marks_and_leaves_silence():
    playout, flushed = clear(queued(b"a" * 100, "m", b"b" * 100, "n"))
    assert flushed == ("m", "n")
    _, played = advance(playout, 160)
    assert played.audio == b"\xff" * 160
    assert played.dry_from == 0


def test_audio_that_runs_out_is_followed_by_silence_from_the_very_sample():
    _, played = advance(queued(b"a" * 100), 160)
    assert played.audio == b"a" * 100 + b"\xff" * 60
    assert played.dry_from == 100


def test_more_than_ten_minutes_is_discarded():
    full = queue_audio(Playout(), b"a" * LONGEST_QUEUE_SAMPLES)
    assert full is not None
    assert queue_audio(full, b"a") is None


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=8), st.lists(st.integers(0, 60), max_size=30))
def test_what_sounds_does_not_depend_on_how_time_is_cut(sounds, steps):
    playout = queued(*sounds)
    total = sounds_until(playout)
    heard = b""
    position = 0
    for step in steps:
        position = min(position + step, total)
        playout, played = advance(playout, position)
        heard += played.audio
    _, played = advance(playout, total)
    assert heard + played.audio == b"".join(sounds)
