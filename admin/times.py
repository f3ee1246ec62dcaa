"""Times in the record are Unix milliseconds; in answers they are RFC 3339, in UTC."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime

_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 9_998


def _reckoned(moment: datetime) -> datetime:
    if not _FIRST_YEAR < moment.year <= _LAST_YEAR:
        raise ValueError(f"is no time calls have; give one after {_FIRST_YEAR} and before {_LAST_YEAR + 1}")
    return moment


At = AwareDatetime
"""A moment in an answer."""
Asked = Annotated[AwareDatetime, AfterValidator(_reckoned)]
"""A moment in a request: days can be added to it, and it is a time in every zone."""
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
