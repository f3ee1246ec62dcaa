"""A promise to ring back."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field

from agents.crm.port import Crm
from agents.errors import Invalid
from agents.tool import Key, Request, tool
from agents.tools.phones import PhoneNumber
from agents.tools.saying import at_the_company

_LONGEST_AHEAD = timedelta(days=60)


class PromisedCallback(BaseModel):
    """What was promised. A colleague rings; nothing here dials."""

    callback_id: str
    due_at: datetime | None
    """On the company's clock; null: as soon as somebody is free."""


@tool(writes=True, timeout_ms=8_000, says="I'm noting that for a colleague.", sensitive=("phone_number",))
async def request_callback(  # noqa: D417 - the others are given
    reason: Annotated[str, Field(min_length=1, max_length=1_000)],
    crm: Crm,
    request: Request,
    key: Key,
    phone_number: PhoneNumber | None = None,
    due_at: AwareDatetime | None = None,
) -> PromisedCallback:
    """Have a colleague ring the caller back.

    Args:
        reason: what it is about, in a few words or in the caller's own.
        phone_number: where to ring; left out: the number known of a verified caller.
        due_at: when, with its time zone; left out: as soon as somebody is free.

    Raises:
        Invalid: nobody can be rung: no number is given or known, or the time has passed or is too far off.
    """
    now = datetime.now(UTC)
    if due_at is not None and not now < due_at < now + _LONGEST_AHEAD:
        raise Invalid("due_at must be within the next 60 days")
    if phone_number is None and request.identity is not None:
        customer = await crm.customer(request.identity.customer_id)
        phone_number = customer.phone if customer else None
    if not phone_number:
        raise Invalid("phone_number: nobody is known to ring")
    callback = await crm.ask_callback(phone_number, reason, due_at, key)
    due_at = callback.due_at and at_the_company(callback.due_at)
    return PromisedCallback(callback_id=callback.id, due_at=due_at)
