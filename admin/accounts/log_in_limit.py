"""How often log-in may be tried: by account from one address, by account, by address.

Kept in the record, so that every server counts the same tries.

A try is counted before the password is looked at: many at once do not slip through. Accounts that do not
exist are counted alike, so that nothing is learned from being refused.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from sqlalchemy import case, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from admin.accounts.addresses import counted_as
from admin.accounts.tables import LogInTryRow

WINDOW_MS: Final = 15 * 60_000
MOST_HERE: Final = 5
"""By account from one address."""
MOST_ON_ACCOUNT: Final = 50
"""Anyone may try at a known account: low enough to guess nothing, too high to lock somebody out."""
MOST_FROM_ADDRESS: Final = 30


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who tries from where, and what: to log in, or with `doing` something else that asks for a password."""

    email: str
    address: str
    doing: str = ""

    def counted_by(self) -> tuple[tuple[str, int], ...]:
        """What is counted, in this order, each with the most there may be in a window."""
        where = counted_as(self.address)
        return (
            (_key("address", where, *self._more), MOST_FROM_ADDRESS),
            (_key("here", self.email, where, *self._more), MOST_HERE),
            (_key("account", self.email, *self._more), MOST_ON_ACCOUNT),
        )

    @property
    def _more(self) -> tuple[str, ...]:
        return (self.doing,) if self.doing else ()


async def counted(db: AsyncSession, attempt: Attempt, now_ms: int) -> int:
    """Count a try; tell how many milliseconds must pass before the next one, 0 if it may go on.

    What is refused counts no further: one address that goes on trying does not lock an account for others.
    """
    await db.execute(delete(LogInTryRow).where(LogInTryRow.since_ms <= now_ms - WINDOW_MS))
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    for key, most in attempt.counted_by():
        old = LogInTryRow.since_ms <= now_ms - WINDOW_MS
        adding = insert(LogInTryRow).values(key=key, tries=1, since_ms=now_ms)
        adding = adding.on_conflict_do_update(
            index_elements=[LogInTryRow.key],
            set_={
                "tries": case((old, 1), else_=LogInTryRow.tries + 1),
                "since_ms": case((old, now_ms), else_=LogInTryRow.since_ms),
            },
        ).returning(LogInTryRow.tries, LogInTryRow.since_ms)
        tries, since_ms = (await db.execute(adding)).one()
        if tries > most:
            return since_ms + WINDOW_MS - now_ms
    return 0


async def succeeded(db: AsyncSession, attempt: Attempt) -> None:
    """Forget the tries before a good one: they were typing errors. The address keeps its others'."""
    address, here, account = (key for key, _ in attempt.counted_by())
    await db.execute(delete(LogInTryRow).where(LogInTryRow.key.in_((here, account))))
    fewer = update(LogInTryRow).where(LogInTryRow.key == address)
    await db.execute(fewer.values(tries=LogInTryRow.tries - 1))


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
