"""Writing the audit log, in the transaction of the change itself: there is no change without its entry."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi.requests import HTTPConnection
from sqlalchemy.ext.asyncio import AsyncSession

from admin.accounts.sessions import SignedIn, address_of
from admin.audit.tables import AuditRow

_SECRET: Final = re.compile(r"password|secret|token|api_?key|credential|authorization", re.IGNORECASE)
MASK: Final = "•••"


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to something. `before` None: it was not there; `after` None: it is gone."""

    subject_kind: str
    subject: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def note(
    db: AsyncSession, request: HTTPConnection, who: SignedIn | None, now_ms: int, change: Change
) -> None:
    """Enter a change; the action is the route's name."""
    db.add(
        AuditRow(
            at_ms=now_ms,
            person_id=who.person_id if who else None,
            person_email=who.email if who else None,
            address=address_of(request),
            action=request.scope["route"].name,
            subject_kind=change.subject_kind,
            subject=change.subject,
            before=_kept(change.before),
            after=_kept(change.after),
        )
    )


def note_by_itself(db: AsyncSession, action: str, now_ms: int, change: Change) -> None:
    """Enter a change that nobody made: Tandem did, by a rule it was given."""
    db.add(
        AuditRow(
            at_ms=now_ms,
            person_id=None,
            person_email=None,
            address="",
            action=action,
            subject_kind=change.subject_kind,
            subject=change.subject,
            before=_kept(change.before),
            after=_kept(change.after),
        )
    )


def masked(value: Any, key: str = "") -> Any:  # noqa: ANN401 - any JSON value
    """Hide what stands under keys that name secrets, at any depth."""
    match value:
        case None | bool():
            return value
        case _ if _SECRET.search(key):
            return MASK
        case Mapping():
            return {str(name): masked(each, str(name)) for name, each in value.items()}
        case list() | tuple():
            return [masked(each, key) for each in value]
        case _:
            return value


def _kept(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(masked(value), ensure_ascii=False, default=str)
