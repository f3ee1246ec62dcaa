"""A turn in another language: what the ears tell of it reaches the dialogue, and the model hears of it."""

from datetime import date

from agents.dialogue.engine import begin
from agents.dialogue.events import CallBegan, OfferHeard
from agents.dialogue.state import CallFacts
from config.flow_file import load_flow
from model.turn import LanguageChanged, LanguageHeard, OfferMade, Transcript, Word
from telephony.weaving import Weave, overhear, take, tell

WORDS = tuple(Word(text, 200 * k, 200 * k + 180) for k, text in enumerate(["dónde", "está", "mi", "pedido"]))
ENGLISH = Transcript((Word("don't", 0, 200),), final=True, confidence=0.2, language="en")
SPANISH = Transcript(
    WORDS, final=True, confidence=0.9, language="es", spoken=LanguageHeard("es", 0.97), otherwise=ENGLISH
)


def greeted() -> Weave:
    flow = load_flow("order_status")
    weave = tell(Weave(flow, begin(flow, CallFacts("call", date(2026, 11, 22)))), CallBegan()).weave
    return tell(weave, OfferHeard(weave.dialogue.offers[0].id)).weave


def test_the_model_hears_of_the_language_before_the_answer_in_it() -> None:
    woven = take(greeted(), SPANISH, frozenset())
    change = woven.events.index(LanguageChanged("es-MX"))
    (answer,) = [event for event in woven.events if isinstance(event, OfferMade)]
    assert change < woven.events.index(answer)
    assert "número de pedido" in answer.offer.text
    assert answer.offer.language == "es-MX"


def test_an_answer_prepared_in_the_other_language_changes_it_when_it_is_voiced() -> None:
    prepared = overhear(greeted(), SPANISH)
    assert LanguageChanged("es-MX") not in prepared.events
    (offer,) = [event.offer for event in prepared.events if isinstance(event, OfferMade)]
    assert (offer.language, offer.reply_to) == ("es-MX", SPANISH.text)
    woven = take(prepared.weave, SPANISH, frozenset({offer.id}))
    assert LanguageChanged("es-MX") in woven.events
    assert woven.weave.dialogue.language == "es-MX"
