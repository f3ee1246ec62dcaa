"""What happens in a running call, for whoever watches it. `at_ms` is call time."""

from collections.abc import Callable
from dataclasses import dataclass

from config.tape.witness import Witness
from telephony.simulator.caller import Begin, Press


@dataclass(frozen=True, slots=True)
class LineOpened:
    """The media stream runs: call time begins."""

    call_sid: str


@dataclass(frozen=True, slots=True)
class CallerActed:
    """The caller began a line or pressed a key."""

    at_ms: int
    action: Begin | Press


@dataclass(frozen=True, slots=True)
class AgentSounded:
    """At the caller's ear, the agent began or ended a stretch of speech."""

    at_ms: int
    speaking: bool


@dataclass(frozen=True, slots=True)
class TapeTold:
    """The platform's tape told something new; `at_ms` is the caller's time now."""

    at_ms: int
    told: Witness


@dataclass(frozen=True, slots=True)
class Announced:
    """The carrier itself spoke, or dialled somebody."""

    at_ms: int
    text: str


CallEvent = LineOpened | CallerActed | AgentSounded | TapeTold | Announced
Watch = Callable[[CallEvent], None]
