"""What callers say for a slot, in English and Spanish."""

import pytest

from agents.dialogue.numerals import spoken_digits
from agents.dialogue.readings import keyed
from agents.dialogue.slots import Reply, is_acknowledgement, yes_or_no
from agents.dialogue.understanding import understood
from config.flow import Meaning
from tests.agents.dialogue.spoken import ENGLISH, SPANISH, reads, slot


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("en", "the day after tomorrow", "2026-11-24"),
        ("en", "next tuesday would be good", "2026-11-24"),
        ("en", "tuesday next week", "2026-11-24"),
        ("en", "in two weeks", "2026-12-06"),
        ("en", "a week from now", None),
        ("en", "november twenty fourth", "2026-11-24"),
        ("en", "the third", "2026-12-03"),
        ("en", "may the first", "2027-05-01"),
        ("en", "i may come", None),
        ("en", "the thirty first of november", None),
        ("en", "march third twenty twenty seven", "2027-03-03"),
        ("es", "pasado mañana", "2026-11-24"),
        ("es", "mañana por la mañana", "2026-11-23"),
        ("es", "por la mañana", None),
        ("es", "el martes que viene", "2026-11-24"),
        ("es", "dentro de dos semanas", "2026-12-06"),
        ("es", "el tres de marzo de dos mil veintisiete", "2027-03-03"),
        ("es", "el miercoles", "2026-11-25"),
        ("es", "el veinticuatro", "2026-11-24"),
        ("en", "tuesday the eighth", "2026-12-08"),
        ("en", "the tuesday", "2026-11-24"),
        ("es", "el martes 8", "2026-12-08"),
        ("es", "martes ocho", "2026-12-08"),
        ("en", "monday the 7th", "2026-12-07"),
        ("en", "the first available day", None),
        ("en", "the one after that", None),
        ("es", "el primer día libre", None),
        ("en", "the first", "2026-12-01"),
        ("en", "the first of the month", "2026-12-01"),
        ("en", "the first please", "2026-12-01"),
        ("en", "two weeks from today", None),
        ("en", "a week from tomorrow", None),
        ("es", "una semana a partir de mañana", None),
        ("es", "a partir de mañana", "2026-11-23"),
        ("es", "de hoy en ocho", None),
        ("en", "not today tomorrow", None),
        ("en", "i can't do tuesday", None),
        ("en", "tuesday not wednesday", "2026-11-24"),
        ("en", "no the fourth", "2026-12-04"),
        ("es", "no mañana, el jueves", None),
        ("es", "no el jueves", "2026-11-26"),
        ("es", "no puedo el martes", None),
    ],
)
def test_days_as_callers_say_them(language, text, day):
    assert reads("date", text, language) == day


@pytest.mark.parametrize(
    ("language", "text", "time"),
    [
        ("en", "half past nine", "09:30"),
        ("en", "a quarter to three", "14:45"),
        ("en", "ten to twelve", "11:50"),
        ("en", "nine o'clock", "09:00"),
        ("en", "nine o clock", "09:00"),
        ("en", "four thirty p m", "16:30"),
        ("en", "twenty one thirty", "21:30"),
        ("en", "at noon", "12:00"),
        ("en", "2 pm", "14:00"),
        ("en", "any time", None),
        ("es", "a las nueve y media", "09:30"),
        ("es", "a las tres menos cuarto", "14:45"),
        ("es", "a la una y cuarto", "13:15"),
        ("es", "a las ocho de la tarde", "20:00"),
        ("es", "a mediodía", "12:00"),
        ("es", "cuando sea", None),
    ],
)
def test_times_as_callers_say_them(language, text, time):
    assert reads("time", text, language) == time


@pytest.mark.parametrize(
    ("language", "text", "amount"),
    [
        ("en", "twelve fifty", "12.50"),
        ("en", "one hundred and twenty dollars", "120.00"),
        ("en", "fifty cents", "0.50"),
        ("en", "it was $19.99", "19.99"),
        ("en", "a dollar", "1.00"),
        ("en", "a hundred and fifty dollars", "150.00"),
        ("en", "a hundred dollars", "100.00"),
        ("en", "a thousand two hundred dollars and ten cents", "1200.10"),
        ("en", "it was $2,050.00", "2050.00"),
        ("en", "$1,234.50", "1234.50"),
        ("en", "$2,050", "2050.00"),
        ("en", "$12.5", "12.50"),
        ("en", "12.505", None),
        ("en", "$1234567.50", None),
        ("en", "minus three dollars", None),
        ("en", "too much", None),
        ("es", "doce euros con cincuenta", "12.50"),
        ("es", "mil doscientos euros", "1200.00"),
        ("es", "doce coma cinco", "12.50"),
        ("es", "un euro", "1.00"),
    ],
)
def test_amounts_as_callers_say_them(language, text, amount):
    assert reads("money", text, language) == amount


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("en", "n as in nancy g u y e n", "Nguyen"),
        ("en", "my name is byron b y r o n", "Byron"),
        ("en", "smith s m double t", "Smtt"),
        ("en", "alpha delta alpha", "Ada"),
        ("en", "byron", None),
        ("es", "eme a ere i a", "Maria"),
        ("es", "pe e eñe a", "Peña"),
    ],
)
def test_names_as_callers_spell_them(language, text, name):
    assert reads("spelled_name", text, language) == name


