import pytest

from config.flow import LanguageRecognition
from model.turn import LanguageHeard, Transcript, Word
from telephony.interpreting.languages import Tongue, followed

USUAL = LanguageRecognition()
SPANISH = Tongue("es-MX")


def turn(
    text: str,
    spoken: str,
    probability: float,
    *,
    final: bool = True,
    language: str = "",
    otherwise: Transcript | None = None,
) -> Transcript:
    words = tuple(Word(word, 0, 100) for word in text.split())
    heard = LanguageHeard(spoken, probability)
    return Transcript(words, final, language=language, spoken=heard, otherwise=otherwise)


def after(tongue: Tongue, *turns: Transcript, recognition: LanguageRecognition = USUAL) -> Tongue:
    for each in turns:
        tongue, _ = followed(tongue, each, "en-GB", recognition)
    return tongue


def test_a_sure_turn_of_several_words_is_followed_at_once_into_the_others_own_tag() -> None:
    assert after(SPANISH, turn("where is my order", "en", 0.95)).spoken == "en-GB"


@pytest.mark.parametrize(
    "turns",
    [
        (turn("okay", "en", 0.99),),
        (turn("where is my order", "en", 0.8),),
        (turn("where is", "en", 0.95, final=False),),
        (turn("okay", "en", 0.9), turn("dónde está", "es", 0.9), turn("okay", "en", 0.9)),
    ],
)
def test_a_word_a_doubt_or_a_beginning_is_not_enough(turns: tuple[Transcript, ...]) -> None:
    assert after(SPANISH, *turns).spoken == "es-MX"


def test_two_likely_turns_in_a_row_are_enough() -> None:
    assert after(SPANISH, turn("okay", "en", 0.8), turn("thanks", "en", 0.8)).spoken == "en-GB"


def test_a_turn_that_goes_on_is_followed_when_it_has_told_so_twice() -> None:
    so_far = turn("where is my", "en", 0.95, final=False)
    assert after(SPANISH, so_far, so_far).spoken == "en-GB"


def test_a_language_nobody_knows_is_none_until_a_known_one_is_spoken_again() -> None:
    foreign = after(SPANISH, turn("guten tag herr", "other", 0.95))
    assert (foreign.own, foreign.spoken) == ("es-MX", "und")
    assert after(foreign, turn("guten tag herr", "other", 0.95)) == foreign
    assert after(foreign, turn("dónde está mi pedido", "es", 0.95)).spoken == "es-MX"
    assert after(foreign, turn("where is my order", "en", 0.95)).spoken == "en-GB"


def test_nobody_is_followed_where_the_flow_does_not_want_it() -> None:
    said = turn("where is my order", "en", 0.99)
    assert after(SPANISH, said, recognition=LanguageRecognition(on=False)) == SPANISH


def test_a_turn_is_taken_as_it_was_understood_in_the_language_spoken() -> None:
    in_spanish = turn("donde es my orden", "en", 0.6, language="es")
    either = turn("where is my order", "en", 0.6, language="en", otherwise=in_spanish)
    _, said = followed(SPANISH, either, "en-GB", USUAL)
    assert said == in_spanish
    sure = turn("where is my order", "en", 0.95, language="en", otherwise=in_spanish)
    _, said = followed(SPANISH, sure, "en-GB", USUAL)
    assert said == sure


def test_what_was_not_understood_in_the_language_spoken_is_not_passed_on() -> None:
    _, said = followed(SPANISH, turn("guerra es mallorca", "en", 0.95), "en-GB", USUAL)
    assert said is None
    _, said = followed(SPANISH, turn("guten tag herr", "other", 0.95), "en-GB", USUAL)
    assert said is None
