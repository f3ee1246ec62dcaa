import pytest

from agents.crm.port import OrderState
from agents.errors import Invalid, NotFound, Refused
from agents.messages import TaskRequest
from agents.policy import refusal
from agents.tools.order_changes import cancel_order, refund_order
from tests.agents.tools.conftest import Desk


async def test_an_order_that_has_not_left_is_cancelled(desk: Desk) -> None:
    assert await desk.call(cancel_order, order_number="100002") == {
        "order_number": "100002",
        "items": "a lamp",
        "paid": None,
    }
    order = await desk.records.order("100002")
    assert order is not None
    assert (order.state, order.note) == (OrderState.CANCELLED, "you asked us to cancel it")


async def test_what_was_paid_for_a_cancelled_order_is_told_and_then_paid_back(desk: Desk) -> None:
    desk.customer_id = "C2"
    cancelled = await desk.call(cancel_order, order_number="100003")
    assert cancelled["paid"] == {"cents": 11_700, "amount": "117.00"}
    refunded = await desk.call(refund_order, order_number="100003")
    assert refunded["refunded"]["cents"] == 11_700
    with pytest.raises(Refused):
        await desk.call(refund_order, order_number="100003")


async def test_the_same_key_again_cancels_and_pays_once(desk: Desk) -> None:
    desk.customer_id = "C2"
    first = await desk.call(cancel_order, key="a", order_number="100003")
    assert await desk.call(cancel_order, key="a", order_number="100003") == first
    part = await desk.call(refund_order, key="b", order_number="100003", amount_cents=700)
    assert await desk.call(refund_order, key="b", order_number="100003", amount_cents=700) == part
    assert (await desk.call(refund_order, order_number="100003"))["refunded"]["cents"] == 11_000


async def test_money_does_not_go_back_before_the_order_does(desk: Desk) -> None:
    with pytest.raises(Refused):
        await desk.call(refund_order, order_number="100001")


async def test_what_has_left_is_not_cancelled(desk: Desk) -> None:
    with pytest.raises(Refused):
        await desk.call(cancel_order, order_number="100001")


@pytest.mark.parametrize("tool", [cancel_order, refund_order])
async def test_somebody_elses_order_looks_like_none(desk: Desk, tool: object) -> None:
    with pytest.raises(NotFound) as theirs:
        await desk.call(tool, order_number="100003")  # pyright: ignore[reportArgumentType]
    with pytest.raises(NotFound) as nobodys:
        await desk.call(tool, order_number="999999")  # pyright: ignore[reportArgumentType]
    assert str(theirs.value) == str(nobodys.value)
    order = await desk.records.order("100003")
    assert order is not None
    assert order.state is OrderState.PLACED


async def test_whose_order_it_is_cannot_be_said_in_the_arguments(desk: Desk) -> None:
    with pytest.raises(Invalid):
        await desk.call(cancel_order, order_number="100003", customer_id="C2")


@pytest.mark.parametrize("cents", [0, -1])
async def test_a_refund_is_above_zero(desk: Desk, cents: int) -> None:
    with pytest.raises(Invalid):
        await desk.call(refund_order, order_number="100001", amount_cents=cents)


@pytest.mark.parametrize("tool", [cancel_order, refund_order])
@pytest.mark.parametrize("lacking", ["identity", "consent"])
def test_nothing_changes_without_consent_or_for_strangers(tool: object, lacking: str) -> None:
    given = {"identity": {"customer_id": "C1"}, "consent": True}
    del given[lacking]
    request = TaskRequest.model_validate(
        {"task_id": "t", "call_id": "c", "tool": "x", "arguments": {}, "deadline_unix_ms": 0, **given}
    )
    assert refusal(tool, request)  # pyright: ignore[reportArgumentType]
