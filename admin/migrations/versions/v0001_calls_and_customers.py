"""The first tables: calls, and the built-in customer records."""

import sqlalchemy as sa
from alembic import op

revision = "v0001"
down_revision = None


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "call",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("carrier", sa.String(16), nullable=False),
        sa.Column("carrier_call_id", sa.String(64), nullable=False, index=True),
        sa.Column("from_number", sa.String(32), nullable=False),
        sa.Column("to_number", sa.String(32), nullable=False),
        sa.Column("flow", sa.String(128), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("outcome", sa.String(32)),
        sa.Column("tape", sa.String(512), nullable=False),
        sa.Column("micro_turns", sa.Integer, nullable=False),
    )
    op.create_index("ix_call_began_at", "call", ["began_at"])
    op.create_table(
        "crm_customer",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("phone", sa.String(32), nullable=False, index=True),
        sa.Column("email", sa.String(128), nullable=False),
        sa.Column("city", sa.String(64), nullable=False),
    )
    op.create_table(
        "crm_order",
        sa.Column("number", sa.String(16), primary_key=True),
        sa.Column("customer_id", sa.String(32), sa.ForeignKey("crm_customer.id"), nullable=False, index=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("placed_on", sa.Date, nullable=False),
        sa.Column("carrier", sa.String(64)),
        sa.Column("tracking_number", sa.String(64)),
        sa.Column("expected_on", sa.Date),
        sa.Column("delivered_on", sa.Date),
        sa.Column("note", sa.String(256)),
    )
    op.create_table(
        "crm_order_item",
        sa.Column("order_number", sa.String(16), sa.ForeignKey("crm_order.number"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("product", sa.String(128), nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("unit_price_cents", sa.Integer, nullable=False),
    )
    op.create_table(
        "crm_invoice",
        sa.Column("number", sa.String(16), primary_key=True),
        sa.Column("customer_id", sa.String(32), sa.ForeignKey("crm_customer.id"), nullable=False, index=True),
        sa.Column("order_number", sa.String(16), sa.ForeignKey("crm_order.number"), nullable=False),
        sa.Column("issued_on", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("paid_on", sa.Date),
        sa.Column("total_cents", sa.Integer, nullable=False),
    )
    op.create_table(
        "crm_appointment",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("customer_id", sa.String(32), sa.ForeignKey("crm_customer.id"), nullable=False, index=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("crm_appointment", "crm_invoice", "crm_order_item", "crm_order", "crm_customer", "call"):
        op.drop_table(table)
