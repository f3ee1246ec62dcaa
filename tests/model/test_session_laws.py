from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from config.expectation import Expectation
from config.units import MICRO_TURN_MS
from model.turn import (
    Heard,
    KeyPressed,
    Offer,
    OfferDropped,
    OfferFinished,
    OfferMade,
    OfferStarted,
    OfferWithdrawn,
    Resumed,
    TurnEvent,
    Urgency,
    Yielded,
)
from tests.model.conversing import (
    DIGITS,
    LONG,
    YES_NO,
    Conversation,
    Voiced,
)

TEXTS = ("Yes.", "One moment, please.", "It has shipped, and it is on its way. Anything else?", LONG)
EXPECTATIONS = (DIGITS, YES_NO, Expectation(), Expectation())

callers = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.integers(1, 20),
        st.sampled_from([0.05, 0.5, 0.95]),
        st.sampled_from(["", "okay", "no stop"]),
    ),
    max_size=5,
)
scripts = st.lists(
    st.tuples(
        st.integers(0, 50),
        st.sampled_from(["make", "news", "withdraw", "key", "heard"]),
        st.integers(0, 3),
    ),
    max_size=12,
)


@dataclass
class Script:
    """Random events, and what is known of them beforehand."""

    events: dict[int, tuple[TurnEvent, ...]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    withdrawn: dict[str, int] = field(default_factory=dict)

    def add(self, index: int, what: str, number: int) -> None:
        event = self._event(index, what, number)
        if event is not None:
            self.events[index] = (*self.events.get(index, ()), event)

    def _event(self, index: int, what: str, number: int) -> TurnEvent | None:
        if what == "withdraw":
            if number >= len(self.texts):
                return None
            offer_id = list(self.texts)[number]
            self.withdrawn.setdefault(offer_id, index)
            return OfferWithdrawn(offer_id)
        if what == "key":
            return KeyPressed("5")
        if what == "heard":
            return Heard(max(0, index * MICRO_TURN_MS - 300))
        offer_id = f"{len(self.texts)}"
        self.texts[offer_id] = TEXTS[number]
        urgency = Urgency.NEWS if what == "news" else Urgency.REPLY
        return OfferMade(Offer(offer_id, TEXTS[number], urgency=urgency, expects=EXPECTATIONS[number]))


def follow(call: Conversation, script: Script) -> None:
    """Check the acts one by one: one offer at a time, none after it was withdrawn or settled."""
    under_way: str | None = None
    for output in call.outputs:
        for act in output.acts:
            match act:
                case OfferStarted(offer_id):
                    assert under_way is None
                    assert script.withdrawn.get(offer_id, 10**6) > output.index
                    under_way = offer_id
                case OfferFinished(offer_id) | OfferDropped(offer_id):
                    assert offer_id in script.texts
                    under_way = None if offer_id == under_way else under_way
                case Yielded(offer_id) | Resumed(offer_id):
                    assert offer_id == under_way
                case _:
                    pass


@given(callers, scripts)
@settings(max_examples=80, deadline=None)
def test_whatever_happens_offers_are_voiced_word_for_word_one_at_a_time_or_not_at_all(
    spans: list[tuple[int, int, float, str]], steps: list[tuple[int, str, int]]
) -> None:
    script = Script()
    for index, what, number in sorted(steps):
        script.add(index, what, number)
    caller = tuple(
        Voiced(start * 200, start * 200 + length * 50, barge, words) for start, length, barge, words in spans
    )
    ends = tuple(span.end_ms for span in caller)
    call = Conversation(caller=caller, turn_ends=ends, events=script.events).run(120)
    follow(call, script)
    for act in call.acts(OfferFinished):
        said = call.said(act.offer_id)
        assert said.endswith(script.texts[act.offer_id].split()[-1])
        if not call.acts(Resumed):
            assert said == script.texts[act.offer_id]
    settled = [act.offer_id for act in call.acts() if isinstance(act, OfferFinished | OfferDropped)]
    assert len(settled) == len(set(settled))
