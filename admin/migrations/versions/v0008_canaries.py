"""Versions that are tried out on a share of a number's calls."""

import sqlalchemy as sa
from alembic import op

revision = "v0008"
down_revision = "v0009"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "number_canary",
        sa.Column(
            "number", sa.String(32), sa.ForeignKey("number.number", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("flow", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("instead_of", sa.Integer, nullable=False),
        sa.Column("share", sa.Float, nullable=False),
        sa.Column("metric", sa.String(32), nullable=False),
        sa.Column("threshold", sa.Float, nullable=False),
        sa.Column("after_calls", sa.Integer, nullable=False),
        sa.Column("began_at_ms", sa.BigInteger, nullable=False),
        sa.Column("withdrawn_at_ms", sa.BigInteger),
        sa.Column("withdrawn_at_value", sa.Float),
        sa.Column("withdrawn_after_calls", sa.Integer),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("number_canary")
