"""A call goes on in the language the caller speaks, when that is sure enough: not for a word or a name."""

import pytest

from agents.dialogue.events import CallerSaid, KeysPressed, Say, SpokenLanguage
from config.flow import Flow
from config.flow_file import FlowError, load_flow, read_flow, source_of
from tests.agents.dialogue.line import Line


def order(flow: Flow | None = None) -> Line:
    return Line.open(flow or load_flow("order_status"))


def spanish(text: str, sure: float = 0.97, english: str = "key a saber") -> CallerSaid:
    """Something said in Spanish, as ears in an English call tell it."""
    heard = CallerSaid(english, 0.3)
    return CallerSaid(text, 0.9, "es", SpokenLanguage("es", sure), heard)


def english(text: str, sure: float = 0.97, likelier: str = "") -> CallerSaid:
    return CallerSaid(text, 0.9, likelier, SpokenLanguage("en", sure))


def languages(line: Line) -> list[str]:
    return [effect.language for effect in line.effects if isinstance(effect, Say)]


def test_who_speaks_spanish_is_answered_in_spanish_and_need_not_say_it_again() -> None:
    line = order()
    [question] = line.tell(spanish("hola quería saber dónde está mi pedido"))
    assert line.state.language == "es-MX"
    assert "número de pedido" in question
    assert languages(line) == ["es-MX"]


def test_what_is_awaited_is_told_to_the_ears_in_both_languages() -> None:
    line = order()
    line.tell(spanish("dónde está mi pedido"))
    (asked,) = [effect.expects for effect in line.effects if isinstance(effect, Say)]
    assert "hablar con una persona" in " ".join(asked.phrases)
    assert [language for language, _ in asked.elsewhere] == ["en"]
    assert asked.said_in("en").phrases == dict(asked.elsewhere)["en"]


def test_one_word_changes_nothing_but_two_turns_in_a_row_do() -> None:
    line = order()
    line.tell(spanish("hola"))
    assert line.state.language == ""
    line.tell(spanish("pedido"))
    assert line.state.language == "es-MX"


def test_a_foreign_word_between_turns_of_the_calls_own_language_never_adds_up() -> None:
    line = order()
    for _ in range(4):
        line.tell(spanish("gracias"))
        line.tell(english("where is my order"))
    assert line.state.language == ""


def test_what_is_not_sure_enough_is_taken_as_it_was_understood_in_the_calls_language() -> None:
    line = order()
    likelier = spanish("mi orden", sure=0.6, english="where is my order")
    likelier = CallerSaid("mi orden", 0.9, "es", likelier.spoken, CallerSaid("where is my order", 0.8, "en"))
    [question] = line.tell(likelier)
    assert line.state.language == ""
    assert "order number" in question


def test_a_spelled_name_tells_nothing_of_a_language() -> None:
    flow = read_flow(NAMES)
    line = Line.open(flow)
    line.tell(spanish("guadalupe hernández", english="guadalupe hernandez"))
    line.tell(spanish("guadalupe hernández", english="guadalupe hernandez"))
    assert line.state.language == ""
    line.tell(spanish("es que no entiendo qué me está diciendo"))
    assert line.state.language == "es-MX"


def test_a_caller_may_change_back() -> None:
    line = order()
    line.tell(spanish("dónde está mi pedido"))
    line.hear()
    back = CallerSaid("sorry i need to speak english", 0.9, "en", SpokenLanguage("en", 0.95))
    line.tell(back)
    assert line.state.language == "en-US"


def test_a_flow_may_leave_it_to_callers_to_ask() -> None:
    text = source_of("refund").replace("start: greet", "start: greet\nrecognise_language: false")
    line = order(read_flow(text))
    line.tell(spanish("quiero que me devuelvan el dinero"))
    assert line.state.language == ""
    question = list(line.offers.values())[-1]
    assert question.expects.elsewhere == ()


def test_how_sure_is_sure_is_the_flows_to_say() -> None:
    text = source_of("refund").replace(
        "start: greet", "start: greet\nrecognise_language: {sure: 0.99, likely: 0.99}"
    )
    line = order(read_flow(text))
    line.tell(spanish("quiero que me devuelvan el dinero"))
    line.tell(spanish("quiero que me devuelvan el dinero"))
    assert line.state.language == ""


