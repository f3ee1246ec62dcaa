import pickle
import re

import numpy as np
import pytest

from model.synthesis import festival, flite, pico, rhvoice, speakers
from model.synthesis.espeak_speakers import TEST_VARIANTS, TRAIN_VARIANTS, EspeakSpeaker
from model.synthesis.festival import FestivalSpeaker
from model.synthesis.flite import FliteSpeaker
from model.synthesis.phones import PHONES
from model.synthesis.pico import PicoSpeaker
from model.synthesis.plain_text import in_ascii
from model.synthesis.rhvoice import RhvoiceSpeaker
from model.synthesis.speakers import identity_split, installed, synthesiser_of
from model.synthesis.speech import Manner, Speaker, Speech, SynthesisError

TEXT = {
    "en": "The package, number 42, shipped on Monday (or the 23rd) and not on the 42.",
    "es": "El paquete, número 42, salió el lunes, o el 23, y no el niño.",
}
OF_EACH_KIND = (
    EspeakSpeaker("en", "en-us", "Annie"),
    EspeakSpeaker("es", "es-419", "f2"),
    FliteSpeaker("kal16"),
    FliteSpeaker("slt"),
    PicoSpeaker("en-US"),
    PicoSpeaker("es-ES"),
    RhvoiceSpeaker("alan"),
    FestivalSpeaker("ked"),
    FestivalSpeaker("rab"),
    FestivalSpeaker("slt"),
)


@pytest.fixture(params=OF_EACH_KIND, ids=lambda speaker: speaker.identity)
def speaker(request: pytest.FixtureRequest) -> Speaker:
    if request.param not in installed():
        pytest.skip(f"{request.param.identity} is not installed")
    return request.param


