"""Sums over calls by three hours, out of those by the quarter of an hour."""

import sqlalchemy as sa
from alembic import op

revision = "v0014"
down_revision = "v0013"

_COUNTS = (
    "calls",
    "contained_calls",
    "transferred_calls",
    "abandoned_calls",
    "failed_calls",
    "interruptions",
    "interrupted_calls",
    "yielded",
    "tool_calls",
    "tool_failures",
    "tool_failed_calls",
    "satisfaction",
    "rated_calls",
    "costed_calls",
    "model_calls",
)
_LARGE = ("duration_ms", "cost_micro_usd", "model_tokens")
_TEXTS = ("latencies", "slowest")
_BLOCK = "call_roll_up_block"


def upgrade() -> None:
    """Create them."""
    op.create_table(
        _BLOCK,
        sa.Column("slot", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("flow", sa.String(128), primary_key=True),
        *(sa.Column(name, sa.Integer, nullable=False) for name in _COUNTS),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in _LARGE),
        *(sa.Column(name, sa.Text, nullable=False) for name in _TEXTS),
    )
    names = ("slot", "flow", *_COUNTS, *_LARGE, *_TEXTS)
    quarters = sa.table("call_roll_up", *(sa.column(name) for name in names)).c
    block = quarters.slot // 12
    sums = [sa.func.sum(quarters[name]) for name in (*_COUNTS, *_LARGE)]
    texts = [sa.func.aggregate_strings(quarters[name], "") for name in _TEXTS]
    summed = sa.select(block, quarters.flow, *sums, *texts).group_by(block, quarters.flow)
    blocks = sa.table(_BLOCK, *(sa.column(name) for name in names))
    op.execute(sa.insert(blocks).from_select(names, summed))


def downgrade() -> None:
    """Drop them."""
    op.drop_table(_BLOCK)
