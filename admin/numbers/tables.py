"""Which number runs which flow, and which version of it a share of its calls tries out."""

from typing import Final

from sqlalchemy import BigInteger, Float, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from config.tables import Table

ANY_OTHER: Final = "default"
"""Stands for every number that has no row of its own."""


class NumberRow(Table):
    """A number (E.164, or `ANY_OTHER`) and the flow whose latest version its calls run."""

    __tablename__ = "number"

    number: Mapped[str] = mapped_column(String(32), primary_key=True)
    flow: Mapped[str] = mapped_column(ForeignKey("flow.name"), index=True)
    label: Mapped[str] = mapped_column(String(128))
    changed_at_ms: Mapped[int] = mapped_column(BigInteger)


class CanaryRow(Table):
    """A number whose calls run `version` of their flow to a share only, and otherwise `instead_of`.

    It holds while `version` is the latest one published: whatever is published after it, all calls run.
    """

    __tablename__ = "number_canary"

    number: Mapped[str] = mapped_column(ForeignKey("number.number", ondelete="CASCADE"), primary_key=True)
    flow: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(Integer)
    instead_of: Mapped[int] = mapped_column(Integer)
    share: Mapped[float] = mapped_column(Float)
    """Above 0, below 1."""
    metric: Mapped[str] = mapped_column(String(32))
    """`admin.numbers.canary.Metric`."""
    threshold: Mapped[float] = mapped_column(Float)
    after_calls: Mapped[int] = mapped_column(Integer)
    began_at_ms: Mapped[int] = mapped_column(BigInteger)
    withdrawn_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    """None: it runs."""
    withdrawn_at_value: Mapped[float | None] = mapped_column(Float)
    withdrawn_after_calls: Mapped[int | None] = mapped_column(Integer)
