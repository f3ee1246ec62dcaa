"""Which flow a new call runs: the latest version of what its number is set to.

Reading a flow takes a moment, so those that are published are read ahead and kept; a version never changes.
"""

import asyncio
import logging
from concurrent.futures.process import BrokenProcessPool
from typing import Final

from sqlalchemy import case, func, select
from sqlalchemy.exc import SQLAlchemyError

from admin.apart import Apart
from admin.flows.tables import FlowVersionRow
from admin.numbers.tables import ANY_OTHER, NumberRow
from config.database import Database
from config.flow import Flow
from config.flow_file import FlowError, read_flow

logger = logging.getLogger(__name__)

_KEPT: Final = 64
_LOOKS_EVERY_S: Final = 2.0
_CANNOT_BE_HAD: Final = (SQLAlchemyError, OSError, LookupError, BrokenProcessPool)


class PublishedFlows:
    """Finds the published flow of a number."""

    def __init__(self, database: Database, apart: Apart) -> None:
        self._database = database
        self._apart = apart
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
        except _CANNOT_BE_HAD:
            logger.exception("the published flow of a call cannot be had; it runs the default one")
            return None

    async def keep_ahead(self) -> None:
        """Read what numbers are set to before anybody calls, now and whenever something is published."""
        while True:
            await self.read_ahead()
            await asyncio.sleep(_LOOKS_EVERY_S)

    async def read_ahead(self) -> None:
        """Read the latest version of every flow that a number is set to."""
        newest = (
            select(FlowVersionRow.flow, func.max(FlowVersionRow.number).label("number"))
            .where(FlowVersionRow.flow.in_(select(NumberRow.flow)))
            .group_by(FlowVersionRow.flow)
        )
        try:
            async with self._database.reading() as db:
                found = list(await db.execute(newest))
            for flow, number in found:
                await self._flow(flow, number)
        except _CANNOT_BE_HAD:
            logger.warning("published flows cannot be read ahead", exc_info=True)

    async def _flow(self, name: str, number: int) -> Flow:
        flow = self._read.get((name, number))
        if flow is None:
            async with self._database.reading() as db:
                version = await db.get_one(FlowVersionRow, (name, number))
            flow = await self._apart.run(_numbered, version.yaml, number)
            if flow is None:
                raise LookupError(f"{name}@{number} is not valid in this version of Tandem")
            self._read[name, number] = flow
            while len(self._read) > _KEPT:
                self._read.pop(next(iter(self._read)))
        return flow


def _numbered(text: str, number: int) -> Flow | None:
    try:
        return read_flow(text).model_copy(update={"version": number})
    except FlowError:
        return None
