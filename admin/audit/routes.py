"""The audit log, newest first."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, TypeAdapter
from sqlalchemy import select

from admin.audit.tables import AuditRow
from admin.paging import PAGE, Cursor, Limit, Page, Whole, cursor_of, place_of
from admin.parts import Parts
from admin.times import Asked, At, at, ms
from admin.words import Sought

router = APIRouter(tags=["audit"])
_PLACE: TypeAdapter[tuple[int]] = TypeAdapter(tuple[Whole])


class AuditEntry(BaseModel):
    """One change."""

    id: int
    at: At
    person_id: str | None
    person_email: str | None
    address: str
    action: str
    subject_kind: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@router.get("/audit")
async def list_audit_entries(
    parts: Parts,
    person: Sought = None,
    action: Sought = None,
    kind: Sought = None,
    subject: Sought = None,
    since: Annotated[Asked | None, Query()] = None,
    until: Annotated[Asked | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> Page[AuditEntry]:
    """List changes, newest first: by who, by route, by what was changed, by time."""
    wanted = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit + 1)
    for column, value in (
        (AuditRow.person_id, person),
        (AuditRow.action, action),
        (AuditRow.subject_kind, kind),
        (AuditRow.subject, subject),
    ):
        wanted = wanted if value is None else wanted.where(column == value)
    wanted = wanted if since is None else wanted.where(AuditRow.at_ms >= ms(since))
    wanted = wanted if until is None else wanted.where(AuditRow.at_ms < ms(until))
    if cursor is not None:
        wanted = wanted.where(AuditRow.id < place_of(cursor, _PLACE)[0])
    async with parts.database.reading() as db:
        rows = list(await db.scalars(wanted))
    following = cursor_of(rows[limit - 1].id) if len(rows) > limit else None
    return Page(rows=[_entry(row) for row in rows[:limit]], next=following)


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        at=at(row.at_ms),
        person_id=row.person_id,
        person_email=row.person_email,
        address=row.address,
        action=row.action,
        subject_kind=row.subject_kind,
        subject=row.subject,
        before=json.loads(row.before) if row.before else None,
        after=json.loads(row.after) if row.after else None,
    )
