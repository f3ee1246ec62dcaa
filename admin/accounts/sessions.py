"""Browsers that are logged in: an opaque token in a cookie, its hash in the record.

Against requests that other sites make in a person's name, whatever changes something must

- come from our own origin: `Sec-Fetch-Site` and `Origin`, which every browser sends and no page can forge;
- carry a header with a token that is derived from the session's. Only a page that may read our answers can
  know it, and a header of one's own makes browsers ask before they send it elsewhere.

Double-submit cookies were not chosen: who controls a neighbouring subdomain can plant both halves.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final

from fastapi import Response
from fastapi.requests import HTTPConnection
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from admin.accounts.addresses import asker
from admin.accounts.tables import PersonRow, SessionRow
from admin.roles import Role
from config.settings import Settings

IDLE_MS: Final = 12 * 3_600_000
LONGEST_MS: Final = 7 * 24 * 3_600_000
_SEEN_EVERY_MS: Final = 60_000
CSRF_HEADER: Final = "X-Tandem-CSRF"
_TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who makes a request."""

    person_id: str
    email: str
    name: str
    role: Role
    token: str
    until_ms: int

    @property
    def csrf_token(self) -> str:
        """What this session's changes must carry in their header."""
        return hmac.new(self.token.encode(), b"csrf", hashlib.sha256).hexdigest()


def hashed(token: str) -> str:
    """How a token of 256 random bits is kept: no salt and no slowness are needed to hide it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def new_token() -> str:
    """Draw a token nobody can guess."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


async def begin(db: AsyncSession, person_id: str, address: str, now_ms: int) -> str:
    """Begin a session and return its token. Sessions that are over are cleared away."""
    await db.execute(delete(SessionRow).where(SessionRow.until_ms <= now_ms))
    token = new_token()
    db.add(
        SessionRow(
            token_sha256=hashed(token),
            person_id=person_id,
            began_at_ms=now_ms,
            seen_at_ms=now_ms,
            until_ms=now_ms + LONGEST_MS,
            address=address,
        )
    )
    return token


async def find(db: AsyncSession, token: str, now_ms: int) -> tuple[SignedIn, bool] | None:
    """Find whose session it is, and whether it is to be noted as seen; None when it is over or unknown."""
    wanted = (
        select(PersonRow, SessionRow)
        .join(SessionRow, SessionRow.person_id == PersonRow.id)
        .where(SessionRow.token_sha256 == hashed(token), PersonRow.active)
    )
    found = (await db.execute(wanted)).one_or_none()
    if found is None:
        return None
    person, session = found
    if now_ms >= min(session.until_ms, session.seen_at_ms + IDLE_MS):
        return None
    who = SignedIn(person.id, person.email, person.name, Role(person.role), token, session.until_ms)
    return who, now_ms - session.seen_at_ms >= _SEEN_EVERY_MS


async def seen(db: AsyncSession, token: str, now_ms: int) -> None:
    """Note that a session is in use."""
    await db.execute(
        update(SessionRow).where(SessionRow.token_sha256 == hashed(token)).values(seen_at_ms=now_ms)
    )


async def end(db: AsyncSession, token: str) -> None:
    """End one session."""
    await db.execute(delete(SessionRow).where(SessionRow.token_sha256 == hashed(token)))


async def end_all(db: AsyncSession, person_id: str, but: str | None = None) -> None:
    """End every session of a person, but the one with this token."""
    ending = delete(SessionRow).where(SessionRow.person_id == person_id)
    await db.execute(ending if but is None else ending.where(SessionRow.token_sha256 != hashed(but)))


# --- the cookie -----------------------------------------------------------------------------------


def is_plain(settings: Settings) -> bool:
    """Whether cookies must do without https: on one's own machine, in development."""
    return settings.development and settings.public_url.startswith("http://")


def cookie_name(settings: Settings) -> str:
    """`__Host-` has browsers refuse the cookie from a subdomain and without https."""
    return "tandem_session" if is_plain(settings) else "__Host-tandem_session"


def set_cookie(response: Response, settings: Settings, token: str) -> None:
    """Give a browser its session."""
    response.set_cookie(
        cookie_name(settings),
        token,
        max_age=LONGEST_MS // 1_000,
        path="/",
        secure=not is_plain(settings),
        httponly=True,
        samesite="lax",
    )


def drop_cookie(response: Response, settings: Settings) -> None:
    """Have a browser forget its session."""
    response.delete_cookie(
        cookie_name(settings), path="/", secure=not is_plain(settings), httponly=True, samesite="lax"
    )


# --- where a request comes from -------------------------------------------------------------------


def address_of(request: HTTPConnection) -> str:
    """The address of who asks; behind proxies that are trusted, the one these name."""
    peer = request.client.host if request.client else "unknown"
    settings: Settings = request.app.state.parts.settings
    return asker(peer, request.headers.getlist("x-forwarded-for"), settings.trusted_proxies)[:64]


def is_foreign(request: HTTPConnection, settings: Settings) -> bool:
    """Whether another site's page makes this request. Programs send neither header, and lend no cookie."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return True
    origin = request.headers.get("origin")
    return origin is not None and origin not in settings.own_origins
