from datetime import date

import pytest

from agents.crm.port import CustomerRecords, Order, OrderItem, OrderState
from agents.errors import Invalid, NotFound
from agents.tools.order_status import order_status, spoken_items


class Records:
    """Stands for the customer records, with one order."""

    async def order(self, number: str) -> Order | None:
        if number != "104233":
            return None
        return Order(
            number=number,
            customer_id="C1",
            state=OrderState.SHIPPED,
            items=(OrderItem("oak floor lamp", 1, 24_900),),
            placed_on=date(2026, 3, 2),
            carrier="UPS",
            tracking_number="1Z1",
            expected_on=date(2026, 3, 6),
            delivered_on=None,
            note=None,
        )


async def call(number: str) -> dict[str, object]:
    return await order_status.run({"order_number": number}, {CustomerRecords: Records()})


async def test_an_order_is_told_in_words_a_flow_can_speak() -> None:
    assert await call("104233") == {
        "order_number": "104233",
        "status": "shipped",
        "items": "an oak floor lamp",
        "item_count": 1,
        "placed_on": "2026-03-02",
        "carrier": "UPS",
        "tracking_number": "1Z1",
        "expected_on": "2026-03-06",
        "delivered_on": None,
        "note": None,
    }


async def test_an_unknown_order_is_not_found() -> None:
    with pytest.raises(NotFound):
        await call("104234")


@pytest.mark.parametrize("number", ["10423", "1042333", "10423x", "", "１０４２３３"])
async def test_what_is_not_six_digits_is_no_order_number(number: str) -> None:
    with pytest.raises(Invalid):
        await call(number)


@pytest.mark.parametrize(
    ("items", "spoken"),
    [
        ([("lamp", 1)], "a lamp"),
        ([("lamp", 2)], "two lamps"),
        ([("switch", 3)], "three switches"),
        ([("bulb", 24)], "24 bulbs"),
        ([("lamp", 1), ("opal globe", 1)], "a lamp and an opal globe"),
        ([("lamp", 1), ("bulb", 2), ("switch", 1)], "a lamp, two bulbs and a switch"),
        (
            [("lamp", 1), ("bulb", 2), ("switch", 1), ("shade", 1)],
            "a lamp, two bulbs, a switch and one more item",
        ),
        (
            [("lamp", 1), ("bulb", 2), ("switch", 1), ("shade", 1), ("globe", 4)],
            "a lamp, two bulbs, a switch and five more items",
        ),
        ([], ""),
    ],
)
def test_items_are_said_in_one_breath(items: list[tuple[str, int]], spoken: str) -> None:
    assert spoken_items(tuple(OrderItem(product, count, 0) for product, count in items)) == spoken
