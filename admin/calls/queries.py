"""Calls in the record, listed newest first from whichever index serves the filters."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import product
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    SelectBase,
    and_,
    case,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from admin.calls.called import came_to
from admin.calls.sought import DRAFT, RUNNING, CallFilter
from admin.insights.tables import CallMeasuresRow as Measured
from admin.insights.words import said_in_call
from admin.times import ms
from config.tables import CallRow

Place = tuple[datetime, str]
"""Of a call in the order of lists: when it began, and its id."""
_FEW: Final = 5_000
"""So many calls are gathered at once."""
_NEWEST_FIRST: Final = (CallRow.began_at.desc(), CallRow.id.desc())
_MEASURED_FIRST: Final = (Measured.began_at_ms.desc(), Measured.call_id.desc())


def calls(
    sought: CallFilter, after: Place | None, limit: int, dialect: str
) -> Select[CallRow, Measured | None]:
    """Select calls with their measures, newest first, those after a place in that order.

    Args:
        sought: what they are looked for by.
        after: the place.
        limit: how many at most.
        dialect: the database's, `sqlite` or `postgresql`.
    """
    by_measures = sought.by_measures
    found = _ids_by_measures(sought, after, limit, dialect) if by_measures else _ids(sought, after, limit)
    wanted: Any = select(CallRow, Measured).outerjoin(Measured, Measured.call_id == CallRow.id)
    wanted = wanted.where(CallRow.id.in_(found))
    return wanted.order_by(*(_MEASURED_FIRST if by_measures else _NEWEST_FIRST)).limit(limit)


def _ids(sought: CallFilter, after: Place | None, limit: int) -> SelectBase:
    """Each way to match is read from its own index, no further than needed; together they are few."""
    wanted: list[ColumnElement[bool]] = []
    if sought.since is not None:
        wanted.append(CallRow.began_at >= sought.since.astimezone(UTC))
    if sought.until is not None:
        wanted.append(CallRow.began_at < sought.until.astimezone(UTC))
    wanted += of_flow(sought, CallRow.flow)
    if sought.called is not None:
        wanted.append(came_to(sought.called))
    if sought.measured is False:
        wanted.append(not_(exists().where(Measured.call_id == CallRow.id)))
    if after is not None:
        wanted.append(tuple_(CallRow.began_at, CallRow.id) < tuple_(after[0].astimezone(UTC), after[1]))
    ways = product(_sides(sought) or [true()], _outcomes(sought.outcome) or [true()])
    return union_all(
        *(
            select(
                select(CallRow.id)
                .where(side, outcome, *wanted)
                .order_by(*_NEWEST_FIRST)
                .limit(limit)
                .subquery()
                .c.id
            )
            for side, outcome in ways
        )
    )


def _ids_by_measures(sought: CallFilter, after: Place | None, limit: int, dialect: str) -> SelectBase:
    wanted = measured_by(sought, dialect)
    if sides := _sides(sought):
        wanted.append(_of_numbers(sides))
    if sought.called is not None:
        wanted.append(exists().where(CallRow.id == Measured.call_id, came_to(sought.called)))
    if after is not None:
        place = tuple_(Measured.began_at_ms, Measured.call_id)
        wanted.append(place < tuple_(ms(after[0]), after[1]))
    found = select(Measured.call_id).where(*wanted).order_by(*_MEASURED_FIRST).limit(limit).subquery()
    return select(found.c.call_id)


def _of_numbers(sides: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """Whether a measured call is one of those that match on a side.

    Where these are few they are gathered once; where many, most calls looked at are among them, and each is
    looked up. Either way calls are read newest first.
    """
    matching = union_all(*(select(CallRow.id).where(side) for side in sides))
    few = matching.limit(_FEW).subquery()
    found = matching.limit(_FEW + 1).subquery()
    are_many = select(func.count()).select_from(found).scalar_subquery() > _FEW
    is_one = select(or_(*sides)).where(CallRow.id == Measured.call_id)
    looked_up = is_one.correlate(Measured).scalar_subquery()  # as EXISTS, PostgreSQL gathers all of them
    return case((are_many, looked_up), else_=Measured.call_id.in_(select(few.c.id)))


def measured_by(sought: CallFilter, dialect: str) -> list[ColumnElement[bool]]:
    """What has to hold of a call's measures; but not its numbers, which they do not have."""
    row = Measured
    asked: list[tuple[object, ColumnElement[bool]]] = [
        (sought.ending, row.ending.in_(sought.ending)),
        (sought.outcome, row.outcome.in_(sought.outcome)),
    ]
    wanted = [condition for given, condition in asked if given]
    if sought.measured is False:
        wanted.append(false())  # what was not measured has no measures to be found by
    wanted += of_flow(sought, row.flow)
    if sought.since is not None:
        wanted.append(row.began_at_ms >= ms(sought.since))
    if sought.until is not None:
        wanted.append(row.began_at_ms < ms(sought.until))
    wanted += _equal(
        (row.transferred_to, sought.transferred_to),
        (row.transferred_from, sought.transferred_from),
        (row.language, sought.language),
    )
    if sought.transferred_to is not None or sought.transferred_from is not None:
        wanted.append(row.ending == "transferred")
    wanted += _yes_or_no(
        (sought.answered, row.responses > 0),
        (sought.interrupted, row.interruptions > 0),
        (sought.tools, row.tool_calls > 0),
        (sought.tool_failed, row.tool_failures > 0),
        (sought.rated, row.satisfaction.is_not(None)),
        (sought.costed, row.cost_micro_usd.is_not(None)),
        (sought.model_used, row.model_tokens > 0),
    )
    if sought.slower_than_ms is not None:
        wanted.append(row.slowest_ms > sought.slower_than_ms)
    if sought.longer_than_s is not None:
        wanted.append(row.duration_ms > round(sought.longer_than_s * 1_000))
    if sought.shorter_than_s is not None:
        wanted.append(row.duration_ms < round(sought.shorter_than_s * 1_000))
    if sought.satisfaction_from is not None:
        wanted.append(row.satisfaction >= sought.satisfaction_from)
    if sought.satisfaction_to is not None:
        wanted.append(row.satisfaction <= sought.satisfaction_to)
    if sought.said is not None:
        of_numbers = sought.number is not None or sought.search is not None
        wanted.append(said_in_call(dialect, sought.said, sought.said_by, sought_otherwise=of_numbers))
    return wanted


