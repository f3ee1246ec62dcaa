"""What writing to the customer records needs: slots, cases, refunds, callbacks, the keys of writes."""

import sqlalchemy as sa
from alembic import op

revision = "v0002"
down_revision = "v0001"

_NEW = (
    "verification",
    "crm_counter",
    "crm_write",
    "crm_callback",
    "crm_refund",
    "crm_case_note",
    "crm_case",
    "crm_slot",
    "crm_invoice_line",
)


def upgrade() -> None:
    """Widen customers and invoices, and create the new tables."""
    op.add_column("crm_customer", sa.Column("postcode", sa.String(16), nullable=False, server_default=""))
    with op.batch_alter_table("crm_invoice") as invoice:
        invoice.alter_column("order_number", existing_type=sa.String(16), nullable=True)
    op.create_index("ix_crm_invoice_order_number", "crm_invoice", ["order_number"])
    op.create_table(
        "crm_invoice_line",
        sa.Column("invoice_number", sa.String(16), sa.ForeignKey("crm_invoice.number"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("text", sa.String(128), nullable=False),
        sa.Column("amount_cents", sa.Integer, nullable=False),
    )
    op.create_table(
        "crm_slot",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("appointment_id", sa.String(32), sa.ForeignKey("crm_appointment.id"), index=True),
    )
    op.create_table(
        "crm_case",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("customer_id", sa.String(32), sa.ForeignKey("crm_customer.id"), index=True),
        sa.Column("subject", sa.String(256), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "crm_case_note",
        sa.Column("case_id", sa.String(32), sa.ForeignKey("crm_case.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
    )
    _create_writes()


def _create_writes() -> None:
    op.create_table(
        "crm_refund",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column(
            "order_number", sa.String(16), sa.ForeignKey("crm_order.number"), nullable=False, index=True
        ),
        sa.Column("amount_cents", sa.Integer, nullable=False),
        sa.Column("reason", sa.String(256), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "crm_callback",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("phone", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(256), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "crm_write",
        sa.Column("key", sa.String(128), primary_key=True),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("arguments_sha256", sa.String(64), nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "crm_counter",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("last", sa.Integer, nullable=False),
    )
    op.create_table(
        "verification",
        sa.Column("call_id", sa.String(64), primary_key=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Drop them, and the invoices without an order: there was no place for those."""
    for table in _NEW:
        op.drop_table(table)
    op.drop_index("ix_crm_invoice_order_number", "crm_invoice")
    op.execute("DELETE FROM crm_invoice WHERE order_number IS NULL")
    with op.batch_alter_table("crm_invoice") as invoice:
        invoice.alter_column("order_number", existing_type=sa.String(16), nullable=False)
    op.drop_column("crm_customer", "postcode")
