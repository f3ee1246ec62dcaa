"""Becoming the first owner, logging in and out, one's own password."""

import math
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from admin.access import Who
from admin.accounts import links, log_in_limit, sessions
from admin.accounts.log_in_limit import Attempt
from admin.accounts.passwords import too_easy
from admin.accounts.sessions import SignedIn, address_of
from admin.accounts.tables import PersonRow
from admin.audit.trail import Change, note
from admin.parts import AdminParts, Parts
from admin.problems import Problem
from admin.roles import Role
from admin.times import At, at
from admin.words import Body, Document, Email, Title

router = APIRouter(tags=["accounts"])
Password = Annotated[Document, Field(max_length=1_024)]
"""As typed; `too_easy` judges new ones."""


class Session(BaseModel):
    """Who is logged in. `csrf_token` goes into the header X-Tandem-CSRF of whatever changes something."""

    person_id: str
    email: str
    name: str
    role: Role
    csrf_token: str
    until: At


class SetUp(BaseModel):
    """Whether there is no owner yet."""

    needed: bool


class NewOwner(Body):
    token: str = Field(max_length=128)
    """Of the link that was printed."""
    email: Email
    name: Title
    password: Password


class LogIn(Body):
    email: Document = Field(max_length=254)
    password: Password


class NewPassword(Body):
    current: Password
    new: Password


class UsedLink(Body):
    """An invitation accepted, or a new password after the old one was forgotten."""

    token: str = Field(max_length=128)
    password: Password


@router.get("/set-up/state")
async def read_set_up(parts: Parts) -> SetUp:
    """Tell whether the first owner is still to be set up."""
    async with parts.database.reading() as db:
        return SetUp(needed=not await links.has_owner(db))


@router.post("/set-up", status_code=201)
async def set_up_owner(body: NewOwner, parts: Parts, request: Request, response: Response) -> Session:
    """Become the first owner with the link that is printed at start, and be logged in."""
    now_ms = parts.now_ms()
    async with parts.database.reading() as db:
        await links.peek(db, body.token, now_ms)  # so that strangers do not have us hash
    _refuse_easy(body.password, body.email, body.name)
    password_hash = await parts.passwords.hash(body.password)
    async with parts.database.writing() as db:
        await links.take_owners(db, body.token, now_ms)
        person = _person(body.email, body.name, Role.OWNER, password_hash, now_ms)
        return await _welcome(db, parts, person, request, response)


@router.post("/session", status_code=201)
async def log_in(body: LogIn, parts: Parts, request: Request, response: Response) -> Session:
    """Log in. Too many tries answer 429 with Retry-After."""
    now_ms = parts.now_ms()
    attempt = Attempt(body.email.strip().lower(), address_of(request))
    async with parts.database.writing() as db:
        wait_ms = await log_in_limit.counted(db, attempt, now_ms)
    if wait_ms:
        wait_s = math.ceil(wait_ms / 1_000)
        detail = f"Log-in was tried too often. Wait {math.ceil(wait_s / 60)} minutes, then try again."
        raise Problem(429, "too-many-tries", detail, {"wait_s": wait_s}, {"Retry-After": str(wait_s)})
    async with parts.database.reading() as db:
        person = await db.scalar(select(PersonRow).where(PersonRow.email == attempt.email, PersonRow.active))
    password_hash = person.password_hash if person else None
    if not await parts.passwords.fits(body.password, password_hash) or person is None:
        raise _wrong_credentials()
    newer = (
        await parts.passwords.hash(body.password) if parts.passwords.is_dated(person.password_hash) else None
    )
    async with parts.database.writing() as db:
        if not await _still_has(db, person.id, person.password_hash):
            raise _wrong_credentials()
        await log_in_limit.succeeded(db, attempt)
        if newer:
            await _set_password(db, person.id, newer)
        token = await sessions.begin(db, person.id, attempt.address, now_ms)
        who = _signed_in(person, token, now_ms)
        note(db, request, who, now_ms, Change("session", person.id, None, {"email": person.email}))
    sessions.set_cookie(response, parts.settings, token)
    return _session(who)


@router.get("/session")
async def read_session(who: Who) -> Session:
    """Tell who is logged in, and the token for changes."""
    return _session(who)


@router.delete("/session", status_code=204)
async def log_out(who: Who, parts: Parts, request: Request, response: Response) -> None:
    """Log out here."""
    async with parts.database.writing() as db:
        await sessions.end(db, who.token)
        note(db, request, who, parts.now_ms(), Change("session", who.person_id, {"email": who.email}, None))
    sessions.drop_cookie(response, parts.settings)


@router.delete("/sessions", status_code=204)
async def log_out_everywhere(who: Who, parts: Parts, request: Request, response: Response) -> None:
    """Log out here and on every other machine."""
    async with parts.database.writing() as db:
        await sessions.end_all(db, who.person_id)
        await links.drop_password_links(db, who.person_id)
        note(db, request, who, parts.now_ms(), Change("session", who.person_id, {"email": who.email}, None))
    sessions.drop_cookie(response, parts.settings)


