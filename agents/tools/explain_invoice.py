"""What an invoice is made of, and why it is not what the last one was."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from agents.crm.port import Crm, Invoice, InvoiceLine
from agents.errors import NotFound
from agents.tool import Caller, tool
from agents.tools.saying import Money, money


class ExplainedLine(BaseModel):
    text: str
    price: Money


class ExplainedInvoice(BaseModel):
    """An invoice as one would explain it. The flow words it: `{invoice.total:money}`, `{x.lines:priced}`."""

    invoice_number: str
    order_number: str | None
    """Null for a monthly bill."""
    issued_on: date
    due_on: date
    paid_on: date | None
    """Null: not paid yet."""
    total: Money
    lines: list[ExplainedLine]
    change: Literal["more", "less", "same"] | None
    """Monthly bills: what it is to the bill before; null when there is none."""
    difference: Money | None
    """By how much, never negative."""
    new_lines: list[ExplainedLine]
    """What the bill before did not have."""
    gone_lines: list[ExplainedLine]
    """What only the bill before had."""


@tool(reads=True, timeout_ms=5_000, retries=2, says="Let me look at that invoice.")
async def explain_invoice(  # noqa: D417 - the others are given
    crm: Crm,
    caller: Caller,
    invoice_number: Annotated[str, Field(min_length=1, max_length=32)] | None = None,
) -> ExplainedInvoice:
    """Explain one of the caller's invoices: what it is made of, and how it differs from the one before.

    Args:
        invoice_number: as printed on it; left out: the newest.

    Raises:
        NotFound: the caller has no such invoice.
    """
    invoices = await crm.invoices_of(caller.customer_id)
    at = _position(invoices, invoice_number)
    if at is None:
        raise NotFound("the caller has no such invoice")
    invoice = invoices[at]
    before = next((each for each in invoices[at + 1 :] if not each.order_number), None)
    before = None if invoice.order_number else before
    return ExplainedInvoice(
        invoice_number=invoice.number,
        order_number=invoice.order_number or None,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        paid_on=invoice.paid_on,
        total=money(invoice.total_cents),
        lines=_explained(invoice.lines),
        change=_change(invoice, before) if before else None,
        difference=money(abs(invoice.total_cents - before.total_cents)) if before else None,
        new_lines=_only_in(invoice, before) if before else [],
        gone_lines=_only_in(before, invoice) if before else [],
    )


def _position(invoices: Sequence[Invoice], number: str | None) -> int | None:
    if number is None:
        return 0 if invoices else None
    wanted = number.replace(" ", "").upper()
    return next((at for at, each in enumerate(invoices) if each.number.upper() == wanted), None)


def _explained(lines: Sequence[InvoiceLine]) -> list[ExplainedLine]:
    return [ExplainedLine(text=line.text, price=money(line.amount_cents)) for line in lines]


def _change(invoice: Invoice, before: Invoice) -> Literal["more", "less", "same"]:
    if invoice.total_cents == before.total_cents:
        return "same"
    return "more" if invoice.total_cents > before.total_cents else "less"


def _only_in(one: Invoice, other: Invoice) -> list[ExplainedLine]:
    """List the lines of one invoice that the other has not."""
    return _explained([line for line in one.lines if line not in other.lines])
