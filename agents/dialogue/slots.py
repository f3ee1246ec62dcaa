"""Short answers: yes and no, and words that only say "I am listening", in English and Spanish."""

from enum import Enum
from typing import Final

from agents.dialogue.numerals import words
from agents.dialogue.tongue import is_spanish


class Reply(Enum):
    """What an answer to a yes-or-no question comes to."""

    YES = "yes"
    NO = "no"


YES_PHRASES: Final = (
    "yes", "yes please", "yeah", "yep", "yup", "yes it is", "yes that is right", "that is right",
    "that's right", "right", "correct", "that is correct", "that's correct", "exactly", "sure", "of course",
    "absolutely", "definitely", "okay", "ok", "alright", "all right", "please do", "go ahead",
    "uh huh", "i would", "it is",
)  # fmt: skip
NO_PHRASES: Final = (
    "no", "no thanks", "no thank you", "nope", "nah", "no it is not", "that is wrong", "that's wrong",
    "wrong", "incorrect", "that is not right", "that's not right", "not right", "not correct", "not really",
    "not at all",
    "it is not", "it isn't", "no that is wrong", "no that's not it",
)  # fmt: skip
SPANISH_YES_PHRASES: Final = (
    "sí", "sí por favor", "sí claro", "claro", "claro que sí", "por supuesto", "correcto", "es correcto",
    "exacto", "así es", "eso es", "de acuerdo", "vale", "está bien", "adelante", "desde luego",
)  # fmt: skip
SPANISH_NO_PHRASES: Final = (
    "no", "no gracias", "no es correcto", "no está bien", "está mal", "incorrecto", "para nada",
    "de ninguna manera", "eso no", "no es eso",
)  # fmt: skip
_PLAIN_NO: Final = frozenset({"no", "nope", "nah"})
_NO_WORDS: Final = _PLAIN_NO | {"wrong", "incorrect", "not"}
_SHORT: Final = 5
"""In so few words a "not" denies what was asked; in more it may deny anything."""
_YES_WORDS: Final = frozenset(
    {
        "yes",
        "yeah",
        "yep",
        "yup",
        "correct",
        "exactly",
        "sure",
        "absolutely",
        "definitely",
        "right",
        "okay",
        "ok",
    }
)
_ACKNOWLEDGEMENTS: Final = frozenset(
    {"mhm", "mm", "hm", "hmm", "mmhm", "uh", "huh", "um", "okay", "ok", "right", "alright", "yeah", "yes",
     "yep", "sure", "i", "see", "got", "it", "good", "great", "fine", "all", "aha", "ah", "oh", "thank",
     "thanks", "you"}
)  # fmt: skip


_STALLING: Final = frozenset(
    {"second", "sec", "moment", "minute", "wait", "hold", "hang",
     "segundo", "segundito", "momento", "momentito", "minuto", "espere", "espera", "espéreme", "permítame"}
)  # fmt: skip
"""The answer is still to come: "okay, one second"."""
_ASKING: Final = frozenset({"when", "what", "where", "who", "how", "why", "which"})
_SPANISH_ASKING: Final = frozenset({"cuándo", "qué", "dónde", "quién", "cómo", "cuál", "cuánto"})
_SPANISH_NO: Final = frozenset({"incorrecto", "mal", "tampoco"})
_SPANISH_YES: Final = frozenset(
    {"sí", "si", "claro", "correcto", "exacto", "vale", "supuesto", "acuerdo", "adelante", "exactamente"}
)
_SPANISH_ACKNOWLEDGEMENTS: Final = frozenset(
    {"mhm", "mm", "ajá", "aja", "ya", "sí", "si", "vale", "bien", "bueno", "claro", "entiendo", "entendido",
     "de", "acuerdo", "ok", "okay", "ah", "eh", "gracias", "perfecto", "muy"}
)  # fmt: skip


_CONDITIONS: Final = frozenset(
    {"but", "only", "except", "wait", "unless", "pero", "solo", "sólo", "solamente", "espere", "espera",
     "excepto", "salvo", "menos"}
)  # fmt: skip


_HELLO: Final = frozenset({"hello", "hi", "hey", "here", "morning", "afternoon", "evening"})
_BESIDE_HELLO: Final = frozenset({"there", "good", "i'm", "i", "am", "still", "yes", "yeah"})
_HOLA: Final = frozenset({"hola", "buenas", "buenos", "aquí", "diga"})
_BESIDE_HOLA: Final = frozenset({"muy", "días", "tardes", "noches", "estoy", "sigo", "sí", "bueno"})


def yes_or_no(text: str, language: str = "en") -> Reply | None:
    """Read an answer to a yes-or-no question. A denial outweighs ("yes... no, that's wrong").

    A question is no answer ("when exactly"), nor is what only asks for time ("okay, one second").
    """
    heard = words(text.replace("n't", " not"))
    plain = " ".join(heard)
    first = heard[0] if heard else ""
    short = len(heard) <= _SHORT
    spanish = is_spanish(language)
    if stalls(text) or (first in (_SPANISH_ASKING if spanish else _ASKING) and plain != "cómo no"):
        return None
    return (_si_o_no if spanish else _yes_no)(plain, first, heard if short else [])


def stalls(text: str) -> bool:
    """Whether the words only ask for time: "okay, one second", "no, wait"."""
    heard = words(text)
    return len(heard) <= _SHORT and not _STALLING.isdisjoint(heard)


def _yes_no(plain: str, first: str, short: list[str]) -> Reply | None:
    if plain.startswith("no problem"):
        return Reply.YES
    if first in _PLAIN_NO or not _NO_WORDS.isdisjoint(short):
        return Reply.NO
    if first in _YES_WORDS or plain in YES_PHRASES or not _YES_WORDS.isdisjoint(short):
        return Reply.YES
    return None


def _si_o_no(plain: str, first: str, short: list[str]) -> Reply | None:
    if plain.startswith(("no hay problema", "cómo no", "como no")):
        return Reply.YES
    if first == "no" or plain in SPANISH_NO_PHRASES or not {"no", *_SPANISH_NO}.isdisjoint(short):
        return Reply.NO
    if first in _SPANISH_YES or plain in SPANISH_YES_PHRASES or not _SPANISH_YES.isdisjoint(short):
        return Reply.YES
    return None


def has_condition(text: str) -> bool:
    """Whether a yes comes with a condition, or is put off: "yes but only one of them", "okay wait"."""
    return not _CONDITIONS.isdisjoint(words(text))


def is_greeting(text: str, language: str = "en") -> bool:
    """Whether the words only say that somebody is there: "hello?", "yes, I'm here", "hola, buenas tardes"."""
    heard = set(words(text))
    greets, beside = (_HOLA, _BESIDE_HOLA) if is_spanish(language) else (_HELLO, _BESIDE_HELLO)
    return not greets.isdisjoint(heard) and heard <= greets | beside


def is_acknowledgement(text: str, language: str = "en") -> bool:
    """Whether the words only say "I am listening": "mhm", "okay", "I see"."""
    heard = words(text)
    listens = _SPANISH_ACKNOWLEDGEMENTS if is_spanish(language) else _ACKNOWLEDGEMENTS
    return 0 < len(heard) <= 3 and all(word in listens for word in heard)
