"""Which number runs which flow."""

from typing import Final

from sqlalchemy import BigInteger, ForeignKey, String
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
