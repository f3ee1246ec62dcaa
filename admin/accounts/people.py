"""People: who there is, invitations, roles, who may still log in."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from admin.access import Who
from admin.accounts import links, sessions
from admin.accounts.tables import LinkRow, PersonRow
from admin.audit.trail import Change, note
from admin.parts import Parts
from admin.problems import Problem, not_found
from admin.roles import Role
from admin.times import At, at
from admin.words import Body, Email, Title

router = APIRouter(prefix="/people", tags=["people"])
PersonId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


class Person(BaseModel):
    id: str
    email: str
    name: str
    role: Role
    active: bool
    created_at: At


class Invitation(Body):
    email: Email
    name: Title
    role: Role


class OneUseLink(BaseModel):
    """A link to hand over; it is shown once."""

    url: str
    until: At


class PersonChange(Body):
    """What is to change; what is left out stays."""

    name: Title | None = None
    role: Role | None = None
    active: bool | None = None


@router.get("")
async def list_people(parts: Parts) -> list[Person]:
    """List everybody, by name."""
    async with parts.database.reading() as db:
        rows = await db.scalars(select(PersonRow).order_by(PersonRow.name, PersonRow.id))
        return [_person(row) for row in rows]


@router.post("/invitations", status_code=201)
async def invite_person(body: Invitation, who: Who, parts: Parts, request: Request) -> OneUseLink:
    """Make a link with which somebody joins in this role. It is good once, for a day."""
    now_ms = parts.now_ms()
    async with parts.database.writing() as db:
        if await db.scalar(select(PersonRow.id).where(PersonRow.email == body.email)):
            detail = f"{body.email} has an account already. Change its role instead, or make a password link."
            raise Problem(409, "already-here", detail)
        await links.drop_invitations(db, body.email)
        link = LinkRow(
            purpose=links.INVITATION,
            email=body.email,
            name=body.name,
            role=body.role.value,
            made_by=who.person_id,
        )
        token = await links.make(db, link, now_ms)
        after = {"email": body.email, "name": body.name, "role": body.role.value}
        note(db, request, who, now_ms, Change("invitation", body.email[:128], None, after))
    return OneUseLink(url=links.address(parts.settings, token), until=at(now_ms + links.GOOD_FOR_MS))


@router.patch("/{person_id}")
async def change_person(
    person_id: PersonId, body: PersonChange, who: Who, parts: Parts, request: Request
) -> Person:
    """Change somebody's name or role, or whether they may log in. There is always an active owner."""
    now_ms = parts.now_ms()
    async with parts.database.writing() as db:
        owners = await _active_owners(db)
        person = await db.get(PersonRow, person_id, with_for_update=True)
        if person is None:
            raise not_found(f"The person '{person_id}'")
        before = _shown(person)
        person.name = person.name if body.name is None else body.name
        person.role = person.role if body.role is None else body.role.value
        person.active = person.active if body.active is None else body.active
        if owners == [person_id] and not (person.active and person.role == Role.OWNER):
            detail = f"{person.name} is the last owner. Make somebody else an owner first."
            raise Problem(409, "last-owner", detail)
        after = _shown(person)
        if before != after:
            note(db, request, who, now_ms, Change("person", person_id, before, after))
        if not person.active:
            await sessions.end_all(db, person_id)
            await links.drop_password_links(db, person_id)
        return _person(person)


@router.post("/{person_id}/password-link", status_code=201)
async def make_password_link(person_id: PersonId, who: Who, parts: Parts, request: Request) -> OneUseLink:
    """Make a link with which somebody chooses a new password. It is good once, for a day."""
    now_ms = parts.now_ms()
    async with parts.database.writing() as db:
        person = await db.get(PersonRow, person_id)
        if person is None:
            raise not_found(f"The person '{person_id}'")
        link = LinkRow(purpose=links.PASSWORD, person_id=person_id, made_by=who.person_id)
        token = await links.make(db, link, now_ms)
        note(db, request, who, now_ms, Change("password-link", person_id, None, {"email": person.email}))
    return OneUseLink(url=links.address(parts.settings, token), until=at(now_ms + links.GOOD_FOR_MS))


async def _active_owners(db: AsyncSession) -> list[str]:
    """The owners who may log in, held fast: two who demote each other at once are stepped one by one."""
    owners = select(PersonRow.id).where(PersonRow.role == Role.OWNER, PersonRow.active)
    return list(await db.scalars(owners.order_by(PersonRow.id).with_for_update()))


def _shown(person: PersonRow) -> dict[str, object]:
    return {"email": person.email, "name": person.name, "role": person.role, "active": person.active}


def _person(row: PersonRow) -> Person:
    return Person(
        id=row.id,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        active=row.active,
        created_at=at(row.created_at_ms),
    )
