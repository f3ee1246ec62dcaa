from hypothesis import given
from hypothesis import strategies as st

from model.offers import Offers, Opening
from model.turn import Offer, Urgency

LONG_MS = 1_000_000
FREE = Opening(taken=None, caller_quiet_ms=LONG_MS, agent_quiet_ms=LONG_MS, awaiting=False)


def offered(*offers: Offer) -> Offers:
    made = Offers()
    for offer in offers:
        made = made.make(offer)
    return made


def just_taken(words: str) -> Opening:
    return Opening(taken=words, caller_quiet_ms=0, agent_quiet_ms=LONG_MS, awaiting=False)


def news(offer_id: str) -> Offer:
    return Offer(offer_id, "It has shipped.", urgency=Urgency.NEWS)


def test_replies_are_voiced_in_the_order_they_were_made() -> None:
    offers = offered(Offer("a", "First."), Offer("b", "Second."))
    first = offers.voiceable(FREE)
    assert first is not None
    assert first.id == "a"
    rest, _ = offers.remove("a")
    second = rest.voiceable(FREE)
    assert second is not None
    assert second.id == "b"


def test_a_prepared_reply_is_voiced_only_when_the_turn_ends_with_exactly_its_words() -> None:
    offers = offered(Offer("a", "Four.", reply_to="four"))
    assert offers.voiceable(FREE) is None
    assert offers.voiceable(just_taken("four four")) is None
    assert offers.voiceable(just_taken("")) is None
    assert offers.voiceable(just_taken("four")) is not None


def test_the_reply_that_fits_is_found_among_those_that_do_not() -> None:
    offers = offered(Offer("a", "A.", reply_to="yes"), Offer("b", "B.", reply_to="no"))
    chosen = offers.voiceable(just_taken("no"))
    assert chosen is not None
    assert chosen.id == "b"


def test_news_lets_replies_go_first() -> None:
    chosen = offered(news("n"), Offer("r", "Yes.")).voiceable(FREE)
    assert chosen is not None
    assert chosen.id == "r"


def test_news_does_not_take_the_place_of_the_reply_to_a_turn_just_taken() -> None:
    offers = offered(news("n"))
    assert offers.voiceable(just_taken("yes")) is None
    assert offers.voiceable(Opening(None, 200, LONG_MS, awaiting=False)) is None
    assert offers.voiceable(Opening(None, 400, LONG_MS, awaiting=False)) is not None


def test_news_leaves_time_to_answer_a_question() -> None:
    offers = offered(news("n"))
    assert offers.voiceable(Opening(None, LONG_MS, 1_400, awaiting=True)) is None
    assert offers.voiceable(Opening(None, LONG_MS, 1_500, awaiting=True)) is not None


def test_expired_offers_are_dropped_and_named() -> None:
    offers, stale = offered(Offer("a", "A.", expires_ms=1_000), Offer("b", "B.")).expire(1_001)
    assert stale == ("a",)
    assert [offer.id for offer in offers.waiting] == ["b"]
    assert offers.expire(10**9)[1] == ()


def test_an_offer_of_the_same_id_replaces_the_one_before() -> None:
    offers = offered(Offer("a", "Old."), Offer("b", "B."), Offer("a", "New."))
    assert [(offer.id, offer.text) for offer in offers.waiting] == [("b", "B."), ("a", "New.")]


@given(st.lists(st.tuples(st.sampled_from("mwx"), st.sampled_from("abc")), max_size=30))
def test_what_was_withdrawn_is_never_chosen(steps: list[tuple[str, str]]) -> None:
    offers, alive = Offers(), dict[str, bool]()
    for step, offer_id in steps:
        if step == "m":
            offers = offers.make(Offer(offer_id, "Text."))
            alive[offer_id] = True
        else:
            offers, was_waiting = offers.remove(offer_id)
            assert was_waiting == alive.pop(offer_id, False)
        chosen = offers.voiceable(FREE)
        assert (chosen is None) == (not alive)
        assert chosen is None or chosen.id in alive


def test_a_reply_prepared_for_sure_words_is_not_voiced_for_unsure_ones() -> None:
    offers = Offers().make(Offer("o", "Let me look.", reply_to="one two", sure_from=0.75))
    unsure, sure = (Opening("one two", 0, LONG_MS, awaiting=False, sureness=each) for each in (0.7, 0.8))
    assert offers.voiceable(unsure) is None
    assert offers.voiceable(sure) is not None