@pytest.mark.parametrize(
    ("language", "text", "address"),
    [
        ("en", "my email is ada dot byron at example dot com", "ada.byron@example.com"),
        ("en", "it's a d a forty two at gmail dot com please", "ada42@gmail.com"),
        ("en", "meet me at noon", None),
        ("es", "mi correo es ada guion bajo b arroba correo punto es", "ada_b@correo.es"),
    ],
)
def test_addresses_as_callers_say_them(language, text, address):
    assert reads("email", text, language) == address


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("en", "area code five oh three five five five oh one double oh", "+15035550100"),
        ("en", "plus forty four twenty seventy nine forty six oh nine five eight", "+442079460958"),
        ("en", "one two three", None),
        ("en", "one zero three five five five zero one zero zero", None),
        ("es", "nueve uno dos tres cuatro cinco seis siete ocho", None),
    ],
)
def test_telephone_numbers_as_callers_say_them(language, text, number):
    assert reads("phone", text, language) == number


@pytest.mark.parametrize(
    ("kind", "keys", "value", "fields"),
    [
        ("phone", "5035550100", "+15035550100", {}),
        ("phone", "1035550100", None, {}),
        ("date", "1124", "2026-11-24", {}),
        ("date", "0101", "2027-01-01", {}),
        ("date", "0230", None, {}),
        ("date", "1121", "2026-11-21", {"lies": "behind"}),
        ("time", "0930", "09:30", {}),
        ("time", "2460", None, {}),
        ("money", "12*5", "12.50", {}),
        ("money", "12", "12.00", {}),
        ("money", "*", None, {}),
        ("yes_no", "1", "yes", {}),
        ("choice", "2", "shade", {"choices": {"lamp": ["a lamp"], "shade": ["a shade"]}}),
        ("choice", "3", None, {"choices": {"lamp": ["a lamp"], "shade": ["a shade"]}}),
        ("email", "1", None, {}),
    ],
)
def test_what_is_keyed(kind, keys, value, fields):
    assert keyed(slot(kind, **fields), keys, ENGLISH) == value


def test_a_day_is_keyed_in_spanish_as_it_is_written_there():
    assert keyed(slot("date"), "2411", SPANISH) == "2026-11-24"


# --- Spanish, beside its numbers ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("sí", Reply.YES), ("si por favor", Reply.YES), ("claro que sí", Reply.YES), ("cómo no", Reply.YES),
        ("no", Reply.NO), ("no gracias", Reply.NO), ("eso no es correcto", Reply.NO), ("quizás", None),
    ],
)  # fmt: skip
def test_yes_and_no_in_spanish(text, reply):
    assert yes_or_no(text, "es-MX") is reply


def test_a_spanish_caller_listens():
    assert is_acknowledgement("ya veo", "es") is False
    assert is_acknowledgement("vale entiendo", "es")
    assert not is_acknowledgement("vale", "en")


def test_meanings_are_understood_in_spanish_with_their_endings():
    meanings = [
        ("refund", Meaning(phrases=("quiero que me devuelvan el dinero", "un reembolso"))),
        ("order", Meaning(phrases=("dónde está mi pedido", "quiero saber de mi pedido"))),
    ]
    for text, name in (
        ("oiga donde están mis pedidos", "order"),
        ("quiero un reembolso por favor", "refund"),
        ("el dinero que me lo devuelvan", "refund"),
    ):
        match = understood(text, meanings, "es")
        assert match is not None
        assert match.meaning == name
    assert understood("cortinas moradas", meanings, "es") is None


def test_pairs_of_digits_in_spanish():
    assert spoken_digits("diez cuarenta y dos treinta y tres", "es").number(6) == "104233"
    assert spoken_digits("uno doble cero dos tres tres", "es").number(6) == "100233"
