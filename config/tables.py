"""The record: tables that more than one room reads or writes.

Rooms that may not import each other meet in the database, so the contract they share lives below both.
Redis is transport; this is the record.
"""

from datetime import datetime

from sqlalchemy import DateTime, Index, Integer, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Table(DeclarativeBase):
    """Base of all tables; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class CallRow(Table):
    """One telephone call. Times are UTC. `outcome` is NULL while the call runs.

    From each index but the last a list is read in its order, by time and id, from whatever it is filtered by;
    it has what else lists are filtered by, so that rows are read for the page that is shown alone. By the
    last, those that have just ended are found.
    """

    __tablename__ = "call"
    __table_args__ = (
        Index("ix_call_began_at", "began_at", "id", "flow", "outcome"),
        Index("ix_call_from", "from_number", "began_at", "id", "flow", "outcome"),
        Index("ix_call_to", "to_number", "began_at", "id", "flow", "outcome"),
        Index("ix_call_flow", "flow", "began_at", "id", "outcome"),
        Index("ix_call_outcome", "outcome", "began_at", "id", "flow"),
        Index("ix_call_ended_at", "ended_at"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    carrier: Mapped[str] = mapped_column(String(16))
    carrier_call_id: Mapped[str] = mapped_column(String(64), index=True)
    from_number: Mapped[str] = mapped_column(String(32))
    to_number: Mapped[str] = mapped_column(String(32))
    flow: Mapped[str] = mapped_column(String(128))
    """`name@version`."""
    began_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str | None] = mapped_column(String(32))
    """completed, caller_hung_up, transferred, ended_by_manager, time_limit, failed, or abandoned (the server
    died)."""
    tape: Mapped[str] = mapped_column(String(512))
    """Folder of the tape, relative to the tapes folder."""
    micro_turns: Mapped[int] = mapped_column(Integer, default=0)
