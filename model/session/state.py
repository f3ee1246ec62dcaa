"""One call inside the native interlocutor: what is kept of it between micro-turns. Pure."""

from dataclasses import dataclass, field

from config.expectation import NOTHING_AWAITED, Expectation
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES
from model.ears.ears import Hearing
from model.listening import Listening
from model.moment import Floor
from model.offers import Offers
from model.thresholds import SHIPPED, Thresholds
from model.turn import Audio, Dials, Transcript, TurnAct, Word
from model.voicing import Voicing


@dataclass(frozen=True, slots=True)
class Session:
    """One call's state.

    Attributes:
        language: the call's, a BCP 47 tag.
        outside_ears: the words come as `HeardWords` from ears outside the model.
        outside: what those have heard of the current turn.
        listening: its small utterances.
        expectation: of the offer voiced last.
        awaiting: that expectation has not been met yet.
        heard_ms: agent time up to which the caller has heard; None while nobody has told.
        taken_ms: call time at which the caller's last turn was taken.
        shown: the words of the last transcript given out of the current turn.
    """

    dials: Dials = field(default_factory=Dials)
    lines: Thresholds = SHIPPED
    language: str = "en-US"
    outside_ears: bool = False
    outside: Hearing = field(default_factory=Hearing)
    listening: Listening = field(default_factory=Listening)
    floor: Floor = field(default_factory=Floor)
    offers: Offers = field(default_factory=Offers)
    voicing: Voicing = field(default_factory=Voicing)
    expectation: Expectation = NOTHING_AWAITED
    awaiting: bool = False
    heard_ms: int | None = None
    taken_ms: int | None = None
    shown: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class EarOrders:
    """What the ears are to be told after a micro-turn, in this order."""

    turn_over: bool = False
    language: str | None = None
    expect: Expectation | None = None


@dataclass(slots=True)
class Row:
    """The row of the micro-turn being filled in: the one thing here that changes in place."""

    index: int
    acts: list[TurnAct] = field(default_factory=list[TurnAct])
    tail: Audio | None = None
    """What still sounds of something stopped at once."""
    transcript: Transcript | None = None
    taken: Transcript | None = None
    turn_over: bool = False
    language: str | None = None
    """The call goes on in it."""
    expect: Expectation | None = None

    @property
    def began_ms(self) -> int:
        return self.index * MICRO_TURN_MS

    @property
    def agent_sample(self) -> int:
        return self.index * MICRO_TURN_SAMPLES
