"""What is spelled: names, e-mail addresses, order numbers, telephone numbers, in English and Spanish."""

import re
from collections.abc import Mapping
from typing import Final

from agents.dialogue.numerals import digits_at, numerals_of, words
from agents.dialogue.tongue import is_spanish

_ALPHABET: Final = {
    word: word[0]
    for word in [
        "alfa",
        "alpha",
        "bravo",
        "charlie",
        "delta",
        "echo",
        "foxtrot",
        "golf",
        "hotel",
        "india",
        "juliet",
        "juliett",
        "kilo",
        "lima",
        "mike",
        "november",
        "oscar",
        "papa",
        "quebec",
        "romeo",
        "sierra",
        "tango",
        "uniform",
        "victor",
        "whiskey",
        "xray",
        "yankee",
        "zulu",
    ]
}
_SPANISH_LETTERS: Final = {
    "be": "b", "ce": "c", "de": "d", "efe": "f", "ge": "g", "hache": "h", "jota": "j", "ka": "k", "ele": "l",
    "eme": "m", "ene": "n", "eñe": "ñ", "pe": "p", "cu": "q", "erre": "r", "ere": "r", "ese": "s", "te": "t",
    "uve": "v", "equis": "x", "ye": "y", "zeta": "z",
}  # fmt: skip
_LIKE: Final[Mapping[str, int]] = {"like": 2, "as": 3, "for": 2, "como": 2}
"""Words that explain the letter before ("B for Bravo", "N as in Nancy"), and how many words that takes."""
_SPACES: Final = frozenset({"space", "espacio"})
_SIGNS: Final[Mapping[str, str]] = {
    "dot": ".", "point": ".", "period": ".", "punto": ".", "underscore": "_", "dash": "-", "hyphen": "-",
    "minus": "-", "guion": "-", "guión": "-", "plus": "+", "más": "+",
}  # fmt: skip
_AT: Final = frozenset({"at", "arroba"})
_LEADS: Final = frozenset({"is", "it's", "email", "mail", "address", "es", "correo", "electrónico", "to"})
_TRAILS: Final = frozenset(
    {"please", "thanks", "thank", "you", "okay", "ok", "gracias", "por", "favor", "vale"}
)
_FILLERS: Final = frozenset({"um", "umm", "uh", "uhm", "er", "erm", "hm", "hmm", "mm", "mmm"})
"""Said while one thinks; taken for no part of an address."""
_SPANISH_FILLERS: Final = frozenset({"eh", "em", "um", "mm", "mmm", "este", "pues"})
_BEGINS: Final = frozenset({
    "yes", "yeah", "sure", "okay", "ok", "well", "so", "right", "sí", "si", "bueno", "claro", "vale",
})  # fmt: skip
_EMAIL: Final = re.compile(r"[a-z0-9ñ][a-z0-9ñ._+\-]{0,63}@[a-z0-9ñ\-]+(?:\.[a-z0-9\-]+)*\.[a-z]{2,24}")
_CODES: Final[Mapping[str, tuple[str, int]]] = {
    "US": ("1", 10),
    "GB": ("44", 10),
    "ES": ("34", 9),
    "MX": ("52", 10),
}
"""Country → its code, and how many digits a number there has (ITU-T E.164 and the national plans)."""
_TRUNK: Final = ("GB",)
"""Countries where numbers are said with a zero before them."""


def spelled(text: str, language: str) -> tuple[str, ...]:
    """Read what is spelled out: rows of letters and digits, lower case. Whole words part the rows."""
    heard = words(text)
    numerals = numerals_of(language)
    rows: list[str] = [""]
    at = 0
    while at < len(heard):
        word = heard[at]
        if (skip := _LIKE.get(word)) and rows[-1]:
            at += skip
            continue
        if word in numerals.times and at + 1 < len(heard) and (letter := _letter(heard[at + 1], language)):
            rows[-1] += letter * numerals.times[word]
            at += 2
            continue
        if is_spanish(language) and heard[at : at + 2] in (
            ["i", "griega"],
            ["uve", "doble"],
            ["doble", "uve"],
        ):
            rows[-1] += "y" if word == "i" else "w"
            at += 2
            continue
        letter = _letter(word, language)
        digits, used = ("", 0) if letter else digits_at(heard, at, numerals)
        if letter or used:
            rows[-1] += letter or digits
            at += used or 1
            continue
        if word in _SPACES and rows[-1]:
            rows[-1] += " "
        elif word not in numerals.between:
            rows.append("")
        at += 1
    return tuple(row.strip() for row in rows if row.strip())


def _letter(word: str, language: str) -> str:
    if len(word) == 1 and word.isalpha():
        return word
    return (_SPANISH_LETTERS if is_spanish(language) else _ALPHABET).get(word, "") or _ALPHABET.get(word, "")


def read_name(text: str, language: str) -> str | None:
    """Read a name that is spelled: the longest row of two letters or more."""
    rows = [row for row in spelled(text, language) if len(row) > 1 and row.replace(" ", "").isalpha()]
    return max(rows, key=len).title() if rows else None


