"""Which flow a new call runs: the latest version of what its number is set to.

While that is tried out on a share of the calls only (`admin.numbers.canary`), the others run the one before.

Reading a flow takes a moment, so those that are published are read ahead and kept; a version never changes.
Whatever fails, a call is answered: by the last version of its flow that could be had, else by the default.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, Select, case, func, select

from admin.apart import Apart
from admin.flows.tables import FlowVersionRow
from admin.numbers.canary import Trial, version_for
from admin.numbers.tables import ANY_OTHER, CanaryRow, NumberRow
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
        """By name, the version that could be read last of those calls run most."""
        self._kept: dict[tuple[str, int], Flow] = {}
        """Versions that were read, by name and number."""
        self._bad: set[tuple[str, int]] = set()
        """Versions that never can be."""
        self._set_to: dict[str, str] = {}
        """What each number ran when the record was last read."""
        self._finding: set[asyncio.Task[Flow | None]] = set()
        self._trouble: str | None = None

    async def of(self, number: str, call: str) -> Flow | None:
        """Find what a call to a number runs; None when nothing is published for it, or it cannot be had.

        The same call, by its id at the carrier, always runs the same.

        Its version is the published number, whatever the text says. Does not raise, and takes two seconds
        at most: what comes later is for the next call.
        """
        finding = asyncio.create_task(self._find(number, call))
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
        """Read the versions that calls to any number run, and forget the others."""
        troubles: list[str] = []
        try:
            async with self._database.reading() as db:
                found = [_Set.of(row) for row in await db.execute(_set_to())]
        except Exception as error:
            self._tell([f"the record cannot be read ({type(error).__name__})"])
            return
        self._set_to = {each.number: each.flow for each in found}
        usual = {each.flow: each.usual for each in found}
        wanted = {(each.flow, version) for each in found for version in each.versions}
        for name, number in sorted(wanted):
            try:
                flow = await self._read(name, number)
            except Exception as error:
                troubles.append(f"{name}@{number} cannot be read ({type(error).__name__})")
                continue
            if flow is None:
                troubles.append(f"{name}@{number} is not valid in this version of Tandem")
            elif usual[name] == number:
                self._good[name] = flow
        self._good = {name: flow for name, flow in self._good.items() if name in usual}
        self._kept = {key: flow for key, flow in self._kept.items() if key in wanted}
        self._bad &= wanted
        self._tell(troubles)

    async def _find(self, number: str, call: str) -> Flow | None:
        theirs_first = case((NumberRow.number == ANY_OTHER, 1), else_=0)
        wanted = _set_to().where(NumberRow.number.in_((number, ANY_OTHER))).order_by(theirs_first).limit(1)
        name = self._last_set_to(number)
        try:
            async with self._database.reading() as db:
                found = (await db.execute(wanted)).one_or_none()
            if found is None:
                return None
            set_to = _Set.of(found)
            name, version = set_to.flow, set_to.version_for(call)
            flow = await self._read(name, version)
        except Exception as error:
            return self._instead(name, type(error).__name__)
        if flow is not None and version == set_to.usual:
            self._good[name] = flow
        return flow or self._instead(name, f"version {version} is not valid")

    async def _read(self, name: str, number: int) -> Flow | None:
        """Read a version, unless that is done; None: it is not valid."""
        kept = self._kept.get((name, number))
        if kept is not None or (name, number) in self._bad:
            return kept
        async with self._database.reading() as db:
            version = await db.get_one(FlowVersionRow, (name, number))
        flow = await self._apart.run(_numbered, version.yaml, number)
        if flow is None:
            self._bad.add((name, number))
        else:
            self._kept[name, number] = flow
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


@dataclass(frozen=True, slots=True)
class _Set:
    """What a number is set to: a flow, its latest version, and the trial of one."""

    number: str
    flow: str
    latest: int
    trial: Trial | None

    @classmethod
    def of(cls, row: Row[str, str, int, CanaryRow | None]) -> "_Set":
        number, flow, latest, canary = row
        trial = None
        if canary is not None and canary.flow == flow:
            share = canary.share if canary.withdrawn_at_ms is None else 0.0
            trial = Trial(canary.version, canary.instead_of, share)
        return cls(number, flow, latest, trial)

    @property
    def versions(self) -> set[int]:
        """All that calls may run."""
        tried = self.trial is not None and self.trial.version == self.latest
        return {self.latest, self.trial.instead_of} if tried and self.trial else {self.latest}

    @property
    def usual(self) -> int:
        """What calls run that try nothing out."""
        return min(self.versions)

    def version_for(self, call: str) -> int:
        """What a call runs."""
        return version_for(call, self.latest, self.trial)


def _set_to() -> Select[str, str, int, CanaryRow | None]:
    """Select what numbers are set to whose flow has been published."""
    latest = (
        select(func.max(FlowVersionRow.number)).where(FlowVersionRow.flow == NumberRow.flow).scalar_subquery()
    )
    wanted: Any = select(NumberRow.number, NumberRow.flow, latest.label("latest"), CanaryRow)
    return wanted.outerjoin(CanaryRow, CanaryRow.number == NumberRow.number).where(latest.is_not(None))


def _numbered(text: str, number: int) -> Flow | None:
    try:
        return read_flow(text).model_copy(update={"version": number})
    except Exception:
        return None
