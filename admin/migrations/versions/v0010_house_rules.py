"""The rules of the house."""

import sqlalchemy as sa
from alembic import op

revision = "v0010"
down_revision = "v0007"


def upgrade() -> None:
    """Create their table."""
    op.create_table(
        "house_rule",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("changed_at_ms", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("house_rule")
