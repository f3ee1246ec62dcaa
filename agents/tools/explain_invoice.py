"""What an invoice is made of, and why it is not what the last one was."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from agents.crm.port import Crm, Invoice
from agents.errors import NotFound
from agents.tool import Caller, tool
from agents.tools.saying import Money, listed, money

_MOST_NAMED = 4


class ExplainedLine(BaseModel):
    text: str
    price: Money


class ExplainedInvoice(BaseModel):
    """An invoice as one would explain it. Days are ISO 8601 in JSON; the flow words them."""

    invoice_number: str
    order_number: str | None
    """Null for a monthly bill."""
    issued_on: date
    due_on: date
    paid_on: date | None
    """Null: not paid yet."""
    total: Money
    lines: list[ExplainedLine]
    made_of: str | None
    """As said: "a care plan for 19 dollars"; null when the system does not say."""
    more_than_before: Money | None
    """Monthly bills: how much more than the bill before, negative when less; null when there is none."""
    compared: str | None
    """As said: "That is 65 dollars more than the bill before. New on it: repair visit for 65 dollars."."""


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
        lines=[ExplainedLine(text=line.text, price=money(line.amount_cents)) for line in invoice.lines],
        made_of=_made_of([(line.text, line.amount_cents) for line in invoice.lines]),
        more_than_before=money(invoice.total_cents - before.total_cents) if before else None,
        compared=_compared(invoice, before) if before else None,
    )


def _position(invoices: Sequence[Invoice], number: str | None) -> int | None:
    if number is None:
        return 0 if invoices else None
    wanted = number.replace(" ", "").upper()
    return next((at for at, each in enumerate(invoices) if each.number.upper() == wanted), None)


def _made_of(lines: Sequence[tuple[str, int]]) -> str | None:
    """Name the dearest lines and say what the rest comes to."""
    dearest = sorted(lines, key=lambda line: -line[1])
    named = [f"{text} for {money(cents).words}" for text, cents in dearest[:_MOST_NAMED]]
    if rest := dearest[_MOST_NAMED:]:
        named.append(f"other things for {money(sum(cents for _, cents in rest)).words}")
    return listed(named) or None


def _compared(invoice: Invoice, before: Invoice) -> str:
    difference = invoice.total_cents - before.total_cents
    if not difference:
        return "That is as much as the bill before."
    direction = "more" if difference > 0 else "less"
    said = f"That is {money(abs(difference)).words} {direction} than the bill before."
    longer, shorter, verb = (invoice, before, "New on it")
    if difference < 0:
        longer, shorter, verb = before, invoice, "No longer on it"
    changed = [(line.text, line.amount_cents) for line in longer.lines if line not in shorter.lines]
    return f"{said} {verb}: {_made_of(changed)}." if changed else said
