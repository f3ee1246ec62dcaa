"""What crosses between a line and its carrier's socket, whichever carrier it is. Pure records.

How a carrier writes them on its wire is its own: `telephony.twilio.wire`, `telephony.browser.wire`.
"""

from dataclasses import dataclass
from typing import Final

KEYS: Final = frozenset("0123456789*#ABCD")


@dataclass(frozen=True, slots=True)
class Media:
    """Caller audio as the line's coding has it, of any length in whole samples."""

    payload: bytes
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class KeyPress:
    """A keypad digit, one of 0-9 * # A-D."""

    key: str
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """A turn that the caller has typed instead of spoken."""

    text: str


@dataclass(frozen=True, slots=True)
class MarkReturned:
    """All that was sent before this mark has been played, or was flushed by a clear."""

    name: str
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """Of all samples sent over the call so many have passed: played, or flushed by a clear."""

    samples: int


@dataclass(frozen=True, slots=True)
class Stop:
    """The stream is over."""

    sequence: int | None = None


FromCarrier = Media | KeyPress | Typed | MarkReturned | Played | Stop


@dataclass(frozen=True, slots=True)
class Play:
    """Agent audio as the line's coding has it, queued by the carrier behind what was sent before."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class SetMark:
    """Comes back as `MarkReturned` once everything sent before has been played."""

    name: str


@dataclass(frozen=True, slots=True)
class Clear:
    """Flush everything not yet played."""


ToCarrier = Play | SetMark | Clear
