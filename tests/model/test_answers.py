import pytest

from config.expectation import AnswerKind, Expectation
from model.answers import completeness
from model.turn import Word

ORDERS = Expectation(
    AnswerKind.FREE,
    phrases=("where is my order", "track my order", "i want a refund", "dónde está mi pedido"),
)
ORDERS_IN_PART = Expectation(AnswerKind.FREE, phrases=("i want a refund", "i want a refund for a lamp"))


def words(text: str) -> tuple[Word, ...]:
    return tuple(Word(word, 0, 0) for word in text.split())


@pytest.mark.parametrize(
    ("text", "expectation", "verdict"),
    [
        ("one zero four two three three", Expectation(AnswerKind.DIGITS, 6), 1),
        ("it is one zero four", Expectation(AnswerKind.DIGITS, 6), -1),
        ("i do not have it", Expectation(AnswerKind.DIGITS, 6), 0),
        ("one two three", Expectation(AnswerKind.DIGITS), 0),
        ("yes", Expectation(AnswerKind.YES_NO), 0.4),
        ("yes but", Expectation(AnswerKind.YES_NO), -1),
        ("agent please", Expectation(AnswerKind.FREE, phrases=("agent please",)), 1),
        ("whatever", Expectation(), 0),
        ("", Expectation(AnswerKind.DIGITS, 6), 0),
        ("it is um", Expectation(AnswerKind.DIGITS, 6), -1),
        ("uno cero cuatro dos tres tres", Expectation(AnswerKind.DIGITS, 6), 1),
        ("sí", Expectation(AnswerKind.YES_NO), 0.4),
        ("mi número es", Expectation(AnswerKind.FREE), -1),
        ("where is my", Expectation(AnswerKind.FREE), -1),
        ("my order number is", Expectation(AnswerKind.FREE, phrases=("my order number is",)), 1),
        ("yes that is right", Expectation(AnswerKind.YES_NO), 1),
        ("hi where is my order please", ORDERS, 1),
        ("hola dónde está mi pedido por favor", ORDERS, 1),
        ("no thank you goodbye", ORDERS, 1),
        ("no gracias adiós", ORDERS, 1),
        ("track my order um i want a refund", ORDERS, 1),
        ("i want a refund", ORDERS_IN_PART, 0.4),
        ("i want a refund thanks", ORDERS_IN_PART, 1),
        ("where is my order um", ORDERS, -1),
        ("hello", ORDERS, 0),
        ("thank you", ORDERS, 0),
        ("no", ORDERS, 0),
        ("yes please", ORDERS, 0),
        ("where is my order for the lamp", ORDERS, 0),
        ("hi where is my order", Expectation(AnswerKind.DIGITS, 6), 0),
    ],
)
def test_an_answer_is_complete_unfinished_or_neither(
    text: str, expectation: Expectation, verdict: float
) -> None:
    assert completeness(words(text), expectation) == verdict
