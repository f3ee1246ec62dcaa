import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.dials import VOICES
from config.units import SAMPLES_PER_MS
from model.turn import AS_USUAL, VoiceChoice, Word
from model.voice.ahead import Ahead, Utterance
from model.voice.clauses import clauses
from model.voice.house import HouseVoice
from model.voice.shaping import LEVEL_DBFS, shape
from model.voice.voice import Speech

HOUSE_VOICE = HouseVoice()
PROMPTS = (
    "Thanks for calling Northwind. How can I help you today?",
    "Your order number is 1 0 4, 2 3 3. Is that right?",
    "It shipped on Monday, November 23rd; it should arrive by 3:30 p.m. tomorrow.",
    "That comes to $12.50, Dr. Smith.",
    "One of the best, isn't it?",
)


# --- clauses ---------------------------------------------------------------------------------------


@given(st.text(alphabet=st.sampled_from("ab 1.,?!:;–—…\"')([]Dr$"), max_size=80))
def test_no_word_is_lost_added_or_moved_by_cutting_a_text_into_clauses(text: str) -> None:
    words = " ".join(word for clause in clauses(text) for word in clause.words)
    if any(sign.isalnum() for sign in text):
        assert words.split() == text.split()
    else:
        assert words.split() in ([], text.split())


def test_figures_that_stand_apart_are_read_one_by_one() -> None:
    (first, second) = clauses("It is 1 0 4, 2 3 3.")
    assert first.text == "It is one zero four,"
    assert second.text == "two three three."
    assert first.words == ("It", "is", "1", "0", "4,")


def test_figures_that_stand_together_stay_one_number() -> None:
    assert clauses("It costs $12.50 at 3:30.")[0].text == "It costs $12.50 at 3:30."


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Dr. Smith is in.", 1),
        ("At 3 p.m. tomorrow.", 1),
        ("At 3 p.m. Then we go.", 2),
        ("No. That is all.", 2),
        ("Yes, please: today. Right?", 4),
        (" ".join(["word"] * 50), 3),
    ],
)
def test_clauses_end_where_people_breathe(text: str, count: int) -> None:
    assert len(clauses(text)) == count


def test_nothing_in_a_text_is_taken_for_phoneme_markup() -> None:
    assert "[[" not in clauses("press [[1]] now")[0].text


# --- the house's voice -----------------------------------------------------------------------------


@pytest.mark.parametrize("text", PROMPTS)
def test_every_word_of_a_text_is_voiced_in_order_at_rising_times(text: str) -> None:
    speech = list(HOUSE_VOICE.speak(text))
    assert " ".join(word.text for clause in speech for word in clause.words) == text
    for clause in speech:
        times = [time for word in clause.words for time in (word.start_ms, word.end_ms)]
        assert times == sorted(times)
        assert times[0] == 0
        assert times[-1] <= len(clause.audio) / SAMPLES_PER_MS


def test_word_times_point_at_sound_and_pauses_at_silence() -> None:
    first, second = HOUSE_VOICE.speak("Wait a moment. I have it.")
    spoken = first.words[-1].end_ms * SAMPLES_PER_MS
    assert np.abs(first.audio[:spoken].astype(int)).max() > 3_000
    assert not first.audio[spoken:].any()
    assert len(first.audio) - spoken >= 250 * SAMPLES_PER_MS
    assert second.audio[-1] == 0


@pytest.mark.parametrize("text", PROMPTS)
def test_speech_is_level_and_never_clips(text: str) -> None:
    audio = np.concatenate([clause.audio for clause in HOUSE_VOICE.speak(text)]).astype(np.float64) / 32_768
    rms_dbfs = 20 * np.log10(np.sqrt(np.mean(audio**2)))
    assert LEVEL_DBFS - 4 < rms_dbfs < LEVEL_DBFS + 1
    assert np.abs(audio).max() < 0.98


def test_a_tone_keeps_its_pitch_and_what_cannot_be_heard_is_gone() -> None:
    t = np.arange(22_050) / 22_050
    raw = np.round(8_000 * np.sin(2 * np.pi * 1_000 * t)).astype(np.int16)
    silence = np.zeros(11_025, np.int16)
    shaped = shape(np.concatenate((silence, raw, silence)))
    assert abs(len(shaped.audio) / SAMPLES_PER_MS - 1_000) < 60
    assert abs(shaped.cut_ms - 500) < 20
    spectrum = np.abs(np.fft.rfft(shaped.audio[1_600:14_400].astype(float)))
    assert abs(int(spectrum.argmax()) * 16_000 / 12_800 - 1_000) < 2
    assert len(shape(np.zeros(5_000, np.int16)).audio) == 0