def of_flow(sought: CallFilter, column: InstrumentedAttribute[str]) -> list[ColumnElement[bool]]:
    """What has to hold of `name@version` in a column."""
    wanted: list[ColumnElement[bool]] = []
    if sought.flow is not None:
        whole = "@" in sought.flow
        wanted.append(column == sought.flow if whole else _begins(column, f"{sought.flow}@"))
    if sought.drafts is not None:
        is_draft = column.endswith(DRAFT, autoescape=True)
        wanted.append(is_draft if sought.drafts else not_(is_draft))
    return wanted


def _equal(*pairs: tuple[InstrumentedAttribute[str], str | None]) -> list[ColumnElement[bool]]:
    return [column == value for column, value in pairs if value is not None]


def _yes_or_no(*pairs: tuple[bool | None, ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    return [condition if wanted else not_(condition) for wanted, condition in pairs if wanted is not None]


def _outcomes(outcomes: Sequence[str]) -> list[ColumnElement[bool]]:
    return [CallRow.outcome.is_(None) if each == RUNNING else CallRow.outcome == each for each in outcomes]


def _sides(sought: CallFilter) -> list[ColumnElement[bool]]:
    """The ways in which a number or a text may match, of which one is enough."""
    sides: list[ColumnElement[bool]] = []
    if sought.number is not None:
        sides = [CallRow.from_number == sought.number, CallRow.to_number == sought.number]
    if sought.search is not None:
        found = [
            _begins(CallRow.from_number, sought.search),
            _begins(CallRow.to_number, sought.search),
            _begins(CallRow.id, sought.search),
            CallRow.carrier_call_id == sought.search,
        ]
        sides = [and_(side, each) for side in sides for each in found] if sides else found
    return sides


def _begins(column: InstrumentedAttribute[str], text: str) -> ColumnElement[bool]:
    """Whether a column begins with a text: as a range, which an index serves where it sorts by bytes."""
    return and_(column >= text, column < text + "\U0010ffff", column.startswith(text, autoescape=True))
