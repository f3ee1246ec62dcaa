from functools import cache
from itertools import combinations
from typing import get_args

import numpy as np
import pytest

from model.sound import read_wav
from model.streams import AGENT_TEXT
from model.synthesis.speakers import installed
from model.synthesis.speech import Language
from model.voice.booth import ENGLISH, HUMS, LONGEST_MS, SPANISH, loudness_db, record
from model.voice.house import HouseVoice
from model.voice.humming import sound
from model.voice.reading import Reading
from model.voice.small import KINDS, RECORDINGS, SmallUtterance, small_utterance, small_utterances

EVERY = [
    pytest.param(utterance, id=f"{language} {utterance.text} {variant}")
    for language, kinds in small_utterances().items()
    for utterances in kinds.values()
    for variant, utterance in enumerate(utterances)
]


@cache
def house_loudness_db() -> float:
    text = "Your order number is 1 0 4, 2 3 3. Is that right? It should arrive tomorrow."
    return loudness_db(np.concatenate([clause.audio for clause in HouseVoice().speak(text)]) / 32_768)


def test_both_languages_have_several_ways_to_say_every_small_utterance_the_model_knows():
    assert AGENT_TEXT[2:] == KINDS
    assert set(small_utterances()) == set(get_args(Language))
    for kinds in small_utterances().values():
        assert set(kinds) == set(KINDS)
        for kind, utterances in kinds.items():
            assert len(utterances) >= (2 if kind == "one moment" else 3)
            assert len({utterance.text for utterance in utterances}) == 1


def test_variants_come_round_again():
    ways = small_utterances()["en"]["okay"]
    assert [small_utterance("okay", "en", k) for k in range(4)] == [*ways, ways[0]]
    assert small_utterance("right", "es", 1).text == "Claro."


@pytest.mark.parametrize("utterance", EVERY)
def test_a_small_utterance_is_short_begins_and_ends_softly_and_has_no_offset(utterance: SmallUtterance):
    audio = utterance.speech.audio.astype(float) / 32_768
    assert 250 <= len(audio) / 16 <= LONGEST_MS
    level = np.abs(audio)
    assert level[:16].max() < 0.02 * level.max()
    assert level[-32:].max() < 0.02 * level.max()
    assert np.abs(np.diff(audio)).max() < 0.5
    assert level.max() < 0.95
    assert abs(audio.mean()) < 0.004


@pytest.mark.parametrize("utterance", EVERY)
def test_a_small_utterance_is_as_loud_as_the_house_to_a_telephone(utterance: SmallUtterance):
    assert abs(loudness_db(utterance.speech.audio / 32_768) - house_loudness_db()) < 4.5


def test_no_way_of_saying_it_is_like_another():
    for kinds in small_utterances().values():
        for utterances in kinds.values():
            for one, other in combinations(utterances, 2):
                length = min(len(one.speech.audio), len(other.speech.audio))
                a, b = one.speech.audio[:length].astype(float), other.speech.audio[:length].astype(float)
                assert abs(np.corrcoef(a, b)[0, 1]) < 0.9


def test_a_small_utterance_is_read_out_like_any_other():
    utterance = small_utterance("one moment", "en", 0)
    reading, audio, words = Reading(utterance).read(20_000, 0)
    assert reading.finished
    assert np.array_equal(audio, utterance.speech.audio)
    assert [word.text for word in words] == ["One moment."]
    assert words[0].end_ms == len(audio) // 16


def test_the_recordings_take_little_room():
    assert sum(path.stat().st_size for path in RECORDINGS.iterdir()) < 300_000


def test_humming_has_two_tones_with_a_puff_between():
    wave = sound(HUMS[0])
    spans = {name: wave[round(a * 16) : round(b * 16)] for name, (a, b) in
             {"first": (60, 150), "puff": (203, 225), "second": (290, 390)}.items()}  # fmt: skip
    level = {name: float(np.sqrt(np.mean(span**2))) for name, span in spans.items()}
    assert level["puff"] < 0.5 * level["first"] < level["second"]
    tones = {}
    for name in ("first", "second"):
        spectrum = np.abs(np.fft.rfft(spans[name] * np.hanning(len(spans[name])), 16_000))
        tones[name] = 70 + int(spectrum[70:180].argmax())
    assert 92 < tones["first"] < 110
    assert 115 < tones["second"] < 135


@pytest.mark.slow
def test_what_the_booth_makes_is_what_is_kept(tmp_path):
    if not {ENGLISH.speaker, SPANISH.speaker} <= set(installed()):
        pytest.skip("RHVoice and SVOX pico are not installed")
    assert record(tmp_path) == len(list(RECORDINGS.iterdir()))
    for path in RECORDINGS.iterdir():
        made, kept = read_wav(tmp_path / path.name).mono, read_wav(path).mono
        assert abs(len(made) - len(kept)) <= 320
        if path.name.startswith("mm-hm"):
            assert np.array_equal(made, kept)