def said_name(name: str) -> str:
    """Spell a name so that it is read letter by letter: "N, G, U, Y, E, N"."""
    return ", ".join(sign.upper() if sign != " " else "space" for sign in name)


def read_order_number(text: str, shape: str, language: str) -> str | None:
    """Read letters and digits of a shape like "AA9999"."""
    rows = [row.replace(" ", "") for row in spelled(text, language)]
    pattern = re.compile("".join("[a-zñ]" if sign == "A" else "[0-9]" for sign in shape))
    for row in (*reversed(rows), "".join(rows)):
        if pattern.fullmatch(row):
            return row.upper()
    return None


def read_email(text: str, language: str) -> str | None:
    """Read an e-mail address, as written or as said: "ada dot b at example dot com"."""
    if written := _EMAIL.search(text.lower()):
        return written[0]
    heard = words(text.replace("_", " underscore "))
    fillers = _SPANISH_FILLERS if is_spanish(language) else _FILLERS
    spoken = [word for word in heard if word not in fillers]
    return _address(spoken, language) or _address(heard, language)


def _address(heard: list[str], language: str) -> str | None:
    ats = [at for at, word in enumerate(heard) if word in _AT]
    if not ats or not (local := _joined(_local(heard[: ats[-1]]), language)):
        return None
    domain = _joined([word for word in heard[ats[-1] + 1 :] if word not in _TRAILS], language)
    found = _EMAIL.fullmatch(f"{local}@{domain}")
    return found[0] if found and ".." not in found[0] else None


def _local(before: list[str]) -> list[str]:
    """Leave out what leads to the address: "yes, you can reach me at"."""
    led = [at for at, word in enumerate(before[:-1]) if word in _LEADS | _AT]
    local = before[led[-1] + 1 :] if led else before
    while len(local) > 1 and local[0] in _BEGINS:
        local = local[1:]
    return local


def _joined(heard: list[str], language: str) -> str:
    numerals = numerals_of(language)
    signs: list[str] = []
    at = 0
    while at < len(heard):
        word = heard[at]
        if word in ("guion", "guión") and heard[at + 1 : at + 2] == ["bajo"]:
            signs.append("_")
            at += 2
            continue
        digits, used = ("", 0) if len(word) == 1 else digits_at(heard, at, numerals)
        signs.append(digits if used else _SIGNS.get(word, word))
        at += used or 1
    return "".join(signs)


def said_email(address: str, language: str) -> str:
    """Say an e-mail address: "ada dot b at example dot com"."""
    spanish = is_spanish(language)
    names: dict[str, str] = (
        {"@": "arroba", ".": "punto", "_": "guion bajo", "-": "guion", "+": "más"}
        if spanish
        else {"@": "at", ".": "dot", "_": "underscore", "-": "dash", "+": "plus"}
    )
    parts: list[str] = re.findall(r"[^\W\d_]+|[0-9]|[@._+\-]", address)
    return " ".join(names.get(part, part) for part in parts)


def read_phone(text: str, country: str, language: str) -> str | None:
    """Read a telephone number as E.164: one of the country, or any with "plus" and its code."""
    heard = words(text.replace("+", " plus "))
    runs: list[str] = [""]
    numerals = numerals_of(language)
    at = 0
    international = False
    while at < len(heard):
        digits, used = digits_at(heard, at, numerals)
        if used:
            runs[-1] += digits
        elif heard[at] in ("plus", "más", "mas"):
            international = True
            runs.append("")
        elif heard[at] not in numerals.between and heard[at] not in ("area", "code"):
            runs.append("")
        at += used or 1
    rows = [run for run in runs if run]
    for digits in (*reversed(rows), "".join(rows)):
        if number := phone_number(digits, country, international=international):
            return number
    return None


def phone_number(digits: str, country: str, *, international: bool = False) -> str | None:
    """Complete digits to E.164; None when they are too few or too many for a number of the country."""
    code, length = _CODES[country]
    if international:
        return f"+{digits}" if 8 <= len(digits) <= 15 and digits[0] != "0" else None
    national = digits.removeprefix("0") if country in _TRUNK else digits
    if len(national) == length + len(code) and national.startswith(code):
        national = national[len(code) :]
    if len(national) != length or national[0] == "0" or (country == "US" and national[0] == "1"):
        return None
    return f"+{code}{national}"


def national_length(country: str) -> int:
    """How many digits a number of the country has, without its code."""
    return _CODES[country][1]


def said_phone(number: str, country: str, language: str) -> str:
    """Say a telephone number digit by digit, in groups; one of another country with its code."""
    code, length = _CODES[country]
    own = number.startswith(f"+{code}") and len(number) == 1 + len(code) + length
    digits = number.removeprefix(f"+{code}") if own else number.removeprefix("+")
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        groups[-2:] = [groups[-2] + groups[-1]]
    said = ", ".join(" ".join(group) for group in groups)
    return said if own else f"{'más' if is_spanish(language) else 'plus'} {said}"