@router.put("/me/password", status_code=204)
async def change_own_password(body: NewPassword, who: Who, parts: Parts, request: Request) -> None:
    """Choose a new password. Every other session of this person ends."""
    now_ms = parts.now_ms()
    attempt = Attempt(who.email, address_of(request), "new password")
    async with parts.database.writing() as db:
        wait_ms = await log_in_limit.counted(db, attempt, now_ms)
        person = await db.get_one(PersonRow, who.person_id)
    if wait_ms:
        wait_s = math.ceil(wait_ms / 1_000)
        detail = f"The password was tried too often. Wait {math.ceil(wait_s / 60)} minutes, then try again."
        raise Problem(429, "too-many-tries", detail, {"wait_s": wait_s}, {"Retry-After": str(wait_s)})
    if not await parts.passwords.fits(body.current, person.password_hash):
        raise _wrong_password()
    _refuse_easy(body.new, who.email, who.name)
    password_hash = await parts.passwords.hash(body.new)
    async with parts.database.writing() as db:
        if not await _still_has(db, who.person_id, person.password_hash):
            raise _wrong_password()
        await log_in_limit.succeeded(db, attempt)
        await _set_password(db, who.person_id, password_hash)
        await sessions.end_all(db, who.person_id, but=who.token)
        await links.drop_password_links(db, who.person_id)
        note(db, request, who, now_ms, _password_change(who.person_id))


@router.post("/links", status_code=201)
async def use_link(body: UsedLink, parts: Parts, request: Request, response: Response) -> Session:
    """Accept an invitation, or choose a new password with an owner's link; and be logged in."""
    now_ms = parts.now_ms()
    async with parts.database.reading() as db:
        link = await links.peek(db, body.token, now_ms)
        person = await db.get(PersonRow, link.person_id) if link.person_id else None
        maker = await db.get(PersonRow, link.made_by) if link.made_by else None
    made_by = maker.email if maker else None
    if link.purpose == links.OWNER:
        raise Problem(409, "link-for-set-up", "This link is for the first owner: open it as it was printed.")
    email, name = (person.email, person.name) if person else (link.email or "", link.name or "")
    _refuse_easy(body.password, email, name)
    password_hash = await parts.passwords.hash(body.password)
    async with parts.database.writing() as db:
        await links.take(db, body.token, now_ms)
        if person is None:
            if await db.scalar(select(PersonRow.id).where(PersonRow.email == email)):
                raise Problem(409, "already-here", "You have an account already. Log in with it.")
            invited = _person(email, name, Role(link.role or Role.VIEWER), password_hash, now_ms)
            return await _welcome(db, parts, invited, request, response, made_by)
        if not person.active:
            raise Problem(403, "not-active", "This account is switched off. Ask an owner to switch it on.")
        await _set_password(db, person.id, password_hash)
        await sessions.end_all(db, person.id)
        await links.drop_password_links(db, person.id)
        token = await sessions.begin(db, person.id, address_of(request), now_ms)
        who = _signed_in(person, token, now_ms)
        note(db, request, who, now_ms, _password_change(person.id, made_by))
    sessions.set_cookie(response, parts.settings, token)
    return _session(who)


async def _welcome(
    db: AsyncSession,
    parts: AdminParts,
    person: PersonRow,
    request: Request,
    response: Response,
    made_by: str | None = None,
) -> Session:
    """Enter somebody new, and log them in. `made_by`: who invited them."""
    now_ms = person.created_at_ms
    db.add(person)
    await db.flush()
    token = await sessions.begin(db, person.id, address_of(request), now_ms)
    who = _signed_in(person, token, now_ms)
    after = {"email": person.email, "name": person.name, "role": person.role, "active": True}
    if made_by:
        after["made_by"] = made_by
    note(db, request, who, now_ms, Change("person", person.id, None, after))
    sessions.set_cookie(response, parts.settings, token)
    return _session(who)


def _person(email: str, name: str, role: Role, password_hash: str, now_ms: int) -> PersonRow:
    return PersonRow(
        id=uuid4().hex,
        email=email,
        name=name,
        role=role.value,
        password_hash=password_hash,
        active=True,
        created_at_ms=now_ms,
    )


def _refuse_easy(password: str, email: str, name: str) -> None:
    if easy := too_easy(password, email, name):
        raise Problem(422, "easy-password", easy)


def _wrong_credentials() -> Problem:
    detail = "E-mail address or password is not right. Check both, or ask an owner for a new password."
    return Problem(401, "wrong-credentials", detail)


def _wrong_password() -> Problem:
    return Problem(422, "wrong-password", "The current password is not right. Type it again.")


async def _still_has(db: AsyncSession, person_id: str, password_hash: str) -> bool:
    """Whether somebody may log in, and by the password that was looked at: looking takes a moment."""
    wanted = select(PersonRow.id).where(
        PersonRow.id == person_id, PersonRow.active, PersonRow.password_hash == password_hash
    )
    return await db.scalar(wanted.with_for_update()) is not None


async def _set_password(db: AsyncSession, person_id: str, password_hash: str) -> None:
    await db.execute(update(PersonRow).where(PersonRow.id == person_id).values(password_hash=password_hash))


def _password_change(person_id: str, made_by: str | None = None) -> Change:
    """`made_by`: who made the link it was done with."""
    after = {"password": "new", **({"made_by": made_by} if made_by else {})}
    return Change("person", person_id, {"password": "old"}, after)


def _signed_in(person: PersonRow, token: str, now_ms: int) -> SignedIn:
    until_ms = now_ms + sessions.LONGEST_MS
    return SignedIn(person.id, person.email, person.name, Role(person.role), token, until_ms)


def _session(who: SignedIn) -> Session:
    return Session(
        person_id=who.person_id,
        email=who.email,
        name=who.name,
        role=who.role,
        csrf_token=who.csrf_token,
        until=at(who.until_ms),
    )
