from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from agents.crm.tables import CallbackRow
from agents.errors import Invalid, NotFound
from agents.messages import SaidWords
from agents.tools.cases import append_to_case, open_case
from agents.tools.hand_off import hand_off
from agents.tools.request_callback import request_callback
from tests.agents.crm.conformance import HOSTILE
from tests.agents.tools.conftest import Desk


async def phones_to_ring(desk: Desk) -> list[str]:
    async with desk.database.reading() as session:
        return list(await session.scalars(select(CallbackRow.phone)))


async def test_a_case_is_the_callers_and_can_be_added_to(desk: Desk) -> None:
    opened = await desk.call(open_case, subject="Scratched shade", note="It has a scratch.")
    added = await desk.call(append_to_case, case_id=opened["case_id"], note="And a dent.")
    assert added == opened == {"case_id": opened["case_id"], "subject": "Scratched shade", "state": "open"}
    (case,) = await desk.records.cases_of("C1")
    assert case.notes == ("It has a scratch.", "And a dent.")


async def test_a_stranger_may_open_a_case_that_is_nobodys(desk: Desk) -> None:
    desk.customer_id = None
    opened = await desk.call(open_case, subject="A question", note="About lamps.")
    desk.customer_id = "C1"
    with pytest.raises(NotFound):
        await desk.call(append_to_case, case_id=opened["case_id"], note="Mine now.")


async def test_what_colleagues_wrote_is_never_read_back(desk: Desk) -> None:
    case = await desk.records.open_case("C1", "A matter", HOSTILE, "k")
    assert HOSTILE not in str(await desk.call(append_to_case, case_id=case.id, note="More."))


async def test_a_callback_is_promised_to_the_number_that_was_said(desk: Desk) -> None:
    due_at = datetime.now(UTC) + timedelta(days=2)
    promised = await desk.call(
        request_callback, reason="a question", phone_number="503 555-0177", due_at=due_at.isoformat()
    )
    assert datetime.fromisoformat(promised["due_at"]) == due_at
    assert await phones_to_ring(desk) == ["+15035550177"]


async def test_a_verified_caller_need_not_say_their_number(desk: Desk) -> None:
    promised = await desk.call(request_callback, reason="a question")
    assert promised["due_at"] is None
    assert await phones_to_ring(desk) == ["+15035550100"]
    desk.customer_id = None
    with pytest.raises(Invalid):
        await desk.call(request_callback, reason="a question")


@pytest.mark.parametrize("number", ["", "911", "12", "+0123456789", "five oh three", "+1503555010012345678"])
async def test_what_is_no_number_is_not_rung(desk: Desk, number: str) -> None:
    with pytest.raises(Invalid):
        await desk.call(request_callback, reason="a question", phone_number=number)
    assert await phones_to_ring(desk) == []


@pytest.mark.parametrize("days", [-1, 61])
async def test_a_callback_is_due_soon_but_not_past(desk: Desk, days: int) -> None:
    due_at = datetime.now(UTC) + timedelta(days=days)
    with pytest.raises(Invalid):
        await desk.call(request_callback, reason="a question", due_at=due_at.isoformat())


async def test_a_colleague_is_told_what_was_said_and_heard(desk: Desk) -> None:
    desk.slots = {"order_number": "100001"}
    desk.said = (
        SaidWords(speaker="agent", text="How can I help?", start_ms=0, end_ms=900),
        SaidWords(speaker="caller", text="My card is 4111 1111 1111 1111.", start_ms=1_000, end_ms=2_000),
        SaidWords(speaker="agent", text="That was never heard.", start_ms=2_000, end_ms=2_100, heard=False),
    )
    prepared = await desk.call(hand_off, destination="customer_care", reason="wants a person")
    (case,) = await desk.records.cases_of("C1")
    assert prepared == {"destination": "customer_care", "case_id": case.id}
    assert case.subject == "Call handed to customer care: wants a person"
    (note,) = case.notes
    assert note == (
        "Call: call-1\nCaller: verified by test\nWhy: wants a person\nOrder number: 100001\n\nSaid last:\n"
        "agent: How can I help?\ncaller: My card is (number)."
    )


@pytest.mark.parametrize(
    "destination", ["+19005550100", "19005550100", "customer_care; +1900", "", "sip:a@b"]
)
async def test_a_call_is_never_handed_to_digits(desk: Desk, destination: str) -> None:
    with pytest.raises(Invalid):
        await desk.call(hand_off, destination=destination, reason="wants a person")
    assert await desk.records.cases_of("C1") == []
