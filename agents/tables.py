"""Tables of the background agents: what was asked of them that must not be lost, and what they changed.

Times are Unix milliseconds: they are compared with deadlines, which are on the same clock.
"""

from typing import Final

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from config.tables import Table

WITHDRAWN: Final = "withdrawn"
"""`OutboxRow.state` of what must not begin any more."""


class ToolCallRow(Table):
    """One write, committed before it is begun. Reads leave no row: running them again changes nothing."""

    __tablename__ = "tool_call"
    __table_args__ = (Index("ix_tool_call_state", "state"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Made of task, tool and arguments; the idempotency key handed to the system that is changed."""
    call_id: Mapped[str] = mapped_column(String(64), index=True)
    task_id: Mapped[str] = mapped_column(String(96), index=True)
    tool: Mapped[str] = mapped_column(String(64))
    arguments_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the task and the arguments as JSON with sorted keys, in hex."""
    state: Mapped[str] = mapped_column(String(16))
    """`agents.tool_calls.State`."""
    claim: Mapped[str] = mapped_column(String(32))
    """Who runs it, or ran it last."""
    claimed_until_ms: Mapped[int] = mapped_column(BigInteger)
    """Until then whoever runs it is taken to be alive."""
    runs: Mapped[int] = mapped_column(default=1)
    result: Mapped[str | None] = mapped_column(Text)
    """What the tool returned, as JSON."""
    error: Mapped[str | None] = mapped_column(String(32))
    """`TaskReport.error` of what failed."""
    began_at_ms: Mapped[int] = mapped_column(BigInteger)
    ended_at_ms: Mapped[int | None] = mapped_column(BigInteger)


class OutboxRow(Table):
    """One request that must not be lost: it may write, or is followed up after hang-up."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_state", "state"),)

    task_id: Mapped[str] = mapped_column(String(96), primary_key=True)
    call_id: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(16))
    """`agents.outbox.State`."""
    request: Mapped[str | None] = mapped_column(Text)
    """The `TaskRequest` as JSON, until nothing is to be done with it any more."""
    follows: Mapped[bool]
    """It goes on after hang-up."""
    owner: Mapped[str] = mapped_column(String(32))
    """The server process that holds the call."""
    owned_until_ms: Mapped[int] = mapped_column(BigInteger)
    """That process says again and again that it lives; after this moment its calls are gone."""
    deadline_ms: Mapped[int] = mapped_column(BigInteger)
    left_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    """When the call ended while this was open."""
    tries: Mapped[int] = mapped_column(default=0)
    """How often it was sent again, or its follow-up was asked for, after hang-up."""
    next_try_ms: Mapped[int | None] = mapped_column(BigInteger)
    followed_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str | None] = mapped_column(String(16))
    """How it ended: `ReportKind`."""
    result: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(String(32))
    made_at_ms: Mapped[int] = mapped_column(BigInteger)
    sent_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    settled_at_ms: Mapped[int | None] = mapped_column(BigInteger)
