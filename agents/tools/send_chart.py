"""Sends a verified caller a chart that was made in this call."""

from typing import Annotated

from pydantic import BaseModel, Field

from agents.charts.store import Charts
from agents.crm.port import Crm
from agents.errors import NotFound, Unsupported
from agents.messenger import Messages
from agents.signature import Injected
from agents.tool import Caller, Request, tool
from config.settings import Settings

Configured = Annotated[Settings, Injected()]


class ChartSent(BaseModel):
    """A message with a chart is on its way. `ends_with`: the last two digits of the number it goes to."""

    message_id: str
    ends_with: str


@tool(writes=True, consent=True, identity=True, timeout_ms=8_000, says="I'm sending it to your phone.")
async def send_chart(  # noqa: D417 - the rest is given
    chart_id: Annotated[str, Field(min_length=8, max_length=64)],
    caller: Caller,
    request: Request,
    crm: Crm,
    charts: Charts,
    messenger: Messages,
    settings: Configured,
    text: Annotated[str, Field(min_length=1, max_length=160)] | None = None,
) -> ChartSent:
    """Send a chart to the telephone the company knows of the customer.

    Args:
        chart_id: as a tool that drew it in this call gave it.
        text: what the message says; left out: the chart's title.

    Raises:
        NotFound: this call has no such chart, or the company knows no number.
        Unsupported: nothing is set up to send messages, or pictures cannot be fetched from here.
        Unavailable: nobody knows whether it was sent.
        Refused: the number cannot get messages.
    """
    kept = await charts.find(chart_id)
    if kept is None or kept.call_id != request.call_id:
        raise NotFound("this call has no such chart")
    customer = await crm.customer(caller.customer_id)
    if customer is None or not customer.phone:
        raise NotFound("the company knows no number to send it to")
    if settings.public_origin is None:
        raise Unsupported("pictures cannot be fetched from here: set TANDEM_PUBLIC_URL")
    picture = f"{settings.public_url}/charts/{kept.id}.png"
    message_id = await messenger.send(customer.phone, text or kept.chart.title, [picture])
    return ChartSent(message_id=message_id, ends_with=customer.phone[-2:])
