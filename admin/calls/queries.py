"""Calls in the record, listed newest first from whichever index serves the filters."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from config.tables import CallRow

RUNNING = "running"
"""Stands for the outcome of a call that has none yet."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What calls are looked for by; None: by anything.

    Attributes:
        since, until: when they began; from, and before.
        number: exactly, of either side.
        flow: `name@version`, or a name for all its versions.
        outcome: as the record has it, or `RUNNING`.
        text: the beginning of a number or of the call's id, or the carrier's whole id.
    """

    since: datetime | None = None
    until: datetime | None = None
    number: str | None = None
    flow: str | None = None
    outcome: str | None = None
    text: str | None = None


def calls(sought: Sought, after: tuple[datetime, str] | None, limit: int) -> Select[CallRow]:
    """Select calls, newest first, those after a place in that order."""
    newest_first = (CallRow.began_at.desc(), CallRow.id.desc())
    wanted = _conditions(sought, after)
    sides = _sides(sought)
    if not sides:
        return select(CallRow).where(*wanted).order_by(*newest_first).limit(limit)
    # Each way to match is read from its own index, no further than needed; together they are few.
    ids = [
        select(select(CallRow.id).where(side, *wanted).order_by(*newest_first).limit(limit).subquery().c.id)
        for side in sides
    ]
    return (
        select(CallRow)
        .where(or_(*(CallRow.id.in_(each) for each in ids)))
        .order_by(*newest_first)
        .limit(limit)
    )


def _conditions(sought: Sought, after: tuple[datetime, str] | None) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if sought.since is not None:
        wanted.append(CallRow.began_at >= sought.since.astimezone(UTC))
    if sought.until is not None:
        wanted.append(CallRow.began_at < sought.until.astimezone(UTC))
    if sought.flow is not None:
        whole = "@" in sought.flow
        wanted.append(CallRow.flow == sought.flow if whole else _begins(CallRow.flow, f"{sought.flow}@"))
    if sought.outcome is not None:
        running = sought.outcome == RUNNING
        wanted.append(CallRow.outcome.is_(None) if running else CallRow.outcome == sought.outcome)
    if after is not None:
        wanted.append(tuple_(CallRow.began_at, CallRow.id) < tuple_(after[0].astimezone(UTC), after[1]))
    return wanted


def _sides(sought: Sought) -> list[ColumnElement[bool]]:
    """The ways in which a number or a text may match, of which one is enough."""
    sides: list[ColumnElement[bool]] = []
    if sought.number is not None:
        sides = [CallRow.from_number == sought.number, CallRow.to_number == sought.number]
    if sought.text is not None:
        found = [
            _begins(CallRow.from_number, sought.text),
            _begins(CallRow.to_number, sought.text),
            _begins(CallRow.id, sought.text),
            CallRow.carrier_call_id == sought.text,
        ]
        sides = [and_(side, each) for side in sides for each in found] if sides else found
    return sides


def _begins(column: InstrumentedAttribute[str], text: str) -> ColumnElement[bool]:
    """Whether a column begins with a text: as a range, which an index serves where it sorts by bytes."""
    return and_(column >= text, column < text + "\U0010ffff", column.startswith(text, autoescape=True))
