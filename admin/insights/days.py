"""Days as people count them: in a timezone, from midnight to midnight, of 23 hours or 25 now and then."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from admin.insights.tables import SLOT_MS
from admin.times import ms


@dataclass(frozen=True, slots=True)
class Day:
    """A day, and what of it is looked at: Unix milliseconds, from and before."""

    day: date
    from_ms: int
    until_ms: int


def days(since_ms: int, until_ms: int, zone: ZoneInfo) -> list[Day]:
    """Part a span into the days of a timezone, the first and the last perhaps not whole."""
    first = datetime.fromtimestamp(since_ms / 1_000, zone).date()
    found: list[Day] = []
    day = first
    while (begins_ms := _midnight_ms(day, zone)) < until_ms:
        following = day + timedelta(days=1)
        ends_ms = _midnight_ms(following, zone)
        found.append(Day(day, max(since_ms, begins_ms), min(until_ms, ends_ms)))
        day = following
    return found


def slot_from(moment_ms: int) -> int:
    """The quarter of an hour a moment is in."""
    return moment_ms // SLOT_MS


def slot_before(moment_ms: int) -> int:
    """The first quarter of an hour that begins at a moment or later."""
    return -(-moment_ms // SLOT_MS)


def _midnight_ms(day: date, zone: ZoneInfo) -> int:
    """When a day begins; where the clock skips midnight, the moment it does."""
    return ms(datetime.combine(day, time(), zone).astimezone(UTC))
