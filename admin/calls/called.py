"""Which calls came to a number, or to any that has no setting of its own."""

from sqlalchemy import ColumnElement, and_, select

from admin.numbers.tables import ANY_OTHER, NumberRow
from config.tables import CallRow

_BROWSER = "browser"
"""Carrier of calls from the Phone page (`telephony.line`), which no number was dialled for."""


def came_to(number: str) -> ColumnElement[bool]:
    """Whether a call in the record came to a number; `ANY_OTHER`: by telephone, to one not set to a flow."""
    if number == ANY_OTHER:
        return and_(CallRow.to_number.not_in(select(NumberRow.number)), CallRow.carrier != _BROWSER)
    return CallRow.to_number == number
