"""What background agents were asked for that must not be lost, and what they changed."""

import sqlalchemy as sa
from alembic import op

revision = "v0003"
down_revision = "v0002"


def upgrade() -> None:
    """Create the rows of writes and the outbox."""
    op.create_table(
        "tool_call",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("call_id", sa.String(64), nullable=False, index=True),
        sa.Column("task_id", sa.String(96), nullable=False, index=True),
        sa.Column("tool", sa.String(64), nullable=False),
        sa.Column("arguments_hash", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("claim", sa.String(32), nullable=False),
        sa.Column("claimed_until_ms", sa.BigInteger, nullable=False),
        sa.Column("runs", sa.Integer, nullable=False),
        sa.Column("result", sa.Text),
        sa.Column("error", sa.String(32)),
        sa.Column("began_at_ms", sa.BigInteger, nullable=False),
        sa.Column("ended_at_ms", sa.BigInteger),
    )
    op.create_index("ix_tool_call_state", "tool_call", ["state"])
    op.create_table(
        "outbox",
        sa.Column("task_id", sa.String(96), primary_key=True),
        sa.Column("call_id", sa.String(64), nullable=False, index=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("request", sa.Text),
        sa.Column("follows", sa.Boolean, nullable=False),
        sa.Column("owner", sa.String(32), nullable=False),
        sa.Column("owned_until_ms", sa.BigInteger, nullable=False),
        sa.Column("deadline_ms", sa.BigInteger, nullable=False),
        sa.Column("left_at_ms", sa.BigInteger),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_try_ms", sa.BigInteger),
        sa.Column("followed_at_ms", sa.BigInteger),
        sa.Column("kind", sa.String(16)),
        sa.Column("result", sa.Text),
        sa.Column("error", sa.String(32)),
        sa.Column("made_at_ms", sa.BigInteger, nullable=False),
        sa.Column("sent_at_ms", sa.BigInteger),
        sa.Column("settled_at_ms", sa.BigInteger),
    )
    op.create_index("ix_outbox_state", "outbox", ["state"])


def downgrade() -> None:
    """Drop them."""
    for table in ("outbox", "tool_call"):
        op.drop_table(table)
