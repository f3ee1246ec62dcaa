"""The weave, driven with the demo flow's own engine."""

from datetime import date

import pytest

from agents.dialogue.engine import advance, begin
from agents.dialogue.events import CallBegan, CallerSaid, KeysPressed
from agents.dialogue.state import CallFacts
from config.flow_file import load_flow
from model.turn import Dials, DialsTurned, LanguageChanged, Offer, OfferMade, OfferWithdrawn, Transcript, Word
from telephony.weaving import Weave, Woven, dialogue_id, opening_dials, overhear, take, tell

QUESTION = "where is my order"
NUMBER = "one zero four two three three"


def transcript(text: str, *, final: bool = False, confidence: float = 0.95) -> Transcript:
    words = tuple(Word(word, 200 * n, 200 * n + 150, confidence) for n, word in enumerate(text.split()))
    return Transcript(words, final, confidence)


def made(woven: Woven) -> list[Offer]:
    return [event.offer for event in woven.events if isinstance(event, OfferMade)]


def withdrawn(woven: Woven) -> list[str]:
    return [event.offer_id for event in woven.events if isinstance(event, OfferWithdrawn)]


@pytest.fixture
def weave() -> Weave:
    flow = load_flow("order_status")
    state = begin(flow, CallFacts("c1", date(2026, 11, 22)))
    return tell(Weave(flow, state), CallBegan()).weave


def test_a_reply_is_prepared_for_exactly_the_words_it_answers(weave: Weave) -> None:
    woven = overhear(weave, transcript(QUESTION))
    assert [offer.reply_to for offer in made(woven)] == [QUESTION] * len(made(woven))
    assert {offer.sure_from for offer in made(woven)} == {weave.flow.sureness.believe}
    assert made(woven)
    assert woven.weave.dialogue == weave.dialogue


def test_a_number_heard_badly_is_read_back_though_a_reply_to_it_was_prepared(weave: Weave) -> None:
    prepared = overhear(weave, transcript(NUMBER, confidence=0.5))
    woven = take(prepared.weave, transcript(NUMBER, final=True, confidence=0.6), frozenset())
    assert woven.delegations == ()
    assert "1 0 4 2 3 3" in made(woven)[0].text


def test_when_the_words_change_what_was_prepared_is_withdrawn(weave: Weave) -> None:
    first = overhear(weave, transcript("where is"))
    second = overhear(first.weave, transcript(QUESTION))
    assert withdrawn(second) == [offer.id for offer in made(first)]
    assert not {offer.id for offer in made(first)} & {offer.id for offer in made(second)}


def test_the_same_words_again_change_nothing(weave: Weave) -> None:
    first = overhear(weave, transcript(QUESTION))
    assert overhear(first.weave, transcript(QUESTION)) == Woven(first.weave)


def test_preparing_delegates_nothing_and_ends_nothing(weave: Weave) -> None:
    prepared = overhear(weave, transcript(f"my order number is {NUMBER}"))
    assert prepared.delegations == ()
    parting = overhear(weave, transcript("goodbye"))
    assert parting.weave.ending is None


def test_a_prepared_reply_that_was_voiced_is_not_made_again(weave: Weave) -> None:
    prepared = overhear(weave, transcript(f"my order number is {NUMBER}"))
    started = frozenset(offer.id for offer in made(prepared))
    woven = take(prepared.weave, transcript(f"my order number is {NUMBER}", final=True), started)
    assert made(woven) == []
    assert [delegation.tool for delegation in woven.delegations] == ["order_status"]
    assert woven.delegations[0].arguments == {"order_number": "104233"}
    expected = advance(weave.flow, weave.dialogue, CallerSaid(f"my order number is {NUMBER}", 1.0))
    assert woven.weave.dialogue == expected.state


def test_a_prepared_reply_that_was_not_voiced_is_made_anew_without_condition(weave: Weave) -> None:
    prepared = overhear(weave, transcript(QUESTION))
    woven = take(prepared.weave, transcript(QUESTION, final=True), frozenset())
    assert set(withdrawn(woven)) >= {offer.id for offer in made(prepared)}
    assert [offer.reply_to for offer in made(woven)] == [None] * len(made(woven))
    assert made(woven)


def test_other_words_at_the_end_than_those_prepared_for_get_their_own_answer(weave: Weave) -> None:
    prepared = overhear(weave, transcript("where is"))
    woven = take(prepared.weave, transcript(NUMBER, final=True), frozenset())
    assert [delegation.arguments for delegation in woven.delegations] == [{"order_number": "104233"}]


