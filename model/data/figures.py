"""Numbers, letters, prices, times and addresses the way callers say them, with "#" between groups."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Final

from model.synthesis.speech import Language

DIGIT_WORDS: Final[Mapping[Language, tuple[str, ...]]] = {
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    "es": ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"),
}
_TENS: Final[Mapping[Language, tuple[str, ...]]] = {
    "en": ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"),
    "es": ("veinte", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"),
}
_TEENS: Final[Mapping[Language, tuple[str, ...]]] = {
    "en": ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
           "nineteen"),
    "es": ("diez", "once", "doce", "trece", "catorce", "quince", "dieciséis", "diecisiete", "dieciocho",
           "diecinueve"),
}  # fmt: skip
_TWICE: Final[Mapping[Language, str]] = {"en": "double", "es": "doble"}
_AS_IN: Final[Mapping[Language, tuple[str, ...]]] = {
    "en": ("as in", "for", "like"),
    "es": ("de", "como"),
}
_TOWNS: Final = {
    "A": "alpha", "B": "boston", "C": "charlie", "D": "david", "E": "echo", "F": "foxtrot", "G": "george",
    "H": "hotel", "I": "italy", "J": "john", "K": "kilo", "L": "london", "M": "mary", "N": "nancy",
    "O": "oscar", "P": "peter", "R": "robert", "S": "sam", "T": "tom", "V": "victor", "Z": "zebra",
}  # fmt: skip
_PUEBLOS: Final = {
    "A": "amor", "B": "barcelona", "C": "casa", "D": "dedo", "E": "españa", "F": "francia", "G": "gato",
    "L": "lima", "M": "madrid", "N": "navarra", "P": "perú", "R": "ramón", "S": "sevilla", "T": "toledo",
    "V": "valencia", "Z": "zaragoza",
}  # fmt: skip
_SURNAMES: Final[Mapping[Language, tuple[str, ...]]] = {
    "en": ("smith", "reed", "lopez", "baker", "novak", "hall", "chen", "patel", "moore", "kelly", "bauer",
           "young", "frost", "vance", "lee", "porter", "quinn", "walsh"),
    "es": ("ruiz", "gómez", "vega", "soto", "lópez", "díaz", "pardo", "luna", "mora", "castro", "ibarra",
           "reyes", "bravo", "núñez", "ortiz", "salas"),
}  # fmt: skip
_HOSTS: Final = ("mail", "gmail", "outlook", "home", "post")


def digit_group(size: int, language: Language, random: Random) -> str:
    """So many digits as said in one breath: "four two", "double three", "forty two", "oh"."""
    words = list[str]()
    left = size
    while left:
        draw = random.random()
        digit = random.randrange(10)
        if left >= 2 and draw < 0.07:
            words += [_TWICE[language], DIGIT_WORDS[language][digit]]
            left -= 2
        elif left >= 2 and draw < (0.13 if language == "en" else 0.25):
            words += two_digits(10 * random.randint(1, 9) + random.randint(1, 9), language).split()
            left -= 2
        else:
            said = "oh" if language == "en" and digit == 0 and random.random() < 0.3 else None
            words.append(said or DIGIT_WORDS[language][digit])
            left -= 1
    return " ".join(words)


def two_digits(number: int, language: Language) -> str:
    """A number from 10 to 99 in words."""
    tens, ones = divmod(number, 10)
    if tens == 1:
        return _TEENS[language][ones]
    ten = _TENS[language][tens - 2]
    if not ones:
        return ten
    digit = DIGIT_WORDS[language][ones]
    if language == "es":
        return f"veinti{digit}" if tens == 2 else f"{ten} y {digit}"
    return f"{ten} {digit}"


def digits_in(words: list[str], language: Language) -> tuple[tuple[int, int], ...]:
    """Which of these words complete digits of a number, and how many each adds."""
    ones = {*DIGIT_WORDS[language], "oh"}
    tens, teens = set(_TENS[language]), set(_TEENS[language])
    bare = [word.strip(",.?") for word in words]
    counted = list[tuple[int, int]]()
    for k, word in enumerate(bare):
        before = bare[k - 1] if k else ""
        follows_ten = before in tens or (before == "y" and k > 1 and bare[k - 2] in tens)
        ten_goes_on = k + 1 < len(bare) and (bare[k + 1] in ones if language == "en" else bare[k + 1] == "y")
        if (
            word in teens
            or (language == "es" and word.startswith("veinti"))
            or (word in tens and not (ten_goes_on and not words[k].endswith(",")))
        ):
            counted.append((k, 2))
        elif word in ones:
            whole = follows_ten and not words[k - 1].endswith(",")
            counted.append((k, 2 if whole or before == _TWICE[language] else 1))
    return tuple(counted)


def spelled(language: Language, random: Random) -> str:
    """A surname letter by letter; now and then a letter is explained or doubled."""
    name = random.choice(_SURNAMES[language])
    plain = name.translate(str.maketrans("áéíóúü", "aeiouu")).upper()
    places = _TOWNS if language == "en" else _PUEBLOS
    said, k = list[str](), 0
    explains = random.random() < 0.3
    while k < len(plain):
        letter = plain[k]
        if k + 1 < len(plain) and plain[k + 1] == letter and random.random() < 0.6:
            said.append(f"{_TWICE[language]} {letter}")
            k += 1
        elif explains and letter in places and random.random() < 0.35:
            said.append(f"{letter} {random.choice(_AS_IN[language])} {places[letter]} #")
        else:
            said.append(letter + (" #" if random.random() < 0.3 else ""))
        k += 1
    return " ".join(said).removesuffix(" #")


def email(language: Language, random: Random) -> str:
    """The name, the sign, the host, as dictated."""
    name = random.choice(_SURNAMES[language])
    number = f" # {digit_group(2, language, random)}" if random.random() < 0.4 else ""
    at, dot = ("at", "dot") if language == "en" else ("arroba", "punto")
    first = random.choice("ABDEJKLMPRST")
    ending = random.choice(("com", "net", "org"))
    return f"{first} {dot} {name}{number} # {at} {random.choice(_HOSTS)} {dot} {ending}"


def money(language: Language, random: Random) -> str:
    """A price."""
    whole = two_digits(random.randint(10, 99), language)
    if language == "en":
        rest = two_digits(random.choice((50, 95, 99, 20, 75)), language)
        return (
            f"{whole} {random.choice(('dollars', 'pounds', 'euros'))}"
            if random.random() < 0.5
            else f"{whole} {rest}"
        )
    unit = random.choice(("euros", "pesos", "dólares"))
    return f"{whole} {unit}" if random.random() < 0.7 else f"{whole} con {two_digits(50, language)}"


def clock_time(language: Language, random: Random) -> str:
    """A time of day."""
    hour = random.randint(2, 9)
    if language == "en":
        word = DIGIT_WORDS["en"][hour]
        return random.choice(
            (
                f"half past {word}",
                f"{word} thirty",
                f"a quarter to {word}",
                f"{word} o'clock",
                f"{word} fifteen",
                f"around {word}",
            )
        )
    word = DIGIT_WORDS["es"][hour]
    return random.choice((f"a las {word}", f"a las {word} y media", f"a las {word} y cuarto",
                          f"a las {word} menos cuarto", f"sobre las {word}"))  # fmt: skip


FIGURES: Final[Mapping[str, Callable[[Language, Random], str]]] = {
    "spelled": spelled,
    "email": email,
    "money": money,
    "time": clock_time,
}
"""Slots of the grammar that are made, not listed."""
