"""Searching readings for words: by grammar, by a list of phrases, and for any words at all."""

from itertools import pairwise

import numpy as np
import pytest

from config.expectation import AnswerKind, Expectation
from model.ears.arbitration import believed
from model.ears.counted import BEGIN, END, counted
from model.ears.ears import Hearing
from model.ears.evidence import Evidence, evidence_of
from model.ears.grammar import grammar_for
from model.ears.language_model import GENERAL_ENGLISH, Mixture, log_probability, read_ngrams
from model.ears.lexicon import sounds_of
from model.ears.numbers import digits_only
from model.ears.open_search import Borders, open_path
from model.ears.phrase_list import best_phrase, spoken_words
from model.ears.prefix_tree import tree_of
from model.ears.sentence import COSTS, sentence_so_far, whole_sentence
from model.ears.tongue import ENGLISH, SPANISH, Tongue
from model.turn import Word
from tests.model.made_up_speech import posteriors, sounds_said

CARDS = tuple(f"{rank} of {suit}" for rank in ("Ace", "Two", "Ten", "Queen") for suit in ("Clubs", "Hearts"))


def heard(text: str, tongue: Tongue = ENGLISH) -> Evidence:
    return evidence_of(posteriors(sounds_said(text, tongue.language)))


def sentence(text: str, expectation: Expectation, tongue: Tongue = ENGLISH) -> str:
    found = whole_sentence(heard(text, tongue), grammar_for(expectation, COSTS, tongue), tongue)
    return " ".join(span.word for span in found.spans)


@pytest.mark.parametrize(
    "text",
    [
        "one zero four two three three",
        "it is one oh four double three two",
        "six six six seven six six",
        "yes",
    ],
)
def test_what_the_grammar_allows_is_found_word_for_word(text):
    assert sentence(text, Expectation(AnswerKind.DIGITS, 6)) == text


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("treinta y cinco doce cuarenta y uno", AnswerKind.DIGITS),
        ("sí por favor", AnswerKind.YES_NO),
        ("el veinte de mayo", AnswerKind.DATE),
    ],
)
def test_spanish_is_found_in_a_spanish_grammar(text, kind):
    assert sentence(text, Expectation(kind), SPANISH) == text


def test_equal_sounds_need_a_pause_between_them():
    said = sounds_said("oh")
    once = evidence_of(posteriors(said))
    twice = evidence_of(posteriors(said[:-5] + said[6:]))
    grammar = grammar_for(Expectation(AnswerKind.DIGITS), COSTS)
    assert [len(whole_sentence(one, grammar, ENGLISH).spans) for one in (once, twice)] == [1, 2]


def test_a_speaker_who_is_still_speaking_is_heard_up_to_the_last_whole_word():
    readings = sounds_said("one two three four")
    grammar = grammar_for(Expectation(AnswerKind.DIGITS, 6), COSTS)
    cut = evidence_of(posteriors(readings[:-12]))
    words = [span.word for span in sentence_so_far(cut, grammar, ENGLISH).spans]
    assert words == ["one", "two", "three"]


def test_a_swallowed_sound_costs_confidence_but_not_the_word():
    readings = sounds_said("seven")
    n = sounds_of("seven", "en")[0][-1] + 1
    swallowed = [0 if reading == n else reading for reading in readings]
    grammar = grammar_for(Expectation(AnswerKind.DIGITS), COSTS)
    clear, unclear = (
        whole_sentence(evidence_of(posteriors(said)), grammar, ENGLISH) for said in (readings, swallowed)
    )
    assert [span.word for span in unclear.spans] == ["seven"]
    assert unclear.confidence < clear.confidence


def test_the_best_of_a_list_of_phrases_is_given_as_it_is_written():
    for number, phrase in enumerate(CARDS):
        choice = best_phrase(heard(phrase.lower()), CARDS, "en")
        assert choice is not None
        assert choice.number == number
        assert choice.probability > 0.9


def test_a_list_in_which_nothing_can_be_said_has_no_best_phrase():
    assert best_phrase(heard("ten"), ("...", "—"), "en") is None


def test_phrases_are_read_as_people_write_them():
    assert spoken_words("  Don’t stop, A-1 & Co.! ") == ("don't", "stop", "a", "1", "and", "co")


def test_numbers_said_in_spanish_become_the_digits_that_were_meant():
    words = tuple(
        Word(word, 0, 0) for word in ("treinta", "y", "cinco", "doce", "doble", "cuatro", "noventa")
    )
    digits = " ".join(word.text for word in digits_only(words, SPANISH.numerals))
    assert digits == "tres cinco uno dos cuatro cuatro nueve cero"


def small_language(sentences: list[str]):
    words = (BEGIN, END, *sorted({word for text in sentences for word in text.split()}))
    numbers = {word: k for k, word in enumerate(words)}
    ngrams = counted((tuple(text.split()) for text in sentences), numbers)
    entries = [(numbers[word], way) for word in words[2:] for way in sounds_of(word, "en")]
    return words, tree_of(entries, ngrams.unigram), ngrams


def test_any_words_are_found_by_their_sounds_and_by_what_is_usually_said():
    words, tree, ngrams = small_language(["two tickets to rome", "i want to go to rome", "the two of them"])
    mixture = Mixture(ngrams, ngrams, 0.0)
    for text in ("two tickets to rome", "i want to go to rome"):
        path = open_path(heard(text), tree, mixture, Borders(0, 1))
        assert " ".join(words[span.word] for span in path.spans) == text
        assert all(a.end <= b.start for a, b in pairwise(path.spans))


def test_counted_n_grams_are_probabilities_and_prefer_what_was_counted():
    words, _, ngrams = small_language(["a b c", "a b d", "b c"])
    numbers = {word: k for k, word in enumerate(words)}
    for before, before_that in (
        (numbers["b"], numbers["a"]),
        (numbers["b"], -1),
        (numbers["c"], numbers["d"]),
    ):
        total = sum(np.exp(log_probability(ngrams, k, before, before_that)) for k in range(1, len(words)))
        assert total == pytest.approx(1.0, abs=0.35)
    seen = log_probability(ngrams, numbers["c"], numbers["b"], numbers["a"])
    assert seen > log_probability(ngrams, numbers["a"], numbers["b"], numbers["a"])


def test_the_packages_trigram_is_read_as_the_package_reads_it():
    import pocketsphinx

    config = pocketsphinx.Config(loglevel="FATAL", lm=None, hmm=None, dict=None)
    theirs = pocketsphinx.NGramModel(config, pocketsphinx.LogMath(), str(GENERAL_ENGLISH))
    words, ngrams = read_ngrams()
    numbers = {word: k for k, word in enumerate(words)}
    some = ("the", "of", "order", "my", "is", "where", "number", "york", "new", "zyman")
    for before_that in some:
        for before in some:
            for word in some:
                ours = log_probability(ngrams, numbers[word], numbers[before], numbers[before_that])
                expected = theirs.prob([word, before, before_that]) * np.log(1.0001)
                assert ours == pytest.approx(expected, abs=0.01)


def test_of_several_ears_the_surest_is_believed_but_never_a_guess_against_a_careful_reading():
    sure = Hearing((Word("yes", 0, 1),), 400, 0.9)
    unsure = Hearing((Word("no", 0, 1),), 600, 0.4)
    guess = Hearing((Word("no", 0, 1),), 200, 0.95, first_guess=True)
    assert believed([unsure, sure]).words == sure.words
    assert believed([guess, unsure]).words == unsure.words
    assert believed([unsure, sure]).upto_ms == 400
