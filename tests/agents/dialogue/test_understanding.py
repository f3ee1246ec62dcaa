from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.dialogue.understanding import understood
from config.flow_file import load_flow


@cache
def meanings(flow, language="en-US"):
    return tuple(load_flow(flow).speaking(language).meanings.items())


def meant(said, flow="order_status", language="en-US"):
    match = understood(said, meanings(flow, language), language)
    return match.meaning if match else None


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("hi um where's my order please", "track_order"),
        ("i'd like to know where my package is", "track_order"),
        ("hey i ordered a lamp two weeks ago and it hasn't arrived", "track_order"),
        ("i'm calling about my order", "track_order"),
        ("can i get an agent", "person"),
        ("could you connect me with a representative", "person"),
        ("i want to talk to a human being", "person"),
        ("what", "repeat"),
        ("could you say that again please", "repeat"),
        ("what about my invoice", "something_else"),
        ("i want to return a lamp", "something_else"),
        ("no thank you that's all", "done"),
        ("okay thank you bye", "done"),
        ("are you a real person", "robot"),
        ("i don't know the number", "no_number"),
        ("hang on", "hold_on"),
        ("oh forget it", "never_mind"),
    ],
)
def test_callers_are_understood_in_their_own_words(said, meaning):
    assert meant(said) == meaning


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("what about my invoice", "bill"),
        ("why did my bill go up this month", "bill"),
        ("could you text me the chart", "chart"),
    ],
)
def test_callers_with_a_question_about_a_bill_are_too(said, meaning):
    assert meant(said, "billing") == meaning


@pytest.mark.parametrize(
    "said", ["", "um", "blue elephants sing", "what is your name", "the weather is nice"]
)
def test_other_words_mean_nothing(said):
    assert meant(said) is None


@pytest.mark.parametrize("language", ["en-US", "es-MX"])
def test_every_example_phrase_means_what_it_stands_under(language):
    for name, meaning in meanings("order_status", language):
        for phrase in meaning.phrases:
            assert meant(phrase, language=language) == name, phrase


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("hola quería saber dónde anda mi paquete", "track_order"),
        ("disculpe es que mi pedido no ha llegado todavía", "track_order"),
        ("¿cuándo me llega mi pedido?", "track_order"),
        ("quiero cancelar mi pedido", "something_else"),
        ("me llegó rota la lámpara", "something_else"),
        ("no encuentro el número de pedido", "no_number"),
        ("con un agente por favor", "person"),
        ("me puede repetir", "repeat"),
        ("espéreme un momento", "hold_on"),
        ("ya no necesito nada más gracias", "done"),
        ("con quién estoy hablando", "robot"),
        ("avíseme si tarda más que la última vez", "longer_than_last_time"),
        ("hablan inglés", "english"),
    ],
)
def test_callers_who_speak_spanish_are_understood_in_their_own_words(said, meaning):
    assert meant(said, language="es-MX") == meaning


@pytest.mark.parametrize(
    "said", ["eh", "los elefantes azules cantan", "cuál es su nombre", "hace buen tiempo"]
)
def test_other_words_mean_nothing_in_spanish_either(said):
    assert meant(said, language="es-MX") is None


@pytest.mark.parametrize(("said", "meaning"), [("perdón", "repeat"), ("persona", "person")])
def test_a_word_that_is_looked_for_is_no_other_with_a_wrong_letter(said, meaning):
    assert meant(said, language="es-MX") == meaning


def test_one_wrong_letter_in_a_long_word_is_forgiven():
    assert meant("could you connect me with a representetive") == "person"


def test_a_short_word_meant_to_repeat_does_not_count_inside_a_long_sentence():
    assert meant("what i wonder is whether lamps can dance") is None


@given(st.text())
def test_any_text_is_borne(text):
    match = understood(text, meanings("order_status"))
    assert match is None or 0 < match.score <= 1
