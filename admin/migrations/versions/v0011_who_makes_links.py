"""Who made a link, for the audit log of what is done with it."""

import sqlalchemy as sa
from alembic import op

revision = "v0011"
down_revision = "v0008"


def upgrade() -> None:
    """Add it; nobody knows it of older links, which are good for a day."""
    op.add_column("one_use_link", sa.Column("made_by", sa.String(32)))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("one_use_link", "made_by")
