"""Makes the values that two people speak about: alike in both languages, said and written in each."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Final

from num2words import num2words

from model.evaluate.translation.slots import DIGITS, Form, Kind, Value
from model.synthesis.speech import Language

_FIRST: Final = ("Maria", "Daniel", "Laura", "Carlos", "Emma", "Victor", "Teresa", "Martin", "Elena", "Oscar")
_LAST: Final = ("Lopez", "Carter", "Medina", "Novak", "Herrera", "Baker", "Salas", "Walsh", "Romero", "Bell")
_CITIES: Final = ("Madrid", "Boston", "Chicago", "Lima", "Dallas", "Valencia", "Denver", "Toledo", "Austin")
_STREETS: Final = ("Alameda", "Castro", "Florida", "Santa Rosa", "San Pedro", "Miranda", "Colorado")
_WEEKDAYS: Final = (
    ("Monday", "lunes"), ("Tuesday", "martes"), ("Wednesday", "miércoles"), ("Thursday", "jueves"),
    ("Friday", "viernes"), ("Saturday", "sábado"),
)  # fmt: skip
_MONTHS: Final = (
    ("January", "enero"), ("February", "febrero"), ("March", "marzo"), ("April", "abril"), ("May", "mayo"),
    ("June", "junio"), ("July", "julio"), ("August", "agosto"), ("September", "septiembre"),
    ("October", "octubre"), ("November", "noviembre"), ("December", "diciembre"),
)  # fmt: skip
_PRODUCTS: Final = (
    ("washing machine", "lavadora", "una"), ("lamp", "lámpara", "una"), ("printer", "impresora", "una"),
    ("suitcase", "maleta", "una"), ("table", "mesa", "una"), ("bicycle", "bicicleta", "una"),
    ("camera", "cámara", "una"), ("mattress", "colchón", "un"), ("mirror", "espejo", "un"),
    ("clock", "reloj", "un"), ("heater", "calentador", "un"), ("fan", "ventilador", "un"),
    ("phone", "teléfono", "un"), ("sofa", "sofá", "un"),
)  # fmt: skip
_THE: Final = {"una": "la", "un": "el"}


def _in_words(number: int, language: Language) -> str:
    return str(num2words(number, lang=language)).replace("-", " ")


def _same(kind: Kind, text: str) -> Value:
    form = Form(text, text, (text,))
    return Value(kind, {"en": form, "es": form})


def name(random: Random) -> Value:
    """A first name and a surname."""
    return _same(Kind.NAME, f"{random.choice(_FIRST)} {random.choice(_LAST)}")


def city(random: Random) -> Value:
    """A city that is called the same in both languages."""
    return _same(Kind.CITY, random.choice(_CITIES))


def digits(count: int, group: int) -> Callable[[Random], Value]:
    """A number of so many digits, said one by one in groups."""

    def make(random: Random) -> Value:
        written = "".join(str(random.randrange(10)) for _ in range(count))
        forms = dict[Language, Form]()
        for language, words in DIGITS.items():
            said = [words.split()[int(digit)] for digit in written]
            groups = [" ".join(said[k : k + group]) for k in range(0, count, group)]
            forms[language] = Form(written, ", ".join(groups), (written,))
        return Value(Kind.NUMBER, forms)

    return make


def amount(random: Random) -> Value:
    """A sum of dollars, half of the time with cents."""
    dollars, cents = random.randint(12, 980), random.choice((0, 0, 25, 50, 75, 95))
    if not cents:
        en = (f"{dollars} dollars", f"{_in_words(dollars, 'en')} dollars")
        es = (f"{dollars} dólares", f"{_in_words(dollars, 'es')} dólares", f"${dollars}")
        forms: dict[Language, Form] = {
            "en": Form(f"${dollars}", en[1], en),
            "es": Form(es[0], es[1], es),
        }
        return Value(Kind.AMOUNT, forms)
    whole = {language: (str(dollars), _in_words(dollars, language)) for language in ("en", "es")}
    rest = {language: (str(cents), _in_words(cents, language)) for language in ("en", "es")}
    en_said = [
        each
        for d in whole["en"]
        for c in rest["en"]
        for each in (f"{d} dollars and {c} cents", f"{d} dollars {c}", f"{d} dollars {c} cents")
    ]
    es_said = [
        each
        for d in whole["es"]
        for c in rest["es"]
        for each in (
            f"{d} dólares con {c} centavos",
            f"{d} dólares y {c} centavos",
            f"{d} dólares con {c}",
            f"{d} con {c} dólares",
            f"{d} coma {c} dólares",
        )
    ]
    figures = f"{dollars}.{cents}"
    return Value(
        Kind.AMOUNT,
        {
            "en": Form(
                f"${figures}",
                f"{whole['en'][1]} dollars and {rest['en'][1]} cents",
                (f"${figures}", f"{whole['en'][1]} point {rest['en'][1]} dollars", *en_said),
            ),
            "es": Form(
                f"{dollars},{cents} dólares",
                f"{whole['es'][1]} dólares con {rest['es'][1]} centavos",
                (f"${figures}", f"{figures} dólares", *es_said),
            ),
        },
    )


def date(random: Random) -> Value:
    """A day of a month."""
    day, month = random.randint(2, 28), random.choice(_MONTHS)
    nth = str(num2words(day, lang="en", to="ordinal")).replace("-", " ")
    spoken = _in_words(day, "es")
    return Value(
        Kind.DATE,
        {
            "en": Form(
                f"{month[0]} {day}",
                f"{month[0]} {nth}",
                tuple(f"{month[0]} {d}" for d in (day, nth, f"the {nth}", f"the {day}"))
                + tuple(f"{d} {of}{month[0]}" for d in (day, nth) for of in ("of ", "")),
            ),
            "es": Form(
                f"{day} de {month[1]}",
                f"{spoken} de {month[1]}",
                tuple(f"{d} de {month[1]}" for d in (day, spoken)),
            ),
        },
    )


def weekday(random: Random) -> Value:
    """A day of the week; Sundays nobody delivers."""
    english, spanish = random.choice(_WEEKDAYS)
    return Value(
        Kind.WEEKDAY,
        {"en": Form(english, english, (english,)), "es": Form(spanish, spanish, (spanish,))},
    )


_QUARTERS: Final[Mapping[int, tuple[str, str]]] = {
    15: ("quarter past", "y cuarto"),
    30: ("half past", "y media"),
}


def time(random: Random) -> Value:
    """A time of day, from 2:15 to 11:45, without saying which half of the day."""
    hour, minute = random.randint(2, 11), random.choice((15, 30, 45))
    clock = f"{hour}:{minute}"
    en, es = (f"{_in_words(hour, each)}" for each in ("en", "es"))
    en_forms = [clock, f"{hour} {minute}", f"{en} {_in_words(minute, 'en')}"]
    es_forms = [
        clock,
        f"{hour} y {minute}",
        f"{es} y {_in_words(minute, 'es')}",
        f"{es} {_in_words(minute, 'es')}",
    ]
    if minute in _QUARTERS:
        past, y = _QUARTERS[minute]
        en_forms += [f"{past} {hour}", f"{past} {en}"]
        es_forms += [f"{hour} {y}", f"{es} {y}"]
    else:
        en_forms += [f"quarter to {hour + 1}", f"quarter to {_in_words(hour + 1, 'en')}"]
        after = _in_words(hour + 1, "es")
        es_forms += [f"{hour + 1} menos cuarto", f"{after} menos cuarto"]
    return Value(
        Kind.TIME,
        {
            "en": Form(clock, en_forms[2], tuple(en_forms)),
            "es": Form(clock, es_forms[2], tuple(es_forms)),
        },
    )


def address(random: Random) -> Value:
    """A street and a number in it."""
    street, number = random.choice(_STREETS), random.randint(11, 99)
    en, es = _in_words(number, "en"), _in_words(number, "es")
    return Value(
        Kind.ADDRESS,
        {
            "en": Form(
                f"{number} {street} Street",
                f"{en} {street} Street",
                (*(f"{n} {street}" for n in (number, en)),),
            ),
            "es": Form(
                f"calle {street} {number}",
                f"calle {street} {es}",
                (*(f"{street} {n}" for n in (number, es)),),
            ),
        },
    )


def count(random: Random) -> Value:
    """Two to nine of something."""
    number = random.randint(2, 9)
    forms: dict[Language, Form] = {}
    for language in ("en", "es"):
        word = _in_words(number, language)
        forms[language] = Form(word, word, (word,))
    return Value(Kind.COUNT, forms)


def product(article: str) -> Callable[[Random], Value]:
    """A thing, with no article, with "a" or with "the"."""

    def make(random: Random) -> Value:
        english, spanish, un = random.choice(_PRODUCTS)
        en = {"": "", "a": "a ", "the": "the "}[article] + english
        es = {"": "", "a": f"{un} ", "the": f"{_THE[un]} "}[article] + spanish
        return Value(Kind.PRODUCT, {"en": Form(en, en, (english,)), "es": Form(es, es, (spanish,))})

    return make


MAKERS: Final[Mapping[str, Callable[[Random], Value]]] = {
    "name": name,
    "city": city,
    "order": digits(6, 3),
    "phone": digits(7, 4),
    "code": digits(4, 2),
    "amount": amount,
    "date": date,
    "weekday": weekday,
    "time": time,
    "address": address,
    "count": count,
    "product": product(""),
    "a_product": product("a"),
    "the_product": product("the"),
}
"""Slots of the dialogues, by name."""
