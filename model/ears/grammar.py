"""From the flow's expectation to a grammar: which word sequences the caller may be saying, and at what cost.

Pure. A grammar is a finite automaton whose arcs carry a word (or none) and a cost in nats: the acoustic
evidence a path must win to be preferred. Beside what is awaited there is always room for what callers say in
any call, and a way through for everything else: a loop over single phones, so that nonsense is heard as
sounds, not forced into a phrase.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, assert_never

from config.expectation import AnswerKind, Expectation
from model.ears.tongue import ENGLISH, Tongue

SOUND: Final = "~"
"""A word that begins with this is one phone of the loop, not a word: "~AA"."""

PHONES: Final = (
    *("AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH", "IH", "IY"),
    *("JH", "K", "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH", "UW", "V", "W", "Y"),
    *("Z", "ZH"),
)


@dataclass(frozen=True, slots=True)
class Costs:
    """Nats. What makes one reading of the sound dearer than another."""

    word: float = 16.0
    """Each word of a phrase; keeps short words from being sprinkled over long ones."""
    digit: float = 24.0
    number_group: float = 50.0
    """ "double", "forty", "twelve": rarer than a single digit."""
    filler: float = 52.0
    lead: float = 16.0
    """Anything before or after what is awaited."""
    unasked: float = 12.0
    """A phrase that is always possible but was not asked for."""
    again: float = 20.0
    """A second phrase in the same turn."""
    missing_digit: float = 14.0
    """For fewer digits than awaited when the turn ends."""
    extra_digit: float = 34.0
    unasked_number: float | None = None
    """A number that may come as well though something else was asked; None: it is not listened for."""
    sound: float | None = 34.0
    """Each phone of the loop for everything else; None: there is no such loop."""


@dataclass(frozen=True, slots=True)
class Arc:
    """From state to state at `cost` nats (≥ 0), saying `word`, or nothing when it is None."""

    start: int
    end: int
    word: str | None
    cost: float


@dataclass(frozen=True, slots=True, eq=False)
class Grammar:
    """A finite automaton from state 0 to state `final`; `digits`: numbers may come, to be read as digits.

    Compared by identity: the same expectation gives the same grammar.
    """

    arcs: tuple[Arc, ...]
    final: int
    digits: bool = False

    @property
    def words(self) -> frozenset[str]:
        """All words, the single phones among them."""
        return frozenset(arc.word for arc in self.arcs if arc.word is not None)


class _Automaton:
    """Arcs being collected. State 0 is the start."""

    def __init__(self) -> None:
        self.arcs: list[Arc] = []
        self._states = 1

    def state(self) -> int:
        self._states += 1
        return self._states - 1

    def skip(self, start: int, end: int, cost: float = 0.0) -> None:
        self.arcs.append(Arc(start, end, None, cost))

    def say(self, start: int, end: int, word: str, cost: float) -> None:
        self.arcs.append(Arc(start, end, word, cost))

    def phrases(self, start: int, end: int, phrases: Iterable[str], word_cost: float) -> None:
        """Add every phrase from `start` to `end`; phrases that begin alike share their beginning."""
        branches: dict[tuple[str, ...], int] = {(): start}
        done: set[tuple[str, ...]] = set()
        for phrase in phrases:
            words = tuple(phrase.split())
            if not words or words in done:
                continue
            done.add(words)
            for k in range(1, len(words)):
                if words[:k] not in branches:
                    branches[words[:k]] = self.state()
                    self.say(branches[words[: k - 1]], branches[words[:k]], words[k - 1], word_cost)
            self.say(branches[words[:-1]], end, words[-1], word_cost)


@lru_cache(maxsize=256)
def grammar_for(expectation: Expectation, costs: Costs = Costs(), tongue: Tongue = ENGLISH) -> Grammar:
    """Make the grammar of what a caller may say while `expectation` holds.

    A turn is: a filler or none, what is awaited or an unasked phrase, perhaps a courtesy, perhaps another
    phrase; or sounds that are no words of the grammar.
    """
    net = _Automaton()
    begin, end, final = net.state(), net.state(), net.state()
    net.skip(0, begin)
    digits = expectation.kind is AnswerKind.DIGITS
    zeros = tongue.numerals.zeros
    net.phrases(0, begin, (f for f in tongue.fillers if not (digits and f in zeros)), costs.filler)
    awaited = _awaited(net, begin, end, expectation, costs, tongue)
    if not digits and expectation.digits is not None and costs.unasked_number is not None:
        number = net.state()
        net.skip(begin, number, costs.unasked_number)
        _digits(net, number, end, expectation.digits, costs, tongue)
        digits = True
    unasked = [*tongue.yes, *tongue.no, *tongue.courtesies, *tongue.repairs]
    aside = net.state()
    net.skip(begin, aside, costs.unasked)
    net.phrases(aside, end, _said_variously((p for p in unasked if p not in awaited), tongue), costs.word)
    net.phrases(end, final, tongue.tails, costs.word + costs.lead)
    net.skip(end, final)
    net.skip(end, begin, costs.again)
    _sounds(net, 0, final, costs)
    return Grammar(tuple(net.arcs), final, digits=digits)


def _awaited(
    net: _Automaton, begin: int, end: int, expectation: Expectation, costs: Costs, tongue: Tongue
) -> frozenset[str]:
    """Add the awaited answer and the flow's phrases; return the phrases so added."""
    match expectation.kind:
        case AnswerKind.DIGITS:
            _digits(net, begin, end, expectation.digits, costs, tongue)
            phrases: Sequence[str] = ()
        case AnswerKind.YES_NO:
            phrases = (*tongue.yes, *tongue.no)
        case AnswerKind.DATE:
            phrases = tongue.dates()
        case AnswerKind.NOTHING | AnswerKind.FREE | AnswerKind.CHOICE:
            phrases = ()
        case _:
            assert_never(expectation.kind)
    phrases = (*phrases, *expectation.phrases)
    net.phrases(begin, end, _said_variously(phrases, tongue), costs.word)
    return frozenset(phrases)


