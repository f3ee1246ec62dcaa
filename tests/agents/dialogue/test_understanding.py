from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dialogue.understanding import understood
from config.flow_file import load_flow


@cache
def meanings(flow):
    return tuple(load_flow(flow).meanings.items())


def meant(said, flow="order_status"):
    match = understood(said, meanings(flow))
    return match.meaning if match else None


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("hi um where's my order please", "track_order"),
        ("i'd like to know where my package is", "track_order"),
        ("hey i ordered a lamp two weeks ago and it hasn't arrived", "track_order"),
        ("i'm calling about my order", "track_order"),
        ("can i get an agent", "person"),
        ("could you connect me with a representative", "person"),
        ("i want to talk to a human being", "person"),
        ("what", "repeat"),
        ("could you say that again please", "repeat"),
        ("what about my invoice", "something_else"),
        ("i want to return a lamp", "something_else"),
        ("no thank you that's all", "done"),
        ("okay thank you bye", "done"),
        ("are you a real person", "robot"),
        ("i don't know the number", "no_number"),
        ("hang on", "hold_on"),
        ("oh forget it", "never_mind"),
    ],
)
def test_callers_are_understood_in_their_own_words(said, meaning):
    assert meant(said) == meaning


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("what about my invoice", "bill"),
        ("why did my bill go up this month", "bill"),
        ("could you text me the chart", "chart"),
    ],
)
def test_callers_with_a_question_about_a_bill_are_too(said, meaning):
    assert meant(said, "billing") == meaning


@pytest.mark.parametrize(
    "said", ["", "um", "blue elephants sing", "what is your name", "the weather is nice"]
)
def test_other_words_mean_nothing(said):
    assert meant(said) is None


def test_every_example_phrase_means_what_it_stands_under():
    for name, meaning in meanings("order_status"):
        for phrase in meaning.phrases:
            assert meant(phrase) == name, phrase


def test_one_wrong_letter_in_a_long_word_is_forgiven():
    assert meant("could you connect me with a representetive") == "person"


def test_a_short_word_meant_to_repeat_does_not_count_inside_a_long_sentence():
    assert meant("what i wonder is whether lamps can dance") is None


@given(st.text())
def test_any_text_is_borne(text):
    match = understood(text, meanings("order_status"))
    assert match is None or 0 < match.score <= 1
