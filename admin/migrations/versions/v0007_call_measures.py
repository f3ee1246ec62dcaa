"""What calls were like: their measures, sums of them, and an index of the words said."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "v0007"
down_revision = "v0005"

_SOUGHT_BY = (
    "began_at_ms",
    "call_id",
    "flow",
    "outcome",
    "ending",
    "transferred_to",
    "transferred_from",
    "responses",
    "slowest_ms",
    "interruptions",
    "tool_calls",
    "tool_failures",
    "satisfaction",
    "duration_ms",
    "language",
    "cost_micro_usd",
    "number",
)


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "call_measures",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("call_id", sa.String(64), sa.ForeignKey("call.id", ondelete="CASCADE"), nullable=False),
        sa.Column("began_at_ms", sa.BigInteger, nullable=False),
        sa.Column("flow", sa.String(128), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("ending", sa.String(16), nullable=False),
        sa.Column("duration_ms", sa.Integer, nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("transferred_to", sa.String(64), nullable=False),
        sa.Column("transferred_by", sa.String(64), nullable=False),
        sa.Column("transferred_from", sa.String(64), nullable=False),
        sa.Column("responses", sa.Integer, nullable=False),
        sa.Column("unanswered", sa.Integer, nullable=False),
        sa.Column("response_p50_ms", sa.Integer),
        sa.Column("slowest_ms", sa.Integer),
        sa.Column("latencies", sa.Text, nullable=False),
        sa.Column("interruptions", sa.Integer, nullable=False),
        sa.Column("yielded", sa.Integer, nullable=False),
        sa.Column("backchannels", sa.Integer, nullable=False),
        sa.Column("tool_calls", sa.Integer, nullable=False),
        sa.Column("tool_failures", sa.Integer, nullable=False),
        sa.Column("satisfaction", sa.Integer),
        sa.Column("cost_micro_usd", sa.BigInteger),
        sa.Column("from_tape", sa.Boolean, nullable=False),
        sa.UniqueConstraint("call_id", name="uq_call_measures_call_id"),
    )
    op.create_index("ix_call_measures_sought", "call_measures", _SOUGHT_BY)
    _create_roll_up()
    _create_words()
    op.create_index("ix_call_ended_at", "call", ["ended_at"])


def _create_roll_up() -> None:
    sums = (
        "calls",
        "contained_calls",
        "transferred_calls",
        "abandoned_calls",
        "failed_calls",
        "duration_ms",
        "interruptions",
        "interrupted_calls",
        "yielded",
        "tool_calls",
        "tool_failures",
        "tool_failed_calls",
        "satisfaction",
        "rated_calls",
        "cost_micro_usd",
        "costed_calls",
    )
    large = ("duration_ms", "cost_micro_usd")
    op.create_table(
        "call_roll_up",
        sa.Column("slot", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("flow", sa.String(128), primary_key=True),
        *(sa.Column(name, sa.BigInteger if name in large else sa.Integer, nullable=False) for name in sums),
        sa.Column("latencies", sa.Text, nullable=False),
        sa.Column("slowest", sa.Text, nullable=False),
    )


def _create_words() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE call_words USING fts5"
            "(caller, agent, tokenize = 'unicode61', prefix = '2 3')"
        )
        return
    op.create_table(
        "call_words",
        sa.Column("rowid", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("words", TSVECTOR, nullable=False),
    )
    op.create_index("ix_call_words_words", "call_words", ["words"], postgresql_using="gin")


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_call_ended_at", "call")
    op.drop_table("call_words")
    op.drop_table("call_roll_up")
    op.drop_table("call_measures")
