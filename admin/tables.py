"""Every table of the record, for migrations: each room keeps its own, and all hang on one metadata."""

from typing import Final

from sqlalchemy import MetaData

from admin.accounts.tables import PersonRow
from admin.audit.tables import AuditRow
from admin.flows.tables import FlowRow
from admin.house.tables import RuleRow
from admin.insights.tables import CallMeasuresRow
from admin.numbers.tables import NumberRow
from admin.replays.tables import ReplayRow
from agents.charts.store import ChartRow
from agents.crm.tables import CustomerRow
from agents.tables import OutboxRow
from config.tables import CallRow, Table

METADATA: Final[MetaData] = Table.metadata

ROOMS: Final[tuple[type[Table], ...]] = (
    CallRow,
    CustomerRow,
    OutboxRow,
    ChartRow,
    PersonRow,
    AuditRow,
    FlowRow,
    NumberRow,
    ReplayRow,
    CallMeasuresRow,
    RuleRow,
)
"""One table of every room that keeps tables: naming it here is what puts all of that room's on `METADATA`."""
