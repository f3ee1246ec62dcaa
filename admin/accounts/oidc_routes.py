"""Logging in at the company's identity provider, for those an owner has invited here."""

import logging
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel
from sqlalchemy import select

from admin.accounts import sessions
from admin.accounts.oidc import Begun, Oidc, OidcError, unpacked
from admin.accounts.sessions import address_of
from admin.accounts.tables import PersonRow
from admin.audit.trail import Change, note
from admin.parts import AdminParts, Parts
from admin.problems import Problem
from config.settings import Settings

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/oidc", tags=["accounts"])
_LONGEST_S: Final = 600
_PATH: Final = "/api/oidc/callback"


class OidcOffer(BaseModel):
    """Whether one may log in at a provider. `name`: what it is called on the button; null: there is none."""

    name: str | None


@router.get("")
async def read_oidc(parts: Parts) -> OidcOffer:
    """Tell whether there is an identity provider."""
    return OidcOffer(name=parts.settings.oidc_name if parts.settings.oidc_issuer else None)


@router.get("/log-in", response_class=RedirectResponse, status_code=303)
async def begin_oidc_log_in(
    parts: Parts, request: Request, then: Annotated[str, Query(max_length=1_000)] = "/"
) -> Response:
    """Send the browser to the provider; `then` is the page wanted after."""
    try:
        url, begun = await _oidc(request, parts).begin(_own_page(then))
    except OidcError as error:
        return _back(error)
    answer = RedirectResponse(url, 303)
    answer.set_cookie(
        _cookie_name(parts.settings),
        begun.packed(),
        max_age=_LONGEST_S,
        path="/",
        secure=not sessions.is_plain(parts.settings),
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get("/callback", response_class=RedirectResponse, status_code=303)
async def finish_oidc_log_in(
    parts: Parts,
    request: Request,
    state: Annotated[str, Query(max_length=1_000)] = "",
    code: Annotated[str, Query(max_length=4_000)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Take who comes back from the provider, and log them in if they have an account here."""
    begun = unpacked(request.cookies.get(_cookie_name(parts.settings), ""))
    try:
        answer = await _logged_in(begun, state, code, error, request, parts)
    except OidcError as refusal:
        answer = _back(refusal)
    answer.delete_cookie(  # browsers let `__Host-` cookies be changed by none that is less strict
        _cookie_name(parts.settings),
        path="/",
        secure=not sessions.is_plain(parts.settings),
        httponly=True,
        samesite="lax",
    )
    return answer


async def _logged_in(
    begun: Begun | None, state: str, code: str, error: str, request: Request, parts: AdminParts
) -> Response:
    if begun is None:
        raise OidcError("expired", "this browser has begun no log-in")
    if error or not code:
        raise OidcError("refused", f"the provider says {error or 'nothing'}")
    email = await _oidc(request, parts).finish(begun, state, code)
    now_ms = parts.now_ms()
    async with parts.database.writing() as db:
        person = await db.scalar(select(PersonRow).where(PersonRow.email == email, PersonRow.active))
        if person is None:
            raise OidcError("unknown-here", "somebody without an account here")
        token = await sessions.begin(db, person.id, address_of(request), now_ms)
        note(db, request, None, now_ms, Change("session", person.id, None, {"email": person.email}))
    answer = RedirectResponse(begun.then, 303)
    sessions.set_cookie(answer, parts.settings, token)
    return answer


def _oidc(request: Request, parts: AdminParts) -> Oidc:
    """The provider, known once for all requests.

    Raises:
        Problem: 404, there is none.
    """
    if not parts.settings.oidc_issuer:
        detail = "There is no identity provider here. Log in with your password, or set OIDC_ISSUER."
        raise Problem(404, "no-oidc", detail)
    known: Oidc | None = getattr(request.app.state, "oidc", None)
    if known is None:
        known = request.app.state.oidc = Oidc(parts.settings, f"{parts.settings.public_url}{_PATH}")
    return known


def _own_page(then: str) -> str:
    """A page of ours; whatever could lead elsewhere becomes the first one."""
    plain = then.startswith("/") and not then.startswith(("//", "/\\")) and then.isprintable()
    return then if plain else "/"


def _back(error: OidcError) -> Response:
    """Back to the log-in page, which has a sentence for each kind."""
    logger.warning("a log-in at the identity provider came to nothing: %s", error)
    return RedirectResponse(f"/log-in?{urlencode({'trouble': error.kind})}", 303)


def _cookie_name(settings: Settings) -> str:
    return "tandem_oidc" if sessions.is_plain(settings) else "__Host-tandem_oidc"
