"""The two people of an interpreted call: how they are interpreted, what is told of their words. Pure data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from config.flow import LanguageRecognition
from config.interpreting import DUCK_DB
from model.turn import Word


class Side(StrEnum):
    """One of the two people."""

    CALLER = "caller"
    OTHER = "other"

    @property
    def facing(self) -> "Side":
        return Side.OTHER if self is Side.CALLER else Side.CALLER


@dataclass(frozen=True, slots=True)
class Interpreted:
    """A row of the tape: something one of them said, and what the other heard of it.

    Attributes:
        speaker: `caller` or `other`.
        source, source_language: what was said, and in which language, a BCP 47 tag.
        text, language: what is voiced for it; empty when it was not translated, and `why` says why not.
        from_ms, upto_ms: when it was said, call time of the caller's leg.
        said_ms: when the translation began to be voiced, as `from_ms`; with a lag of `lag_ms`.
        offer_id: the offer that voices it.
        corrects: it puts right what was said before.
        repeats: the listener asked for it again.
    """

    speaker: str
    source: str
    source_language: str
    text: str
    language: str
    from_ms: int
    upto_ms: int
    said_ms: int
    lag_ms: int
    offer_id: str = ""
    corrects: bool = False
    repeats: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class OthersWords:
    """What the other person is saying, as far as it is understood; times of the caller's leg."""

    utterance: str
    """Unique within the call."""
    words: tuple[Word, ...]
    final: bool
    language: str


@dataclass(frozen=True, slots=True)
class LegJoined:
    """A row of the call's tape: another line has joined, with a tape of its own in `legs/<leg>`.

    Attributes:
        leg: its number, from 1.
        language: what its person speaks, a BCP 47 tag.
        later_ms: call time of the caller's leg minus call time of this one.
    """

    leg: int
    language: str
    later_ms: int


@dataclass(frozen=True, slots=True)
class InterpreterNews:
    """An interpreter is there for the caller and somebody who speaks `language`; None: not, or no more.

    `lost`: there was to be one for whoever has taken the call over, and there is none.
    """

    language: str | None
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What there is to tell of an interpreted call since the last time, in order."""

    rows: tuple[Interpreted, ...] = ()
    words: tuple[OthersWords, ...] = ()
    legs: tuple[LegJoined, ...] = ()
    news: tuple[InterpreterNews, ...] = ()


@dataclass(frozen=True, slots=True)
class Wishes:
    """How two people are interpreted.

    Attributes:
        languages: what each of them speaks, BCP 47 tags.
        duck_db: see `Mixer`.
        introductions: what is said at the beginning, by language ("en"), in place of the usual.
        notice: what the other person is told before anything else; empty: nothing.
        in_step: both legs are stepped together, so that their voices need no buffer between them.
        recognition: how surely they must have gone over to another language to be followed.
    """

    languages: Mapping[Side, str]
    duck_db: float = DUCK_DB
    introductions: Mapping[str, str] | None = None
    notice: str = ""
    in_step: bool = False
    recognition: LanguageRecognition = field(default_factory=LanguageRecognition)
