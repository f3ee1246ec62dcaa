"""What the web application keeps: people, flows, numbers, the audit log; and indices to list calls by."""

import sqlalchemy as sa
from alembic import op

revision = "v0005"
down_revision = "v0004"

_NEW = (
    "number",
    "flow_version",
    "flow_draft",
    "flow",
    "audit_entry",
    "log_in_try",
    "one_use_link",
    "session",
    "person",
)
_LISTED_BY = (("from", "from_number"), ("to", "to_number"), ("flow", "flow"), ("outcome", "outcome"))


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "person",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password_hash", sa.String(256), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("created_at_ms", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("email", name="uq_person_email"),
    )
    op.create_table(
        "session",
        sa.Column("token_sha256", sa.String(64), primary_key=True),
        sa.Column("person_id", sa.String(32), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("began_at_ms", sa.BigInteger, nullable=False),
        sa.Column("seen_at_ms", sa.BigInteger, nullable=False),
        sa.Column("until_ms", sa.BigInteger, nullable=False, index=True),
        sa.Column("address", sa.String(64), nullable=False),
    )
    op.create_table(
        "one_use_link",
        sa.Column("token_sha256", sa.String(64), primary_key=True),
        sa.Column("purpose", sa.String(16), nullable=False, index=True),
        sa.Column("person_id", sa.String(32), sa.ForeignKey("person.id")),
        sa.Column("email", sa.String(254)),
        sa.Column("name", sa.String(128)),
        sa.Column("role", sa.String(16)),
        sa.Column("until_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "log_in_try",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("since_ms", sa.BigInteger, nullable=False, index=True),
    )
    op.create_table(
        "audit_entry",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("at_ms", sa.BigInteger, nullable=False, index=True),
        sa.Column("person_id", sa.String(32)),
        sa.Column("person_email", sa.String(254)),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject_kind", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(128), nullable=False),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text),
    )
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject_kind", "subject", "id"])
    op.create_index("ix_audit_entry_person", "audit_entry", ["person_id", "id"])
    op.create_index("ix_audit_entry_action", "audit_entry", ["action", "id"])
    _create_flows()
    op.drop_index("ix_call_began_at", "call")
    op.create_index("ix_call_began_at", "call", ["began_at", "id"])
    for name, column in _LISTED_BY:
        op.create_index(f"ix_call_{name}", "call", [column, "began_at", "id"])


def _create_flows() -> None:
    op.create_table(
        "flow",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger, nullable=False),
        sa.Column("created_by", sa.String(32), sa.ForeignKey("person.id"), nullable=False),
    )
    op.create_table(
        "flow_draft",
        sa.Column("flow", sa.String(64), sa.ForeignKey("flow.name"), primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("yaml", sa.Text, nullable=False),
        sa.Column("saved_at_ms", sa.BigInteger, nullable=False),
        sa.Column("saved_by", sa.String(32), sa.ForeignKey("person.id"), nullable=False),
    )
    op.create_table(
        "flow_version",
        sa.Column("flow", sa.String(64), sa.ForeignKey("flow.name"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("yaml", sa.Text, nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("published_at_ms", sa.BigInteger, nullable=False),
        sa.Column("published_by", sa.String(32), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("equal_to", sa.Integer),
    )
    op.create_table(
        "number",
        sa.Column("number", sa.String(32), primary_key=True),
        sa.Column("flow", sa.String(64), sa.ForeignKey("flow.name"), nullable=False, index=True),
        sa.Column("label", sa.String(128), nullable=False),
        sa.Column("changed_at_ms", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    for name, _ in _LISTED_BY:
        op.drop_index(f"ix_call_{name}", "call")
    op.drop_index("ix_call_began_at", "call")
    op.create_index("ix_call_began_at", "call", ["began_at"])
    for table in _NEW:
        op.drop_table(table)
