"""Cancelling an order, and paying money back."""

from typing import Annotated, Final

from pydantic import BaseModel, Field

from agents.crm.port import Ability, Crm, CustomerRecords, Order, OrderState
from agents.errors import Refused
from agents.tool import Caller, Key, tool
from agents.tools.order_status import OrderNumber, spoken_items
from agents.tools.own import own_order
from agents.tools.saying import Money, money

Reason = Annotated[str, Field(min_length=1, max_length=200)]

_MONEY_GOES_BACK: Final = (OrderState.CANCELLED, OrderState.RETURNED)


class CancelledOrder(BaseModel):
    """An order that will not come."""

    order_number: str
    items: str
    """As said: "a brass reading lamp and two linen lampshades"."""
    paid: Money | None
    """What was paid for it, and can be paid back now; null: nothing."""


class RefundedOrder(BaseModel):
    """Money on its way back."""

    order_number: str
    refund_id: str
    refunded: Money


@tool(writes=True, consent=True, timeout_ms=8_000, says="I'm cancelling that order.")
async def cancel_order(  # noqa: D417 - the others are given
    order_number: OrderNumber,
    crm: Crm,
    caller: Caller,
    key: Key,
    reason: Reason = "you asked us to cancel it",
) -> CancelledOrder:
    """Cancel one of the caller's orders that has not left yet. It pays nothing back.

    Args:
        order_number: as printed on the receipt, 6 digits.
        reason: as one would say it to the caller later.

    Raises:
        NotFound: the caller has no such order.
        Refused: it has left, or was cancelled before.
    """
    order = await own_order(crm, caller, order_number)
    paid_cents = await _paid_cents(crm, order)
    cancelled = await crm.cancel_order(order_number, reason, key)
    return CancelledOrder(
        order_number=cancelled.number,
        items=spoken_items(cancelled.items),
        paid=money(paid_cents) if paid_cents else None,
    )


@tool(writes=True, consent=True, timeout_ms=8_000, says="I'm sending that money back.")
async def refund_order(  # noqa: D417 - the others are given
    order_number: OrderNumber,
    crm: Crm,
    caller: Caller,
    key: Key,
    amount_cents: Annotated[int, Field(gt=0)] | None = None,
    reason: Reason = "you asked for your money back",
) -> RefundedOrder:
    """Pay back what the caller paid for an order that was cancelled or came back; never more than was paid.

    Args:
        order_number: as printed on the receipt, 6 digits.
        amount_cents: how much; left out: all that is left of what was paid.
        reason: as one would say it to the caller later.

    Raises:
        NotFound: the caller has no such order.
        Refused: it was neither cancelled nor returned, or nothing is left to pay back.
    """
    order = await own_order(crm, caller, order_number)
    if order.state not in _MONEY_GOES_BACK:
        raise Refused("the order was not cancelled and has not come back")
    refund = await crm.refund(order_number, amount_cents, reason, key)
    return RefundedOrder(
        order_number=refund.order_number, refund_id=refund.id, refunded=money(refund.amount_cents)
    )


async def _paid_cents(crm: CustomerRecords, order: Order) -> int:
    """Add up the paid invoices of an order; 0 where the system has none."""
    if Ability.INVOICES not in crm.abilities:
        return 0
    invoices = await crm.invoices_of(order.customer_id)
    return sum(each.total_cents for each in invoices if each.order_number == order.number and each.paid_on)
