"""From what a language model writes to what a voice can read: no markup, no addresses, no rows of digits.

Pure. Models are told to write for the ear; this holds when they do not.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from agents.dialogue.tongue import (
    ENGLISH,
    SPANISH,
    Tongue,
    is_spanish,
    spoken_amount,
    spoken_date,
    spoken_moment,
)
from agents.dialogue.wording import spaced
from agents.language_model.sentences import START, cut

Language = Literal["en", "es"]
"""What is spoken; numbers and signs are said in it."""


@dataclass(frozen=True, slots=True)
class _Words:
    """What signs are called in a language."""

    tongue: Tongue
    website: str
    at: str
    dot: str
    plus: str
    percent: str
    number: str


_ENGLISH: Final = _Words(ENGLISH, "the website", " at ", " dot ", "plus ", " percent", "number ")
_SPANISH: Final = _Words(SPANISH, "la página web", " arroba ", " punto ", "más ", " por ciento", "número ")
_CURRENCIES: Final = {"$": "USD", "€": "EUR", "£": "GBP"}


def language_of(tag: str) -> Language:
    """Return the language spoken for a tag like `es-ES`; English for those not known."""
    return "es" if is_spanish(tag) else "en"


def tidy(text: str, language: Language) -> str:
    """Say a whole text: its sentences, each as `spoken` says it, with a space between them."""
    sentences, rest = cut(START, text)
    return " ".join(filter(None, (spoken(each, language) for each in (*sentences, rest))))


def spoken(sentence: str, language: Language) -> str:
    """Say one sentence as `agents.language_model.sentences.cut` gives it.

    Returns:
        Words, spaces and punctuation, with a mark at the end; empty when there is nothing to be said.
    """
    words = _SPANISH if language == "es" else _ENGLISH
    text = _without_markup(sentence)
    for pattern, say in _SAYINGS:
        text = pattern.sub(lambda found, say=say: say(found, words), text)
    text = "".join(sign for sign in text if sign.isspace() or unicodedata.category(sign) not in _UNSPEAKABLE)
    text = re.sub(r"\s+([,.;:!?…])", r"\1", " ".join(text.split())).lstrip(",;:.) ")
    if not any(sign.isalnum() for sign in text):
        return ""
    return text if text.rstrip("\"'”’»)")[-1:] in tuple(".!?…,;:") else f"{text}."


TELEPHONE: Final = re.compile(
    r"\+\d[\d ().-]{5,}\d|(?<![\d.-])(?:1[-. ])?(?:\(\d{3}\)\s?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\d-])"
)
"""A telephone number as people write it: with a plus, or grouped as in North America."""
_UNSPEAKABLE: Final = ("So", "Sk", "Cc", "Cf", "Co", "Cn", "Cs", "Mn")
_MARKUP: Final = (
    (re.compile(r"```\w*"), " "),
    (re.compile(r"</?[A-Za-z][^<>]*>"), " "),
    (re.compile(r"\n\s*(?:(?:#+|[-*+•>]|\d{1,2}[.)])\s+)+"), "\n"),
    (re.compile(r"\]\([^()\s]*\)"), ""),
    (re.compile(r"!?\[|\]"), ""),
    (re.compile(r"-{3,}|={3,}|[*`~]+"), ""),
    (re.compile(r"_+"), " "),
    (re.compile(r"\s*\|[\s|]*"), ", "),
    (re.compile(r"\s+[-–—]+\s+|—"), ", "),
)


def _without_markup(sentence: str) -> str:
    text = unicodedata.normalize("NFC", sentence)
    for pattern, instead in _MARKUP:
        text = pattern.sub(instead, text)
    return text


# --- what is not read as it is written ------------------------------------------------------------


def _email(found: re.Match[str], words: _Words) -> str:
    return found[0].replace("@", words.at).replace(".", words.dot)


def _day(found: re.Match[str], words: _Words) -> str:
    """Say a day, and the time on it where that is the company's and not UTC."""
    try:
        moment = datetime.fromisoformat(found[0])
    except ValueError:
        return found[0]
    shown = bool(found["time"]) and found["zone"] != "Z"
    return spoken_moment(moment, _tag(words)) if shown else spoken_date(moment.date(), _tag(words))


def _money(found: re.Match[str], words: _Words) -> str:
    """Say an amount; the groups are `minus`, `sign`, `whole`, `part` and perhaps `scale`."""
    currency = _CURRENCIES[found["sign"]]
    whole, part = re.sub(r"\D", "", found["whole"]), found["part"]
    if scale := found.groupdict().get("scale"):
        minus, several = words.tongue.minus if found["minus"] else "", words.tongue.money[currency][1]
        amount = f"{whole}.{part}" if part else whole
        return f"{minus}{amount} {scale} {'de ' if scale.startswith('millon') else ''}{several}"
    cents = int(whole) * 100 + (int(part.ljust(2, "0")) if part else 0)
    return spoken_amount(-cents if found["minus"] else cents, currency, _tag(words))


def _tag(words: _Words) -> Language:
    return "es" if words is _SPANISH else "en"


def _telephone(found: re.Match[str], words: _Words) -> str:
    groups = re.findall(r"\d+", found[0])
    return (words.plus if found[0].startswith("+") else "") + ", ".join(map(spaced, groups))


def _spaced(found: re.Match[str], _: _Words) -> str:
    return spaced(found[0])


def _together(found: re.Match[str], _: _Words) -> str:
    return re.sub(r"\D", "", found[0])


_SAYINGS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str], _Words], str]], ...]] = (
    (re.compile(r"[\w.+-]+@\w+(?:[.-]\w+)+"), _email),
    (
        re.compile(r"(?:https?://|www\.)[^\s<>()]*[^\s<>().,;:!?…\"'”’»]"),
        lambda _, words: words.website,
    ),
    (
        re.compile(
            r"\b\d{4}-\d{2}-\d{2}(?:T(?P<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)"
            r"(?P<zone>Z|[+-]\d{2}:\d{2})?|\b)"
        ),
        _day,
    ),
    (
        re.compile(
            r"(?P<minus>[-−])?(?P<sign>[$€£])\s?(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:[.,](?P<part>\d{1,2}))?(?!\d)"
            r"(?:\s(?P<scale>thousand|million|billion|mil|millones)\b)?"
        ),
        _money,
    ),
    (
        re.compile(
            r"(?<![\d.,])(?P<minus>[-−])?(?P<whole>\d{1,3}(?:\.\d{3})+|\d+)(?:[.,](?P<part>\d{1,2}))?\s?"
            r"(?P<sign>[$€£])(?!\d)"
        ),
        _money,
    ),
    (TELEPHONE, _telephone),
    (re.compile(r"(?<![\w.,])\d{5,}(?!\w|[.,]\d)"), _spaced),
    (re.compile(r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?!,?\d)"), _together),
    (re.compile(r"(?<![\w.,])(?=\w*[A-Z])(?=(?:\w*\d){3})[A-Z0-9]{4,}\b"), _spaced),
    (re.compile(r"(?<=\d)\s?%"), lambda _, words: words.percent),
    (re.compile(r"#\s?(?=\d)"), lambda _, words: words.number),
    (re.compile(r"\s*&\s*"), lambda _, words: f" {words.tongue.both} "),
    (re.compile(r"[#<>{}\\^|]+"), lambda _, __: " "),
)