def test_a_key_withdraws_what_was_prepared_for_the_words(weave: Weave) -> None:
    prepared = overhear(weave, transcript(QUESTION))
    woven = tell(prepared.weave, KeysPressed("1"))
    assert set(withdrawn(woven)) >= {offer.id for offer in made(prepared)}
    assert woven.weave.prepared is None


def test_words_taken_back_withdraw_what_was_prepared(weave: Weave) -> None:
    prepared = overhear(weave, transcript(QUESTION))
    woven = overhear(prepared.weave, transcript(""))
    assert withdrawn(woven) == [offer.id for offer in made(prepared)]


def test_an_offer_keeps_the_dialogues_id_whichever_way_it_was_made() -> None:
    assert dialogue_id("o7") == dialogue_id("o7~12") == "o7"


def test_an_earlier_prepared_offer_is_withdrawn_under_the_id_the_model_knows(weave: Weave) -> None:
    prepared = overhear(weave, transcript(QUESTION))
    voiced = made(prepared)[0].id
    asked = take(prepared.weave, transcript(QUESTION, final=True), frozenset({voiced}))
    again = overhear(asked.weave, transcript(NUMBER))
    answered = take(again.weave, transcript(NUMBER, final=True), frozenset(offer.id for offer in made(again)))
    assert voiced in withdrawn(answered)


def test_a_goodbye_that_is_taken_back_ends_nothing(weave: Weave) -> None:
    parting = tell(weave, CallerSaid("goodbye", 0.95))
    assert parting.weave.ending is not None
    back = tell(parting.weave, CallerSaid("where is my order", 0.95))
    assert back.weave.ending is None


# --- dials ----------------------------------------------------------------------------------------------


def turned(woven: Woven) -> list[Dials]:
    return [event.dials for event in woven.events if isinstance(event, DialsTurned)]


def test_the_dials_are_turned_when_the_call_comes_to_a_step_with_its_own_and_back_when_it_leaves(
    weave: Weave,
) -> None:
    asked = tell(weave, CallerSaid(QUESTION, 0.95))
    given = tell(asked.weave, CallerSaid(NUMBER, 0.95))
    assert turned(asked) == [Dials(patience=0.6)]
    assert turned(given) == [opening_dials(weave.flow)] == [Dials()]


def test_what_is_only_prepared_turns_no_dial(weave: Weave) -> None:
    prepared = overhear(weave, transcript(QUESTION))
    assert turned(prepared) == []
    voiced = frozenset(offer.id for offer in made(prepared))
    assert turned(take(prepared.weave, transcript(QUESTION, final=True), voiced)) == [Dials(patience=0.6)]


# --- in another language ----------------------------------------------------------------------------


@pytest.fixture
def bilingual() -> Weave:
    flow = load_flow("refund")
    state = begin(flow, CallFacts("c1", date(2026, 11, 22)))
    return tell(Weave(flow, state), CallBegan()).weave


def languages(woven: Woven) -> list[str]:
    return [event.language for event in woven.events if isinstance(event, LanguageChanged)]


def test_the_model_is_told_of_another_language_before_it_is_offered_anything_in_it(bilingual: Weave) -> None:
    woven = take(bilingual, transcript("in spanish please", final=True), frozenset())
    assert languages(woven) == ["es-MX"]
    change = woven.events.index(LanguageChanged("es-MX"))
    offered = woven.events.index(next(event for event in woven.events if isinstance(event, OfferMade)))
    assert change < offered
    assert [offer.language for offer in made(woven)] == ["es-MX"]
    assert languages(tell(woven.weave, CallerSaid("sí", 0.95))) == []


def test_a_reply_prepared_in_another_language_says_so_and_the_call_changes_once_it_is_voiced(
    bilingual: Weave,
) -> None:
    prepared = overhear(bilingual, transcript("in spanish please"))
    assert languages(prepared) == []
    (offer,) = made(prepared)
    assert (offer.language, offer.text) == (
        "es-MX",
        "Con gusto, en español. Puedo reembolsar un pedido cancelado o devuelto. ¿Es lo que necesita?",
    )
    woven = take(prepared.weave, transcript("in spanish please", final=True), frozenset({offer.id}))
    assert languages(woven) == ["es-MX"]
    assert made(woven) == []


def test_a_call_that_begins_in_a_flows_second_language_may_change_to_its_first() -> None:
    flow = load_flow("refund").speaking("es-MX")
    weave = tell(Weave(flow, begin(flow, CallFacts("c1", date(2026, 11, 22)))), CallBegan()).weave
    woven = take(weave, transcript("english please", final=True), frozenset())
    assert languages(woven) == ["en-US"]
    again = take(woven.weave, transcript("spanish please", final=True), frozenset())
    assert languages(again) == ["es-MX"]
