from datetime import date

import pytest

from agents.crm.tables import InvoiceLineRow, InvoiceRow
from agents.dialogue.wording import Speech, worded
from agents.errors import NotFound
from agents.tools.explain_invoice import explain_invoice
from tests.agents.tools.conftest import Desk


async def bill(desk: Desk, number: str, month: int, **lines: int) -> None:
    async with desk.database.writing() as session:
        rows = [
            InvoiceLineRow(position=at, text=text.replace("_", " "), amount_cents=cents)
            for at, (text, cents) in enumerate(lines.items())
        ]
        day = date(2026, month, 1)
        session.add(
            InvoiceRow(
                number=number,
                customer_id="C1",
                issued_on=day,
                due_on=day,
                total_cents=sum(lines.values()),
                lines=rows,
            )
        )


def words(told: dict, blank: str, language: str = "en-US") -> str | None:
    speech = Speech(date(2026, 9, 1), "USD", language)
    spoken = worded((f"{{invoice.{blank}}}",), {"invoice": told}, speech, 0)
    return spoken and spoken.text


async def test_an_invoice_is_told_line_by_line_in_the_language_of_the_call(desk: Desk) -> None:
    told = await desk.call(explain_invoice, invoice_number="l100001")
    assert told["order_number"] == "100001"
    assert told["paid_on"] == "2026-04-04"
    assert told["total"] == {"cents": 11_700, "amount": "117.00"}
    assert words(told, "lines:priced") == "lamp for 110 dollars and shipping for 7 dollars"
    assert words(told, "lines:priced", "es") == "lamp por 110 dólares y shipping por 7 dólares"
    assert (told["change"], told["difference"], told["new_lines"]) == (None, None, [])


async def test_left_out_it_is_the_newest(desk: Desk) -> None:
    assert (await desk.call(explain_invoice))["invoice_number"] == "M2"


async def test_a_monthly_bill_is_compared_with_the_one_before(desk: Desk) -> None:
    await bill(desk, "P1", 6, care_plan=1_900)
    await bill(desk, "P2", 7, care_plan=1_900, repair_visit=6_550)
    await bill(desk, "P3", 8, care_plan=1_900)
    await bill(desk, "P4", 9, care_plan=1_900)
    more = await desk.call(explain_invoice, invoice_number="P2")
    assert (more["change"], more["difference"]["cents"]) == ("more", 6_550)
    assert words(more, "new_lines:priced") == "repair visit for 65 dollars and 50 cents"
    assert more["gone_lines"] == []
    less = await desk.call(explain_invoice, invoice_number="P3")
    assert (less["change"], less["difference"]["cents"]) == ("less", 6_550)
    assert [line["text"] for line in less["gone_lines"]] == ["repair visit"]
    assert (await desk.call(explain_invoice))["change"] == "same"


async def test_the_dearest_lines_are_named_and_the_rest_added_up(desk: Desk) -> None:
    await bill(desk, "P1", 6, one=100, two=200, three=300, four=400, five=500, six=600)
    told = await desk.call(explain_invoice)
    assert words(told, "lines:priced") == (
        "six for 6 dollars, five for 5 dollars, four for 4 dollars, three for 3 dollars "
        "and other things for 3 dollars"
    )


async def test_somebody_elses_invoice_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await desk.call(explain_invoice, invoice_number="L100003")
    desk.customer_id = "C2"
    assert await desk.call(explain_invoice, invoice_number="L100003")