def pitch_hz(speech: Speech) -> float:
    """The median fundamental frequency of voiced frames, by autocorrelation."""
    audio, rate = speech.audio.astype(float), speech.rate_hz
    frame = int(0.05 * rate)
    shortest, longest = rate // 400, rate // 60
    found: list[float] = []
    for begin in range(0, len(audio) - frame, frame // 2):
        piece = audio[begin : begin + frame] * np.hanning(frame)
        power = np.fft.irfft(np.abs(np.fft.rfft(piece, 2 * frame)) ** 2)
        peak = shortest + int(power[shortest:longest].argmax())
        if power[0] > 1e6 * frame and power[peak] > 0.4 * power[0]:
            found.append(rate / peak)
    return float(np.median(found))


def copied(speaker: Speaker) -> Speaker:
    return pickle.loads(pickle.dumps(speaker))  # noqa: S301 - our own


# --- who there is ----------------------------------------------------------------------------------


def test_the_voices_that_come_with_the_packages_are_always_there_in_both_languages():
    assert {synthesiser_of(speaker) for speaker in installed()} >= {"espeak"}
    assert len(installed("en")) > 500
    assert len(installed("es")) > 100
    assert installed() == installed("en") + installed("es") or set(installed()) == {
        *installed("en"),
        *installed("es"),
    }
    assert installed() is installed()


def test_every_speaker_has_an_identity_of_its_own_and_travels_to_other_processes():
    identities = [speaker.identity for speaker in installed()]
    assert len(set(identities)) == len(identities)
    for one in (*installed()[:5], *installed()[-5:]):
        assert copied(one) == one
        assert hash(one) == hash(copied(one))


def test_nobody_is_in_training_and_test_at_once():
    assert not set(TRAIN_VARIANTS) & set(TEST_VARIANTS)
    people: dict[str, set[str]] = {}
    for one in installed():
        person = one.identity.rpartition("/")[2].removesuffix("16")
        if synthesiser_of(one) == "espeak":
            person = f"espeak {person}"
        people.setdefault(person, set()).add(identity_split(one.identity))
    assert all(len(splits) == 1 for splits in people.values())
    for language in ("en", "es"):
        assert {identity_split(one.identity) for one in installed(language)} == {"train", "test"}


def test_who_is_held_out_follows_from_the_name_alone():
    assert identity_split("espeak/en-us/Annie") == identity_split("espeak/es/Annie") == "test"
    assert identity_split("espeak/en-us/plain") == "train"
    assert identity_split("flite/rms") == identity_split("RHVoice/clb") == "test"
    assert identity_split("flite/slt") == identity_split("RHVoice/slt") == "train"


def test_without_the_optional_synthesisers_the_others_are_still_there(monkeypatch):
    for room, library in ((flite, "libflite.so.999"), (pico, "libpico.so.999"), (rhvoice, "librh.so.999")):
        room._library.cache_clear()
        monkeypatch.setattr(room, "_LIBRARY", library)
    monkeypatch.setattr(festival.shutil, "which", lambda _: None)
    festival.festival_speakers.cache_clear()
    found = (
        flite.flite_speakers(),
        pico.pico_speakers(),
        rhvoice.rhvoice_speakers(),
        festival.festival_speakers(),
    )
    festival.festival_speakers.cache_clear()
    assert found == ((), (), (), ())
    with pytest.raises(SynthesisError, match="not installed"):
        FliteSpeaker("slt").say("hello")


def test_a_broken_synthesiser_is_said_once_and_the_others_speak(monkeypatch, caplog):
    def broken():
        raise SynthesisError("status -30")

    monkeypatch.setitem(speakers._SYNTHESISERS, "SVOX pico", broken)
    speakers._everybody.cache_clear()
    try:
        found = {synthesiser_of(one) for one in (*speakers._everybody(), *speakers._everybody())}
    finally:
        speakers._everybody.cache_clear()
    assert "espeak" in found
    assert "pico" not in found
    assert [record.getMessage() for record in caplog.records] == [
        "SVOX pico is installed and cannot be used: status -30"
    ]


# --- what they say ---------------------------------------------------------------------------------


def test_a_speaker_says_the_whole_text_and_nothing_more_of_nothing(speaker):
    speech = speaker.say(TEXT[speaker.language])
    seconds = len(speech.audio) / speech.rate_hz
    assert speech.audio.dtype == np.int16
    assert 3.5 < seconds < 9.0
    assert np.abs(speech.audio.astype(int)).max() > 3_000
    for nothing in ("", " ", "…", "?!"):
        with pytest.raises(SynthesisError, match="finds no word"):
            speaker.say(nothing)


def test_words_are_where_they_are_in_the_text_and_times_rise(speaker):
    text = TEXT[speaker.language]
    speech = speaker.say(text)
    if not speaker.knows_times:
        assert speech.words == speech.phones == ()
        return
    starts = {found.start() for found in re.finditer(r"\w+", text)}
    offsets = [word.offset for word in speech.words]
    assert offsets == sorted(offsets)
    assert len(set(offsets) & starts) >= 0.8 * len(starts)
    assert offsets[0] == 0
    for times in ([word.begin_ms for word in speech.words], [phone.begin_ms for phone in speech.phones]):
        assert times == sorted(times)
        assert times[-1] < 1_000 * len(speech.audio) / speech.rate_hz
    assert {phone.name for phone in speech.phones} <= set(PHONES)
    assert len(speech.phones) > 35


def test_the_first_word_begins_where_sound_begins(speaker):
    speech = speaker.say("Papa" if speaker.language == "es" else "Papa.")
    if not speaker.knows_times:
        pytest.skip(f"{speaker.identity} knows no times")
    level = np.abs(speech.audio.astype(int))
    onset_ms = 1_000 * int(np.argmax(level > 0.1 * level.max())) / speech.rate_hz
    assert -30 < onset_ms - speech.words[0].begin_ms < 160


def test_a_manner_makes_a_speaker_faster_and_higher(speaker):
    text = TEXT[speaker.language]
    usual = speaker.say(text)
    fast, high = speaker.say(text, Manner(rate=1.5)), speaker.say(text, Manner(pitch=1.25))
    assert 0.55 < len(fast.audio) / len(usual.audio) < 0.85
    assert 0.9 < len(high.audio) / len(usual.audio) < 1.1
    if speaker != FestivalSpeaker("slt"):
        assert 1.12 < pitch_hz(high) / pitch_hz(usual) < 1.4


def test_markup_of_a_synthesiser_is_read_as_text_or_not_at_all(speaker):
    speech = speaker.say('hello <speed level="500"> (quit) "world" \\ & more')
    assert len(speech.audio) / speech.rate_hz > 1.0
    assert len(speaker.say("again").audio)


def test_a_text_in_ascii_keeps_its_places():
    text = "niño – “don’t” … 日本"
    plain = in_ascii(text)
    assert len(plain) == len(text)
    assert plain == 'nino - "don\'t" .   '


def test_a_festival_that_was_killed_is_started_again():
    speaker = FestivalSpeaker("ked")
    if speaker not in installed():
        pytest.skip("festival is not installed")
    before = speaker.say("hello there")
    festival._process()._process.kill()
    festival._process()._process.wait()
    assert np.array_equal(speaker.say("hello there").audio, before.audio)
