"""The records that conformance is asked of, and what is known of them beforehand."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from agents.crm.port import Ability, Customer, CustomerRecords


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of the records before anything is written.

    Attributes:
        customer: somebody with a phone number and an e-mail address, exactly as the records should tell.
        unknown_customer_id: nobody has it; written as the system writes its ids.
        unknown_case_id: no case has it; written as the system writes its ids.
        orders: numbers of all orders of the customer, the newest first; at least two.
        unknown_order: no order has this number.
        open_order: an order of the customer that has not left.
        gone_order: an order of the customer that has left.
        paid_order: an order that was paid and of which nothing was paid back; may be the `gone_order`.
        paid_cents: how much was paid for it; at least 200.
        invoices: numbers of all invoices of the customer, the newest first.
        slot_kind: a kind of appointment with at least three free slots between `since` and `until`.
        unknown_slot_id: no slot has it.
        unknown_appointment_id: no appointment has it.
    """

    customer: Customer
    unknown_customer_id: str
    unknown_case_id: str
    orders: tuple[str, ...] = ()
    unknown_order: str = ""
    open_order: str = ""
    gone_order: str = ""
    paid_order: str = ""
    paid_cents: int = 0
    invoices: tuple[str, ...] = ()
    slot_kind: str = ""
    since: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    until: datetime = datetime(2027, 1, 1, tzinfo=UTC)
    unknown_slot_id: str = ""
    unknown_appointment_id: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """Records, and what is known of them.

    Attributes:
        settled_races: writes with one key that overlap in time have one effect. False for a system that only
            recognises a key once its first write is over.
    """

    records: CustomerRecords
    facts: Facts
    settled_races: bool = True


def needs(subject: Subject, ability: Ability) -> None:
    """Skip what the system cannot do; that it then says so is a test of its own."""
    if ability not in subject.records.abilities:
        pytest.skip(f"this system has no {ability}")
