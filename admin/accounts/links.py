"""Links that are good once, and for a while: for the first owner, for invitations, for new passwords.

The token stands behind the `#` of an address, which browsers send to nobody.
"""

from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from admin.accounts.sessions import hashed, new_token
from admin.accounts.tables import LinkRow, PersonRow
from admin.parts import unix_ms
from admin.problems import Problem
from admin.roles import Role
from config.database import Database
from config.settings import Settings

GOOD_FOR_MS: Final = 24 * 3_600_000
OWNER: Final = "owner"
INVITATION: Final = "invitation"
PASSWORD: Final = "password"  # noqa: S105 - a purpose


async def owner_link(settings: Settings) -> str | None:
    """Make the address at which the first owner is set up; None when there is an owner. Good for a day."""
    database = Database(settings.database_url)
    try:
        async with database.writing() as db:
            if await has_owner(db):
                return None
            token = await make(db, LinkRow(purpose=OWNER), unix_ms())
    finally:
        await database.close()
    return address(settings, token)


def address(settings: Settings, token: str) -> str:
    """Where a link leads."""
    return f"{settings.public_url}/set-up#{token}"


async def has_owner(db: AsyncSession) -> bool:
    """Whether somebody has been the owner already, active or not."""
    return await db.scalar(select(PersonRow.id).where(PersonRow.role == Role.OWNER).limit(1)) is not None


async def make(db: AsyncSession, link: LinkRow, now_ms: int) -> str:
    """Enter a link and return its token. Those whose time is over are cleared away."""
    await db.execute(delete(LinkRow).where(LinkRow.until_ms <= now_ms))
    token = new_token()
    link.token_sha256 = hashed(token)
    link.until_ms = now_ms + GOOD_FOR_MS
    db.add(link)
    return token


async def drop_password_links(db: AsyncSession, person_id: str) -> None:
    """Have no link choose a new password for somebody any more."""
    await db.execute(delete(LinkRow).where(LinkRow.person_id == person_id, LinkRow.purpose == PASSWORD))


async def drop_invitations(db: AsyncSession, email: str) -> None:
    """Have no earlier link invite somebody any more, maybe in another role."""
    await db.execute(delete(LinkRow).where(LinkRow.email == email, LinkRow.purpose == INVITATION))


async def peek(db: AsyncSession, token: str, now_ms: int) -> LinkRow:
    """Read a link without using it.

    Raises:
        Problem: it is unknown, used, or over.
    """
    wanted = select(LinkRow).where(LinkRow.token_sha256 == hashed(token), LinkRow.until_ms > now_ms)
    link = await db.scalar(wanted)
    if link is None:
        raise _spent()
    return link


async def take(db: AsyncSession, token: str, now_ms: int) -> None:
    """Use a link up: of two who do so at once, the second is refused.

    Raises:
        Problem: it is unknown, used, or over.
    """
    taking = delete(LinkRow).where(LinkRow.token_sha256 == hashed(token), LinkRow.until_ms > now_ms)
    if (await db.scalar(taking.returning(LinkRow.token_sha256))) is None:
        raise _spent()


async def take_owners(db: AsyncSession, token: str, now_ms: int) -> None:
    """Use up all links for a first owner, of which this must be one: there is one first owner.

    On PostgreSQL a second one waits here for the first, and then finds the links gone.

    Raises:
        Problem: it is unknown, used, or over.
    """
    taking = delete(LinkRow).where(LinkRow.purpose == OWNER).returning(LinkRow.token_sha256, LinkRow.until_ms)
    taken = {row.token_sha256: row.until_ms for row in await db.execute(taking)}
    if taken.get(hashed(token), 0) <= now_ms or await has_owner(db):
        raise _spent()


def _spent() -> Problem:
    detail = (
        "This link has been used, or its time is over. Ask an owner for a new one; "
        "for the first owner, `tandem up` and `tandem serve` print one when they start."
    )
    return Problem(410, "link-spent", detail)
