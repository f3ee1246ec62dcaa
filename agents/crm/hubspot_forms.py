"""How HubSpot writes what the port calls customers, orders and cases. Pure.

HubSpot's properties are strings, absent or None when unset; moments are ISO 8601 in UTC. Ticket descriptions
are plain text, notes are HTML. What HubSpot has no property for (an order's carrier, its expected day) stays
empty, and days are those of UTC.
"""

import html
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from agents.crm.port import Case, CaseState, Customer, Order, OrderItem
from agents.crm.vendor import Garbled, cents, e164, order_state, whole

KEY_PROPERTY: Final = "tandem_key"

CONTACT: Final = ["firstname", "lastname", "phone", "mobilephone", "email", "city", "zip"]
TICKET: Final = ["subject", "content", "hs_pipeline_stage", "createdate", "closed_date", KEY_PROPERTY]
NOTE: Final = ["hs_note_body", "hs_timestamp"]
LINE: Final = ["name", "quantity", "price"]
ORDER: Final = [
    "hs_external_order_id",
    "hs_fulfillment_status",
    "hs_external_order_status",
    "hs_pipeline_stage",
    "hs_external_created_date",
    "hs_createdate",
    "hs_shipping_tracking_number",
]

PIPELINE: Final = "0"
NEW_STAGE: Final = "1"
_STAGES: Final = {
    "1": CaseState.OPEN,  # new
    "2": CaseState.WAITING,  # on the contact
    "3": CaseState.OPEN,  # waiting on us
    "4": CaseState.SOLVED,  # closed
}
"""Of the support pipeline every account begins with; in others the closing date tells."""
_ORDER_STAGES: Final = {
    "4b27b500-f031-4927-9811-68a0b525cbae": "open",
    "937ea84d-0a4f-4dcf-9028-3f9c2aafbf03": "processed",
    "aa99e8d0-c1d5-4071-b915-d240bbb1aed9": "shipped",
    "3725360f-519b-4b18-a593-494d60a29c9f": "delivered",
    "3c85a297-e9ce-400b-b42e-9f16853d69d6": "cancelled",
}
"""Of the order pipeline every account begins with."""

Properties = Mapping[str, str | None]


def checked(record: Any) -> Any:  # noqa: ANN401 - the SDK's own record
    """Return a record that has an id and properties: the SDK makes one of whatever came.

    Raises:
        Garbled: it has not.
    """
    if not isinstance(record.id, str) or not isinstance(record.properties, dict):
        raise Garbled("no record")
    return record


def customer_of(id_: str, properties: Properties) -> Customer:
    """Read a contact."""
    names = (properties.get("firstname"), properties.get("lastname"))
    return Customer(
        id=id_,
        name=" ".join(each for each in names if each),
        phone=e164(properties.get("phone") or properties.get("mobilephone")),
        email=properties.get("email") or "",
        city=properties.get("city") or "",
        postcode=properties.get("zip") or "",
    )


def case_of(id_: str, properties: Properties, customer_id: str | None, notes: Sequence[str]) -> Case:
    """Read a ticket; its description is the first note."""
    closed = CaseState.SOLVED if properties.get("closed_date") else CaseState.OPEN
    description = properties.get("content")
    return Case(
        id=id_,
        customer_id=customer_id,
        subject=properties.get("subject") or "",
        state=_STAGES.get(properties.get("hs_pipeline_stage") or "", closed),
        opened_at=moment_of(properties.get("createdate")),
        notes=((description,) if description else ()) + tuple(notes),
    )


def order_of(properties: Properties, customer_id: str, lines: Sequence[Properties]) -> Order:
    """Read an order and its line items."""
    placed = properties.get("hs_external_created_date") or properties.get("hs_createdate")
    return Order(
        number=properties.get("hs_external_order_id") or "",
        customer_id=customer_id,
        state=order_state(
            properties.get("hs_fulfillment_status"),
            properties.get("hs_external_order_status"),
            _ORDER_STAGES.get(properties.get("hs_pipeline_stage") or ""),
        ),
        items=tuple(
            OrderItem(
                product=line.get("name") or "",
                quantity=whole(line.get("quantity") or 1),
                unit_price_cents=cents(line.get("price")),
            )
            for line in lines
        ),
        placed_on=moment_of(placed).date(),
        carrier=None,
        tracking_number=properties.get("hs_shipping_tracking_number") or None,
        expected_on=None,
        delivered_on=None,
        note=None,
    )


def moment_of(written: str | None) -> datetime:
    """Read a moment: ISO 8601, or milliseconds since 1970.

    Raises:
        Garbled: it is neither.
    """
    try:
        if (written or "").isdecimal():
            return datetime.fromtimestamp(int(written or 0) / 1000, UTC)
        return datetime.fromisoformat(written or "").astimezone(UTC)
    except ValueError as error:
        raise Garbled("no moment") from error


def html_of(text: str) -> str:
    """Write plain text as a note's HTML."""
    return html.escape(text).replace("\n", "<br>")


_LINE_END: Final = re.compile(r"<br\s*/?>|</p>|</div>|</li>", re.IGNORECASE)
_TAG: Final = re.compile(r"<[^>]*>")


def text_of(markup: str) -> str:
    """Read a note's HTML as plain text."""
    return html.unescape(_TAG.sub("", _LINE_END.sub("\n", markup))).strip()


def category_of(body: object) -> str:
    """Find HubSpot's word for an error, `VALIDATION_ERROR`, in the body of its answer."""
    found: Any = re.search(r'"(?:category|errorType)"\s*:\s*"([A-Z_]+)"', str(body or ""))
    return found[1] if found else ""
