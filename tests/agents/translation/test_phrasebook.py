"""Which phrase of the book a clause is."""

import pytest

from agents.translation.phrasebook import phrasebook, words_of


@pytest.mark.parametrize("clause", ["sí puede venir", "sí claro"])
def test_an_accent_makes_it_a_yes(clause: str) -> None:
    matched = phrasebook("es").opening(words_of(clause), clause) or phrasebook("es").whole(
        words_of(clause), clause
    )
    assert matched is not None


def test_without_it_is_an_if() -> None:
    book = phrasebook("es")
    assert book.opening(words_of("si puede venir"), "si puede venir") is None
    alone = book.whole(words_of("si"), "si")
    assert alone is not None
    assert alone.says == "yes"
