"""Faults of lamps as callers tell them, and what is no fault of a lamp."""

from functools import cache

import pytest

from agents.dialogue.readings import read
from agents.dialogue.wording import Speech
from config.flow import Flow
from config.flow_file import load_flow
from tests.agents.dialogue.talk import TODAY

FAULTS = {
    "en-US": {
        "dead": [
            "it doesn't turn on",
            "it won't turn on",
            "it won't switch on anymore",
            "it won't light up",
            "it's not working",
            "it stopped working",
            "the lamp is dead",
            "there's no light at all",
            "it does not come on",
            "it doesn't do anything",
            "nothing happens when i switch it on",
            "it stays dark",
            "my lamp doesn't work",
            "it went out and won't come back on",
            "i get no light",
        ],
        "flickers": [
            "it keeps flickering",
            "the light flickers all the time",
            "it blinks",
            "it goes on and off",
            "it's flashing",
            "the light is unsteady",
            "it flickers and then turns on",
            "it turns on but it flickers",
            "it keeps going on and off",
        ],
        "broken": [
            "it's broken",
            "the glass is broken",
            "the shade is cracked",
            "i dropped it",
            "it fell off the table",
            "it came damaged",
            "the cable is torn",
            "it arrived broken",
            "the glass broke",
            "the switch snapped off",
        ],
        None: [
            "no",
            "yes",
            "i have a question about my bill",
            "the website does not work",
            "it is about my lamp",
            "hello",
            "i want to know if you sell bulbs",
            "what is wrong",
            "the lamp i bought last week",
            "your link is broken",
            "turn it up please",
            "it is not that",
            "can i turn on the heating",
        ],
    },
    "es-MX": {
        "dead": [
            "no enciende",
            "no se prende",
            "no prende",
            "no funciona",
            "dejó de funcionar",
            "no da luz",
            "está muerta",
            "se apagó y no vuelve a encender",
            "no hay luz",
            "la lámpara no se enciende",
        ],
        "flickers": [
            "parpadea",
            "está parpadeando",
            "la luz tiembla",
            "se prende y se apaga",
            "se enciende y se apaga sola",
            "titila",
        ],
        "broken": [
            "está rota",
            "se rompió",
            "se rompió el cristal",
            "se me cayó",
            "llegó dañada",
            "llegó rota",
            "el vidrio está roto",
            "está quebrada",
        ],
        None: [
            "no",
            "sí",
            "tengo una pregunta sobre mi factura",
            "la página no funciona",
            "hola",
            "quiero comprar una bombilla",
        ],
    },
}


@cache
def support() -> Flow:
    return load_flow("technical_support")


@pytest.mark.parametrize(
    ("language", "fault", "text"),
    [(tag, fault, text) for tag, by in FAULTS.items() for fault, texts in by.items() for text in texts],
)
def test_a_fault_is_understood(language: str, fault: str | None, text: str) -> None:
    slot = support().speaking(language).slots["fault"]
    assert read(slot, text, Speech(TODAY, "USD", language)) == fault