def test_who_speaks_a_language_the_line_lacks_hears_so_once_in_their_own() -> None:
    line = Line.open(read_flow(ENGLISH_ONLY))
    texts = line.tell(CallerSaid("", 0.0, "", SpokenLanguage("es", 0.97)))
    assert texts[0] == "Lo siento, en esta línea solo puedo hablar inglés."
    assert languages(line)[0] == "es"
    assert set(languages(line)[1:]) <= {"en-US"}
    line.hear()
    again = line.tell(CallerSaid("", 0.0, "", SpokenLanguage("es", 0.97)))
    assert not any(text.startswith("Lo siento") for text in again)


def test_a_third_language_is_told_of_in_the_calls_and_only_if_nothing_was_understood() -> None:
    line = order()
    assert not any(
        "only speak" in each for each in line.tell(CallerSaid("where is my order", 0.9, "", OTHER))
    )
    line.hear()
    (sorry, *_) = line.tell(CallerSaid("", 0.0, "", OTHER))
    assert sorry == "I'm sorry, on this line I can only speak English and Spanish."


def test_a_key_changes_the_language_where_no_number_is_asked_for() -> None:
    line = Line.open(load_flow("after_hours"))
    texts = line.tell(KeysPressed("2"))
    assert line.state.language == "es-MX"
    assert texts[0].startswith("Con gusto, en español.")


def test_a_key_is_a_digit_where_a_number_is_asked_for() -> None:
    line = Line.open(load_flow("after_hours"))
    for words in ("yes", "it is about my lamp"):
        line.caller(words)
        line.hear()
    assert line.state.step == "phone"
    line.tell(KeysPressed("2"))
    assert (line.state.language, line.state.digits) == ("", "2")


def test_the_language_can_be_asked_for_first() -> None:
    line = Line.open(read_flow(ASKS))
    [question] = line.caller("spanish please")
    assert question == "Muy bien. ¿Qué desea?"
    assert line.state.step == "what"
    keyed = Line.open(read_flow(ASKS))
    assert keyed.tell(KeysPressed("2")) == ["Muy bien. ¿Qué desea?"]


def test_a_digit_that_could_begin_a_number_is_no_key_of_the_flow() -> None:
    text = source_of("order_status").replace(
        "global_steps:", 'global_keys: {"2": in_spanish}\n\nglobal_steps:'
    )
    with pytest.raises(FlowError, match="could also begin what step 'order_number' asks for"):
        read_flow(text)


OTHER = SpokenLanguage("other", 0.98)

_HEAD = """
schema: 1
name: short
version: 1
title: Short
silence: {says: [{en: "Hello?", es: "¿Sigue ahí?"}], then: bye}
misunderstood: {then: bye}
trouble: bye
resuming: "{last}"
talked_over: {en: One moment., es: Un momento.}
"""
NAMES = f"""{_HEAD}
languages: [en-US, es-MX]
start: name
slots:
  name: {{kind: spelled_name}}
meanings:
  bye: {{en: [goodbye], es: [adiós]}}
global_steps: {{bye: bye}}
steps:
  name:
    kind: ask
    slot: name
    says: {{en: "Your name?", es: "¿Su nombre?"}}
    next: bye
  bye:
    kind: end
    says: {{en: Goodbye., es: Adiós.}}
    resume: name
"""
ENGLISH_ONLY = """
schema: 1
name: english
version: 1
title: English only
start: more
silence: {says: ["Hello?"], then: bye}
misunderstood: {then: bye}
trouble: bye
resuming: "{last}"
talked_over: One moment.
meanings:
  bye: [goodbye]
global_steps: {bye: bye}
steps:
  more:
    kind: ask
    awaits: yes_no
    says: Shall I call you back?
    again: ["Yes or no?"]
    answers: {yes: bye, no: bye}
  bye: {kind: end, says: Goodbye., resume: more}
"""
ASKS = f"""{_HEAD}
languages: [en-US, es-MX]
start: which
meanings:
  bye: {{en: [goodbye], es: [adiós]}}
  english: {{en: [english please], es: [en inglés]}}
  spanish: {{en: [spanish please, español], es: [en español]}}
global_steps: {{bye: bye}}
global_keys: {{"1": in_english, "2": in_spanish}}
steps:
  which:
    kind: ask
    says: {{en: "English or Spanish?", es: "¿Español o inglés?"}}
    answers: {{english: in_english, spanish: in_spanish}}
  in_english: {{kind: speak, language: en-US, says: {{en: All right., es: All right.}}, next: what}}
  in_spanish: {{kind: speak, language: es-MX, says: {{en: Muy bien., es: Muy bien.}}, next: what}}
  what:
    kind: ask
    says: {{en: "What can I do for you?", es: "¿Qué desea?"}}
    answers: {{bye: bye}}
  bye:
    kind: end
    says: {{en: Goodbye., es: Adiós.}}
    resume: what
"""
