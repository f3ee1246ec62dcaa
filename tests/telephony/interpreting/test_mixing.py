import numpy as np
import pytest

from config.units import MICRO_TURN_SAMPLES, SAMPLES_PER_MS
from telephony.interpreting.mixing import RAMP_MS, Mixer, mix

SILENCE = np.zeros(MICRO_TURN_SAMPLES, np.int16)
ORIGINAL = np.full(MICRO_TURN_SAMPLES, 10_000, np.int16)
TRANSLATION = np.full(MICRO_TURN_SAMPLES, 3_000, np.int16)
_RAMP = RAMP_MS * SAMPLES_PER_MS


def test_what_is_not_translated_is_heard_as_it_was_said() -> None:
    mixer, audio = mix(Mixer(), SILENCE, ORIGINAL, ducked=False)
    assert np.array_equal(audio, ORIGINAL)
    assert mixer == Mixer()


@pytest.mark.parametrize(("duck_db", "left"), [(0.0, 10_000), (-12.0, 2_512), (-20.0, 1_000), (-40.0, 0)])
def test_under_a_translation_the_original_is_turned_down_as_dialled(duck_db: float, left: int) -> None:
    mixer, _ = mix(Mixer(duck_db), TRANSLATION, ORIGINAL, ducked=True)
    _, audio = mix(mixer, TRANSLATION, ORIGINAL, ducked=True)
    assert set(audio.tolist()) == {3_000 + left}


def test_no_step_of_the_gain_is_large_enough_to_click() -> None:
    mixer, pieces = Mixer(), list[np.ndarray]()
    for ducked in (False, True, True, *[False] * 8, True, False):
        mixer, audio = mix(mixer, SILENCE, ORIGINAL, ducked=ducked)
        pieces.append(audio)
    steps = np.abs(np.diff(np.concatenate(pieces).astype(np.int32)))
    assert 0 < steps.max() <= 1 + 10_000 / _RAMP


def test_the_original_stays_down_through_the_pause_between_two_phrases_and_comes_back_after_it() -> None:
    mixer, _ = mix(Mixer(), TRANSLATION, ORIGINAL, ducked=True)
    gains: list[float] = []
    for _ in range(6):
        mixer, _ = mix(mixer, SILENCE, ORIGINAL, ducked=False)
        gains.append(mixer.gain)
    assert gains[0] == gains[2] < 0.3
    assert gains[-1] == 1.0


def test_both_voices_at_once_are_clipped_and_never_wrap_round() -> None:
    loud = np.full(MICRO_TURN_SAMPLES, 30_000, np.int16)
    _, high = mix(Mixer(0.0), loud, loud, ducked=True)
    _, low = mix(Mixer(0.0), -loud, -loud, ducked=True)
    assert (high.min(), low.max()) == (32_767, -32_768)
