"""What the dialogue engine is told and what it answers with. Pure data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from agents.messages import Delegation, TaskReport
from config.expectation import NOTHING_AWAITED, Expectation


@dataclass(frozen=True, slots=True)
class CallBegan:
    """The line is open; the first step may speak."""


@dataclass(frozen=True, slots=True)
class SpokenLanguage:
    """The language the caller most likely speaks ("es"; "other": a third one), 0..1 how likely."""

    language: str
    probability: float


@dataclass(frozen=True, slots=True)
class CallerSaid:
    """The caller's turn ended with these words; none: unintelligible.

    Attributes:
        text: in lower case with digits as digit words.
        confidence: the recogniser's for the whole, 0..1.
        language: the one the words are in ("es"); empty: the call's.
        spoken: what the caller speaks, by all that they have said; None: that is not known.
        otherwise: the same turn as understood in another language.
    """

    text: str
    confidence: float
    language: str = ""
    spoken: SpokenLanguage | None = None
    otherwise: "CallerSaid | None" = None


@dataclass(frozen=True, slots=True)
class KeysPressed:
    """One keypad key, as it comes."""

    key: str


@dataclass(frozen=True, slots=True)
class CallerSilent:
    """Nobody has spoken or pressed a key for `silent_ms` since the agent was last heard.

    Sent again as it goes on.
    """

    silent_ms: int


@dataclass(frozen=True, slots=True)
class Reported:
    """A background agent's report, applied exactly once."""

    report: TaskReport


@dataclass(frozen=True, slots=True)
class OfferHeard:
    """The caller has heard all of this offer."""

    offer_id: str


@dataclass(frozen=True, slots=True)
class OfferLost:
    """This offer was interrupted and will not be voiced further."""

    offer_id: str


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Call time is now `now_ms`. Sent when `clock.next_due_ms` is reached."""

    now_ms: int


@dataclass(frozen=True, slots=True)
class CallerGoesOn:
    """The caller has begun to speak again. What they said last may be only the beginning of what they say."""


@dataclass(frozen=True, slots=True)
class Classified:
    """What a language model takes the caller's words for, asked by `Classify`.

    Attributes:
        request_id: of the question.
        option: the name of one of its options; None: none of them, or there is no answer.
        confidence: 0..1, the language model's own.
        failed: why there is no answer: a word of `config.failures`; empty: there is one.
    """

    request_id: str
    option: str | None
    confidence: float = 0.0
    failed: str = ""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A person speaks in the agent's place from now on. What happens meanwhile is not told."""


@dataclass(frozen=True, slots=True)
class HandedBack:
    """The agent has the call again."""


@dataclass(frozen=True, slots=True)
class InterpretationEnded:
    """What `Interpret` asked for at `step` is over. `joined`: the two have spoken; else nobody came."""

    step: str
    joined: bool


Event = (
    CallBegan
    | CallerSaid
    | KeysPressed
    | CallerSilent
    | Reported
    | OfferHeard
    | OfferLost
    | TimePassed
    | CallerGoesOn
    | Classified
    | TakenOver
    | HandedBack
    | InterpretationEnded
)


@dataclass(frozen=True, slots=True)
class Say:
    """Text to voice, word for word, and what is then awaited.

    `step`: where the text stands in the flow. `news`: not a reply, can wait. `language`: of the text, a tag.
    """

    offer_id: str
    text: str
    step: str
    expects: Expectation = NOTHING_AWAITED
    news: bool = False
    interruptible: bool = True
    language: str = ""


@dataclass(frozen=True, slots=True)
class Unsay:
    """Withdraw an offer that is no longer true or no longer asked for."""

    offer_id: str


@dataclass(frozen=True, slots=True)
class CancelTask:
    task_id: str


@dataclass(frozen=True, slots=True)
class Option:
    """One thing the caller's words may be taken for, and examples of how callers say it."""

    name: str
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Classify:
    """Have a language model tell which of the options the caller's words mean; they fit no phrase.

    Attributes:
        request_id: what `Classified` answers to.
        step: where the call is.
        asked: what the agent said last.
        text: the caller's words.
        options: all that they may be taken for.
        language: the tag of the call's.
        within_ms: so long the dialogue waits for an answer.
    """

    request_id: str
    step: str
    asked: str
    text: str
    options: tuple[Option, ...]
    language: str
    within_ms: int


@dataclass(frozen=True, slots=True)
class Unclassify:
    """The answer to a `Classify` is no longer wanted."""

    request_id: str


@dataclass(frozen=True, slots=True)
class Interpret:
    """Call a listed destination, and interpret between them and the caller (see the kind of step)."""

    step: str
    destination: str
    language: str
    introductions: Mapping[str, str]
    duck_db: float


@dataclass(frozen=True, slots=True)
class StopInterpreting:
    """What was asked for at this step is no longer wanted."""

    step: str


@dataclass(frozen=True, slots=True)
class TransferTo:
    """Hand the call to a listed destination, after offer `after_offer_id` was heard."""

    destination: str
    after_offer_id: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call after offer `after_offer_id` was heard."""

    after_offer_id: str


@dataclass(frozen=True, slots=True)
class SurveyAnswered:
    """What the caller answered to a survey's question: to be kept with the call.

    `measures`: what it is kept as (`satisfaction`). `value`: of a `rating` 1 to 5, of a `yes_no` 1 or 0.
    """

    step: str
    measures: str
    answer: Literal["rating", "yes_no"]
    value: int


Effect = (
    Say
    | Unsay
    | Delegation
    | CancelTask
    | Classify
    | Unclassify
    | Interpret
    | StopInterpreting
    | TransferTo
    | HangUp
    | SurveyAnswered
)
