"""What a customer was billed month by month, as a chart."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from agents.charts.chart import Chart, Series, Unit
from agents.charts.store import Charts
from agents.crm.port import Crm, Invoice
from agents.errors import NotFound
from agents.tool import Caller, Request, tool
from agents.tools.saying import Money, money

Months = Annotated[int, Field(ge=2, le=24)]


class BillHistory(BaseModel):
    """Bills by month, the oldest first."""

    months: list[str]
    """`2026-11`."""
    totals: list[Money]
    count: int
    """How many months."""
    chart: Chart
    """What is drawn; a flow says `{bills.chart:chart}`."""
    chart_id: str
    """Of the kept chart; `send_chart` sends it."""


@tool(reads=True, identity=True, timeout_ms=8_000, says="Let me look at your bills.")
async def bill_history(  # noqa: D417 - the rest is given
    caller: Caller,
    request: Request,
    crm: Crm,
    charts: Charts,
    months: Months = 12,
    currency: Literal["USD", "EUR", "GBP"] = "USD",
) -> BillHistory:
    """Draw a verified customer's bills of the last months.

    Args:
        months: how many, the last ones with bills.
        currency: what the company bills in.

    Raises:
        NotFound: there are no bills.
    """
    invoices = await crm.invoices_of(caller.customer_id)
    if not invoices:
        raise NotFound("there are no bills")
    billed = _by_month(invoices)[-months:]
    labels = tuple(f"{month:%Y-%m}" for month, _ in billed)
    chart = Chart(
        kind="bars",
        title="Your bills",
        labels=labels,
        series=(Series(values=tuple(total / 100 for _, total in billed)),),
        unit=Unit(currency),
    )
    return BillHistory(
        months=list(labels),
        totals=[money(total) for _, total in billed],
        count=len(billed),
        chart=chart,
        chart_id=await charts.keep(request.call_id, request.task_id, chart),
    )


def _by_month(invoices: Sequence[Invoice]) -> list[tuple[date, int]]:
    """What was billed in each month that has bills, the earliest first."""
    totals: dict[date, int] = {}
    for invoice in invoices:
        month = invoice.issued_on.replace(day=1)
        totals[month] = totals.get(month, 0) + invoice.total_cents
    return sorted(totals.items())
