import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from config.units import SAMPLE_RATE_HZ, SLOT_SAMPLES
from model.frontend import FrontEnd, slaney_bands
from model.sizes import DMEL, FrontEndSize

FRONT_END = FrontEnd(FrontEndSize())
IN_LEVELS = FrontEnd(DMEL)


def a_sound(slots: int, seed: int = 0) -> torch.Tensor:
    """Noise whose loudness jumps about, with silence in it: [1, slots * 800]."""
    rng = np.random.default_rng(seed)
    loudness = np.repeat(10.0 ** rng.uniform(-5, -0.3, slots), SLOT_SAMPLES)
    sound = rng.standard_normal(slots * SLOT_SAMPLES) * loudness
    sound[len(sound) // 3 : len(sound) // 2] = 0
    return torch.tensor(sound, dtype=torch.float32).clamp(-1, 1).unsqueeze(0)


@given(cuts=st.lists(st.integers(1, 7), min_size=1, max_size=12), seed=st.integers(0, 50))
@settings(deadline=None, max_examples=25)
def test_any_split_into_slots_gives_the_features_of_the_whole(cuts: list[int], seed: int):
    sound = a_sound(sum(cuts), seed)
    whole, _ = FRONT_END(sound, FRONT_END.begin(1))
    state, parts, at = FRONT_END.begin(1), [], 0
    for cut in cuts:
        part, state = FRONT_END(sound[:, at : at + cut * SLOT_SAMPLES], state)
        parts.append(part)
        at += cut * SLOT_SAMPLES
    assert torch.allclose(torch.cat(parts, 1), whole, atol=1e-5)


def test_features_of_a_slot_do_not_change_with_what_comes_after():
    sound = a_sound(12)
    changed = sound.clone()
    changed[:, 8 * SLOT_SAMPLES :] = 0.9
    before, _ = FRONT_END(sound, FRONT_END.begin(1))
    after, _ = FRONT_END(changed, FRONT_END.begin(1))
    assert torch.equal(before[:, :8], after[:, :8])
    assert not torch.equal(before[:, 8:], after[:, 8:])


@pytest.mark.parametrize("gain_db", [-24, -12, 9])
def test_a_quiet_and_a_loud_caller_look_alike_but_for_the_level(gain_db: float):
    sound = a_sound(40).clamp(-0.3, 0.3) * 0.3
    sound[:, : 2 * SLOT_SAMPLES] = torch.randn(2 * SLOT_SAMPLES, generator=torch.manual_seed(1)) * 0.3
    plain, _ = FRONT_END(sound, FRONT_END.begin(1))
    louder, _ = FRONT_END(sound * 10 ** (gain_db / 20), FRONT_END.begin(1))
    assert torch.allclose(plain[:, 4:, :-1], louder[:, 4:, :-1], atol=1e-3)
    assert torch.allclose(louder[:, 4:, -1] - plain[:, 4:, -1], torch.tensor(gain_db / 20), atol=1e-3)


def test_streams_of_a_batch_do_not_touch_each_other():
    alone, _ = FRONT_END(a_sound(8, 1), FRONT_END.begin(1))
    together, _ = FRONT_END(torch.cat((a_sound(8, 2), a_sound(8, 1))), FRONT_END.begin(2))
    assert torch.equal(alone[0], together[1])


def test_silence_gives_finite_features():
    features, state = FRONT_END(torch.zeros(1, 20 * SLOT_SAMPLES), FRONT_END.begin(1))
    assert features.isfinite().all()
    assert state.level.isfinite().all()


@pytest.mark.parametrize("hz", [300, 1_000, 2_500, 3_500])
def test_a_tone_shows_in_the_band_around_its_frequency(hz: int):
    seconds = torch.arange(10 * SLOT_SAMPLES) / SAMPLE_RATE_HZ
    tone = 0.3 * torch.sin(2 * torch.pi * hz * seconds).unsqueeze(0)
    features, _ = FRONT_END(tone, FRONT_END.begin(1))
    bands = features[0, 5, :40]
    strongest = int(bands.argmax())
    response = slaney_bands(FrontEndSize())[:, strongest]
    centre_hz = float((response * torch.linspace(0, 8_000, 257)).sum() / response.sum())
    assert abs(centre_hz - hz) / hz < 0.12


@given(cuts=st.lists(st.integers(1, 7), min_size=1, max_size=8), seed=st.integers(0, 50))
@settings(deadline=None, max_examples=15)
def test_dmel_of_any_split_is_that_of_the_whole(cuts: list[int], seed: int):
    sound = a_sound(sum(cuts), seed)
    whole, _ = IN_LEVELS(sound, IN_LEVELS.begin(1))
    state, parts, at = IN_LEVELS.begin(1), [], 0
    for cut in cuts:
        part, state = IN_LEVELS(sound[:, at : at + cut * SLOT_SAMPLES], state)
        parts.append(part)
        at += cut * SLOT_SAMPLES
    assert torch.equal(torch.cat(parts, 1), whole)


def test_dmel_has_eighty_bands_of_sixteen_levels_and_rises_with_loudness():
    sound = a_sound(30)
    plain, _ = IN_LEVELS(sound, IN_LEVELS.begin(1))
    louder, _ = IN_LEVELS(sound * 10, IN_LEVELS.begin(1))
    assert plain.shape == (1, 30, 80)
    assert plain.min() >= 0
    assert louder.max() <= 15
    assert torch.equal(plain, plain.round())
    sounding = (plain > 0) & (louder < 15)
    assert ((louder - plain)[sounding] >= 1).all()
    assert ((louder - plain)[sounding] <= 2).all()


def test_dmel_hears_nothing_of_the_future():
    sound = a_sound(12)
    changed = sound.clone()
    changed[:, 8 * SLOT_SAMPLES :] = 0.9
    before, _ = IN_LEVELS(sound, IN_LEVELS.begin(1))
    after, _ = IN_LEVELS(changed, IN_LEVELS.begin(1))
    assert torch.equal(before[:, :8], after[:, :8])
