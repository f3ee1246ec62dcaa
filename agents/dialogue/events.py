"""What the dialogue engine is told and what it answers with. Pure data."""

from dataclasses import dataclass
from typing import Literal

from agents.messages import Delegation, TaskReport
from config.expectation import NOTHING_AWAITED, Expectation


@dataclass(frozen=True, slots=True)
class CallBegan:
    """The line is open; the first step may speak."""


@dataclass(frozen=True, slots=True)
class CallerSaid:
    """The caller's turn ended with these words; none: unintelligible.

    `text` is in lower case with digits as digit words.
    `confidence` is the recogniser's for the whole, 0..1.
    """

    text: str
    confidence: float


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
class TakenOver:
    """A person speaks in the agent's place from now on. What happens meanwhile is not told."""


@dataclass(frozen=True, slots=True)
class HandedBack:
    """The agent has the call again."""


Event = (
    CallBegan
    | CallerSaid
    | KeysPressed
    | CallerSilent
    | Reported
    | OfferHeard
    | OfferLost
    | TimePassed
    | TakenOver
    | HandedBack
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


Effect = Say | Unsay | Delegation | CancelTask | TransferTo | HangUp | SurveyAnswered
