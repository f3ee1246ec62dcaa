"""Any words, read while they are being said."""

import pytest

from config.expectation import AnswerKind, Expectation
from model.ears.evidence import Evidence, evidence_of
from model.ears.grammar import grammar_for
from model.ears.running_words import NOTHING_YET, every_word, words_so_far
from model.ears.sentence import COSTS, Sentence
from model.ears.tongue import SPANISH
from tests.model.made_up_speech import posteriors, sounds_said

PEDIDO = (
    "hola quiero saber dónde está mi pedido porque no ha llegado y lo necesito para el martes por la mañana"
)
LONG = f"{PEDIDO} y quiero cambiar mi dirección porque no estoy en casa {PEDIDO}"
PARTIAL = 20
"""Readings from one partial to the next."""


def readings(text: str) -> list[int]:
    return sounds_said(text, "es")


def words(sentence: Sentence) -> list[str]:
    return [span.word for span in sentence.spans]


def evidence(sounds: list[int]) -> Evidence:
    return evidence_of(posteriors(sounds))


def test_words_are_heard_before_the_sentence_is_over_without_the_one_being_said():
    sounds = readings("quiero cambiar mi dirección por favor")
    begun = len(readings("quiero cambiar mi dirección")) - 12
    sentence, _ = words_so_far(evidence(sounds[:begun]), SPANISH, NOTHING_YET)
    assert words(sentence) == ["quiero", "cambiar", "mi"]


def test_what_is_read_in_pieces_is_what_is_read_at_once():
    sounds = readings(LONG)
    running, sentence = NOTHING_YET, Sentence()
    for upto in range(PARTIAL, len(sounds) + 1, PARTIAL):
        sentence, running = words_so_far(evidence(sounds[:upto]), SPANISH, running)
    sentence, running = words_so_far(evidence(sounds), SPANISH, running)
    at_once, _ = words_so_far(evidence(sounds), SPANISH, NOTHING_YET)
    assert running.upto > 0
    assert sentence.spans == at_once.spans
    assert words(sentence)[:6] == PEDIDO.split()[:6]


def test_after_a_pause_all_words_are_read_the_last_one_too():
    grammar = grammar_for(Expectation(AnswerKind.FREE, any_words=True), COSTS, SPANISH)
    assert words(every_word(evidence(readings("quiero cambiar mi dirección")), grammar, SPANISH)) == [
        "quiero", "cambiar", "mi", "dirección",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "heard"), [("sí", ["sí"]), ("uno cero cuatro dos", ["uno", "cero", "cuatro", "dos"])]
)
def test_a_yes_and_a_mere_number_are_words_too(text, heard):
    grammar = grammar_for(Expectation(AnswerKind.FREE, any_words=True), COSTS, SPANISH)
    assert words(every_word(evidence(readings(text)), grammar, SPANISH)) == heard
