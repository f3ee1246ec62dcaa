"""Who the caller is: shown by what they know, compared here, in code."""

import re
from typing import Annotated, Final

from pydantic import BaseModel, Field

from agents.crm.attempts import Attempts
from agents.crm.port import Crm, Customer, CustomerRecords
from agents.errors import Invalid, NotFound, Refused
from agents.tool import Key, Request, tool
from agents.tools.order_status import OrderNumber
from agents.tools.phones import PhoneNumber

MOST_ATTEMPTS: Final = 3
"""In one call."""

_ZIP_PLUS_4: Final = re.compile(r"([0-9]{5})[0-9]{4}")


class VerifiedCustomer(BaseModel):
    """Who the caller has shown to be."""

    customer_id: str
    verified_by: str
    """What they knew: "order number and postcode"."""
    name: str


@tool(
    writes=True,  # it uses up an attempt: so it is never begun on half a sentence, nor run again blindly
    timeout_ms=6_000,
    says="Let me check that.",
    sensitive=("postcode", "order_number", "phone_number"),
)
async def verify_customer(  # noqa: D417 - the others are given
    postcode: Annotated[str, Field(min_length=2, max_length=16)],
    crm: Crm,
    attempts: Attempts,
    request: Request,
    key: Key,
    order_number: OrderNumber | None = None,
    phone_number: PhoneNumber | None = None,
) -> VerifiedCustomer:
    """Check who the caller is by what they know: their postcode, and an order number or their phone number.

    Three attempts a call; which part of an attempt was wrong is never told.

    Args:
        postcode: of the delivery address.
        order_number: of one of their orders, 6 digits.
        phone_number: the one the company has of them; said by the caller, not the one they call from.

    Raises:
        NotFound: that matches nobody, or more than one; they may try again.
        Refused: the attempts of this call are used up.
        Invalid: neither an order number nor a phone number was given.
    """
    if order_number is None and phone_number is None:
        raise Invalid("give an order number or a phone number")
    attempt = await attempts.begin(request.call_id, f"verify:{key}")
    if attempt > MOST_ATTEMPTS:
        raise Refused("too many attempts in this call")
    claimed = await _claimed(crm, order_number, phone_number)
    matching = [each for each in claimed if same_postcode(each.postcode, postcode)]
    if len(matching) == 1:
        first = "order number" if order_number else "phone number"
        return VerifiedCustomer(
            customer_id=matching[0].id, verified_by=f"{first} and postcode", name=matching[0].name
        )
    if attempt == MOST_ATTEMPTS:
        raise Refused("that does not match, and the attempts of this call are used up")
    raise NotFound("that does not match what is known")


def same_postcode(known: str, said: str) -> bool:
    """Whether two postcodes are one, however they are written. What is not known matches nothing."""
    return bool(_plain(known)) and _plain(known) == _plain(said)


async def _claimed(
    crm: CustomerRecords, order_number: str | None, phone_number: str | None
) -> list[Customer]:
    """List whom the caller may claim to be; all that was given must be theirs."""
    found: list[Customer] | None = None
    if order_number is not None:
        order = await crm.order(order_number)
        customer = await crm.customer(order.customer_id) if order else None
        found = [customer] if customer else []
    if phone_number is not None:
        reached = await crm.customers_with_phone(phone_number)
        ids = None if found is None else {each.id for each in found}
        found = [each for each in reached if ids is None or each.id in ids]
    return found or []


def _plain(postcode: str) -> str:
    plain = "".join(sign for sign in postcode.upper() if sign.isalnum())
    extended = _ZIP_PLUS_4.fullmatch(plain)
    return extended[1] if extended else plain
