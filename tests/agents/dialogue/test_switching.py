"""A call that goes on in another language: nothing of the one before is said again in the new one."""

from dataclasses import replace

from agents.dialogue.events import OfferHeard, OfferLost, Say
from agents.dialogue.scene import Scene
from agents.dialogue.state import News, OpenOffer, Purpose, Source
from agents.dialogue.switching import going_on_in
from config.expectation import AnswerKind
from config.flow_file import load_flow, read_flow
from tests.agents.dialogue.line import Line

NUMBER, POSTCODE = "one zero four two three three", "eight three seven oh two"


def refund() -> Line:
    return Line.open(load_flow("refund"))


def spoken(line: Line, words: str) -> str:
    return " ".join(line.caller(words))


def test_the_question_is_put_again_in_the_language_asked_for() -> None:
    line = refund()
    assert spoken(line, "in spanish please").startswith("Con gusto, en español. Puedo reembolsar")
    assert [offer.language for offer in line.offers.values()][-1] == "es-MX"
    assert line.offers[line.state.offers[-1].id].expects.kind is AnswerKind.YES_NO
    assert spoken(line, "sí") == "¿Cuál es el número de pedido? Puede decir sus seis cifras o marcarlas."
    assert line.state.language == "es-MX"


def test_what_is_said_again_after_a_change_is_said_in_the_new_language() -> None:
    line = refund()
    line.caller("español por favor")
    line.hear()
    again = spoken(line, "repita por favor")
    assert "reembolsar" in again
    assert "Thanks" not in again


def test_there_and_back_again() -> None:
    line = refund()
    line.caller("spanish please")
    assert spoken(line, "english please").startswith("Sure, in English. I can pay back")
    assert spoken(line, "spanish please").startswith("Con gusto, en español.")
    assert spoken(line, "en español").startswith("Con gusto")  # asked for what is spoken already


def answered(line: Line) -> None:
    """As far as an answer that must be heard, which is being said."""
    for words in ("yes", NUMBER, POSTCODE):
        line.caller(words)
        line.hear()
    line.report(line.task("verify"), "result", {"customer_id": "C1", "verified_by": "order number"})
    line.hear()
    line.report(line.task("order"), "result", {"status": "shipped", "items": "a brass lamp"})


def test_an_answer_that_must_arrive_is_given_again_in_the_new_language() -> None:
    line = refund()
    answered(line)
    assert "a brass lamp, is neither yet" in line.open_texts()[0]
    line.lose()
    assert "Puedo reembolsar pedidos cancelados o devueltos." in spoken(line, "en español por favor")
    line.hear()
    assert line.state.step == "a_colleague_then"


def scene() -> Scene:
    """A refund that told the caller an amount, and has news nobody has heard."""
    line = refund()
    line.caller("yes")
    told = {("pay", "refunded", "money"): "129 dollars", ("gone", "when", "date"): "Monday"}
    news = News("says", "say_again", ("An old text.",), offer_id="offer-9", language="en-US")
    when = News("reminder", "say_again", ("You asked.",), offer_id="offer-8", language="en-US")
    offers = (OpenOffer("offer-8", Purpose.NEWS), OpenOffer("offer-9", Purpose.NEWS))
    state = replace(
        line.state,
        told=told,
        results={"refund": {"refunded": {"amount": "129.00"}}},
        sources={"refund": Source(4, "pay")},
        news=(when, news),
        offers=offers,
    )
    return Scene(line.flow, state)


def test_a_value_told_in_one_language_needs_no_correction_in_another() -> None:
    after = going_on_in(scene(), "es-MX")
    assert after.state.told == {("pay", "refunded", "money"): "129 dólares"}


def test_news_nobody_has_heard_is_taken_back_and_told_in_the_new_language() -> None:
    after = going_on_in(scene(), "es-MX")
    when, news = after.state.news
    assert (news.text, news.language, news.offer_id) == (("Claro. {last}",), "es-MX", None)
    assert (when.text, when.language, when.offer_id) == (("You asked.",), "en-US", "offer-8")
    assert [offer.id for offer in after.state.offers] == ["offer-8"]
    assert [type(effect).__name__ for effect in after.effects] == ["Unsay"]


def test_to_the_language_it_speaks_already_nothing_changes() -> None:
    before = scene()
    assert going_on_in(before, "en-US") is before


MEANWHILE = """
schema: 1
name: parcels
version: 1
title: Parcels
languages: [en-US, es-MX]
start: weight
silence: {says: [{en: "Hello?", es: "¿Sigue ahí?"}], then: bye}
misunderstood: {then: bye}
trouble: bye
resuming: "{last}"
talked_over: {en: One moment., es: Un momento.}
slots:
  parcel: {kind: digits, digits: 2}
meanings:
  spanish: {en: [in spanish please], es: [en español]}
  bye: {en: [goodbye], es: [adiós]}
global_steps: {spanish: in_spanish}
steps:
  weight:
    kind: ask
    slot: parcel
    says: {en: "Which parcel?", es: "¿Qué paquete?"}
    counted:
      partial: {en: "And then?", es: "¿Y después?"}
      too_few: {en: Two digits please., es: Dos cifras por favor.}
      too_many: {en: Two digits please., es: Dos cifras por favor.}
    next: search
  search:
    kind: look_up
    tool: order_status
    arguments: {order_number: "{parcel}"}
    result: found
    says: {en: I am looking., es: Estoy buscando.}
    waiting: {says: {en: Still looking., es: Sigo buscando.}}
    meanwhile: {found: tell}
    next: more
    failed: {otherwise: tell}
  tell:
    kind: aside
    says: {en: "It comes {found.on:date}. {question}", es: "Llega {found.on:date}. {question}"}
  more:
    kind: ask
    awaits: yes_no
    says: {en: "Anything else?", es: "¿Algo más?"}
    answers: {no: bye, yes: weight, bye: bye}
  in_spanish:
    kind: speak
    language: es-MX
    says: {en: "{question}", es: "En español. {question}"}
  bye:
    kind: end
    says: {en: Goodbye., es: Adiós.}
    resume: weight
"""


def test_what_is_found_after_the_change_is_told_in_the_new_language_and_not_corrected() -> None:
    line = Line.open(read_flow(MEANWHILE))
    line.caller("one two")
    line.hear()
    line.caller("in spanish please")
    line.hear()
    (told,) = line.report(line.task("search"), "result", {"on": "2026-11-24"})
    assert told.startswith("Llega martes 24 de noviembre.")
    assert [effect.language for effect in line.effects if isinstance(effect, Say)] == ["es-MX"]


def test_news_cut_off_by_the_change_itself_is_told_once_in_the_new_language() -> None:
    line = Line.open(read_flow(MEANWHILE))
    line.caller("one two")
    line.hear()
    (told,) = line.report(line.task("search"), "result", {"on": "2026-11-24"})
    assert told.startswith("It comes Tuesday the 24th of November.")
    line.tell(OfferLost(line.state.offers[-1].id))
    texts = line.caller("in spanish please")
    assert [text for text in texts if "24" in text] == ["Llega martes 24 de noviembre. ¿Algo más?"]
    while line.state.offers:
        line.tell(OfferHeard(line.state.offers[0].id))
    assert line.state.news == ()
