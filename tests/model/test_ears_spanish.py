"""Spanish to hear any words by: how it sounds, what its verbs become, and a sentence nobody expected."""

import math

import pytest

from config.expectation import AnswerKind, Expectation
from model.ears.encoder_ears import EncoderKind
from model.ears.everyday_spanish import everyday_sentences, likelihoods
from model.ears.lexicon import named, sounds_of
from model.ears.spanish_spelling import can_be_spelled, spelled_sounds
from model.espeak import EspeakVoice, synthesise
from model.synthesis.phones import from_espeak
from tests.model.made_up_speech import MadeUpReader, spoken

WORDS = "guerra pingüino quiero ciudad perro extraño hielo huevo envío ángel desde cinco rey hay enrique"


@pytest.mark.parametrize("word", WORDS.split())
@pytest.mark.parametrize("accent", ["es", "es-419"])
def test_a_word_sounds_as_espeak_ng_reads_it(word: str, accent: str) -> None:
    events = synthesise(word, EspeakVoice(language=accent, rate_wpm=300)).phonemes
    assert named([sound for event in events for sound in from_espeak(event.name, "es")]) in spelled_sounds(
        word
    )


@pytest.mark.parametrize("word", ["y", "mm", "4", "check-in"])
def test_what_is_no_plain_word_is_not_read_by_its_letters(word: str) -> None:
    assert not can_be_spelled(word)
    assert sounds_of(word, "es")


def test_verbs_keep_their_sound_and_change_their_stems() -> None:
    words = likelihoods().keys()
    assert {"busqué", "pagué", "recojo", "sigo", "conozco", "empecé", "encuentro", "vuelve"} <= words
    assert not words & {"buscé", "pagé", "recogo", "conoco", "empezé"}


def test_all_words_together_are_certain_and_every_blank_is_filled() -> None:
    assert sum(math.exp(nats) for nats in likelihoods().values()) == pytest.approx(1.0)
    assert not any(set("{}") & set(word) for sentence in everyday_sentences() for word in sentence)


def test_a_spanish_sentence_nobody_expected_is_heard_word_for_word() -> None:
    kind = EncoderKind(MadeUpReader())
    call = kind.open("es-MX")
    call.expect(Expectation(AnswerKind.FREE, phrases=("dónde está mi pedido", "quiero un reembolso")))
    text = "mi vecina encontró la maleta delante de la farmacia"
    for index, (audio, speaking) in enumerate(spoken(text, "es")):
        call.listen(index, audio, speaking=speaking)
    (heard,) = kind.work([call], hurried=False)
    assert " ".join(word.text for word in heard.words) == text
    assert not heard.expected
