import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from config.units import MICRO_TURN_SAMPLES
from telephony.live.voice import Voice, came, take


def ramp(samples: int, began: int = 0) -> np.ndarray:
    return np.arange(began, began + samples).astype(np.int16)


def test_nothing_is_taken_before_a_little_more_than_a_micro_turn_is_there() -> None:
    voice = came(Voice(), ramp(MICRO_TURN_SAMPLES))
    voice, audio = take(voice)
    assert not audio.any()
    voice, audio = take(came(voice, ramp(1_280, MICRO_TURN_SAMPLES)))
    assert audio.tolist() == ramp(MICRO_TURN_SAMPLES).tolist()


def test_a_voice_that_runs_dry_is_filled_with_silence_and_waited_for_again() -> None:
    voice, _ = take(came(Voice(), ramp(MICRO_TURN_SAMPLES + 1_280, 1)))
    voice, audio = take(voice)
    assert np.count_nonzero(audio) == 1_280
    assert not voice.flowing
    _, audio = take(came(voice, ramp(100, 1)))
    assert not audio.any()


def test_what_is_too_much_is_dropped_so_that_no_lag_stays() -> None:
    voice = came(Voice(), ramp(20_000))
    assert voice.waiting.tolist() == ramp(4_800, 20_000 - 4_800).tolist()


@given(st.lists(st.integers(1, 1_600), min_size=1, max_size=40))
def test_an_even_voice_comes_through_whole_however_it_is_cut(pieces: list[int]) -> None:
    voice, sent, got = Voice(), 0, list[int]()
    for piece in pieces:
        voice = came(voice, ramp(piece, sent))
        sent += piece
        if voice.waiting.size >= MICRO_TURN_SAMPLES + 1_280:
            voice, audio = take(voice)
            got += audio.tolist()
    assert got == ramp(sent)[: len(got)].tolist()
    assert len(got) + voice.waiting.size == sent
