"""The audit log: who changed what, when, from where; what it was before and what it is now."""

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from config.tables import Table


class AuditRow(Table):
    """One change. Rows are only ever added; `id` grows with time. Times are Unix milliseconds."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject", "subject_kind", "subject", "id"),
        Index("ix_audit_entry_person", "person_id", "id"),
        Index("ix_audit_entry_action", "action", "id"),
    )

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    at_ms: Mapped[int] = mapped_column(BigInteger, index=True)
    person_id: Mapped[str | None] = mapped_column(String(32))
    """None: nobody was logged in yet."""
    person_email: Mapped[str | None] = mapped_column(String(254))
    """As it was then."""
    address: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    """The route's name: `publish_flow`."""
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(128))
    before: Mapped[str | None] = mapped_column(Text)
    """JSON, secrets masked; None: it was not there."""
    after: Mapped[str | None] = mapped_column(Text)
    """JSON, secrets masked; None: it is gone."""
