"""A case: one short call whose every event is known by construction, and what the agent has to say in it.

The caller's side is one fixed recording, so every system is asked the very same question; what the agent may
say is the same few offers, made in the same situations, whoever listens. Times are ms of call time.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from config.expectation import NOTHING_AWAITED, Expectation
from config.units import MICRO_TURN_MS, WIRE_RATE_HZ
from model.turn import Audio, Offer, TurnEvent, Word


class Scenario(StrEnum):
    """What is asked. The first seven are those of Full-Duplex-Bench V1 and V1.5, by its names."""

    PAUSE = "pause"
    """The caller pauses in mid-turn: do not take the floor."""
    TURN = "turn"
    """The caller's turn ends: take the floor, soon."""
    BACKCHANNEL = "backchannel"
    """The caller tells a story: say "mm-hm" where a listener would, without taking the floor."""
    INTERRUPTION = "interruption"
    """The caller wants the floor while the agent speaks: stop, then answer."""
    CALLER_BACKCHANNEL = "caller_backchannel"
    """The caller says "mm-hm" while the agent speaks: go on."""
    TALKING_TO_OTHER = "talking_to_other"
    """The caller says something to somebody else: go on."""
    BACKGROUND_SPEECH = "background_speech"
    """Somebody else is heard at the caller's end: go on."""
    TIME = "time"
    """Something is to be said at a moment agreed on: say it then."""
    OFFERS = "offers"
    """Offers are replaced and taken back on the way: say what stands, word for word, and nothing else."""


GOES_ON = frozenset({Scenario.CALLER_BACKCHANNEL, Scenario.TALKING_TO_OTHER, Scenario.BACKGROUND_SPEECH})
"""Where the agent is to keep the floor."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `start_ms` to `end_ms`."""

    start_ms: float
    end_ms: float

    @property
    def ms(self) -> float:
        return self.end_ms - self.start_ms

    def holds(self, at_ms: float) -> bool:
        return self.start_ms <= at_ms < self.end_ms


@dataclass(frozen=True, slots=True)
class Events:
    """What happens in a case.

    Attributes:
        turn: the caller's turn meant for the agent, first sound to last.
        pauses: the silences inside it.
        openings: where a listener's "mm-hm" fits, from the earliest to the latest moment it may begin.
        overlap: caller sound over the agent's speech, first to last.
        due_ms: when something is to be said.
    """

    turn: Span | None = None
    pauses: tuple[Span, ...] = ()
    openings: tuple[Span, ...] = ()
    overlap: Span | None = None
    due_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Cue:
    """An event for the model at a call time, whatever it does."""

    at_ms: int
    event: TurnEvent


@dataclass(frozen=True, slots=True)
class Script:
    """What the agent has to say.

    Attributes:
        cues: offers made and withdrawn by the clock; ascending.
        replies: the answer to the caller's first turn, second, ...; the last one again for all later ones.
        answers_from_ms: turns taken before this moment get no reply.
    """

    cues: tuple[Cue, ...] = ()
    replies: tuple[Offer, ...] = ()
    answers_from_ms: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One case.

    Attributes:
        id: unique and stable for a seed: scenario, language, number.
        caller: int16[n] at `WIRE_RATE_HZ`, as the telephone brings it; the call lasts as long.
        spoken: what the caller says to the agent.
        about: one line for people.
        echo, echo_ms: how much of the agent comes back on the caller's line, 0..1, and how late; only where
            cases run in virtual time.
        lasts_ms: how long the call lasts where the sound is not at hand.
    """

    id: str
    scenario: Scenario
    language: str
    caller: Audio
    events: Events
    script: Script
    spoken: tuple[Word, ...] = ()
    about: str = ""
    expectation: Expectation = field(default_factory=lambda: NOTHING_AWAITED)
    echo: float = 0.0
    echo_ms: int = 0
    lasts_ms: int | None = None

    @property
    def ms(self) -> int:
        """How long the call lasts."""
        if self.lasts_ms is not None:
            return self.lasts_ms
        return self.caller.size * 1_000 // WIRE_RATE_HZ

    @property
    def micro_turns(self) -> int:
        """Whole micro-turns of the call."""
        return self.ms // MICRO_TURN_MS
