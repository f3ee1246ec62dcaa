"""A survey at the end of a call: an answer is kept, and nobody is held up by the question."""

import pytest

from agents.dialogue.events import HangUp, KeysPressed, OfferLost, SurveyAnswered
from config.expectation import AnswerKind
from config.flow import Flow
from config.flow_file import FlowError, read_flow
from tests.agents.dialogue.line import Line

FLOW = """
schema: 1
name: farewell
version: 1
title: How was it?
languages: [en-US, es-MX]
start: rating
silence: {says: [{en: "Hello?", es: "¿Sigue ahí?"}], then: bye}
misunderstood: {then: bye}
trouble: bye
resuming: "{last}"
talked_over: {en: One moment., es: Un momento.}
meanings:
  spanish: {en: [in spanish please], es: [en español]}
  again: {en: [pardon], es: [cómo]}
global_steps: {spanish: in_spanish, again: say_again}
steps:
  rating:
    kind: survey
    says: {en: "From one to five, how was this call?", es: "Del uno al cinco, ¿qué tal la llamada?"}
    again: {en: "Say or key a figure from one to five.", es: "Diga o marque una cifra del uno al cinco."}
    next: solved
  solved:
    kind: survey
    answer: yes_no
    measures: solved
    says: {en: "Was your question answered?", es: "¿Quedó resuelta su pregunta?"}
    next: bye
  say_again:
    kind: aside
    says: "{last}"
  in_spanish:
    kind: speak
    language: es-MX
    says: {en: "{question}", es: "En español. {question}"}
  bye:
    kind: end
    says: {en: Goodbye., es: Adiós.}
    resume: rating
"""


@pytest.fixture
def flow() -> Flow:
    return read_flow(FLOW)


@pytest.fixture
def line(flow: Flow) -> Line:
    return Line.open(flow)


def answers(line: Line) -> list[tuple[str, str, int]]:
    return [(a.measures, a.answer, a.value) for a in line.effects if isinstance(a, SurveyAnswered)]


@pytest.mark.parametrize(
    ("words", "value"),
    [("five", 5), ("i would say four", 4), ("a three please", 3), ("one", 1), ("two stars", 2)],
)
def test_a_rating_is_taken_from_the_callers_words_and_the_call_goes_on(
    line: Line, words: str, value: int
) -> None:
    assert line.caller(words) == ["Was your question answered?"]
    assert answers(line) == [("satisfaction", "rating", value)]
    assert line.state.step == "solved"


def test_a_rating_can_be_keyed_and_a_key_that_is_none_is_let_pass(line: Line) -> None:
    for key in "70*#":
        assert line.tell(KeysPressed(key)) == []
    line.tell(KeysPressed("4"))
    assert answers(line) == [("satisfaction", "rating", 4)]


@pytest.mark.parametrize(("words", "value"), [("yes it was", 1), ("no not at all", 0)])
def test_yes_and_no_are_kept_as_one_and_nought(line: Line, words: str, value: int) -> None:
    line.caller("five")
    line.hear()
    line.caller(words)
    assert answers(line) == [("solved", "yes_no", value)]
    assert any(isinstance(effect, HangUp) for effect in line.effects)


@pytest.mark.parametrize(("key", "value"), [("1", 1), ("2", 0)])
def test_yes_and_no_can_be_keyed(line: Line, key: str, value: int) -> None:
    line.caller("five")
    line.hear()
    line.tell(KeysPressed(key))
    assert answers(line) == [("solved", "yes_no", value)]


def test_words_that_are_no_answer_are_asked_about_once_and_then_the_call_goes_on(line: Line) -> None:
    assert line.caller("it was raining") == ["Say or key a figure from one to five."]
    line.hear()
    assert line.caller("it was raining") == ["Was your question answered?"]
    line.hear()
    assert line.caller("it was raining") == ["Goodbye."]  # this one has no other words
    assert answers(line) == []


def test_who_does_not_want_to_answer_is_not_asked_again(line: Line) -> None:
    assert line.caller("no thanks") == ["Was your question answered?"]
    assert answers(line) == []


def test_silence_is_no_answer_either(line: Line) -> None:
    assert line.silence(6_000) == ["Say or key a figure from one to five."]
    line.hear()
    assert line.silence(6_000) == ["Was your question answered?"]


def test_numbers_out_of_range_and_more_than_one_are_no_rating(line: Line) -> None:
    assert line.caller("nine") == ["Say or key a figure from one to five."]
    line.hear()
    line.caller("four five")
    assert answers(line) == []


def test_what_means_something_here_is_understood_as_such(line: Line) -> None:
    assert line.caller("in spanish please") == ["En español. Del uno al cinco, ¿qué tal la llamada?"]
    line.hear()
    assert line.caller("cinco") == ["¿Quedó resuelta su pregunta?"]
    assert answers(line) == [("satisfaction", "rating", 5)]


def test_a_question_cut_off_is_put_again(line: Line, flow: Flow) -> None:
    fresh = Line(flow, line.state)
    fresh.caller("pardon")
    fresh.tell(OfferLost(fresh.state.offers[-1].id))
    assert fresh.silence(2_000) == ["From one to five, how was this call?"]


def test_the_ears_expect_one_digit_and_then_yes_or_no(line: Line) -> None:
    line.caller("pardon")
    asked = next(iter(line.offers.values())).expects
    assert (asked.kind, asked.digits) == (AnswerKind.DIGITS, 1)
    line.caller("five")
    assert list(line.offers.values())[-1].expects.kind is AnswerKind.YES_NO


def test_a_survey_cannot_catch_trouble() -> None:
    with pytest.raises(FlowError, match="trouble: step 'rating' cannot catch trouble"):
        read_flow(FLOW.replace("trouble: bye", "trouble: rating"))


def test_a_survey_that_asks_for_something_else_is_refused_with_what_there_is() -> None:
    with pytest.raises(FlowError, match=r"step 'solved': 'answer' is 'colour'.*use 'rating' or 'yes_no'"):
        read_flow(FLOW.replace("answer: yes_no", "answer: colour"))
