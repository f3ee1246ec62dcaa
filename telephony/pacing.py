"""Keeping time by absolute deadlines: relative sleeps drift, deadlines do not. Pure."""

from dataclasses import dataclass, replace
from typing import Final

from telephony.clock import NS_PER_MS

MOST_CATCH_UP_NS: Final = 400 * NS_PER_MS
"""Further behind than this, the missed beats are given up instead of being made up for in a rush."""
_FOLLOWED: Final = 16
"""A late beat moves the deadlines by this part of its lateness: drift is followed, jitter is not."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """A beat every `period_ns`; the next is due at `due_ns`."""

    due_ns: int
    period_ns: int


def kept(cadence: Cadence, now_ns: int) -> Cadence:
    """The beat came from another clock, now: an early one moves the deadlines whole, a late one a little."""
    late_ns = now_ns - cadence.due_ns
    if late_ns > MOST_CATCH_UP_NS:
        return replace(cadence, due_ns=now_ns + cadence.period_ns)
    return replace(
        cadence,
        due_ns=cadence.due_ns + cadence.period_ns + (late_ns if late_ns < 0 else late_ns // _FOLLOWED),
    )


def missed(cadence: Cadence, now_ns: int) -> Cadence:
    """The beat had to be made without the other clock: the deadlines stay where they were."""
    if now_ns - cadence.due_ns > MOST_CATCH_UP_NS:
        return replace(cadence, due_ns=now_ns + cadence.period_ns)
    return replace(cadence, due_ns=cadence.due_ns + cadence.period_ns)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much a peer may do: one thing every `interval_ns`, and `burst` more at once."""

    interval_ns: int
    burst: int


def spend(allowance: Allowance, due_ns: int, now_ns: int) -> tuple[int, int]:
    """Count one thing done now, due at `due_ns`: when the next is due, and how long to hold it, in ns.

    The generic cell rate algorithm (ITU-T I.371).
    """
    next_ns = max(due_ns, now_ns) + allowance.interval_ns
    return next_ns, max(0, next_ns - now_ns - allowance.burst * allowance.interval_ns)
