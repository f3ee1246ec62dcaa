"""Flows as managers keep them: a draft that is worked on, and versions that never change.

Times are Unix milliseconds. The text is kept byte for byte as it was given.
"""

from sqlalchemy import BigInteger, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from config.tables import Table


class FlowRow(Table):
    """A flow by its name. `title` is its draft's."""

    __tablename__ = "flow"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    created_at_ms: Mapped[int] = mapped_column(BigInteger)
    created_by: Mapped[str] = mapped_column(ForeignKey("person.id"))


class DraftRow(Table):
    """What is worked on. `revision` counts its saves; who saves says on which one they built."""

    __tablename__ = "flow_draft"

    flow: Mapped[str] = mapped_column(ForeignKey("flow.name"), primary_key=True)
    revision: Mapped[int] = mapped_column(Integer)
    yaml: Mapped[str] = mapped_column(Text)
    saved_at_ms: Mapped[int] = mapped_column(BigInteger)
    saved_by: Mapped[str] = mapped_column(ForeignKey("person.id"))


class FlowVersionRow(Table):
    """A published version. Rows are only ever added; the one with the highest number is what calls run."""

    __tablename__ = "flow_version"

    flow: Mapped[str] = mapped_column(ForeignKey("flow.name"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    yaml: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(String(500))
    published_at_ms: Mapped[int] = mapped_column(BigInteger)
    published_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    equal_to: Mapped[int | None] = mapped_column(Integer)
    """After a roll-back: the number of the version this is a copy of."""
