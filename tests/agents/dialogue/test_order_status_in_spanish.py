"""Where is my order, in Spanish: begun in it or changed to, up to the answer, and when things go wrong."""

import pytest

from agents.dialogue.events import HangUp, KeysPressed, TransferTo
from config.expectation import AnswerKind
from config.flow_file import load_flow
from tests.agents.dialogue.line import Line
from tests.agents.dialogue.talk import ORDERS

NUMBER = "uno cero cuatro dos tres tres"


@pytest.fixture
def line() -> Line:
    """A call that begins in Spanish."""
    return Line.open(load_flow("order_status").speaking("es-MX"))


def said(line: Line, *words: str) -> str:
    """Let the caller say things one after the other, and hear what is answered; the last answer."""
    answer = ""
    for text in words:
        before = len(line.offers)
        line.caller(text)
        line.hear()
        answer = " ".join([offer.text for offer in line.offers.values()][before:])
    return answer


def found(line: Line, order: str) -> str:
    before = len(line.offers)
    line.report(line.task("look_up"), "result", ORDERS[order])
    line.hear()
    return " ".join([offer.text for offer in line.offers.values()][before:])


def test_a_call_in_spanish_goes_from_the_greeting_to_the_answer_and_the_goodbye(line: Line) -> None:
    (greeting,) = line.offers.values()
    assert greeting.text == "Gracias por llamar a Lumen and Oak. ¿En qué puedo ayudarle?"
    assert said(line, "hola quería saber dónde está mi pedido") == (
        "Claro. ¿Cuál es su número de pedido? Puede decir sus seis cifras o marcarlas."
    )
    asked = list(line.offers.values())[-1].expects
    assert (asked.kind, asked.digits) == (AnswerKind.DIGITS, 6)
    assert said(line, NUMBER) == "Voy a buscar el pedido 1 0 4 2 3 3."
    assert line.task("look_up").arguments == {"order_number": "104233"}
    assert found(line, "shipped") == (
        "Su pedido va de camino con UPS, y debería llegarle el martes 24 de noviembre. "
        "¿Puedo ayudarle en algo más?"
    )
    assert line.caller("no gracias") == ["Gracias por llamar a Lumen and Oak. ¡Adiós!"]
    assert any(isinstance(effect, HangUp) for effect in line.effects)


def test_who_asks_for_spanish_goes_on_in_it_and_can_go_back() -> None:
    line = Line.open(load_flow("order_status"))
    assert said(line, "where is my order", "español por favor") == (
        "Con gusto, en español. Dígame, por favor, las seis cifras de su número de pedido."
    )
    assert said(line, NUMBER) == "Voy a buscar el pedido 1 0 4 2 3 3."
    assert said(line, "in english please").startswith("Sure, in English.")
    assert found(line, "shipped").startswith("Your order of a brass reading lamp and two linen lampshades")


@pytest.mark.parametrize(
    "words",
    ["diez cuarenta y dos treinta y tres", "es el uno cero cuatro dos tres tres", "mi pedido es el 104233"],
)
def test_a_number_in_the_first_sentence_is_used_at_once(line: Line, words: str) -> None:
    assert said(line, words) == "Voy a buscar el pedido 1 0 4 2 3 3."


def test_a_number_comes_in_parts_by_keys_or_not_for_sure(line: Line) -> None:
    assert said(line, "dónde está mi pedido", "uno cero cuatro") == "Tengo 1 0 4. ¿Cómo sigue?"
    assert said(line, "un momento") == "No hay prisa."
    assert said(line, "dos tres") == "1 0 4 2 3, ¿y después?"
    assert line.caller(NUMBER, 0.6) == ["Tengo 1 0 4 2 3 3. ¿Es correcto?"]
    line.hear()
    assert said(line, "no") == "Disculpe. ¿Cuál es el número correcto?"
    for key in "104233":
        line.tell(KeysPressed(key))
    assert line.task("look_up").arguments == {"order_number": "104233"}


