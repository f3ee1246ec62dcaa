"""Times in the record are Unix milliseconds; in answers they are RFC 3339, in UTC."""

from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import AwareDatetime

At = AwareDatetime
"""A moment in an answer."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def at(unix_ms: int) -> datetime:
    """The moment of so many milliseconds."""
    return _EPOCH + timedelta(milliseconds=unix_ms)


def ms(moment: datetime) -> int:
    """The milliseconds of a moment."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def utc(moment: datetime) -> datetime:
    """Give back its zone to what SQLite has read: UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