def _said_variously(phrases: Iterable[str], tongue: Tongue) -> list[str]:
    """Each phrase as it is, and with everything run together that can be ("i do not" → "i don't")."""
    variants: list[str] = []
    for phrase in phrases:
        variants.append(phrase)
        padded = f" {phrase} "
        for written, spoken in tongue.contractions:
            padded = padded.replace(f" {written} ", f" {spoken} ")
        if padded.strip() != phrase:
            variants.append(padded.strip())
    return variants


def _digits(net: _Automaton, begin: int, end: int, awaited: int | None, costs: Costs, tongue: Tongue) -> None:
    """Digits one by one, "double four", "forty two"; `awaited` of them, fewer or one more at a price."""
    lead = net.state()
    net.skip(begin, lead)
    lead_end = net.state()
    net.phrases(begin, lead_end, _said_variously(tongue.digit_leads, tongue), costs.word)
    net.skip(lead_end, lead, costs.lead)
    number = _Number(net, costs, tongue)
    if awaited is None:
        again = net.state()
        net.skip(again, end)
        number.say(lead, [again, again])
        number.say(again, [again, again])
        return
    places = [lead, *(net.state() for _ in range(awaited + 1))]
    for place, state in enumerate(places[:-1]):
        number.say(state, places[place + 1 :], overshoot=place >= awaited)
    for place, state in enumerate(places[1:], start=1):
        price = costs.missing_digit if place < awaited else 0.0
        net.skip(state, end, price)


@dataclass(frozen=True, slots=True)
class _Number:
    """Adds the ways to say one digit or two."""

    net: _Automaton
    costs: Costs
    tongue: Tongue

    def say(self, start: int, after: Sequence[int], *, overshoot: bool = False) -> None:
        """Add what may be said at `start`: one digit leads to `after[0]`, two to `after[1]`, and so on."""
        net, costs, numerals = self.net, self.costs, self.tongue.numerals
        single = (*numerals.digits, *numerals.zeros)
        extra = costs.extra_digit if overshoot else 0.0
        for word in single:
            net.say(start, after[0], word, costs.digit + extra)
        if overshoot:
            return
        for filler in self.tongue.fillers[:2]:
            net.say(start, start, filler, costs.filler + costs.digit)
        for word, times in numerals.repeats.items():
            if times <= len(after):
                repeated = net.state()
                net.say(start, repeated, word, costs.number_group - costs.digit)
                for digit in single:
                    net.say(repeated, after[times - 1], digit, costs.digit)
        if len(after) >= 2:
            self._two_digits(start, after[1])

    def _two_digits(self, start: int, end: int) -> None:
        net, costs, numerals = self.net, self.costs, self.tongue.numerals
        for word in (*numerals.pairs, *numerals.tens):
            net.say(start, end, word, costs.number_group)
        tens = net.state()
        for word in numerals.tens:
            net.say(start, tens, word, costs.number_group)
        units = tens
        if numerals.joiner is not None:
            units = net.state()
            net.say(tens, units, numerals.joiner, 0.0)
        for digit in numerals.digits[1:]:
            net.say(units, end, digit, costs.digit)


def _sounds(net: _Automaton, start: int, final: int, costs: Costs) -> None:
    """A loop over single phones from `start` to `final`."""
    if costs.sound is None:
        return
    loop = net.state()
    for phone in PHONES:
        net.say(start, loop, SOUND + phone, costs.sound)
        net.say(loop, loop, SOUND + phone, costs.sound)
    net.skip(loop, final)


@lru_cache(maxsize=16)
def sounds_only(costs: Costs = Costs(sound=8.0)) -> Grammar:
    """The loop over single phones alone, against which the words are weighed."""
    net = _Automaton()
    final = net.state()
    _sounds(net, 0, final, costs)
    return Grammar(tuple(net.arcs), final)
