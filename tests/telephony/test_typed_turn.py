import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.typed_turn import MOST_WORDS, typed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Where is my order?", "where is my order"),
        ("  It's 104233. ", "it's 104233"),
        ("¿Dónde está?", "dónde está"),
        ("Ada.B@example.com, please!", "ada.b@example.com please"),
        ("$20.50", "$20.50"),
        ("?!", ""),
    ],
)
def test_words_are_as_they_were_written_without_the_signs_around_them(text: str, words: str) -> None:
    given_out = typed(text, 1_200)
    assert " ".join(word.text for word in given_out) == words
    assert {(word.start_ms, word.end_ms) for word in given_out} <= {(1_200, 1_200)}


@given(st.text())
def test_no_text_makes_an_empty_word_or_too_many(text: str) -> None:
    words = typed(text, 0)
    assert len(words) <= MOST_WORDS
    assert all(word.text and word.text == word.text.strip() for word in words)
