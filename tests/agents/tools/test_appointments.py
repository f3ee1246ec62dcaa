from datetime import UTC, date, datetime, timedelta

import pytest

from agents.crm.port import Slot
from agents.dialogue.wording import Speech, spoken_value
from agents.errors import Invalid, NotFound, Refused
from agents.tools.appointments import (
    book_appointment,
    find_appointment,
    move_appointment,
    own_appointments,
    spread,
)
from tests.agents.tools.conftest import Desk

pytestmark = pytest.mark.usefixtures("times")


async def test_free_times_are_offered_three_at_a_time_in_words(desk: Desk) -> None:
    found = await desk.call(find_appointment, kind="lamp repair")
    assert [each["slot_id"] for each in found["times"]] == ["T0", "T1", "T2"]
    assert found["first"] == found["times"][0]
    assert found["starts"] == [each["starts_at"] for each in found["times"]]
    said = spoken_value(found["starts"], "moments", Speech(date(2026, 11, 22)))
    assert said is not None
    assert (said.count(" at "), said.count(" or ")) == (3, 1)


async def test_only_days_that_suit_are_offered(desk: Desk) -> None:
    found = await desk.call(find_appointment, kind="lamp repair")
    second_day = found["times"][2]["starts_on"]
    later = await desk.call(find_appointment, kind="lamp repair", earliest=second_day)
    assert [each["slot_id"] for each in later["times"]] == ["T2", "T3"]
    sooner = await desk.call(
        find_appointment, kind="lamp repair", latest=str(date.fromisoformat(second_day) - timedelta(days=1))
    )
    assert [each["slot_id"] for each in sooner["times"]] == ["T0", "T1"]
    with pytest.raises(NotFound):
        await desk.call(find_appointment, kind="moon landing")
    with pytest.raises(Invalid):
        await desk.call(find_appointment, kind="lamp repair", latest="2020-01-01")


async def test_a_time_is_booked_and_moved_for_the_caller(desk: Desk) -> None:
    booked = await desk.call(book_appointment, key="a", slot_id="T1")
    assert await desk.call(book_appointment, key="a", slot_id="T1") == booked
    assert (await desk.call(own_appointments))["next"] == booked
    moved = await desk.call(move_appointment, appointment_id=booked["appointment_id"], slot_id="T3")
    assert (await desk.call(own_appointments)) == {"count": 1, "next": moved, "appointments": [moved]}
    found = await desk.call(find_appointment, kind="lamp repair")
    assert [each["slot_id"] for each in found["times"]] == ["T0", "T1", "T2"]


async def test_a_time_is_given_once(desk: Desk) -> None:
    await desk.call(book_appointment, slot_id="T1")
    desk.customer_id = "C2"
    with pytest.raises(Refused):
        await desk.call(book_appointment, slot_id="T1")
    assert (await desk.call(own_appointments))["count"] == 0


async def test_somebody_elses_appointment_cannot_be_moved(desk: Desk) -> None:
    booked = await desk.call(book_appointment, slot_id="T1")
    desk.customer_id = "C2"
    with pytest.raises(NotFound):
        await desk.call(move_appointment, appointment_id=booked["appointment_id"], slot_id="T3")
    desk.customer_id = "C1"
    assert (await desk.call(own_appointments))["next"] == booked


def test_offers_are_spread_over_days_first() -> None:
    noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    slots = [
        Slot(f"{day}{at}", "x", noon + timedelta(days=day, minutes=at)) for day in range(3) for at in range(3)
    ]
    assert [each.id for each in spread(slots, 2)] == ["00", "10"]
    assert [each.id for each in spread(slots, 4)] == ["00", "01", "10", "20"]
    assert spread([], 3) == []
