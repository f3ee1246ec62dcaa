"""Keeps the charts of calls in the record, drawn, until nobody will fetch them any more.

A chart's id is long and drawn by chance: who knows it may see the chart, as with a link in a message.
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from sqlalchemy import DateTime, LargeBinary, String, Text, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from agents.charts.chart import Chart
from agents.charts.drawing import draw
from agents.signature import Injected
from config.database import Database
from config.tables import Table

KEPT: Final = timedelta(days=7)
_ID_BYTES: Final = 18


class ChartRow(Table):
    """A drawn chart. Times are UTC."""

    __tablename__ = "chart"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    call_id: Mapped[str] = mapped_column(String(64), index=True)
    task_id: Mapped[str] = mapped_column(String(128))
    shows: Mapped[str] = mapped_column(Text)
    """The `Chart` as JSON."""
    png: Mapped[bytes] = mapped_column(LargeBinary)
    svg: Mapped[bytes] = mapped_column(LargeBinary)
    until: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


@dataclass(frozen=True, slots=True)
class KeptChart:
    """A chart with its pictures."""

    id: str
    call_id: str
    chart: Chart
    png: bytes
    svg: bytes


class ChartStore:
    """Draws and keeps charts. `now` is the clock, in UTC."""

    def __init__(self, database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._now = now

    async def keep(self, call_id: str, task_id: str, chart: Chart) -> str:
        """Draw a chart and keep it for a week; return its id. A task's chart is kept once."""
        async with self._database.reading() as session:
            same = select(ChartRow.id).where(ChartRow.call_id == call_id, ChartRow.task_id == task_id)
            found = await session.scalar(same.where(ChartRow.shows == chart.model_dump_json()))
        if found is not None:
            return found
        drawing = await asyncio.to_thread(draw, chart)
        chart_id = secrets.token_urlsafe(_ID_BYTES)
        now = self._now()
        async with self._database.writing() as session:
            await session.execute(delete(ChartRow).where(ChartRow.until < now))
            session.add(
                ChartRow(
                    id=chart_id,
                    call_id=call_id,
                    task_id=task_id,
                    shows=chart.model_dump_json(),
                    png=drawing.png,
                    svg=drawing.svg,
                    until=now + KEPT,
                )
            )
        return chart_id

    async def find(self, chart_id: str) -> KeptChart | None:
        """Find a chart; None when there is none, or its time is over."""
        async with self._database.reading() as session:
            wanted = select(ChartRow).where(ChartRow.id == chart_id, ChartRow.until >= self._now())
            row = await session.scalar(wanted)
        if row is None:
            return None
        return KeptChart(row.id, row.call_id, Chart.model_validate_json(row.shows), row.png, row.svg)


Charts = Annotated[ChartStore, Injected()]
"""What a tool writes to be given the charts."""