def test_resampling_leaves_no_alias() -> None:
    t = np.arange(44_100) / 22_050
    raw = np.round(8_000 * (np.sin(2 * np.pi * 1_000 * t) + np.sin(2 * np.pi * 9_500 * t))).astype(np.int16)
    wave = shape(raw).audio[1_600:17_600].astype(float) * np.hanning(16_000)
    spectrum = np.abs(np.fft.rfft(wave))
    beside = np.concatenate((spectrum[100:950], spectrum[1_050:]))
    assert 20 * np.log10(beside.max() / spectrum.max()) < -50


BYRNE_DB = {250: 64.6, 500: 66.4, 1_000: 59.6, 2_000: 54.7, 4_000: 50.5}
"""Octave levels of people's speech: sums of thirds of an octave of Byrne et al. (1994), men and women, dB."""


SPANISH = "Gracias por llamar. ¿En qué puedo ayudarle hoy? El paquete salió el lunes y debe llegar mañana."


@pytest.mark.parametrize(("text", "language"), [(" ".join(PROMPTS), "en-US"), (SPANISH, "es-MX")])
def test_the_house_speaks_with_the_average_spectrum_of_people(text: str, language: str) -> None:
    audio = np.concatenate([clause.audio for clause in HOUSE_VOICE.speak(text, language)]).astype(float)
    power = np.abs(np.fft.rfft(audio)) ** 2
    hz = np.fft.rfftfreq(len(audio), 1 / 16_000)
    octaves = {
        f: 10 * np.log10(power[(hz >= f * 2**-0.5) & (hz < f * 2**0.5)].sum()) - db
        for f, db in BYRNE_DB.items()
    }
    mean = np.mean(list(octaves.values()))
    assert all(abs(level - mean) < 4.5 for level in octaves.values()), octaves


# --- two languages -----------------------------------------------------------------------------------


def test_figures_that_stand_apart_are_read_one_by_one_in_spanish_too() -> None:
    (first, second) = clauses("Es el 1 0 4, 2 3 3.", "es")
    assert first.text == "Es el uno cero cuatro,"
    assert second.text == "dos tres tres."
    assert first.words == ("Es", "el", "1", "0", "4,")
    assert len(clauses("Habla la Sra. Gómez.", "es")) == 1


@pytest.mark.parametrize("tag", ["es-MX", "es-ES", "es"])
def test_every_word_of_a_spanish_text_is_voiced_in_order(tag: str) -> None:
    text = "¿En qué puedo ayudarle? Su pedido, el 1 0 4, salió el lunes."
    speech = list(HOUSE_VOICE.speak(text, tag))
    assert " ".join(word.text for clause in speech for word in clause.words) == text
    assert all(np.abs(clause.audio.astype(int)).max() > 3_000 for clause in speech)


def test_a_text_sounds_different_in_another_language_and_is_kept_apart() -> None:
    ahead = Ahead(HOUSE_VOICE)
    lengths = set()
    for language in ("en-US", "en-GB", "es-ES", "es-MX", "fr-FR"):
        utterance = ahead.prepare("Central a 9 de la noche.", language)
        assert finished(utterance) == 1
        clause = utterance.clause(0)
        assert clause is not None
        lengths.add(len(clause.audio))
    ahead.close()
    assert len(lengths) >= 3


# --- ahead of need ---------------------------------------------------------------------------------


@dataclass
class CountingVoice:
    spoken: list[str] = field(default_factory=list)
    seconds: float = 1.0

    def speak(self, text: str, language: str, choice: VoiceChoice = AS_USUAL) -> Iterator[Speech]:
        self.spoken.append(text)
        yield Speech(
            np.ones(int(self.seconds * 16_000), np.int16), (Word(text, 0, int(self.seconds * 1_000)),)
        )


class Dumb:
    def speak(self, text: str, language: str, choice: VoiceChoice = AS_USUAL) -> Iterator[Speech]:
        raise ValueError(text)
        yield


