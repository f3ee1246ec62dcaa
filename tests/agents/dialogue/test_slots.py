import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dialogue.numerals import spoken_digits
from agents.dialogue.slots import Reply, is_acknowledgement, yes_or_no

UNITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("one zero four two three three", "104233"),
        ("one oh four two double three", "104233"),
        ("ten forty two thirty three", "104233"),
        ("one hundred four two thirty three", "104233"),
        ("one hundred and four thousand two hundred and thirty three", "104233"),
        ("it's one zero four um two three three please", "104233"),
        ("104 233", "104233"),
        ("104-233", "104233"),
        ("oh, one zero four two three three", "104233"),
        ("one zero four two three three no one zero four two three four", "104234"),
        ("i ordered two lamps the number is one zero four two three three", "104233"),
        ("triple one triple two", "111222"),
    ],
)
def test_order_numbers_are_understood_as_people_say_them(said, number):
    assert spoken_digits(said).number(6) == number


@pytest.mark.parametrize(
    "said",
    [
        "",
        "where is my order",
        "i don't have one",
        "one zero four",
        "٣٣٣٣٣٣",
        "i bought two lamps on the 10 of june 2024",
    ],
)
def test_what_is_no_whole_number_gives_none(said):
    assert spoken_digits(said).number(6) is None


def test_a_number_word_in_a_sentence_is_not_mostly_digits():
    assert not spoken_digits("i don't have one here").mostly
    assert spoken_digits("it's one zero four").mostly


@given(st.text("0123456789", min_size=1, max_size=12))
def test_digits_said_one_by_one_are_those_digits(number):
    said = " ".join(UNITS[int(digit)] for digit in number)
    assert spoken_digits(said).digits == number
    assert spoken_digits(number).digits == number


@given(st.text("0123456789", min_size=2, max_size=12))
def test_said_in_pairs_as_figures_a_number_is_the_same(number):
    said = " ".join(number[at : at + 2] for at in range(0, len(number), 2))
    assert spoken_digits(said).digits == number


@given(st.text())
def test_no_text_breaks_the_ears_of_the_dialogue(text):
    assert all(run.isascii() and run.isdigit() for run in spoken_digits(text).runs)
    yes_or_no(text)
    is_acknowledgement(text)


@pytest.mark.parametrize(
    "said", ["yes", "yeah that's right", "correct", "yes please", "ok", "no problem", "uh huh", "sure"]
)
def test_yes_is_said_in_many_ways(said):
    assert yes_or_no(said) is Reply.YES


@pytest.mark.parametrize(
    "said",
    [
        "no",
        "nope",
        "no thank you",
        "that's wrong",
        "that isn't right",
        "yes no that's wrong",
        "no it should be lamps",
        "not really",
    ],
)
def test_a_denial_outweighs(said):
    assert yes_or_no(said) is Reply.NO


@pytest.mark.parametrize("said", ["", "lamps", "my order has not arrived and i am waiting"])
def test_other_words_are_neither_yes_nor_no(said):
    assert yes_or_no(said) is None


@pytest.mark.parametrize(
    ("said", "listens"),
    [
        ("mhm", True),
        ("okay i see", True),
        ("thank you", True),
        ("", False),
        ("okay wait", False),
        ("no", False),
    ],
)
def test_a_listeners_words_are_told_from_an_answer(said, listens):
    assert is_acknowledgement(said) is listens
