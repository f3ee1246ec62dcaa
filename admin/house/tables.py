"""The rules of the house, as owners set them: one row a rule that was ever changed."""

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from config.tables import Table


class RuleRow(Table):
    """A rule by its name; `value` is JSON."""

    __tablename__ = "house_rule"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    changed_at_ms: Mapped[int] = mapped_column(BigInteger)
