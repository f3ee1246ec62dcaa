"""What the dialogue engine knows of one call: frozen, handed in and handed back, kept nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from agents.dialogue.events import Effect


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What is known when the call begins. `today` is the caller's day, for "tomorrow"."""

    call_id: str
    today: date


@dataclass(frozen=True, slots=True)
class Given:
    """A slot's value. `sure`: need not be read back. `fresh`: its step has not taken it up yet."""

    value: str
    sure: bool
    fresh: bool


class Purpose(Enum):
    """What an offer is to the conversation; it decides what happens when it is heard or lost."""

    QUESTION = "question"
    """Lost: asked again when nobody speaks."""
    KEPT = "kept"
    """Must arrive. Heard: the flow goes on. Lost: said again."""
    REMARK = "remark"
    """Nothing hangs on it: acknowledgements, progress, asides."""
    PARTING = "parting"
    """Heard: the call is over."""


@dataclass(frozen=True, slots=True)
class OpenOffer:
    """An offer that has been neither heard nor lost so far."""

    id: str
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A look-up at work, its times in call time. `since_ms` is None until the clock was first heard of."""

    id: str
    since_ms: int | None = None
    word_due_ms: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """One call's dialogue.

    Attributes:
        flow: name and version of the flow the call began with; it stays on it.
        step: where the call is; empty before it began.
        count: offers and tasks made so far; their ids come from it.
        slots, results: what the caller gave and what look-ups answered.
        visits: how often a step was reached since the last answer (`at_most`).
        used: how often each text was used, so that wordings take turns.
        offers: said or to be said, neither heard nor lost yet.
        said: what was said since the caller's last turn, for "say that again".
        kept: the answer that must arrive, until it was heard.
        unheard: the question or kept answer was cut off; it is said again unless the caller speaks.
        doubt: the value being read back.
        denials: how many read-backs were wrong in a row.
        digits: what there is of a number so far, spoken or keyed.
        misses: answers in a row that were not understood.
        silences: silences in a row.
        parting: the offer of the last words, while the call is about to end.
        over: the last words were heard.
    """

    call: CallFacts
    flow: str
    step: str = ""
    count: int = 0
    slots: Mapping[str, Given] = field(default_factory=dict[str, Given])
    results: Mapping[str, Mapping[str, object]] = field(default_factory=dict[str, Mapping[str, object]])
    visits: Mapping[str, int] = field(default_factory=dict[str, int])
    used: Mapping[str, int] = field(default_factory=dict[str, int])
    offers: tuple[OpenOffer, ...] = ()
    said: tuple[str, ...] = ()
    kept: str | None = None
    unheard: bool = False
    doubt: str | None = None
    denials: int = 0
    digits: str = ""
    task: OpenTask | None = None
    misses: int = 0
    silences: int = 0
    parting: str | None = None
    over: bool = False


@dataclass(frozen=True, slots=True)
class Advance:
    """The state after an event, and what is to be done, in order."""

    state: State
    effects: tuple[Effect, ...]
