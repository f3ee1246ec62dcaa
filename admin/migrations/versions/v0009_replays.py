"""Replays of recorded calls."""

import sqlalchemy as sa
from alembic import op

revision = "v0009"
down_revision = "v0010"


def upgrade() -> None:
    """Create their table."""
    op.create_table(
        "replay",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("call_id", sa.String(64), sa.ForeignKey("call.id", ondelete="CASCADE"), nullable=False),
        sa.Column("flow", sa.String(128), nullable=False),
        sa.Column("yaml", sa.Text, nullable=False),
        sa.Column("played_by", sa.String(8), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("progress", sa.Float, nullable=False),
        sa.Column("asked_by", sa.String(32), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("asked_at_ms", sa.BigInteger, nullable=False),
        sa.Column("seen_at_ms", sa.BigInteger, nullable=False),
        sa.Column("ended_at_ms", sa.BigInteger),
        sa.Column("why", sa.String(1_000), nullable=False),
        sa.Column("result", sa.Text),
    )
    op.create_index("ix_replay_asked_at_ms", "replay", ["asked_at_ms"])
    op.create_index("ix_replay_call", "replay", ["call_id", "asked_at_ms"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("replay")
