"""Which flow a new call runs: the latest version of what its number is set to.

Reading a flow takes a moment, so those that are published are read ahead and kept; a version never changes.
Whatever fails, a call is answered: by the last version of its flow that could be had, else by the default.
"""

import asyncio
import logging
from typing import Final

from sqlalchemy import case, func, select

from admin.apart import Apart
from admin.flows.tables import FlowVersionRow
from admin.numbers.tables import ANY_OTHER, NumberRow
from config.database import Database
from config.flow import Flow
from config.flow_file import read_flow

logger = logging.getLogger(__name__)

_LOOKS_EVERY_S: Final = 2.0
_LONGEST_S: Final = 2.0
"""How long a call waits for its flow while it opens: somebody is on the line already."""


class PublishedFlows:
    """Finds the published flow of a number.

    Args:
        database: the record.
        apart: for this alone; behind other work, calls would wait.
        longest_s: how long finding one may take.
    """

    def __init__(self, database: Database, apart: Apart, longest_s: float = _LONGEST_S) -> None:
        self._database = database
        self._apart = apart
        self._longest_s = longest_s
        self._good: dict[str, Flow] = {}
        """By name, the newest version that could be read."""
        self._bad: set[tuple[str, int]] = set()
        """Versions that never can be."""
        self._set_to: dict[str, str] = {}
        """What each number ran when the record was last read."""
        self._finding: set[asyncio.Task[Flow | None]] = set()
        self._trouble: str | None = None

    async def of(self, number: str) -> Flow | None:
        """Find what calls to a number run; None when nothing is published for it, or it cannot be had.

        Its version is the published number, whatever the text says. Does not raise, and takes two seconds
        at most: what comes later is for the next call.
        """
        finding = asyncio.create_task(self._find(number))
        self._finding.add(finding)
        finding.add_done_callback(self._finding.discard)
        done, _ = await asyncio.wait((finding,), timeout=self._longest_s)
        if done and not finding.cancelled():
            return finding.result()
        return self._instead(self._last_set_to(number), "it takes too long")

    async def keep_ahead(self) -> None:
        """Read what numbers are set to before anybody calls, now and whenever something is published."""
        while True:
            await self.read_ahead()
            await asyncio.sleep(_LOOKS_EVERY_S)

    async def read_ahead(self) -> None:
        """Read the latest version of every flow that a number is set to, and forget the others."""
        newest = (
            select(FlowVersionRow.flow, func.max(FlowVersionRow.number).label("number"))
            .where(FlowVersionRow.flow.in_(select(NumberRow.flow)))
            .group_by(FlowVersionRow.flow)
        )
        troubles: list[str] = []
        try:
            async with self._database.reading() as db:
                found = {row.flow: row.number for row in await db.execute(newest)}
                numbers = await db.execute(select(NumberRow.number, NumberRow.flow))
                self._set_to = {row.number: row.flow for row in numbers}
        except Exception as error:
            self._tell([f"the record cannot be read ({type(error).__name__})"])
            return
        for name, number in found.items():
            try:
                if await self._read(name, number) is None:
                    troubles.append(f"{name}@{number} is not valid in this version of Tandem")
            except Exception as error:
                troubles.append(f"{name}@{number} cannot be read ({type(error).__name__})")
        self._good = {name: flow for name, flow in self._good.items() if name in found}
        self._bad = {(name, number) for name, number in self._bad if found.get(name) == number}
        self._tell(troubles)

    async def _find(self, number: str) -> Flow | None:
        wanted = (
            select(FlowVersionRow.flow, FlowVersionRow.number)
            .join(NumberRow, NumberRow.flow == FlowVersionRow.flow)
            .where(NumberRow.number.in_((number, ANY_OTHER)))
            .order_by(case((NumberRow.number == ANY_OTHER, 1), else_=0), FlowVersionRow.number.desc())
            .limit(1)
        )
        name = self._last_set_to(number)
        try:
            async with self._database.reading() as db:
                found = (await db.execute(wanted)).one_or_none()
            if found is None:
                return None
            name = found.flow
            flow = await self._read(found.flow, found.number)
        except Exception as error:
            return self._instead(name, type(error).__name__)
        return flow or self._instead(name, f"version {found.number} is not valid")

    async def _read(self, name: str, number: int) -> Flow | None:
        """Read a version, unless that is done; None: it is not valid."""
        kept = self._good.get(name)
        if kept is not None and kept.version == number:
            return kept
        if (name, number) in self._bad:
            return None
        async with self._database.reading() as db:
            version = await db.get_one(FlowVersionRow, (name, number))
        flow = await self._apart.run(_numbered, version.yaml, number)
        if flow is None:
            self._bad.add((name, number))
        elif name not in self._good or self._good[name].version < number:
            self._good[name] = flow
        return flow

    def _last_set_to(self, number: str) -> str | None:
        return self._set_to.get(number, self._set_to.get(ANY_OTHER))

    def _instead(self, name: str | None, why: str) -> Flow | None:
        flow = self._good.get(name) if name else None
        runs = f"{flow.name}@{flow.version}" if flow else "the default one"
        logger.error("the published flow of a call cannot be had (%s); it runs %s", why, runs)
        return flow

    def _tell(self, troubles: list[str]) -> None:
        """Once, not every two seconds."""
        trouble = "; ".join(troubles) or None
        if trouble != self._trouble:
            self._trouble = trouble
            if trouble:
                logger.warning("published flows cannot be read ahead: %s", trouble)
            else:
                logger.info("published flows are read ahead again")


def _numbered(text: str, number: int) -> Flow | None:
    try:
        return read_flow(text).model_copy(update={"version": number})
    except Exception:
        return None
