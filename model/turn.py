"""The seam everything turns on: one side of a full-duplex conversation, stepped every 200 ms.

No torch here. A micro-turn's audio is int16[3200], 16 kHz mono. Two clocks appear and no others:

- *call time*, ms since the call's first sample: micro-turn `index` covers [200·index, 200·(index+1));
- *agent time*, ms of agent audio given out: the output of micro-turn `index` covers the same span of agent
  time. It reaches the caller's ear a little later; `Heard` says how far it got.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from config.expectation import NOTHING_AWAITED, Expectation

Audio = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Word:
    """One word; `confidence` 0..1; ms in call time for the caller, in agent time for the agent."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Dials:
    """How a manager tunes the floor, each 0..1 with 0.5 the trained default."""

    patience: float = 0.5
    """Higher waits longer before taking the turn."""
    interruption: float = 0.5
    """Higher yields more readily."""
    backchannels: float = 0.5
    """Higher says "mm-hm" more often; 0 never."""
    remarks: bool = True
    """Whether it says "one moment" of itself when the words of a turn that is over are long in coming."""


@dataclass(frozen=True, slots=True)
class VoiceChoice:
    """Which of its voices the agent speaks with (`config.dials.VoiceDials`).

    `speed` 1.0 is as usual; `pitch` 0..1, 0.5 the voice's own.
    """

    name: str = "house"
    speed: float = 1.0
    pitch: float = 0.5


AS_USUAL = VoiceChoice()


# --- what reaches the model -----------------------------------------------------------------------


class Urgency(StrEnum):
    """When an offer may be voiced."""

    REPLY = "reply"
    """When the caller's turn ends (at once if the floor is the agent's or nobody's). The usual case."""
    NEWS = "news"
    """At the next moment the floor is free: after the caller's sentence and the agent's own."""
    AT_ONCE = "at_once"
    """As soon as the voice is free, whoever speaks, in the order made and before all others. It is nobody's
    turn: the caller's turns go on beside it and it is not interrupted. An interpreter speaks like this."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Text that may be said, word for word or not at all.

    Attributes:
        id: unique within the call.
        text: what to voice, as written (numbers already in the form they are to be spoken).
        urgency: when it may be voiced.
        reply_to: for a reply prepared before the caller's turn ended: the words it answers
            (`Transcript.text`). It is voiced only if the turn ends with exactly these words. None: it answers
            what has already been taken in.
        sure_from: with `reply_to`: the `Transcript.confidence` from which on it is the right answer.
        expects: the kind of answer awaited while and after it is voiced.
        expires_ms: call time after which it is stale and dropped unvoiced; None for never.
        interruptible: False for the few sentences that must be heard (a legal notice).
        language: of the text, a BCP 47 tag; None: the call's when it was offered. A reply prepared for "en
            español" is in Spanish before the call is.
        speed: it is voiced so many times as fast as the call's voice speaks.
    """

    id: str
    text: str
    urgency: Urgency = Urgency.REPLY
    reply_to: str | None = None
    sure_from: float = 0.0
    expects: Expectation = NOTHING_AWAITED
    expires_ms: int | None = None
    interruptible: bool = True
    language: str | None = None
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class OfferMade:
    offer: Offer


@dataclass(frozen=True, slots=True)
class OfferWithdrawn:
    """The offer must not be voiced (any further: a sentence being voiced stops at the next word's end)."""

    offer_id: str


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """A keypad digit, one of 0-9 * # A-D. It ends whatever the agent is saying if that awaits digits."""

    key: str


@dataclass(frozen=True, slots=True)
class Heard:
    """The caller has heard agent audio up to `agent_ms` (agent time) and, after a clear, no further."""

    agent_ms: int


@dataclass(frozen=True, slots=True)
class HeardWords:
    """Words from ears outside the model (a speech-to-text service), replacing the turn's so far."""

    words: tuple[Word, ...]
    final: bool


@dataclass(frozen=True, slots=True)
class CallerTyped:
    """A whole turn of the caller's that was typed, not spoken: it is taken at once, sure of every word.

    It ends whatever the agent is saying, but what must be heard. `words` are as they were written, in lower
    case ("104233", "a@b.com").
    """

    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class DialsTurned:
    """From this micro-turn on the floor is held like this: the dialogue has come to another step."""

    dials: Dials


@dataclass(frozen=True, slots=True)
class LanguageChanged:
    """From this micro-turn on both sides speak `language` (a BCP 47 tag)."""

    language: str


TurnEvent = (
    OfferMade | OfferWithdrawn | KeyPressed | Heard | HeardWords | CallerTyped | DialsTurned | LanguageChanged
)


@dataclass(frozen=True, slots=True)
class TurnInput:
    """What one micro-turn brings: caller audio int16[3200] and the events since the last one, in order."""

    index: int
    caller_audio: Audio
    events: tuple[TurnEvent, ...] = ()


