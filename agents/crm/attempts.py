"""How often a call has tried to say who the caller is: counted in the record, wherever customers are kept."""

from typing import Annotated, Protocol

from agents.crm.sql import answering, utc_now
from agents.crm.sql_once import inserting, once
from agents.crm.tables import VerificationRow
from agents.tool import Injected
from config.database import Database


class VerificationAttempts(Protocol):
    """Counts attempts to verify a caller."""

    async def begin(self, call_id: str, key: str) -> int:
        """Count one more attempt and return which one of the call it is, from 1. Not again for the same key.

        Raises:
            Unavailable: the record does not answer; then nobody is verified.
        """
        ...


Attempts = Annotated[VerificationAttempts, Injected()]
"""What a tool writes to be given the count."""


class SqlVerificationAttempts:
    """`VerificationAttempts` in the record: neither a new worker nor a second one begins to count anew."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, call_id: str, key: str) -> int:
        now = utc_now()
        with answering():
            async with self._database.writing() as session:

                async def count() -> int:
                    first = inserting(session, VerificationRow).values(
                        call_id=call_id, attempts=1, last_at=now
                    )
                    one_more = first.on_conflict_do_update(
                        index_elements=["call_id"],
                        set_={"attempts": VerificationRow.attempts + 1, "last_at": now},
                    )
                    return await session.scalar(one_more.returning(VerificationRow.attempts)) or 1

                return await once(session, key, ("verification", call_id), count, int, now)
