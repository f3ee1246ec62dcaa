"""What is found in a text to pass exactly, and how it is said in the other language."""

import pytest

from agents.translation.items import cents_of, items_in

ENGLISH = {
    "my order number is one zero four two three three please": {
        "one zero four two three three": "1 0 4 2 3 3"
    },
    "ten forty two thirty three": {"ten forty two thirty three": "1 0 4 2 3 3"},
    "forty nine dollars and ninety cents": {
        "forty nine dollars and ninety cents": "49 dólares con 90 centavos"
    },
    "-$5, $49.90, 1,234.50 € and 49.90 dollars": {
        "-$5": "menos 5 dólares",
        "$49.90": "49 dólares con 90 centavos",
        "1,234.50 €": "1234 euros con 50 céntimos",
        "49.90 dollars": "49 dólares con 90 centavos",
    },
    "on November 24th, 2026 at 3:30 pm": {
        "November 24th, 2026": "24 de noviembre de 2026",
        "at 3:30 pm": "a las 3 y media de la tarde",
    },
    "the twenty fourth of november at half past three": {
        "twenty fourth of november": "24 de noviembre",
        "at half past three": "a las 3:30",
    },
    "at quarter to ten in the morning": {"at quarter to ten in the morning": "a las 9 y 45 de la mañana"},
    "ada.b@example.com or ada dot b at example dot com": {
        "ada.b@example.com": "ada.b@example.com",
        "ada dot b at example dot com": "ada punto b arroba example punto com",
    },
    "call +1 (503) 555-0123, AB-1234, x b one two": {
        "+1 (503) 555-0123": "+1 (503) 555-0123",
        "AB-1234": "AB-1234",
        "x b one two": "X B 1 2",
    },
    "my name is john smith and I want two shirts": {"john smith": "John Smith"},
    "Hello Maria, this is Dr. Jones from Acme Plus": {name: name for name in ("Maria", "Jones", "Acme Plus")},
    "send it to 123 Main Street": {"123 Main Street": "123 Main Street"},
    "twenty five minutes, two hundred and fifty meters": {
        "twenty five": "25",
        "two hundred and fifty": "250",
    },
    "{order_number} is {status}": {"{order_number}": "{order_number}", "{status}": "{status}"},
    "I want one of these on Monday, in May": {},
    "until nine fifteen or after twelve oh five": {"nine fifteen": "las 9:15", "twelve oh five": "las 12:05"},
    "between six ten and eight forty on friday": {"six ten": "las 6:10", "eight forty": "las 8:40"},
    "between three and five people come from four to six days": {},
    "i live at forty two el camino road and he a twenty five minutes drive from there": {
        "forty two el camino road": "42 el Camino Road",
        "twenty five": "25",
    },
    "this is veronica fisher from las vegas": {
        "veronica fisher": "Veronica Fisher",
        "las vegas": "Las Vegas",
    },
    "grace hall and bill call from phoenix": {"grace hall": "Grace Hall", "phoenix": "Phoenix"},
    "the hall is full of roses and grace will pay the bill": {},
}
SPANISH = {
    "hasta las nueve y diez": {"las nueve y diez": "9:10"},
    "entre las once menos cuarto y las doce y veinticinco": {
        "las once menos cuarto": "10:45",
        "las doce y veinticinco": "12:25",
    },
    "después de las seis por favor": {"las seis": "6 o'clock"},
    "una de las dos tiendas, desde las seis cajas": {},
    "vive en la avenida de los olivos número ciento doce con su tía": {
        "avenida de los olivos número ciento doce": "avenida de los Olivos 112",
    },
    "en la calle no hay nadie": {},
    "la factura es de susana ortiz de la vega de bogotá": {
        "susana ortiz de la vega": "Susana Ortiz de la Vega",
        "bogotá": "Bogotá",
    },
    "quiero una lima y la rosa": {},
    "b siete y seis": {"b siete y seis": "B 7 Y 6"},
    "son cuarenta y nueve dólares con noventa centavos": {
        "cuarenta y nueve dólares con noventa centavos": "49 dollars and 90 cents"
    },
    "cuarenta y nueve con noventa euros, mil doscientos pesos": {
        "cuarenta y nueve con noventa euros": "49 euros and 90 cents",
        "mil doscientos pesos": "1200 pesos",
    },
    "el veinticuatro de noviembre a las tres y media de la tarde": {
        "veinticuatro de noviembre": "November 24",
        "a las tres y media de la tarde": "at 3 30 in the afternoon",
    },
    "a las cuatro menos cuarto": {"a las cuatro menos cuarto": "at 3:45"},
    "a las tres personas": {},
    "me llamo maría lópez y quiero dos camisas": {"maría lópez": "María López"},
    "el señor Juan de la Cruz vive en la calle Mayor 5": {
        "Juan de la Cruz": "Juan de la Cruz",
        "calle Mayor 5": "calle Mayor 5",
    },
    "señora quiero mi dinero": {},
    "es ada punto b arroba ejemplo punto com": {
        "ada punto b arroba ejemplo punto com": "ada dot b at ejemplo dot com"
    },
}


@pytest.mark.parametrize(("text", "wanted"), ENGLISH.items())
def test_items_of_english_are_said_in_spanish(text: str, wanted: dict[str, str]) -> None:
    assert {text[item.start : item.end]: item.said for item in items_in(text, "en-US", "es-MX")} == wanted


@pytest.mark.parametrize(("text", "wanted"), SPANISH.items())
def test_items_of_spanish_are_said_in_english(text: str, wanted: dict[str, str]) -> None:
    assert {text[item.start : item.end]: item.said for item in items_in(text, "es-MX", "en-US")} == wanted


@pytest.mark.parametrize(
    ("figures", "cents"),
    [
        ("5", 500),
        ("49.9", 4990),
        ("49,90", 4990),
        ("1.234", 123_400),
        ("1.234,50", 123_450),
        ("1.23.4", None),
    ],
)
def test_amounts_are_read_whichever_way_they_are_written(figures: str, cents: int | None) -> None:
    assert cents_of(figures) == cents
