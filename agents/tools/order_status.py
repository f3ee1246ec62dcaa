"""Where an order is."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from agents.crm.port import Crm, Order, OrderItem, OrderState
from agents.errors import NotFound
from agents.tool import tool

OrderNumber = Annotated[str, Field(pattern=r"^[0-9]{6}$", examples=["104233"])]


class OrderStatus(BaseModel):
    """An order as one would speak of it. Days are ISO 8601 in JSON; the flow words them."""

    order_number: str
    status: OrderState
    items: str
    """What was ordered, as said: "a brass reading lamp and two linen lampshades"."""
    item_count: int
    placed_on: date
    carrier: str | None
    """Null until it has shipped."""
    tracking_number: str | None
    expected_on: date | None
    """The day it should arrive; null when nobody knows or it no longer will."""
    delivered_on: date | None
    note: str | None
    """Why it is delayed, cancelled or returned, as said: "one item is out of stock at the workshop"."""


@tool(reads=True, timeout_ms=4_000, says="Let me look up that order.")
async def order_status(order_number: OrderNumber, crm: Crm) -> OrderStatus:  # noqa: D417 - crm is given
    """Look up where an order is.

    Args:
        order_number: as printed on the receipt, 6 digits.

    Raises:
        NotFound: no order has this number.
    """
    order = await crm.order(order_number)
    if order is None:
        raise NotFound("no order has this number")
    return _status(order)


def _status(order: Order) -> OrderStatus:
    return OrderStatus(
        order_number=order.number,
        status=order.state,
        items=spoken_items(order.items),
        item_count=sum(item.quantity for item in order.items),
        placed_on=order.placed_on,
        carrier=order.carrier,
        tracking_number=order.tracking_number,
        expected_on=order.expected_on,
        delivered_on=order.delivered_on,
        note=order.note,
    )


_NUMBER_WORDS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_MOST_NAMED = 3


def spoken_items(items: tuple[OrderItem, ...]) -> str:
    """Say what was ordered in one breath: at most three products, then how many more."""
    named = [_spoken_item(item) for item in items[:_MOST_NAMED]]
    rest = sum(item.quantity for item in items[_MOST_NAMED:])
    if rest:
        named.append(f"{_number_word(rest)} more {'item' if rest == 1 else 'items'}")
    if len(named) < 2:
        return "".join(named)
    return f"{', '.join(named[:-1])} and {named[-1]}"


def _spoken_item(item: OrderItem) -> str:
    if item.quantity == 1:
        return f"{'an' if item.product[0].lower() in 'aeiou' else 'a'} {item.product}"
    return f"{_number_word(item.quantity)} {_plural(item.product)}"


def _number_word(number: int) -> str:
    return _NUMBER_WORDS[number] if number < len(_NUMBER_WORDS) else str(number)


def _plural(product: str) -> str:
    return product + ("es" if product.endswith(("s", "x", "ch", "sh")) else "s")
