"""What Spanish-speaking callers say in any service call, whatever was asked. Lower case, no punctuation."""

from functools import cache
from typing import Final

DIGITS: Final = ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve")
REPEATS: Final = {"doble": 2, "triple": 3}
_ABOVE_TEN: Final = ("diez", "once", "doce", "trece", "catorce", "quince", "dieciséis", "diecisiete")
_TWENTIES: Final = ("veinte", "veintiuno", "veintidós", "veintitrés", "veinticuatro", "veinticinco")
PAIRS: Final = {
    **{word: (1, k) for k, word in enumerate((*_ABOVE_TEN, "dieciocho", "diecinueve"))},
    **{word: (2, k) for k, word in enumerate((*_TWENTIES, "veintiséis", "veintisiete", "veintiocho"))},
    "veintinueve": (2, 9),
}
TENS: Final = {
    word: 3 + k
    for k, word in enumerate(("treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"))
}

YES: Final = (
    *("sí", "sí por favor", "sí claro", "claro", "claro que sí", "por supuesto", "desde luego", "sí señor"),
    *("sí señora", "así es", "eso es", "es correcto", "correcto", "exacto", "exactamente", "de acuerdo"),
    *("vale", "está bien", "muy bien", "bueno", "perfecto", "sí es correcto", "sí eso es", "ajá", "adelante"),
)
NO: Final = (
    *(
        "no",
        "no gracias",
        "no señor",
        "no señora",
        "no es correcto",
        "no eso no",
        "eso no es",
        "no está bien",
    ),
    *("para nada", "en absoluto", "incorrecto", "no es así", "está mal", "eso está mal", "nada más"),
    *("no nada más", "eso es todo", "no eso es todo", "todavía no", "aún no", "no quiero"),
)
FAREWELLS: Final = ("adiós", "hasta luego", "hasta pronto")
COURTESIES: Final = (
    *("hola", "buenos días", "buenas tardes", "buenas noches", "buenas", "gracias", "muchas gracias"),
    *("muy amable", *FAREWELLS, "perdón", "disculpe", "lo siento", "por favor"),
    *("mhm", "entiendo", "ya veo", "ya", "okay", "de nada", "encantado", "dígame"),
)
REPAIRS: Final = (
    *("qué", "cómo", "cómo dice", "perdone", "puede repetir", "puede repetirlo", "puede repetirlo por favor"),
    *("repita por favor", "otra vez", "otra vez por favor", "no entiendo", "no le entiendo", "no entendí"),
    *(
        "no le oigo",
        "me oye",
        "está ahí",
        "un momento",
        "un momento por favor",
        "espere",
        "espere un momento",
    ),
    *("un segundo", "no sé", "no lo sé", "no estoy seguro", "no estoy segura", "más despacio por favor"),
)
FILLERS: Final = ("eh", "este", "pues", "bueno", "a ver", "ah", "mire", "mm")
DIGIT_LEADS: Final = (
    *(
        "es",
        "es el",
        "el número es",
        "el número es el",
        "mi número es",
        "mi número es el",
        "número",
        "sí es el",
    ),
    *("mi número de pedido es", "el número de pedido es", "el pedido es el", "sí", "sí claro", "a ver"),
    *("tengo", "tengo el", "un momento", "déjeme ver", "sí es", "claro es"),
)
TAILS: Final = ("por favor", "gracias", "muchas gracias")

_WEEKDAYS: Final = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
_MONTHS: Final = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)
_DAYS: Final = (
    "primero",
    *DIGITS[1:],
    *(word for word in PAIRS),
    "treinta",
    "treinta y uno",
)
_RELATIVE: Final = (
    *("hoy", "mañana", "ayer", "anteayer", "pasado mañana", "esta noche", "esta tarde", "esta mañana"),
    *("mañana por la mañana", "mañana por la tarde", "por la mañana", "por la tarde", "esta semana"),
    *("la semana que viene", "la próxima semana", "la semana pasada", "el mes que viene", "el próximo mes"),
    *(
        "este fin de semana",
        "lo antes posible",
        "cuanto antes",
        "cualquier día",
        "en dos días",
        "en tres días",
    ),
    *("en una semana", "en dos semanas"),
)


@cache
def date_phrases() -> tuple[str, ...]:
    """Every way of saying a day that the ears listen for, with shared beginnings."""
    phrases = [*_RELATIVE]
    for weekday in _WEEKDAYS:
        phrases += [weekday, f"el {weekday}", f"este {weekday}", f"el próximo {weekday}"]
        phrases += [f"el {weekday} que viene", f"el {weekday} pasado", f"el {weekday} por la mañana"]
        phrases += [f"el {weekday} por la tarde", *(f"el {weekday} {day}" for day in _DAYS)]
    for day in _DAYS:
        phrases += [f"el {day}", f"el día {day}"]
        for month in _MONTHS:
            phrases += [f"{day} de {month}", f"el {day} de {month}", f"el día {day} de {month}"]
    return tuple(phrases)
