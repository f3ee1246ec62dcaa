"""Indexes that have all a list is filtered by, so that rows are read for the page that is shown alone."""

from alembic import op

revision = "v0013"
down_revision = "v0012"

_CALL = {
    "ix_call_began_at": (("began_at", "id"), ("flow", "outcome")),
    "ix_call_from": (("from_number", "began_at", "id"), ("flow", "outcome")),
    "ix_call_to": (("to_number", "began_at", "id"), ("flow", "outcome")),
    "ix_call_flow": (("flow", "began_at", "id"), ("outcome",)),
    "ix_call_outcome": (("outcome", "began_at", "id"), ("flow",)),
}
_ENDING = ("ending", "began_at_ms", "call_id", "flow", "transferred_to", "transferred_from")


def upgrade() -> None:
    """Make them."""
    for name, (columns, more) in _CALL.items():
        op.drop_index(name, "call")
        op.create_index(name, "call", [*columns, *more])
    op.create_index("ix_call_measures_ending", "call_measures", _ENDING)


def downgrade() -> None:
    """Make them as they were."""
    op.drop_index("ix_call_measures_ending", "call_measures")
    for name, (columns, _) in _CALL.items():
        op.drop_index(name, "call")
        op.create_index(name, "call", list(columns))
