from hypothesis import given
from hypothesis import strategies as st

from model.native_words import KEPT, NativeWords
from model.pieces import BLANK, CLASSES, LETTERS, PIECES, TOLD_TOKENS, to_pieces, to_text, told_tokens


@given(st.text(alphabet=LETTERS.replace("'", "") + " ", max_size=60))
def test_every_text_in_our_letters_comes_back(text: str):
    assert to_text(to_pieces(text)) == " ".join(text.split())


def test_digits_spelling_and_both_languages_are_covered():
    for text in (
        "one zero four two three three",
        "e r s",
        "siete ocho nueve",
        "mañana a las cinco",
        "o'brien",
    ):
        assert to_text(to_pieces(text)) == text
    for word in ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "uno", "siete"):
        assert len(to_pieces(word)) == 1


def test_capitals_and_punctuation_do_not_matter():
    assert to_pieces("Hello, World! It's me.") == to_pieces("hello world it's me")
    assert to_pieces("…?!") == []


def test_the_alphabet_has_no_piece_twice_and_a_few_hundred():
    assert len(set(PIECES)) == len(PIECES)
    assert 200 <= len(PIECES) <= 600


def test_an_injected_text_begins_with_its_kind():
    offer, report = told_tokens("offer", "hi"), told_tokens("report", "hi")
    assert offer[1:] == report[1:]
    assert offer[0] != report[0]
    assert all(CLASSES <= token < TOLD_TOKENS for token in (offer[0], report[0]))
    assert all(0 < token < CLASSES for token in offer[1:])


def classes(text: str) -> list[int]:
    return [1 + piece for piece in to_pieces(text)]


def test_words_come_together_from_pieces_with_times():
    spoken = [BLANK, *classes("order"), BLANK, *classes("one")]
    heard = NativeWords().heard(spoken, [0.9] * len(spoken), 1_000)
    assert [word.text for word in heard.words] == ["order", "one"]
    assert heard.words[0].start_ms == 1_050
    assert heard.words[0].end_ms <= heard.words[1].start_ms


def test_a_piece_that_goes_on_over_a_border_counts_once_and_one_said_again_twice():
    (one,) = classes("one")
    heard = NativeWords().heard([BLANK, one, one, one], [1.0] * 4, 0)
    heard = heard.heard([one, one, BLANK, one], [1.0] * 4, 200)
    assert [word.text for word in heard.words] == ["one", "one"]


@given(st.lists(st.integers(0, CLASSES - 1), min_size=4, max_size=40), st.integers(1, 5))
def test_words_do_not_depend_on_how_slots_are_parted(spoken: list[int], at_once: int):
    whole = NativeWords().heard(spoken, [0.5] * len(spoken), 0)
    parted = NativeWords()
    for k in range(0, len(spoken), at_once):
        part = spoken[k : k + at_once]
        parted = parted.heard(part, [0.5] * len(part), k * 50)
    assert parted == whole


def test_the_sureness_of_a_word_is_that_of_its_least_sure_piece():
    spoken = classes("zq")
    heard = NativeWords().heard(spoken, [0.9, 0.4, 0.8][: len(spoken)], 0)
    assert heard.words[0].confidence == 0.4


def test_only_the_latest_words_are_kept():
    (one,) = classes("one")
    spoken = [one, BLANK] * (KEPT + 10)
    assert len(NativeWords().heard(spoken, [1.0] * len(spoken), 0).words) == KEPT
