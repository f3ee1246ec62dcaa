"""Names of people and things in a text: after what introduces them, or by their capitals. Pure."""

# ruff: noqa: SIM905 - word lists read as words
import re
from collections.abc import Iterator
from typing import Final

from agents.translation.known_names import known_names

_INTRODUCED: Final = {
    True: re.compile(
        r"\b(?:me llamo|mi nombre es|su nombre es|se llama|a nombre de|el señor|la señora|la señorita"
        r"|señor|señora|señorita|don|doña|doctor|doctora|de parte de)\s+",
        re.IGNORECASE,
    ),
    False: re.compile(
        r"\b(?:my name is|my name's|his name is|her name is|the name of|the name is|under the name"
        r"|mister|missus|mrs\.?|mr\.?|ms\.?|miss|doctor|dr\.?|is called)\s+",
        re.IGNORECASE,
    ),
}
_TITLES: Final = re.compile(r"señor|don|doñ|doctor|m(?:iste|is)?s?r?s?\.?\s|dr", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_PARTICLES: Final = frozenset({"de", "del", "la", "las", "los", "van", "von", "da", "dos", "di", "mc", "y"})
_MOST: Final = 4
_NOT_NAMES: Final = {
    True: frozenset(
        "y o pero que porque para con en por de el la los las un una mi su tu es soy estoy tengo quiero "
        "quisiera necesito llamo llamaba no sí si me se lo le muy aquí hola gracias buenos buenas señor "
        "señora cómo como cuándo dónde qué quién cuál usted ustedes yo él ella ellos nosotros mañana hoy "
        "ayer favor a al del esta este eso está he ha han puede podría estaba tiene mucho también ya ahora "
        "entonces así cuenta correcto bien claro".split()
    ),
    False: frozenset(
        "and or but that because for with in on at by of the a an my your his her is am are was were be been "
        "i i'm i'd i've i'll you he she it we they have has had want need would could can will not no yes "
        "please calling call here hi hello thanks thank sir madam from to so what where when who how which "
        "right correct good fine sorry this these those there now then also just if on".split()
    ),
}
_CAPITALS_OF_NO_NAME: Final = frozenset(
    "i i'm i'd i've i'll ok okay monday tuesday wednesday thursday friday saturday sunday january february "
    "march april may june july august september october november december english spanish french german "
    "italian portuguese american mexican british european mr mrs ms dr miss mister internet christmas easter "
    "usted ustedes sr sra srta dios navidad".split()
)
_SENTENCE_END: Final = '.?!¿¡:\n"“”«»'


def names_in(text: str, *, spanish: bool) -> Iterator[tuple[int, int]]:
    """Find names: where each begins and ends. Of those that overlap, the first is the surest."""
    end = 0
    for match in _INTRODUCED[spanish].finditer(text):
        if match.start() >= end and (span := _introduced(text, match, spanish=spanish)):
            end = span[1]
            yield span
    yield from _capitals(text)
    yield from known_names(text)


def as_written(name: str) -> str:
    """Write a name with capitals, if it has none: "oscar de la renta" is "Oscar de la Renta"."""
    if name != name.lower():
        return name
    words = name.split(" ")
    return " ".join(
        word if at and word in _PARTICLES else word[:1].upper() + word[1:] for at, word in enumerate(words)
    )


def _introduced(text: str, match: re.Match[str], *, spanish: bool) -> tuple[int, int] | None:
    words: list[re.Match[str]] = []
    at = match.end()
    while len(words) < _MOST and (word := _WORD.match(text, at)):
        lower = word[0].lower()
        stops = lower in _NOT_NAMES[spanish] and not (
            words and lower in _PARTICLES - {"y"} and word[0].islower()
        )
        if stops or (words and words[0][0][0].isupper() and word[0][0].islower() and lower not in _PARTICLES):
            break
        words.append(word)
        at = word.end()
        if text[at : at + 1] != " ":
            break
        at += 1
    while words and words[-1][0].lower() in _PARTICLES:
        words.pop()
    lower_case = bool(words) and words[0][0].islower()
    if lower_case:
        words = words[: 1 if _TITLES.match(match[0]) else 2]
    if not words or (
        lower_case and match[0].lower().strip() in ("señor", "señora", "señorita", "don", "doctor", "miss")
    ):
        return None
    return words[0].start(), words[-1].end()


def _capitals(text: str) -> Iterator[tuple[int, int]]:
    """Find rows of words with capitals that no sentence begins with."""
    row: tuple[int, int] | None = None
    for word in _WORD.finditer(text):
        named = word[0][0].isupper() and word[0].lower() not in _CAPITALS_OF_NO_NAME
        begins = not text[: word.start()].strip() or text[: word.start()].rstrip()[-1] in _SENTENCE_END
        if named and row and text[row[1] : word.start()] == " ":
            row = (row[0], word.end())
        elif named and not begins:
            if row:
                yield row
            row = (word.start(), word.end())
        elif row:
            yield row
            row = None
    if row:
        yield row
