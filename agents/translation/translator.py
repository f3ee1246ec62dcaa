"""The seam of translation: what a translator is given, what it gives, and how it fails.

TranslationError         what went wrong and what to do
├── NoTranslator         there is none here; the text holds the one line that installs or sets one
├── NoSuchPair           this one does not know the two languages
└── TranslatorFailed     it hung, died, refused, or gave what cannot be used

A passage that fails is lost alone: the next one may be asked for at once.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from agents.errors import AgentsError


@dataclass(frozen=True, slots=True)
class Term:
    """What a word or phrase is to be called in the target language, as it stands in the passage.

    Attributes:
        source, target: the same number: "orders", "pedidos".
        gender: of `target` where it is Spanish, else of the Spanish `source`; empty: not known.
        plural: both are.
    """

    source: str
    target: str
    gender: Literal["m", "f", ""] = ""
    plural: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """What is to be translated.

    Attributes:
        text: as people write it: cased and punctuated as far as that is known.
        source, target: BCP 47 tags ("en-US", "es-MX"); a translator that knows no more reads the language.
        before: sentences that were already said, in the source language, the oldest first.
        whole: false for a phrase of a sentence that goes on.
        terms: those that stand in the text; a translator honours them as well as it can, and
            `agents.translation.protected` sees to it that they come out.
    """

    text: str
    source: str
    target: str
    before: tuple[str, ...] = ()
    whole: bool = True
    terms: tuple[Term, ...] = ()


class Translator(Protocol):
    """Translates passages. Any number may be asked at the same time."""

    @property
    def name(self) -> str:
        """Who it is, for people: "Apertium"."""
        ...

    def pairs(self) -> frozenset[tuple[str, str]]:
        """Return the languages it translates, as (source, target); none: whatever it is asked."""
        ...

    async def translate(self, passage: Passage) -> str:
        """Translate a passage. What holds no words comes back as it is.

        Raises:
            NoTranslator, NoSuchPair, TranslatorFailed: see above.
        """
        ...

    async def close(self) -> None:
        """End its processes and connections. What is still being translated fails."""
        ...


class TranslationError(AgentsError):
    """A passage was not translated. Raise one of its kinds.

    `word` is of `config.failures`: what a machine reads.
    """

    word: ClassVar[str] = "internal"


class NoTranslator(TranslationError):  # noqa: N818 - read where it is raised: `raise NoTranslator(...)`
    """There is no translator here. `why`, and `remedy`: the one line that brings it."""

    word = "unsupported"

    def __init__(self, text: str, remedy: str) -> None:
        super().__init__(f"{text}: {remedy}")
        self.why = text
        self.remedy = remedy


class NoSuchPair(TranslationError):  # noqa: N818
    """It does not translate between these languages."""

    word = "unsupported"


class TranslatorFailed(TranslationError):  # noqa: N818
    """It hung, died, refused, or gave what cannot be used; the next passage may succeed."""

    word = "unavailable"


def language_of(tag: str) -> str:
    """Return the language of a BCP 47 tag, in lower case: "es" of "es-MX"."""
    return tag.partition("-")[0].partition("_")[0].lower()
