"""From rows of the built-in customer records to the records of the port."""

from datetime import UTC, datetime

from agents.crm.port import (
    Appointment,
    AppointmentState,
    Callback,
    Case,
    CaseState,
    Customer,
    Invoice,
    InvoiceLine,
    Order,
    OrderItem,
    OrderState,
    Refund,
    Slot,
)
from agents.crm.tables import (
    AppointmentRow,
    CallbackRow,
    CaseRow,
    CustomerRow,
    InvoiceRow,
    OrderRow,
    RefundRow,
    SlotRow,
)


def as_customer(row: CustomerRow) -> Customer:
    """Read a customer."""
    return Customer(
        id=row.id, name=row.name, phone=row.phone, email=row.email, city=row.city, postcode=row.postcode
    )


def as_order(row: OrderRow) -> Order:
    """Read an order with its items."""
    return Order(
        number=row.number,
        customer_id=row.customer_id,
        state=OrderState(row.state),
        items=tuple(
            OrderItem(product=item.product, quantity=item.quantity, unit_price_cents=item.unit_price_cents)
            for item in row.items
        ),
        placed_on=row.placed_on,
        carrier=row.carrier,
        tracking_number=row.tracking_number,
        expected_on=row.expected_on,
        delivered_on=row.delivered_on,
        note=row.note,
    )


def as_invoice(row: InvoiceRow) -> Invoice:
    """Read an invoice with its lines."""
    return Invoice(
        number=row.number,
        customer_id=row.customer_id,
        order_number=row.order_number or "",
        issued_on=row.issued_on,
        due_on=row.due_on,
        paid_on=row.paid_on,
        total_cents=row.total_cents,
        lines=tuple(InvoiceLine(text=line.text, amount_cents=line.amount_cents) for line in row.lines),
    )


def as_appointment(row: AppointmentRow) -> Appointment:
    """Read an appointment."""
    return Appointment(
        id=row.id,
        customer_id=row.customer_id,
        kind=row.kind,
        starts_at=in_utc(row.starts_at),
        state=AppointmentState(row.state),
    )


def as_slot(row: SlotRow) -> Slot:
    """Read a slot."""
    return Slot(id=row.id, kind=row.kind, starts_at=in_utc(row.starts_at))


def as_case(row: CaseRow) -> Case:
    """Read a case with its notes."""
    return Case(
        id=row.id,
        customer_id=row.customer_id,
        subject=row.subject,
        state=CaseState(row.state),
        opened_at=in_utc(row.opened_at),
        notes=tuple(note.text for note in row.notes),
    )


def as_refund(row: RefundRow) -> Refund:
    """Read a refund."""
    return Refund(id=row.id, order_number=row.order_number, amount_cents=row.amount_cents, reason=row.reason)


def as_callback(row: CallbackRow) -> Callback:
    """Read a callback."""
    return Callback(
        id=row.id,
        phone=row.phone,
        reason=row.reason,
        due_at=None if row.due_at is None else in_utc(row.due_at),
    )


def in_utc(moment: datetime) -> datetime:
    """Give the moment its zone: SQLite keeps none, and all moments are written in UTC."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
