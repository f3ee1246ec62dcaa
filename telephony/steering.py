"""What people who follow a call want of it, as the call asks for it every micro-turn. Pure.

A person may whisper (the agent says the words in its own turn), take the call over (the caller hears them in
place of the agent, which goes on listening), have what they and the caller say interpreted, hand the call
back, and end it.
"""

import logging
from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np

from agents.dialogue.events import Event, HandedBack, InterpretationEnded, Reported, TakenOver
from agents.dialogue.state import State
from config.units import MICRO_TURN_SAMPLES
from model.turn import (
    Audio,
    Backchannelled,
    Offer,
    OfferMade,
    OfferStarted,
    OfferWithdrawn,
    Resumed,
    TurnEvent,
    TurnOutput,
    Urgency,
    Yielded,
)
from telephony.line import LineTurn

logger = logging.getLogger(__name__)

ENDED_BY_MANAGER: Final = "ended_by_manager"
"""The outcome of a call that a person ended."""
_OF_THE_AGENTS_VOICE: Final = (OfferStarted, Resumed, Yielded, Backchannelled)


@dataclass(frozen=True, slots=True)
class Whisper:
    """Words the agent is to say, as `by` has typed them."""

    id: str
    text: str
    by: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted now.

    Attributes:
        held_by: who has the call; None: the agent.
        language: what they speak with the caller through an interpreter, a BCP 47 tag; None: without one.
        whispers: new ones.
        withdrawn: ids of whispers that are no longer to be said.
        ended_by: who ends the call.
    """

    held_by: str | None = None
    language: str | None = None
    whispers: tuple[Whisper, ...] = ()
    withdrawn: tuple[str, ...] = ()
    ended_by: str | None = None


@dataclass(frozen=True, slots=True)
class Control:
    """A row of the tape: what somebody did with the call, and since when (call time)."""

    what: str
    by: str
    at_ms: int
    text: str = ""
    whisper_id: str = ""


class Steering(Protocol):
    """Those who follow one call. Nothing here waits or raises."""

    def wanted(self, now_ms: int) -> Wanted:
        """Tell what is wanted at this call time; new whispers are told once."""
        ...

    def voice(self) -> Audio:
        """Give the next int16[3200] of whoever has the call."""
        ...

    def followed(self, turn: LineTurn, output: TurnOutput, dialogue: State, ear: Audio | None = None) -> None:
        """Take in a micro-turn: what both sides hear, and where the dialogue is.

        `ear`: what whoever has the call is to hear, int16[3200], where that is not the caller's own voice.
        """
        ...


class Nobody:
    """Nobody follows."""

    def wanted(self, now_ms: int) -> Wanted:
        return _NOTHING

    def voice(self) -> Audio:
        return np.zeros(MICRO_TURN_SAMPLES, np.int16)

    def followed(self, turn: LineTurn, output: TurnOutput, dialogue: State, ear: Audio | None = None) -> None:
        pass


class Guarded:
    """Those who follow, kept from disturbing the call: once they fail, nobody follows any more."""

    def __init__(self, steering: Steering) -> None:
        self._steering = steering

    def wanted(self, now_ms: int) -> Wanted:
        try:
            return self._steering.wanted(now_ms)
        except Exception as error:  # the call goes on whatever is wrong here
            self._leave(error)
            return _NOTHING

    def voice(self) -> Audio:
        try:
            return self._steering.voice()
        except Exception as error:  # as above
            self._leave(error)
            return self._steering.voice()

    def followed(self, turn: LineTurn, output: TurnOutput, dialogue: State, ear: Audio | None = None) -> None:
        try:
            self._steering.followed(turn, output, dialogue, ear)
        except Exception as error:  # as above
            self._leave(error)

    def _leave(self, error: Exception) -> None:
        logger.error("a call is followed no more", exc_info=error)
        self._steering = Nobody()


_NOTHING: Final = Wanted()


@dataclass(frozen=True, slots=True)
class Steered:
    """How one call is being steered.

    Attributes:
        held_by: who has the call; None: the agent.
        missed: what the dialogue was not told while somebody had the call, and must be told afterwards.
        language: see `Wanted`.
    """

    held_by: str | None = None
    missed: tuple[Event, ...] = ()
    language: str | None = None

    @property
    def held(self) -> bool:
        """Whether somebody has taken the call over."""
        return self.held_by is not None


@dataclass(frozen=True, slots=True)
class Steer:
    """What follows from what is wanted.

    Attributes:
        steered: from now on.
        for_model: whispers to be said, and those no longer to be.
        for_dialogue: in order.
        for_tape: what was done.
        turned: the call has just gone to a person, or back to the agent.
    """

    steered: Steered
    for_model: tuple[TurnEvent, ...] = ()
    for_dialogue: tuple[Event, ...] = ()
    for_tape: tuple[Control, ...] = ()
    turned: bool = False


def steer(before: Steered, wanted: Wanted, now_ms: int) -> Steer:
    """Take in what is wanted at call time `now_ms`."""
    if wanted == _NOTHING and not before.held:
        return Steer(before)
    events: list[TurnEvent] = [OfferWithdrawn(each) for each in wanted.withdrawn]
    events += [OfferMade(Offer(each.id, each.text, Urgency.NEWS)) for each in wanted.whispers]
    tape = [Control("whisper", each.by, now_ms, each.text, each.id) for each in wanted.whispers]
    if wanted.ended_by is not None:
        tape.append(Control("end", wanted.ended_by, now_ms))
    if wanted.held_by == before.held_by:
        return Steer(before, tuple(events), (), tuple(tape))
    told: tuple[Event, ...] = ()
    missed = before.missed
    if before.held_by is not None:
        tape.append(Control("hand_back", before.held_by, now_ms))
    if wanted.held_by is not None:
        what = "take_over" if wanted.language is None else "interpret"
        tape.append(Control(what, wanted.held_by, now_ms, wanted.language or ""))
    if wanted.held_by is None:
        told, missed = (HandedBack(), *before.missed), ()
    elif not before.held:
        told = (TakenOver(),)
    turned = bool(told)
    return Steer(Steered(wanted.held_by, missed, wanted.language), tuple(events), told, tuple(tape), turned)


def miss(steered: Steered, event: Event) -> Steered:
    """Keep what happens while a person has the call, as far as it matters afterwards.

    Answers do, and that people whom the flow had called have spoken.
    """
    matters = isinstance(event, Reported | InterpretationEnded)
    return replace(steered, missed=(*steered.missed, event)) if matters else steered


def spoken_over(output: TurnOutput, voice: Audio) -> TurnOutput:
    """Put a person's voice, int16[3200], in the place of the agent's; what was understood stays."""
    acts = tuple(act for act in output.acts if not isinstance(act, _OF_THE_AGENTS_VOICE))
    return replace(output, agent_audio=voice, agent_words=(), voicing=None, acts=acts)