# --- what the model gives back --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LanguageHeard:
    """The language the caller most likely speaks ("es"), by all they have said so far; "other": a third one.

    `probability` is calibrated, 0..1.
    """

    language: str
    probability: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """The caller's current turn as far as it is understood. Each one replaces the one before, until `final`.

    `confidence` is of the whole (0..1); below the flow's threshold the dialogue asks instead of guessing.

    Attributes:
        language: the one the words are in ("es"); empty: the call's.
        spoken: the language the caller speaks; None where the ears do not tell languages apart.
        otherwise: the same turn as understood in another language that it may be in.
    """

    words: tuple[Word, ...]
    final: bool
    confidence: float = 1.0
    language: str = ""
    spoken: LanguageHeard | None = None
    otherwise: "Transcript | None" = None

    @property
    def text(self) -> str:
        """The words joined by single spaces; lower case; digits as digit words ("one zero four")."""
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class OfferStarted:
    offer_id: str


@dataclass(frozen=True, slots=True)
class OfferFinished:
    """All of the offer's audio has been given out (not yet: heard)."""

    offer_id: str


@dataclass(frozen=True, slots=True)
class OfferDropped:
    """The offer will not be voiced (further): expired, withdrawn, or interrupted and not resumed."""

    offer_id: str


@dataclass(frozen=True, slots=True)
class TurnTaken:
    """The model judges the caller's turn ended, with these words (perhaps none: unintelligible)."""

    transcript: Transcript


@dataclass(frozen=True, slots=True)
class Yielded:
    """The agent stops at once: what is on its way to the caller's ear must be cleared."""

    offer_id: str


@dataclass(frozen=True, slots=True)
class Resumed:
    """The agent takes up an interrupted offer again from where the caller stopped hearing it."""

    offer_id: str


@dataclass(frozen=True, slots=True)
class Backchannelled:
    """A small utterance of the model's own ("mm-hm"), voiced without taking the floor."""

    text: str


@dataclass(frozen=True, slots=True)
class CallerSpoke:
    """The caller has begun to speak (rising edge of voice activity), at call time `at_ms`."""

    at_ms: int


TurnAct = (
    OfferStarted | OfferFinished | OfferDropped | TurnTaken | Yielded | Resumed | Backchannelled | CallerSpoke
)


@dataclass(frozen=True, slots=True)
class Readings:
    """The model's own view of the last slot, probabilities 0..1, for the tape and the timeline."""

    caller_voice: float = 0.0
    agent_voice: float = 0.0
    turn_end: float = 0.0
    """That the caller's turn is over (meaningful while the caller is silent or trailing off)."""
    barge_in: float = 0.0
    """That caller speech over the agent is meant to take the floor (rather than a backchannel)."""
    backchannel_due: float = 0.0
    caller_soon: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)
    """Caller activity over the next 0-0.2, 0.2-0.4, 0.4-0.6, 0.6-0.8 s."""


@dataclass(frozen=True, slots=True)
class TurnOutput:
    """What one micro-turn gives: agent audio int16[3200], the words voiced in it, acts in order, readings.

    Attributes:
        transcript: the caller's current turn, when it changed in this micro-turn; else None.
        agent_words: words whose audio begins in this micro-turn (agent time); `voicing` says of which offer.
    """

    index: int
    agent_audio: Audio
    transcript: Transcript | None = None
    agent_words: tuple[Word, ...] = ()
    voicing: str | None = None
    acts: tuple[TurnAct, ...] = ()
    readings: Readings = field(default_factory=Readings)


# --- the seam -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CallContext:
    """What is known when the call begins. `language` is a BCP 47 tag."""

    call_id: str
    language: str = "en-US"
    dials: Dials = field(default_factory=Dials)
    voice: VoiceChoice = AS_USUAL


class CallState(Protocol):
    """One call's state inside an interlocutor. Opaque; close it when the call ends."""

    def close(self) -> None: ...


S = TypeVar("S", bound=CallState)


class StepError(Exception):
    """Some calls of a step failed; the others have moved on.

    `outcomes` holds one entry per call, in order: its output, or what went wrong.
    """

    def __init__(self, outcomes: "Sequence[TurnOutput | Exception]") -> None:
        failed = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        super().__init__(f"{len(failed)} of {len(outcomes)} calls failed: {failed[0] if failed else ''}")
        self.outcomes = tuple(outcomes)


class Interlocutor(Protocol[S]):
    """One side of a full-duplex conversation, stepped every 200 ms."""

    def open(self, call: CallContext) -> S: ...

    def step(self, states: Sequence[S], turns: Sequence[TurnInput]) -> Sequence[TurnOutput]:
        """Take the next micro-turn of each of these calls.

        Raises:
            StepError: some calls failed, the others moved on.
            Exception: any other: no call has moved.
        """
        ...
