import numpy as np
import pytest

from config.units import WIRE_RATE_HZ
from model.data.clips import clips_of
from model.data.delivery import FRAME_SAMPLES, deliver, stretch
from model.data.scripts import Break, Sentence, Stop
from model.data.utterances import PHONE_NUMBERS
from model.data.voices import Voice
from model.synthesis.espeak_speakers import EspeakSpeaker
from model.synthesis.speech import Manner

VOICE = Voice(EspeakSpeaker("en", "en-us", "f3"), Manner())


def tone(hz: float, frames: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    seconds = np.arange(frames * FRAME_SAMPLES) / WIRE_RATE_HZ
    return (0.2 * np.sin(2 * np.pi * hz * seconds)).astype(np.float32)


def pitch_hz(sound: np.ndarray[tuple[int], np.dtype[np.float32]]) -> float:
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 65_536))
    return float(spectrum.argmax()) * WIRE_RATE_HZ / 65_536


@pytest.mark.parametrize("factor", [1.3, 1.8, 2.5])
def test_drawing_a_vowel_out_keeps_its_pitch_and_its_level(factor: float):
    vowel = tone(140, 40)
    longer = stretch(vowel, 800, round(2_400 * factor))
    assert len(longer) == round(2_400 * factor)
    assert abs(pitch_hz(longer) - 140) < 3
    assert abs(longer[400:-400].std() / vowel.std() - 1) < 0.1


def test_a_drawn_out_vowel_joins_what_precedes_it_without_a_click():
    vowel = tone(180, 40)
    joined = np.concatenate((vowel[:800], stretch(vowel, 800, 4_000)))
    steepest = np.abs(np.diff(vowel)).max()
    assert np.abs(np.diff(joined))[:4_000].max() < 1.6 * steepest


def test_a_hesitating_speaker_lingers_on_the_last_syllable():
    spoken = [
        clips_of(Sentence("i would like to go.", (Stop(4, Break.STUCK, drawn),)), VOICE)[0].frames
        for drawn in (1.0, 1.5, 2.2)
    ]
    assert spoken[1] >= spoken[0] + 5
    assert spoken[2] >= spoken[1] + 5


def test_a_finished_speaker_lets_pitch_and_voice_fall():
    phones = np.full(60, PHONE_NUMBERS["aa"], np.int8)
    held = deliver(tone(200, 60), phones, 1.0, 0.0).audio
    fallen = deliver(tone(200, 60), phones, 1.0, 1.0).audio
    assert np.array_equal(held, tone(200, 60))
    assert len(fallen) > len(held)
    assert pitch_hz(fallen[-1_000:]) < 0.88 * pitch_hz(fallen[:2_000])
    assert fallen[-800:].std() < 0.6 * fallen[:800].std()


def test_the_times_of_words_follow_what_was_drawn_out():
    clip = clips_of(Sentence("i would like to go.", (Stop(4, Break.STUCK, 2.0),)), VOICE)[0]
    assert [word.text for word in clip.words] == ["i", "would", "like", "to"]
    assert all(word.begin < word.end <= clip.frames for word in clip.words)
    assert clip.words[-1].end == clip.frames
    assert len(clip.audio) == clip.frames * FRAME_SAMPLES
    assert len(clip.phones) == len(clip.digits) == clip.frames


def test_murmurs_are_hummed_not_spelled():
    hum = clips_of(Sentence("mm-hm."), VOICE)[0]
    letters = clips_of(Sentence("m m h m."), VOICE)[0]
    assert set(hum.phones.tolist()) <= {0, PHONE_NUMBERS["m"], PHONE_NUMBERS["hh"]}
    assert hum.frames < 60 < letters.frames
