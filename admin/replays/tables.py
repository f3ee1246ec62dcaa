"""Replays of recorded calls, as managers asked for them. Times are Unix milliseconds."""

from sqlalchemy import BigInteger, Float, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from config.tables import Table


class ReplayRow(Table):
    """One replay. `flow` is what people call the flow; `yaml` is it.

    A replay that waits or runs is seen to by a server, which says so every few seconds in `seen_at_ms`.
    """

    __tablename__ = "replay"
    __table_args__ = (Index("ix_replay_call", "call_id", "asked_at_ms"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    flow: Mapped[str] = mapped_column(String(128))
    yaml: Mapped[str] = mapped_column(Text)
    played_by: Mapped[str] = mapped_column(String(8))
    status: Mapped[str] = mapped_column(String(16))
    progress: Mapped[float] = mapped_column(Float)
    asked_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    asked_at_ms: Mapped[int] = mapped_column(BigInteger, index=True)
    seen_at_ms: Mapped[int] = mapped_column(BigInteger)
    ended_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    why: Mapped[str] = mapped_column(String(1_000))
    """Why it failed, for people; empty otherwise."""
    result: Mapped[str | None] = mapped_column(Text)
    """The `Comparison` as JSON, once it is done."""
