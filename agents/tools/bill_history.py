"""What a customer paid month by month, as a chart and in one sentence."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from agents.charts.chart import Chart, Series, Unit, described
from agents.charts.store import Charts
from agents.crm.port import Crm, Invoice
from agents.errors import NotFound
from agents.tool import Caller, Request, tool

Months = Annotated[int, Field(ge=2, le=24)]


class BillHistory(BaseModel):
    """Bills by month, the oldest first. Money is whole cents."""

    months: list[str]
    """`Jan`, `Feb`, ...; a year behind it where the months span more than twelve."""
    totals_cents: list[int]
    latest_cents: int
    chart_id: str
    """Of the kept chart; `send_chart` sends it."""
    summary: str
    """One sentence that says what the chart shows."""


@tool(reads=True, identity=True, timeout_ms=8_000, says="Let me look at your bills.")
async def bill_history(  # noqa: D417 - the rest is given
    caller: Caller, request: Request, crm: Crm, charts: Charts, months: Months = 12
) -> BillHistory:
    """Draw a verified customer's bills of the last months and say what they show.

    Args:
        months: how many, the last ones with bills.

    Raises:
        NotFound: there are no bills.
    """
    invoices = await crm.invoices_of(caller.customer_id)
    if not invoices:
        raise NotFound("there are no bills")
    months_with_bills = _by_month(invoices)[-months:]
    spans = months_with_bills[-1][0].year * 12 + months_with_bills[-1][0].month
    spans -= months_with_bills[0][0].year * 12 + months_with_bills[0][0].month
    labels = [f"{month:%b %Y}" if spans >= 12 else f"{month:%b}" for month, _ in months_with_bills]
    totals = [total for _, total in months_with_bills]
    chart = Chart(
        kind="bars",
        title="Your bills",
        labels=tuple(labels),
        series=(Series(values=tuple(total / 100 for total in totals)),),
        unit=Unit.DOLLARS,
    )
    return BillHistory(
        months=labels,
        totals_cents=totals,
        latest_cents=totals[-1],
        chart_id=await charts.keep(request.call_id, request.task_id, chart),
        summary=described(chart),
    )


def _by_month(invoices: Sequence[Invoice]) -> list[tuple[date, int]]:
    """What was billed in each month that has bills, the earliest first."""
    totals: dict[date, int] = {}
    for invoice in invoices:
        month = invoice.issued_on.replace(day=1)
        totals[month] = totals.get(month, 0) + invoice.total_cents
    return sorted(totals.items())
