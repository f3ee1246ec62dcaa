from itertools import pairwise, product

import pytest

from config.expectation import AnswerKind, Expectation
from model.ears.grammar import SOUND, Grammar, grammar_for


def cost_of(grammar: Grammar, text: str) -> float | None:
    """The cheapest way to say exactly `text`; None when the grammar has no room for it."""
    states = closure(grammar, {0: 0.0})
    for word in text.split():
        states = closure(
            grammar,
            cheapest(
                (arc.end, states[arc.start] + arc.cost)
                for arc in grammar.arcs
                if arc.word == word and arc.start in states
            ),
        )
    return states.get(grammar.final)


def cheapest(reached) -> dict[int, float]:
    best: dict[int, float] = {}
    for state, cost in reached:
        best[state] = min(cost, best.get(state, cost))
    return best


def closure(grammar: Grammar, states: dict[int, float]) -> dict[int, float]:
    while True:
        further = cheapest(
            [
                *states.items(),
                *(
                    (arc.end, states[arc.start] + arc.cost)
                    for arc in grammar.arcs
                    if arc.word is None and arc.start in states
                ),
            ]
        )
        if further == states:
            return states
        states = further


SIX = grammar_for(Expectation(AnswerKind.DIGITS, 6, ("agent please",)))


@pytest.mark.parametrize(
    "text",
    [
        "one zero four two three three",
        "it's one oh four two three three",
        "my order number is ten forty two thirty three",
        "one zero four two double three",
        "triple one two three four",
        "um one uh two three four five six please",
        "agent please",
        "yes",
        "i don't know",
        "repeat that",
    ],
)
def test_what_callers_say_when_asked_for_six_digits_is_in_the_grammar(text):
    assert cost_of(SIX, text) is not None


def test_as_many_digits_as_awaited_are_cheaper_than_fewer_or_more():
    def per_digit(count: int) -> float:
        cost = cost_of(SIX, " ".join(["one"] * count))
        assert cost is not None
        return cost / count

    assert per_digit(6) < per_digit(5)
    assert per_digit(6) < per_digit(7)


def test_when_any_number_of_digits_will_do_all_lengths_cost_the_same_per_digit():
    grammar = grammar_for(Expectation(AnswerKind.DIGITS))
    costs = [cost_of(grammar, " ".join(["seven"] * count)) for count in range(1, 12)]
    steps = {round(b - a, 6) for a, b in pairwise(costs) if a is not None and b is not None}
    assert len(steps) == 1


@pytest.mark.parametrize("kind", list(AnswerKind))
def test_the_flows_phrases_and_a_way_for_nonsense_are_always_there(kind):
    grammar = grammar_for(Expectation(kind, phrases=("speak to a person",)))
    assert cost_of(grammar, "speak to a person") is not None
    assert cost_of(grammar, f"{SOUND}B {SOUND}L {SOUND}AA") is not None
    assert cost_of(grammar, "colourless green ideas") is None


def test_what_is_awaited_is_cheaper_than_what_is_not():
    asked = grammar_for(Expectation(AnswerKind.YES_NO))
    unasked = grammar_for(Expectation(AnswerKind.FREE))
    for answer in ("yes", "no thanks", "that's right"):
        low, high = cost_of(asked, answer), cost_of(unasked, answer)
        assert low is not None
        assert high is not None
        assert low < high


def test_contractions_are_heard_for_what_the_flow_writes_out():
    grammar = grammar_for(Expectation(AnswerKind.FREE, phrases=("i do not have the number",)))
    assert cost_of(grammar, "i don't have the number") is not None


@pytest.mark.parametrize(
    ("month", "day"), list(product(("january", "may", "december"), ("first", "twenty third", "thirty first")))
)
def test_days_are_heard_in_the_ways_people_say_them(month, day):
    grammar = grammar_for(Expectation(AnswerKind.DATE))
    for text in (f"{month} {day}", f"the {day} of {month}", f"on the {day}"):
        assert cost_of(grammar, text) is not None
    assert cost_of(grammar, "next tuesday") is not None
    assert cost_of(grammar, "tomorrow please") is not None
