"""Tables of the built-in customer records. Moments are UTC, money is whole cents."""

from datetime import date, datetime

from sqlalchemy import Date, DateTime, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from config.tables import Table


class CustomerRow(Table):
    __tablename__ = "crm_customer"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(128))
    phone: Mapped[str] = mapped_column(String(32), index=True)
    email: Mapped[str] = mapped_column(String(128))
    city: Mapped[str] = mapped_column(String(64))
    postcode: Mapped[str] = mapped_column(String(16), default="")


class OrderRow(Table):
    __tablename__ = "crm_order"

    number: Mapped[str] = mapped_column(String(16), primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("crm_customer.id"), index=True)
    state: Mapped[str] = mapped_column(String(16))
    placed_on: Mapped[date] = mapped_column(Date)
    carrier: Mapped[str | None] = mapped_column(String(64))
    tracking_number: Mapped[str | None] = mapped_column(String(64))
    expected_on: Mapped[date | None] = mapped_column(Date)
    delivered_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str | None] = mapped_column(String(256))
    items: Mapped[list["OrderItemRow"]] = relationship(
        order_by="OrderItemRow.position", lazy="selectin", cascade="all, delete-orphan"
    )


class OrderItemRow(Table):
    __tablename__ = "crm_order_item"

    order_number: Mapped[str] = mapped_column(ForeignKey("crm_order.number"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    product: Mapped[str] = mapped_column(String(128))
    quantity: Mapped[int] = mapped_column(Integer)
    unit_price_cents: Mapped[int] = mapped_column(Integer)


class InvoiceRow(Table):
    __tablename__ = "crm_invoice"

    number: Mapped[str] = mapped_column(String(16), primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("crm_customer.id"), index=True)
    order_number: Mapped[str | None] = mapped_column(ForeignKey("crm_order.number"), index=True)
    """NULL for what no order stands behind: a monthly bill."""
    issued_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    paid_on: Mapped[date | None] = mapped_column(Date)
    total_cents: Mapped[int] = mapped_column(Integer)
    lines: Mapped[list["InvoiceLineRow"]] = relationship(
        order_by="InvoiceLineRow.position", lazy="selectin", cascade="all, delete-orphan"
    )


class InvoiceLineRow(Table):
    __tablename__ = "crm_invoice_line"

    invoice_number: Mapped[str] = mapped_column(ForeignKey("crm_invoice.number"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    text: Mapped[str] = mapped_column(String(128))
    amount_cents: Mapped[int] = mapped_column(Integer)


class AppointmentRow(Table):
    __tablename__ = "crm_appointment"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("crm_customer.id"), index=True)
    kind: Mapped[str] = mapped_column(String(64))
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    state: Mapped[str] = mapped_column(String(16))


class SlotRow(Table):
    """A time that can be given. It has one place for an appointment: so it is given once."""

    __tablename__ = "crm_slot"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(64))
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    appointment_id: Mapped[str | None] = mapped_column(ForeignKey("crm_appointment.id"), index=True)
    """NULL: free."""


class CaseRow(Table):
    __tablename__ = "crm_case"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("crm_customer.id"), index=True)
    subject: Mapped[str] = mapped_column(String(256))
    state: Mapped[str] = mapped_column(String(16))
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    notes: Mapped[list["CaseNoteRow"]] = relationship(
        order_by="CaseNoteRow.position", lazy="selectin", cascade="all, delete-orphan"
    )


class CaseNoteRow(Table):
    __tablename__ = "crm_case_note"

    case_id: Mapped[str] = mapped_column(ForeignKey("crm_case.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class RefundRow(Table):
    __tablename__ = "crm_refund"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    order_number: Mapped[str] = mapped_column(ForeignKey("crm_order.number"), index=True)
    amount_cents: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(256))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class CallbackRow(Table):
    __tablename__ = "crm_callback"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    phone: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(String(256))
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class WriteRow(Table):
    """One write that was done, by its idempotency key; committed together with what it did."""

    __tablename__ = "crm_write"

    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    what: Mapped[str] = mapped_column(String(32))
    arguments_sha256: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(Text)
    """JSON of what was returned."""
    written_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class CounterRow(Table):
    """The last number given to cases, refunds, callbacks, appointments."""

    __tablename__ = "crm_counter"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class VerificationRow(Table):
    """How often a call has tried to say who the caller is."""

    __tablename__ = "verification"

    call_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    attempts: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
