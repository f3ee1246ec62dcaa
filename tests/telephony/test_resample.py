"""Acceptance checks 5 to 10: the streaming resampler."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.resample import kernel, resample, silence_before

PATHS = [
    (8_000, 16_000),
    (16_000, 8_000),
    (16_000, 24_000),
    (24_000, 16_000),
    (16_000, 48_000),
    (48_000, 16_000),
    (8_000, 24_000),
    (48_000, 8_000),
]
Pcm = npt.NDArray[np.int16]


def whole(pcm: Pcm, from_hz: int, to_hz: int) -> Pcm:
    shape = kernel(from_hz, to_hz)
    return resample(shape, pcm, silence_before(shape))[0]


def tone(hz: float, rate_hz: int, seconds: float = 1.0, amplitude: float = 12_000) -> Pcm:
    at = np.arange(int(rate_hz * seconds)) / rate_hz
    return np.rint(amplitude * np.sin(2 * np.pi * hz * at)).astype(np.int16)


def spectrum_db(pcm: Pcm, rate_hz: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Frequencies, and levels below a full tone of amplitude 12 000, of the middle half."""
    middle = pcm[pcm.size // 4 : 3 * pcm.size // 4].astype(float)
    level = np.abs(np.fft.rfft(middle * np.blackman(middle.size))) / (0.42 * middle.size / 2) / 12_000
    return np.fft.rfftfreq(middle.size, 1 / rate_hz), 20 * np.log10(level + 1e-9)


@pytest.mark.parametrize(("from_hz", "to_hz"), PATHS)
def test_twenty_milliseconds_in_give_exactly_twenty_milliseconds_out_from_the_first_packet(from_hz, to_hz):
    shape, packet = kernel(from_hz, to_hz), tone(440, from_hz, 0.02)
    history = silence_before(shape)
    for _ in range(50):
        out, history = resample(shape, packet, history)
        assert out.size == to_hz // 50


@pytest.mark.parametrize(("from_hz", "to_hz"), PATHS)
def test_the_delay_is_at_most_three_milliseconds_each_way(from_hz, to_hz):
    click = np.zeros(from_hz // 10, np.int16)
    click[from_hz // 20] = 30_000
    out = whole(click, from_hz, to_hz).astype(float)
    centre_ms = 1_000 * (np.arange(out.size) * out**2).sum() / (out**2).sum() / to_hz
    assert centre_ms - 50 == pytest.approx(kernel(from_hz, to_hz).delay_ms, abs=0.1)
    assert centre_ms - 50 <= 3


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_streamed_is_the_same_as_the_whole_file_for_any_packet_sizes(data: st.DataObject):
    from_hz, to_hz = data.draw(st.sampled_from(PATHS))
    pcm = (
        np.random.default_rng(data.draw(st.integers(0, 99))).integers(-20_000, 20_000, 4_000).astype(np.int16)
    )
    sizes = data.draw(st.lists(st.integers(0, 700), min_size=1, max_size=40))
    shape = kernel(from_hz, to_hz)
    history, parts, at = silence_before(shape), list[Pcm](), 0
    for size in [*sizes, pcm.size]:
        out, history = resample(shape, pcm[at : at + size], history)
        parts.append(out)
        at += size
    streamed = np.concatenate(parts).astype(int)
    expected = whole(pcm, from_hz, to_hz).astype(int)
    assert streamed.size == expected.size
    assert np.abs(streamed - expected).max() <= 2


def test_a_1_khz_tone_there_and_back_keeps_sixty_decibels_of_signal_to_noise():
    sent = tone(1_001, 8_000)
    back = whole(whole(sent, 8_000, 16_000), 16_000, 8_000).astype(float)
    delay = 30
    middle, heard = sent[2_000:6_000].astype(float), back[2_000 + delay : 6_000 + delay]
    noise = heard - middle
    assert 10 * np.log10((middle @ middle) / (noise @ noise)) >= 60


def test_a_5_khz_tone_is_sixty_decibels_down_at_8_khz():
    out = whole(tone(5_000, 16_000), 16_000, 8_000)
    assert spectrum_db(out, 8_000)[1].max() <= -60


def test_the_image_of_a_3_khz_tone_is_sixty_decibels_down_at_16_khz():
    out = whole(tone(3_000, 8_000), 8_000, 16_000)
    hz, level_db = spectrum_db(out, 16_000)
    assert level_db[hz > 4_600].max() <= -60
    assert level_db.max() >= -0.1


@pytest.mark.parametrize("hz", [300, 1_000, 2_000, 3_000, 3_400])
def test_up_to_3400_hz_at_most_one_decibel_is_lost_each_way(hz):
    up = spectrum_db(whole(tone(hz, 8_000), 8_000, 16_000), 16_000)[1].max()
    down = spectrum_db(whole(tone(hz, 16_000), 16_000, 8_000), 8_000)[1].max()
    assert abs(up) <= 1
    assert abs(down) <= 1


def test_loud_sound_is_clipped_and_does_not_wrap_around():
    square = np.where(np.arange(1_600) // 8 % 2, 32_767, -32_768).astype(np.int16)
    out = whole(square, 8_000, 16_000).astype(int)
    assert out.max() == 32_767
    assert np.abs(np.diff(out)).max() < 40_000


def test_rates_that_are_not_positive_are_refused():
    with pytest.raises(ValueError, match="positive"):
        kernel(0, 8_000)
