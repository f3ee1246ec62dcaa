import numpy as np
import numpy.typing as npt
import pytest

from model.espeak import ESPEAK_RATE_HZ, EspeakError, EspeakVoice, synthesise


def test_every_word_has_its_offset_and_a_later_time_than_the_one_before():
    text = "hello, where is my order"
    speech = synthesise(text, EspeakVoice("en-us", "f3"))
    assert [text[word.offset : word.offset + word.length] for word in speech.words] == [
        "hello", "where", "is", "my", "order",
    ]  # fmt: skip
    times = [word.ms for word in speech.words]
    assert times == sorted(set(times))
    assert times[-1] < len(speech.audio) * 1_000 / ESPEAK_RATE_HZ


def test_sound_is_heard_where_a_word_is_said():
    speech = synthesise("yes, yes", EspeakVoice())
    second = speech.words[1].ms * ESPEAK_RATE_HZ // 1_000
    assert np.abs(speech.audio[second : second + 4_000]).max() > 3_000


def brightness_hz(audio: npt.NDArray[np.int16]) -> float:
    spectrum = np.abs(np.fft.rfft(audio.astype(float)))
    return float((spectrum * np.linspace(0, ESPEAK_RATE_HZ / 2, len(spectrum))).sum() / spectrum.sum())


def test_voices_differ_and_a_voice_stays_itself_whoever_spoke_before():
    low, high = EspeakVoice("en-us", "m3", pitch=30), EspeakVoice("en-us", "f4", pitch=70)
    first = synthesise("good morning", low)
    other = synthesise("good morning", high)
    again = synthesise("good morning", low)
    assert abs(len(first.audio) - len(again.audio)) < 0.02 * ESPEAK_RATE_HZ
    assert brightness_hz(again.audio) == pytest.approx(brightness_hz(first.audio), rel=0.05)
    assert len(other.audio) > 1.2 * len(first.audio)


def test_a_faster_rate_takes_less_time():
    slow = synthesise("one zero four two three three", EspeakVoice(rate_wpm=120))
    fast = synthesise("one zero four two three three", EspeakVoice(rate_wpm=240))
    assert len(fast.audio) < 0.65 * len(slow.audio)


def test_phonemes_come_with_their_times():
    speech = synthesise("see", EspeakVoice())
    names = [phoneme.name.strip("',") for phoneme in speech.phonemes]
    assert names[:2] == ["s", "i:"]
    assert speech.phonemes[1].ms > speech.phonemes[0].ms


def test_an_unknown_voice_is_named_in_the_error_and_harms_nothing():
    with pytest.raises(EspeakError, match="'tlh\\+x'"):
        synthesise("hello", EspeakVoice("tlh", "x"))
    assert len(synthesise("hello", EspeakVoice()).audio) > 1_000


def test_accents_and_other_scripts_count_as_characters():
    assert [word.offset for word in synthesise("señor pérez llamó", EspeakVoice("es-419")).words] == [
        0,
        6,
        12,
    ]


def test_what_must_be_repeatable_is_the_same_to_the_sample_whoever_spoke_before():
    for variant in ("f3", "klatt2"):
        voice = EspeakVoice("en-us", variant)
        first = synthesise("one zero four", voice, repeatable=True)
        synthesise("good morning to you", EspeakVoice("es", "m3"))
        assert np.array_equal(synthesise("one zero four", voice, repeatable=True).audio, first.audio)
