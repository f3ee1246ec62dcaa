"""Insights: what calls were like, by day and by version of their flow, with the calls behind each figure."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from admin.calls.sought import CallFilter
from admin.insights import queries
from admin.insights.days import Day, days, slot_before, slot_from
from admin.insights.figures import Figure, Figures, Json, figure, figures, together
from admin.insights.queries import DaySums
from admin.insights.tables import SLOT_MS
from admin.parts import Parts
from admin.problems import Problem
from admin.times import Asked, At, at, ms
from admin.words import Sought
from config.tape.measures import Ending

router = APIRouter(prefix="/insights", tags=["insights"])

_DAYS: Final = 30
_MOST_DAYS: Final = 800
_Rows = Sequence[DaySums]
_Key = TypeVar("_Key", int, str)


class DayFigures(BaseModel):
    day: date
    figures: Figures


class VersionFigures(BaseModel):
    flow: str
    """`name@version`."""
    figures: Figures


class Transfers(BaseModel):
    """Calls handed on. Empty: not known."""

    to: str
    """The flow's name of the destination."""
    reason: str
    """The step that was left for it."""
    figure: Figure


class Insights(BaseModel):
    """What calls were like that began in a span: from and before."""

    since: At
    until: At
    timezone: str
    totals: Figures
    by_day: list[DayFigures]
    """Every day of the span, also those without calls."""
    by_version: list[VersionFigures]
    """By name, newest version first."""
    transfers: list[Transfers]


@router.get("", response_model=Insights)
async def read_insights(
    parts: Parts,
    since: Annotated[Asked | None, Query(description="By default 30 days before `until`.")] = None,
    until: Annotated[Asked | None, Query(description="By default now.")] = None,
    flow: Sought = None,
    timezone: Annotated[str, Query(max_length=64, description="Whose days: an IANA name.")] = "UTC",
    drafts: Annotated[bool, Query(description="With calls that ran a draft.")] = False,
) -> Response:
    """Read what calls were like that are over.

    `flow` is `name@version` or a name. The span is widened to whole quarters of an hour.
    """
    zone = _zone(timezone)
    span = _span(since, until, parts.now_ms(), zone)
    sought = CallFilter(measured=True)
    if flow is not None:
        sought = sought.and_(flow=flow)
    if not drafts:
        sought = sought.and_(drafts=False)
    within = sought.and_(since=at(span.from_ms), until=at(span.until_ms))
    spans = days(span.from_ms, span.until_ms, zone)
    async with parts.database.reading() as db:
        rows = await queries.sums(db, spans, sought)
        handed = await queries.transfers(db, within.and_(ending=(Ending.TRANSFERRED,)))
    told = _told(rows, spans, handed, within.model_dump(mode="json", exclude_unset=True))
    return JSONResponse(told | {"timezone": timezone})


def _told(rows: _Rows, spans: Sequence[Day], handed: Sequence[tuple[str, str, int]], within: Json) -> Json:
    """Make an answer: `Insights` but for the timezone, in plain values."""
    by_day, by_flow = _grouped(rows, lambda row: row.day), _grouped(rows, lambda row: row.flow)
    return {
        "since": within["since"],
        "until": within["until"],
        "totals": figures(together(rows), within),
        "by_day": [
            {
                "day": each.day.isoformat(),
                "figures": figures(
                    together(by_day[number]),
                    {**within, "since": _moment(each.from_ms), "until": _moment(each.until_ms)},
                ),
            }
            for number, each in enumerate(spans)
        ],
        "by_version": [
            {"flow": key, "figures": figures(together(by_flow[key]), {**within, "flow": key})}
            for key in sorted(by_flow, key=_newest_first)
        ],
        "transfers": [
            {
                "to": to,
                "reason": left,
                "figure": figure(
                    calls,
                    calls,
                    {**within, "ending": ["transferred"], "transferred_to": to, "transferred_from": left},
                ),
            }
            for to, left, calls in handed
        ],
    }


def _moment(unix_ms: int) -> str:
    return at(unix_ms).isoformat().replace("+00:00", "Z")


def _grouped(rows: _Rows, key: Callable[[DaySums], _Key]) -> dict[_Key, list[DaySums]]:
    groups: dict[_Key, list[DaySums]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def _newest_first(key: str) -> tuple[str, int]:
    name, _, version = key.rpartition("@")
    return name, -int(version) if version.isdecimal() else -(2**31)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        detail = f"timezone: there is no timezone {name!r}. Give an IANA name like Europe/Rome."
        raise Problem(422, "wrong-fields", detail) from None


def _span(since: datetime | None, until: datetime | None, now_ms: int, zone: ZoneInfo) -> Day:
    """What is looked at, in whole quarters of an hour; by default 30 days, today the last of them."""
    until_ms = slot_before(now_ms if until is None else ms(until)) * SLOT_MS
    if since is None:
        last = at(until_ms - 1).astimezone(zone)
        first = datetime.combine((last - timedelta(days=_DAYS - 1)).date(), datetime.min.time(), zone)
        since_ms = ms(first)
    else:
        since_ms = slot_from(ms(since)) * SLOT_MS
    if since_ms >= until_ms:
        raise Problem(422, "wrong-fields", "until: is not after since; swap them.")
    if until_ms - since_ms > _MOST_DAYS * 86_400_000:
        detail = f"since: is more than {_MOST_DAYS} days before until; ask for a shorter span."
        raise Problem(422, "wrong-fields", detail)
    return Day(at(since_ms).date(), since_ms, until_ms)
