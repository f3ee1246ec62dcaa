"""What the interpreter of one direction is told and what it answers with. Pure data.

One direction: a speaker's language into a listener's. Times are call time of the speaker's leg in ms.
"""

from dataclasses import dataclass
from typing import Final

from agents.translation.translator import Passage

UNKNOWN: Final = "und"
"""Stands for the tag of a language that nobody here knows: nothing of it is translated."""


@dataclass(frozen=True, slots=True)
class HeardWord:
    """One word of the speaker's: lower case, digits as digit words; `confidence` 0..1."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float = 1.0


# --- what it is told ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heard:
    """The words of the speaker's current turn as understood so far. Each replaces the one before.

    `final`: the turn is over and these are all of its words; the next `Heard` is of another turn.
    """

    words: tuple[HeardWord, ...]
    final: bool
    now_ms: int


@dataclass(frozen=True, slots=True)
class Translated:
    """The translator has answered `Translate`. Answers may come in any order."""

    request_id: str
    text: str
    now_ms: int


@dataclass(frozen=True, slots=True)
class NotTranslated:
    """There will be no translation of this request; `why` is for logs."""

    request_id: str
    why: str
    now_ms: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """All of what `Say` asked for has been voiced."""

    say_id: str
    now_ms: int


@dataclass(frozen=True, slots=True)
class SpeaksLanguage:
    """From now on the speaker speaks `language`, a BCP 47 tag.

    Where that is the listener's own, or `UNKNOWN`, nothing is translated until it changes again. What of the
    current turn was translated stands; the rest is taken up from what is heard next.
    """

    language: str
    now_ms: int


@dataclass(frozen=True, slots=True)
class HearsLanguage:
    """From now on the listener speaks `language`, a BCP 47 tag, and is to hear that one.

    What waits to be said in the language before will not be. Of a turn that begins to be translated by this,
    what was said so far was heard as it was said; what follows is translated.
    """

    language: str
    now_ms: int


@dataclass(frozen=True, slots=True)
class Repeat:
    """The listener asked to hear again what was said last (`AsksToRepeat` of the other direction)."""

    now_ms: int


@dataclass(frozen=True, slots=True)
class Tick:
    """It is now `now_ms`. Sent every micro-turn."""

    now_ms: int


Event = Heard | Translated | NotTranslated | Spoken | SpeaksLanguage | HearsLanguage | Repeat | Tick


# --- what it answers ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Translate:
    """Ask the translator, beside the call; to be answered with `Translated` or `NotTranslated`.

    `ahead`: nobody knows yet whether these will be the words; the answer may be for nothing.
    """

    request_id: str
    passage: Passage
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class Say:
    """Voice `text`, in the listener's language, as soon as it can be and after what was to be said before.

    Attributes:
        say_id: unique within the direction; told back by `Spoken`.
        text: what to voice.
        source: the speaker's words that it stands for, as written for people (captions).
        from_ms, upto_ms: when the speaker said them.
        corrects: it puts right what was said before ("sorry, Thursday").
        repeats: the listener asked for it again.
        speed: of the voice, 1.0 is as usual; faster where the listener is behind.
    """

    say_id: str
    text: str
    source: str
    from_ms: int
    upto_ms: int
    corrects: bool = False
    repeats: bool = False
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class NotSaid:
    """The speaker's words that cannot be translated: let the listener hear the speaker's own voice.

    It comes at the place of the `Say` it stands for. `why` is the translator's, for logs.
    """

    request_id: str
    source: str
    from_ms: int
    upto_ms: int
    why: str


@dataclass(frozen=True, slots=True)
class AsksToRepeat:
    """The speaker asked to hear again what was said to him: his words are not translated.

    To be passed to the other direction as `Repeat`.
    """

    now_ms: int


Action = Translate | Say | NotSaid | AsksToRepeat
