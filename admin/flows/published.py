"""Which flow a new call runs: the latest version of what its number is set to.

Reading a flow takes a moment, so those that are published are read ahead and kept; a version never changes.
"""

import asyncio
import logging
from typing import Final

from sqlalchemy import case, select
from sqlalchemy.exc import SQLAlchemyError

from admin.flows.tables import FlowVersionRow
from admin.numbers.tables import ANY_OTHER, NumberRow
from config.database import Database
from config.flow import Flow
from config.flow_file import FlowError, read_flow

logger = logging.getLogger(__name__)

_KEPT: Final = 64


class PublishedFlows:
    """Finds the published flow of a number."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read: dict[tuple[str, int], Flow] = {}

    async def of(self, number: str) -> Flow | None:
        """Find what calls to a number run; None when nothing is published for it, or it cannot be had.

        Its version is the published number, whatever the text says.
        """
        wanted = (
            select(FlowVersionRow.flow, FlowVersionRow.number)
            .join(NumberRow, NumberRow.flow == FlowVersionRow.flow)
            .where(NumberRow.number.in_((number, ANY_OTHER)))
            .order_by(case((NumberRow.number == ANY_OTHER, 1), else_=0), FlowVersionRow.number.desc())
            .limit(1)
        )
        try:
            async with self._database.reading() as db:
                found = (await db.execute(wanted)).one_or_none()
            return await self._flow(found.flow, found.number) if found else None
        except (SQLAlchemyError, OSError, FlowError):
            logger.exception("the published flow of a call cannot be had; it runs the default one")
            return None

    async def read_ahead(self) -> None:
        """Read what numbers are set to, so that the first callers do not wait for it."""
        try:
            async with self._database.reading() as db:
                numbers = list(await db.scalars(select(NumberRow.number)))
        except (SQLAlchemyError, OSError):
            logger.exception("published flows cannot be read ahead")
            return
        for number in numbers:
            await self.of(number)

    async def _flow(self, name: str, number: int) -> Flow:
        flow = self._read.get((name, number))
        if flow is None:
            async with self._database.reading() as db:
                version = await db.get_one(FlowVersionRow, (name, number))
            read = await asyncio.to_thread(read_flow, version.yaml, f"{name}@{number}")
            flow = read.model_copy(update={"version": number})
            self._read[name, number] = flow
            while len(self._read) > _KEPT:
                self._read.pop(next(iter(self._read)))
        return flow
