"""What language models were asked for in a call: tokens and their cost, and sums of them."""

import sqlalchemy as sa
from alembic import op

revision = "v0012"
down_revision = "v0011"

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
    "model_tokens",
    "number",
)
_INDEX = "ix_call_measures_sought"


def upgrade() -> None:
    """Add them; of calls that were measured before, nothing was told, and nothing counted as cost."""
    op.add_column("call_measures", sa.Column("model_tokens", sa.Integer, nullable=False, server_default="0"))
    op.add_column("call_measures", sa.Column("model_micro_usd", sa.BigInteger, server_default="0"))
    for name, kind in (("model_tokens", sa.BigInteger), ("model_calls", sa.Integer)):
        op.add_column("call_roll_up", sa.Column(name, kind, nullable=False, server_default="0"))
    op.drop_index(_INDEX, "call_measures")
    op.create_index(_INDEX, "call_measures", _SOUGHT_BY)


def downgrade() -> None:
    """Forget them."""
    op.drop_index(_INDEX, "call_measures")
    for table, names in (
        ("call_roll_up", ("model_calls", "model_tokens")),
        ("call_measures", ("model_micro_usd", "model_tokens")),
    ):
        for name in names:
            op.drop_column(table, name)
    op.create_index(_INDEX, "call_measures", [name for name in _SOUGHT_BY if name != "model_tokens"])
