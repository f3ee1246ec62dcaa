"""Calls from the Phone page: which flows may be called, and a ticket for the socket of one call.

Whoever is logged in calls what is published; drafts, which may do what nobody has released, are called by
those who may change them. In development mode whoever sits at this machine calls what is published without an
account, as the telephone server takes calls from this machine without one.
"""

from collections.abc import Sequence
from typing import Final, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from admin.access import WhoIfAnybody
from admin.accounts.sessions import SignedIn
from admin.flows.chosen import flow_has_errors
from admin.parts import AdminParts, Parts
from admin.phone.bookings import LIVES_S, PhoneBookings, Runs
from admin.phone.runnable import (
    DRAFT,
    Listed,
    Text,
    languages_of,
    latest_version,
    listed,
    not_published,
    the_draft_of,
)
from admin.problems import Problem
from admin.roles import Role
from admin.words import Body
from config.flow_text import NAME_PATTERN

router = APIRouter(prefix="/phone", tags=["phone"])
MAY_CALL_DRAFTS: Final = Role.MANAGER


class PhoneFlow(BaseModel):
    """A flow that can be called."""

    name: str
    title: str
    version: int | None
    """The published one, or of the flow that calls run by default; null: only its draft can be called."""
    draft: bool
    """Whether its draft can be called, by who asks."""
    languages: list[str]
    """Tags, the one a call begins in first; of the draft, where nothing is published."""


class CallWanted(Body):
    flow: str = Field(pattern=NAME_PATTERN)
    which: Literal["draft", "published"] = "published"
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")
    """A tag of the flow's languages, or only `es`; null: the one it begins in."""


class BookedCall(BaseModel):
    """A call that may be made now."""

    socket: str
    """Path of its WebSocket, on this origin; good once."""
    expires_in_s: int
    flow: str
    """What the record will call it: `name@version` or `name@draft`."""
    language: str


@router.get("/flows")
async def list_phone_flows(who: WhoIfAnybody, parts: Parts, request: Request) -> list[PhoneFlow]:
    """List the flows that can be called, by title."""
    drafts = who is not None and who.role.may(MAY_CALL_DRAFTS)
    async with parts.database.reading() as db:
        flows = [each for each in await listed(db) if each.version is not None or drafts]
        texts = [await latest_version(db, each.name) or await the_draft_of(db, each.name) for each in flows]
    bookings: PhoneBookings = request.app.state.bookings
    default = await bookings.default(parts.settings.flow)
    named = {each.name: each for each in flows}
    if default is not None and (default.text.name not in named or named[default.text.name].version is None):
        known = named.get(default.text.name)
        revision = known.revision if known else None
        texts = [text for text in texts if text.name != default.text.name] + [default.text]
        flows = [each for each in flows if each.name != default.text.name]
        flows.append(Listed(default.text.name, default.title, default.text.version, revision))
    languages = await parts.apart.run(_languages, [text.yaml for text in texts])
    return [
        PhoneFlow(
            name=each.name,
            title=each.title,
            version=each.version,
            draft=drafts and each.revision is not None,
            languages=list(tags),
        )
        for each, tags in sorted(zip(flows, languages, strict=True), key=lambda pair: pair[0].title)
    ]


@router.post("/calls", status_code=201)
async def book_phone_call(body: CallWanted, who: WhoIfAnybody, parts: Parts, request: Request) -> BookedCall:
    """Book a call; its socket must be opened within a minute."""
    bookings: PhoneBookings = request.app.state.bookings
    if body.which == DRAFT:
        text = await _draft(body, who, parts)
    else:
        text = await _published(body, parts, bookings)
    flow = await bookings.read(text.yaml, text.version)
    if flow is None:
        raise Problem(409, "flow-unreadable", f"'{text.name}' cannot be read any more. Publish it anew.")
    language = _in_language(body.language, tuple(flow.others) or (flow.language,), text.name)
    ticket = await bookings.book(Runs(text.yaml, text.label, text.version, language))
    return BookedCall(
        socket=f"/phone/media/{ticket}", expires_in_s=LIVES_S, flow=text.label, language=language
    )


async def _draft(body: CallWanted, who: SignedIn | None, parts: AdminParts) -> Text:
    if who is None:
        raise Problem(401, "not-logged-in", "Drafts are called by those who may change them. Log in.")
    if not who.role.may(MAY_CALL_DRAFTS):
        detail = (
            f"Calling a draft takes the role {MAY_CALL_DRAFTS}; yours is {who.role}. "
            "Call what is published, or ask an owner to change your role."
        )
        more = {"needs": MAY_CALL_DRAFTS.value, "has": who.role.value}
        raise Problem(403, "not-allowed", detail, more)
    async with parts.database.reading() as db:
        text = await the_draft_of(db, body.flow)
    if errors := await parts.checks.errors(text.yaml, body.flow):
        raise flow_has_errors([each.model_dump() for each in errors], "called")
    return text


async def _published(body: CallWanted, parts: AdminParts, bookings: PhoneBookings) -> Text:
    async with parts.database.reading() as db:
        if found := await latest_version(db, body.flow):
            return found
    default = await bookings.default(parts.settings.flow)
    if default is not None and default.text.name == body.flow:
        return default.text
    async with parts.database.reading() as db:
        raise await not_published(db, body.flow)


def _in_language(wanted: str | None, tags: Sequence[str], flow: str) -> str:
    if wanted is None:
        return tags[0]
    found = [tag for tag in tags if tag == wanted] or [tag for tag in tags if tag.partition("-")[0] == wanted]
    if not found:
        detail = f"'{flow}' does not speak {wanted}; it speaks {' and '.join(tags)}. Choose one of these."
        raise Problem(422, "no-such-language", detail, {"languages": list(tags)})
    return found[0]


def _languages(texts: list[str]) -> list[tuple[str, ...]]:
    return [languages_of(text) for text in texts]
