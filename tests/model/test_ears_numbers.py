import pytest

from model.ears.numbers import digits_only
from model.turn import Word


def said(text: str) -> tuple[Word, ...]:
    return tuple(Word(word, 100 * k, 100 * k + 100, 0.9 - 0.1 * k) for k, word in enumerate(text.split()))


@pytest.mark.parametrize(
    ("spoken", "meant"),
    [
        ("double four", "four four"),
        ("triple oh", "zero zero zero"),
        ("oh one", "zero one"),
        ("forty two thirty three", "four two three three"),
        ("ten forty", "one zero four zero"),
        ("twelve nineteen", "one two one nine"),
        ("forty oh", "four zero zero"),
        ("it is one zero four", "it is one zero four"),
        ("double", ""),
        ("four double", "four"),
    ],
)
def test_numbers_become_the_digits_that_were_meant(spoken, meant):
    assert " ".join(word.text for word in digits_only(said(spoken))) == meant


def test_digits_share_the_time_of_what_was_said_and_its_lowest_confidence():
    first, second = digits_only(said("double four"))
    assert (first.start_ms, first.end_ms, second.start_ms, second.end_ms) == (0, 100, 100, 200)
    assert first.confidence == second.confidence == pytest.approx(0.8)
