"""The synthetic telephone speech our ears learn from."""

from random import Random

import numpy as np
import pytest

from model.ears.lesson_sounds import in_another_throat, through_lesson_line, trimmed
from model.ears.lesson_texts import draw_text
from model.ears.lesson_words import distance, sounds_of
from model.ears.lessons import Lessons, batches, phones_said
from model.ears.windows import WINDOWS_SAMPLES, in_window, window_for
from model.synthesis.espeak_speakers import EspeakSpeaker
from model.synthesis.phones import PHONES
from model.synthesis.speakers import identity_split
from model.synthesis.speech import Language, Speech


@pytest.fixture(scope="module")
def lessons() -> Lessons:
    return Lessons("train", 7)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_word_of_a_text_has_sounds_of_our_set_and_stands_in_it(language: Language) -> None:
    random = Random(5)
    for _ in range(200):
        text = draw_text(language, random)
        at = 0
        for word in text.words:
            at = text.text.index(word.text, at) + len(word.text)
            assert word.sounds
            assert all(sound in PHONES for sounds in word.sounds for sound in sounds)


def test_texts_of_a_seed_are_always_the_same() -> None:
    assert [draw_text("en", Random(3)) for _ in range(3)] == [draw_text("en", Random(3)) for _ in range(3)]


def test_letters_are_named_not_read() -> None:
    named = {word.text: word.sounds[0] for _ in range(400) for word in draw_text("en", Random(_)).words}
    assert named["double you"] == ("d", "ah", "b", "ah", "l", "y", "uw")
    assert named["aitch"] == ("ey", "ch")


def test_spanish_is_heard_with_and_without_the_lisp() -> None:
    assert sounds_of("cinco", "es") == (("th", "i", "n", "k", "o"), ("s", "i", "n", "k", "o"))


def test_the_pronunciation_is_the_one_the_speaker_used() -> None:
    random = Random(0)
    text = next(
        text for _ in range(5_000) if (text := draw_text("es", random)).text.split()[0] in ("cinco", "cero")
    )
    there = phones_said(text, EspeakSpeaker("es", "es-419", "").say(text.text))
    here = phones_said(text, EspeakSpeaker("es", "es", "").say(text.text))
    assert PHONES[there[0]] == "s"
    assert PHONES[here[0]] == "th"


def test_without_times_the_usual_pronunciation_is_taken() -> None:
    text = draw_text("en", Random(1))
    usual = [sound for word in text.words for sound in word.sounds[0]]
    silent = Speech(np.zeros(100, np.int16), 16_000)
    assert [PHONES[k] for k in phones_said(text, silent)] == usual


def test_only_training_voices_teach_and_every_lesson_can_be_aligned(lessons: Lessons) -> None:
    for _ in range(30):
        lesson = lessons.draw()
        assert identity_split(lesson.identity) == "train"
        assert 0 < len(lesson.phones) < len(lesson.sound) / 320
        assert np.abs(lesson.sound).max() <= 1


def test_a_batch_holds_about_sixteen_seconds_of_one_window(lessons: Lessons) -> None:
    batch = next(batches(lessons))
    assert 16 <= batch.sounds.size / 16_000 <= 18
    assert batch.sounds.shape[1] in WINDOWS_SAMPLES
    assert len(batch.phones) == len(batch.sounds)


def test_a_sound_stands_at_the_end_of_its_window_on_a_border_of_frames() -> None:
    sound = np.ones(33_000, np.float32)
    assert window_for(len(sound)) == 48_000
    placed = in_window(sound, 64_000)
    assert np.flatnonzero(placed)[0] % 320 == 0
    assert placed.sum() == 33_000
    with pytest.raises(ValueError, match="too long"):
        window_for(8 * 16_000 + 1)


def test_another_throat_is_higher_and_quicker() -> None:
    tone = (10_000 * np.sin(2 * np.pi * 200 * np.arange(22_050) / 22_050)).astype(np.int16)
    warped = in_another_throat(tone, 22_050, 1.25)
    assert len(warped) == pytest.approx(12_800, abs=2)
    assert np.abs(np.fft.rfft(warped[:12_800])).argmax() == 200


def test_silence_around_speech_is_cut_and_its_level_set() -> None:
    sound = np.concatenate([np.zeros(8_000), 0.5 * np.ones(1_600), np.zeros(8_000)]).astype(np.float32)
    cut = trimmed(sound)
    assert len(cut) < 3_000
    assert cut.max() == pytest.approx(0.1, rel=0.01)


def test_a_line_keeps_the_length_and_the_range() -> None:
    voice = np.sin(np.arange(20_001) / 9).astype(np.float32) * 0.1
    for seed in range(40):
        heard = through_lesson_line(voice, Random(seed))
        assert heard.shape == voice.shape
        assert np.isfinite(heard).all()
        assert np.abs(heard).max() <= 1


def test_distance_counts_the_fewest_changes() -> None:
    assert distance(("a", "b", "c"), ("a", "c")) == 1
    assert distance((), ("a", "c")) == 2
    assert distance(("k", "a", "t"), ("h", "a", "t", "s")) == 2
