"""The gate every request passes: who is it, may they, and is it really them who asks."""

import hmac
from typing import Annotated, Final

from fastapi import Depends
from fastapi.requests import HTTPConnection

from admin.accounts import sessions
from admin.accounts.sessions import CSRF_HEADER, SignedIn
from admin.parts import AdminParts
from admin.problems import Problem
from admin.roles import LEAST_ROLE, OPEN_AT_THIS_MACHINE, Role
from config.settings import Settings
from config.this_machine import is_here

_SAFE: Final = ("GET", "HEAD")
_LOOKING: Final = frozenset({"follow_live_calls"})
"""Routes that pages ask again by themselves: a page that was left open does not keep its session alive."""


async def gate(request: HTTPConnection) -> None:
    """Let a request, or a WebSocket's first, through to its route, as the table of roles says.

    A WebSocket changes nothing by being opened, but no browser keeps other sites' pages from opening one: it
    is only taken from our own.

    Raises:
        Problem: 401 nobody is logged in, 403 it is not theirs to do, or another site asks.
    """
    parts: AdminParts = request.app.state.parts
    name: str = request.scope["route"].name
    if name not in LEAST_ROLE:
        raise Problem(403, "not-allowed", "This route has no place in the table of roles yet.")
    is_socket = request.scope["type"] == "websocket"
    safe = is_socket or request.scope["method"] in _SAFE
    if (is_socket or not safe) and sessions.is_foreign(request, parts.settings):
        detail = f"This request comes from another site. Open {parts.settings.public_url} and do it there."
        raise Problem(403, "foreign-origin", detail)
    least = LEAST_ROLE[name]
    if least is None:
        return
    who = await _signed_in(request, parts, acts=name not in _LOOKING)
    if who is None and name in OPEN_AT_THIS_MACHINE and sits_at_this_machine(request, parts.settings):
        request.state.who = None
        return
    if who is None:
        detail = "You are not logged in, or your session is over. Log in; what you were writing is not lost."
        raise Problem(401, "not-logged-in", detail)
    if not safe and not _same(request.headers.get(CSRF_HEADER, ""), who.csrf_token):
        detail = (
            f"The header {CSRF_HEADER} is missing or of another session. Take `csrf_token` of the session."
        )
        raise Problem(403, "csrf", detail)
    if not who.role.may(least):
        detail = f"This takes the role {least}; yours is {who.role}. Ask an owner to change your role."
        raise Problem(403, "not-allowed", detail, {"needs": least.value, "has": who.role.value})
    request.state.who = who


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def sits_at_this_machine(request: HTTPConnection, settings: Settings) -> bool:
    """Whether this is development mode, and a request is made at this machine by its own name.

    The name keeps out pages of other sites whose names were pointed at this machine.
    """
    host = request.client.host if request.client else None
    own = {origin.partition("://")[2] for origin in settings.own_origins}
    return settings.development and is_here(host, request.headers) and request.headers.get("host") in own


async def still_may(request: HTTPConnection, parts: AdminParts, least: Role) -> bool:
    """Whether who was let through a while ago, and is still connected, would be let through now.

    Being connected is no act: their session ends when they have done nothing for as long as it may be idle.
    """
    who = await _signed_in(request, parts, acts=False)
    return who is not None and who.role.may(least)


async def _signed_in(request: HTTPConnection, parts: AdminParts, *, acts: bool) -> SignedIn | None:
    token = request.cookies.get(sessions.cookie_name(parts.settings))
    if not token:
        return None
    now_ms = parts.now_ms()
    async with parts.database.reading() as db:
        found = await sessions.find(db, token, now_ms)
    if found is None:
        return None
    who, is_news = found
    if is_news and acts:
        async with parts.database.writing() as db:
            await sessions.seen(db, token, now_ms)
    return who


def _who(request: HTTPConnection) -> SignedIn:
    return request.state.who


Who = Annotated[SignedIn, Depends(_who)]
"""Who is logged in, on routes that are not open."""
WhoIfAnybody = Annotated[SignedIn | None, Depends(_who)]
"""... on routes that are open at this machine; None: who sits there."""