def finished(utterance: Utterance) -> int:
    """How many clauses it has in the end."""
    k = 0
    while True:
        was_complete = utterance.complete  # asked first: clauses are only ever added
        if utterance.clause(k) is not None:
            k += 1
        elif was_complete:
            return k


def test_a_repeated_text_is_synthesised_once() -> None:
    voice = CountingVoice()
    ahead = Ahead(voice)
    assert [finished(ahead.prepare(text)) for text in ("hello", "bye", "hello")] == [1, 1, 1]
    ahead.close()
    assert voice.spoken == ["hello", "bye"]


def test_what_is_kept_is_bounded_and_the_longest_unused_goes_first() -> None:
    voice = CountingVoice(seconds=1.0)
    ahead = Ahead(voice, kept_seconds=2.0)
    for text in ("a", "b", "a", "c", "a", "b"):
        finished(ahead.prepare(text))
    ahead.close()
    assert voice.spoken == ["a", "b", "c", "b"]


def test_a_voice_that_fails_fails_the_call_that_needed_it_and_no_other() -> None:
    ahead = Ahead(Dumb())
    ahead.begin_step()
    with pytest.raises(ValueError, match="mute"):
        ahead.prepare("mute").clause(0)
    with pytest.raises(ValueError, match="still mute"):
        ahead.prepare("still mute").clause(0)
    ahead.close()


def test_a_slow_voice_is_waited_for_only_a_moment() -> None:
    release = threading.Event()

    class Slow:
        def speak(self, text: str, language: str, choice: VoiceChoice = AS_USUAL) -> Iterator[Speech]:
            release.wait(10)
            yield Speech(np.ones(16_000, np.int16), (Word(text, 0, 1_000),))

    ahead = Ahead(Slow())
    utterance = ahead.prepare("later")
    ahead.begin_step()
    assert [utterance.clause(0) for _ in range(1_000)] == [None] * 1_000
    assert not utterance.complete
    release.set()
    assert finished(utterance) == 1
    ahead.close()


# --- who speaks -------------------------------------------------------------------------------------


def said_as(choice: VoiceChoice, language: str = "en-US") -> np.ndarray:
    return np.concatenate(
        [clause.audio for clause in HOUSE_VOICE.speak("Your order is on its way.", language, choice)]
    )


def test_every_voice_that_can_be_chosen_sounds_like_nobody_else_in_either_language() -> None:
    for language in ("en-US", "es-MX"):
        sounds = {name: said_as(VoiceChoice(name), language) for name in VOICES}
        assert len({sound.tobytes() for sound in sounds.values()}) == len(VOICES)
        assert all(np.abs(sound.astype(int)).max() > 3_000 for sound in sounds.values())


def test_a_faster_voice_is_done_sooner_and_a_slower_one_later() -> None:
    fast, usual, slow = (len(said_as(VoiceChoice("mike", speed=speed))) for speed in (1.4, 1.0, 0.7))
    assert fast < 0.85 * usual
    assert slow > 1.2 * usual


def test_a_lower_pitch_has_its_period_later() -> None:
    def period(pitch: float) -> int:
        sound = said_as(VoiceChoice("paul", pitch=pitch))[4_000:12_000].astype(float)
        likeness = np.correlate(sound, sound, "full")[len(sound) :]
        return 40 + int(likeness[40:250].argmax())  # 64 to 400 Hz

    assert period(0.0) > period(1.0)


def test_an_offer_may_be_voiced_faster_than_the_call_speaks() -> None:
    ahead = Ahead(HOUSE_VOICE)
    lengths: list[int] = []
    for speed in (1.0, 1.25):
        utterance = ahead.prepare("Goodbye.", "en-US", speed, choice=VoiceChoice(speed=0.8))
        assert finished(utterance) == 1
        clause = utterance.clause(0)
        assert clause is not None
        lengths.append(len(clause.audio))
    ahead.close()
    assert 0.7 < lengths[1] / lengths[0] < 0.9


def test_the_same_text_in_two_voices_is_kept_apart() -> None:
    voice = CountingVoice()
    ahead = Ahead(voice)
    for choice in (VoiceChoice("mike"), VoiceChoice("fay"), VoiceChoice("mike")):
        finished(ahead.prepare("hello", "en-US", choice=choice))
    ahead.close()
    assert voice.spoken == ["hello", "hello"]
