import asyncio

import pytest

from agents.errors import Invalid, NotFound, Refused, ToolError
from agents.tools.verify_customer import same_postcode, verify_customer
from tests.agents.tools.conftest import Desk


@pytest.fixture(autouse=True)
def nobody_is_verified(desk: Desk) -> None:
    desk.customer_id = None


async def test_an_order_number_and_its_postcode_show_who_the_caller_is(desk: Desk) -> None:
    assert await desk.call(verify_customer, order_number="100001", postcode="97205") == {
        "customer_id": "C1",
        "verified_by": "order number and postcode",
        "name": "Ada Quinn",
    }


async def test_a_household_needs_an_order_number_too(desk: Desk) -> None:
    """Ada and Ben share their number and their postcode."""
    with pytest.raises(NotFound):
        await desk.call(verify_customer, phone_number="(503) 555-0100", postcode="97205")
    both = {"phone_number": "+1 503 555 0100", "order_number": "100003", "postcode": "97205-1234"}
    assert (await desk.call(verify_customer, **both))["customer_id"] == "C2"


async def test_it_is_never_told_which_part_was_wrong(desk: Desk) -> None:
    wrong = [
        {"order_number": "100001", "postcode": "10001"},
        {"order_number": "999999", "postcode": "97205"},
        {"phone_number": "+15035550199", "postcode": "97205"},
        {"phone_number": "+15035550199", "order_number": "100001", "postcode": "97205"},
    ]
    told: set[tuple[str, str]] = set()
    for index, attempt in enumerate(wrong):
        desk.call_id = f"call-{index}"
        with pytest.raises(ToolError) as error:
            await desk.call(verify_customer, **attempt)
        told.add((error.value.word, str(error.value)))
    assert len(told) == 1


async def test_after_three_attempts_even_the_truth_is_refused(desk: Desk) -> None:
    for expected in (NotFound, NotFound, Refused):
        with pytest.raises(expected):
            await desk.call(verify_customer, order_number="100001", postcode="10001")
    with pytest.raises(Refused):
        await desk.call(verify_customer, order_number="100001", postcode="97205")
    desk.call_id = "another call"
    assert await desk.call(verify_customer, order_number="100001", postcode="97205")


async def test_the_third_attempt_counts(desk: Desk) -> None:
    for _ in range(2):
        with pytest.raises(NotFound):
            await desk.call(verify_customer, order_number="100001", postcode="10001")
    assert await desk.call(verify_customer, order_number="100001", postcode="97205")


async def test_an_attempt_that_is_delivered_twice_counts_once(desk: Desk) -> None:
    for _ in range(5):
        with pytest.raises(NotFound):
            await desk.call(verify_customer, key="one", order_number="100001", postcode="10001")
    assert await desk.call(verify_customer, order_number="100001", postcode="97205")


async def test_attempts_at_once_are_counted_one_by_one(desk: Desk) -> None:
    guesses = (
        desk.call(verify_customer, order_number="100001", postcode=f"1000{guess}") for guess in range(6)
    )
    outcomes = await asyncio.gather(*guesses, return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["NotFound"] * 2 + ["Refused"] * 4


async def test_a_postcode_alone_is_nothing_and_costs_no_attempt(desk: Desk) -> None:
    for _ in range(4):
        with pytest.raises(Invalid):
            await desk.call(verify_customer, postcode="97205")
    assert await desk.call(verify_customer, order_number="100001", postcode="97205")


def test_what_the_caller_knows_stays_out_of_logs() -> None:
    shown = verify_customer.shown({"postcode": "97205", "order_number": "104233", "phone_number": "1"})
    assert set(shown.values()) == {"(hidden)"}


def test_it_is_never_begun_on_half_a_sentence() -> None:
    assert not verify_customer.reads


@pytest.mark.parametrize(
    ("known", "said", "same"),
    [
        ("97205", "97205", True),
        ("97205", "97205-4411", True),
        ("97205-4411", "9 7 2 0 5", True),
        ("SW1A 1AA", "sw1a1aa", True),
        ("97205", "97206", False),
        ("97205", "9720", False),
        ("", "", False),
        ("", "97205", False),
        ("-", " ", False),
    ],
)
def test_postcodes_are_compared_however_they_are_written(known: str, said: str, same: bool) -> None:
    assert same_postcode(known, said) is same