@pytest.mark.parametrize(
    ("order", "answer"),
    [
        ("shipped without a day", "Su pedido va de camino con UPS."),
        ("delivered", "Su pedido se entregó ayer, sábado 21 de noviembre."),
        ("delayed", "Lo siento, su pedido viene con retraso, y todavía no tengo una nueva fecha."),
        ("cancelled", "Su pedido está cancelado, así que ya no le llegará nada más."),
        ("packed", "Debería llegarle mañana, lunes 23 de noviembre."),
        ("lost at sea", "nuestro sistema de pedidos no responde en este momento. ¿Lo intento otra vez?"),
    ],
)
def test_every_answer_is_in_spanish_alone(line: Line, order: str, answer: str) -> None:
    said(line, "cuándo llega mi pedido", NUMBER)
    heard = found(line, order)
    assert answer in heard
    assert not any(english in heard for english in ("lamp", "workshop", "you asked"))


def test_too_few_digits_are_counted_out(line: Line) -> None:
    assert said(line, "dónde está mi pedido", "uno cero cuatro dos tres") == (
        "Solo he oído 5 de las seis cifras. ¿Puede decirlas todas otra vez?"
    )


def test_a_number_nobody_knows_is_asked_for_again_and_then_a_person_helps(line: Line) -> None:
    said(line, "llamo por un pedido")
    for words in ("Lo siento, no encuentro el pedido 1 0 4 2 3 3.", "Tampoco hay ningún pedido"):
        said(line, NUMBER)
        (answer,) = line.report(line.task("look_up"), "failed", error="not_found")
        line.hear()
        assert answer.startswith(words)
    assert "compañero" in said(line, "no lo sé")
    assert line.state.step == "to_a_person"


@pytest.mark.parametrize("words", ["quiero hablar con una persona", "una persona por favor", "agente"])
def test_a_person_can_be_had(line: Line, words: str) -> None:
    said(line, "dónde está mi pedido")
    line.caller(words)
    assert any(isinstance(effect, TransferTo) for effect in line.effects)


@pytest.mark.parametrize("words", ["perdón", "perdone", "perdón cómo dice", "qué", "me lo puede repetir"])
def test_who_begs_pardon_hears_it_again_and_is_not_put_through(line: Line, words: str) -> None:
    said(line, "dónde está mi pedido")
    assert said(line, words) == (
        "Con gusto. Claro. ¿Cuál es su número de pedido? Puede decir sus seis cifras o marcarlas."
    )


def test_a_pardon_before_other_words_is_no_wish_for_a_person(line: Line) -> None:
    said(line, "dónde está mi pedido", "perdón no lo sé")
    assert line.state.step == "order_number"


def test_reminders_are_asked_for_and_given(line: Line) -> None:
    said(line, "dónde está mi pedido", NUMBER)
    assert said(line, "recuérdemelo cada dos minutos") == "De acuerdo, se lo recordaré cada 2 minutos."
    assert said(line, "no me lo recuerde más") == "De acuerdo, no se lo recordaré más."


def test_who_says_nothing_is_asked_and_then_left(line: Line) -> None:
    assert line.silence(6_000) == ["¿Sigue ahí?"]
    line.hear()
    assert line.silence(6_000) == ["Aquí sigo. Puedo decirle dónde está su pedido. ¿Llama por eso?"]
    line.hear()
    assert "me despido" in line.silence(6_000)[0]


def test_what_is_awaited_is_awaited_in_one_language() -> None:
    english = Line.open(load_flow("order_status"))
    spanish = Line.open(load_flow("order_status").speaking("es-MX"))
    heard, oido = (set(next(iter(each.offers.values())).expects.phrases) for each in (english, spanish))
    assert {"where is my order", "repeat that"} <= heard
    assert {"dónde está mi pedido", "repita por favor"} <= oido
    assert "dónde está mi pedido" not in heard
    assert "where is my order" not in oido
    # What both have is how a caller asks for a language.
    assert heard & oido <= {"no", "en español", "español", "english"}
