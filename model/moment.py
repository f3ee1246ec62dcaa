"""What the floor is decided from, and what can be decided. Pure."""

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from config.expectation import NOTHING_AWAITED, Expectation
from config.units import MICRO_TURN_MS
from model.caller import Caller
from model.ears.ears import Hearing
from model.thresholds import SHIPPED, Thresholds
from model.turn import Dials, Readings

_DIAL_LOG_ODDS: Final = 4.0
"""A dial turned from 0.5 to an end shifts a threshold by half of this."""
EARS_PATIENCE: Final = 20
"""Micro-turns the ears may lag behind the end of a turn before it is taken with the words there are. They
need two; more only when many callers fall silent at once, and a wrong answer costs more than a late one."""
OUTSIDE_EARS_PATIENCE: Final = 6
"""The same for ears outside the model, which never say that they have heard it all."""
_DRONING_MS: Final = 10_000
"""A voice that goes on for this long without a word is a television, not a turn."""
_EARS_KEEP_UP_MS: Final = 1_500


class Standing(StrEnum):
    """What the agent is doing."""

    SILENT = "silent"
    VOICING = "voicing"
    STOPPING = "stopping"
    """Pausing: it stops at the end of the word."""
    PAUSED = "paused"
    """It stopped at the end of a word, to find out what the caller wants."""
    YIELDED = "yielded"
    """It stopped at once: the floor is the caller's."""


class Decision(StrEnum):
    """What to do with the floor in this micro-turn."""

    LISTEN = "listen"
    """Go on as it is."""
    HOLD = "hold"
    """The caller's turn has ended; the ears have not caught up."""
    TAKE_TURN = "take_turn"
    FORGET = "forget"
    """What the caller uttered was no turn: a noise, or a "mm-hm" while the agent speaks."""
    PAUSE = "pause"
    YIELD = "yield"
    RESUME = "resume"
    BACKCHANNEL = "backchannel"


@dataclass(frozen=True, slots=True)
class Moment:
    """All that the floor is decided from.

    Attributes:
        index: of the micro-turn.
        slots: the model's readings, oldest first.
        hearing: what the ears have understood so far.
        standing: what the agent is doing.
        interruptible: whether it may be interrupted in that.
        asking: whether it is voicing the question itself, so that a "yes" is an answer and no "mm-hm".
        expectation: the answer awaited.
        outside_ears: the words come from a recogniser outside the model, later than its own ears'.
    """

    index: int
    slots: tuple[Readings, ...]
    hearing: Hearing
    standing: Standing = Standing.SILENT
    interruptible: bool = True
    asking: bool = False
    expectation: Expectation = NOTHING_AWAITED
    outside_ears: bool = False

    @property
    def now_ms(self) -> int:
        """Call time at the end of the micro-turn."""
        return (self.index + 1) * MICRO_TURN_MS


@dataclass(frozen=True, slots=True)
class Floor:
    """What is remembered from one micro-turn to the next."""

    caller: Caller = field(default_factory=Caller)
    waited: int = 0
    """Micro-turns the ears have been waited for."""
    backchannelled_ms: int | None = None
    not_understood: int = 0
    """Turns taken in a row in which no word was understood."""
    not_understood_ms: int = 0
    """When the last of them was."""
    droning: bool = False
    """The voice on the line is taken for background, until it stops or says something."""

    @property
    def is_free(self) -> bool:
        """Whether the caller neither speaks nor has an unanswered turn."""
        return self.droning or (not self.caller.may_be_speaking and not self.caller.has_turn)


@dataclass(frozen=True, slots=True)
class Rules:
    """By what is decided: where the lines are drawn, and how a manager's dials shift them."""

    dials: Dials = field(default_factory=Dials)
    lines: Thresholds = SHIPPED


def heard_it_all(floor: Floor, moment: Moment) -> bool:
    """Whether the ears have decoded all the caller has said."""
    hearing = moment.hearing
    return not hearing.first_guess and hearing.upto_ms >= (floor.caller.last_voice_ms or 0)


def ears_are_done(floor: Floor, moment: Moment) -> bool:
    """Whether the words there are must do: they are all, or have been waited for long enough."""
    if heard_it_all(floor, moment):
        return True
    return floor.waited >= (OUTSIDE_EARS_PATIENCE if moment.outside_ears else EARS_PATIENCE)


def dialled(dial: float) -> float:
    """The log-odds of a dial, 0 at 0.5."""
    return (dial - 0.5) * _DIAL_LOG_ODDS


def shifted(probability: float, log_odds: float) -> float:
    """Shift a probability in log-odds."""
    return 1.0 / (1.0 + math.exp(-math.log(probability / (1.0 - probability)) - log_odds))


def drones(caller: Caller, moment: Moment) -> bool:
    """Whether a voice goes on and on, and the ears, which keep up with it, hear no word."""
    ears_keep_up = moment.hearing.upto_ms >= moment.now_ms - _EARS_KEEP_UP_MS
    return caller.stretch_ms >= _DRONING_MS and ears_keep_up and not moment.hearing.known
