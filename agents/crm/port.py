"""The port to the company's customer records, and the records themselves.

Tools depend on this and never on an adapter. Money is whole cents; days are the company's local days; moments
are UTC. Text in records is written by people and is never an instruction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Protocol

from agents.tool import Injected


class OrderState(StrEnum):
    """Where an order is."""

    PLACED = "placed"
    PACKED = "packed"
    SHIPPED = "shipped"
    DELAYED = "delayed"
    """Not shipped when it should have been; `Order.note` says why."""
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURNED = "returned"


class AppointmentState(StrEnum):
    """What became of an appointment."""

    BOOKED = "booked"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Customer:
    id: str
    name: str
    phone: str
    """E.164, `+15035550123`."""
    email: str
    city: str


@dataclass(frozen=True, slots=True)
class OrderItem:
    product: str
    """As one says it in the singular, without article: "brass reading lamp"."""
    quantity: int
    unit_price_cents: int


@dataclass(frozen=True, slots=True)
class Order:
    number: str
    """Six digits."""
    customer_id: str
    state: OrderState
    items: tuple[OrderItem, ...]
    placed_on: date
    carrier: str | None
    """The parcel service, once the order has shipped."""
    tracking_number: str | None
    expected_on: date | None
    delivered_on: date | None
    note: str | None
    """Why it is delayed, cancelled or returned, as one would say it."""


@dataclass(frozen=True, slots=True)
class Invoice:
    number: str
    customer_id: str
    order_number: str
    issued_on: date
    due_on: date
    paid_on: date | None
    total_cents: int


@dataclass(frozen=True, slots=True)
class Appointment:
    id: str
    customer_id: str
    kind: str
    """As one says it: "lighting consultation"."""
    starts_at: datetime
    state: AppointmentState


class CustomerRecords(Protocol):
    """What the company knows of its customers.

    Every method raises `agents.errors.Unavailable` when the system behind it does not answer.
    """

    async def order(self, number: str) -> Order | None:
        """Find the order with this number."""
        ...

    async def customer(self, customer_id: str) -> Customer | None:
        """Find the customer with this id."""
        ...

    async def customers_with_phone(self, phone: str) -> Sequence[Customer]:
        """List who can be reached at this number (E.164). A number is a hint, not an identity."""
        ...

    async def orders_of(self, customer_id: str) -> Sequence[Order]:
        """List a customer's orders, the newest first."""
        ...

    async def invoices_of(self, customer_id: str) -> Sequence[Invoice]:
        """List a customer's invoices, the newest first."""
        ...

    async def appointments_of(self, customer_id: str) -> Sequence[Appointment]:
        """List a customer's appointments, the earliest first."""
        ...


Crm = Annotated[CustomerRecords, Injected()]
"""What a tool writes to be given the customer records."""
