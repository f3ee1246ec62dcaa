"""PostgreSQL knows the frequency of more words, so that it finds the calls with a rare one by its index."""

from alembic import op

revision = "v0015"
down_revision = "v0014"

_WORDS_KNOWN = 1_000
"""Tens of words. A hundred, the default, are as many as a third of all calls have: any other is taken for a
word that one call in 200 has, and calls are read newest first to find it."""


def upgrade() -> None:
    """Count them; the next ANALYZE, which PostgreSQL does by itself, does it."""
    _count(_WORDS_KNOWN)


def downgrade() -> None:
    """Count as many as by default."""
    _count(-1)


def _count(known: int) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE call_words ALTER COLUMN words SET STATISTICS {known}")
