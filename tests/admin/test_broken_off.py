import os
from datetime import UTC, datetime, timedelta

from admin.calls.broken_off import close_broken_off
from admin.insights.measuring import Measuring
from admin.roles import Role
from config.tables import CallRow
from tests.admin.office import APART, Office
from tests.tapes import FakeTape

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def up(office: Office, call_id: str, minutes: int, outcome: str | None = None) -> None:
    async with office.database.writing() as db:
        db.add(
            CallRow(
                id=call_id,
                carrier="twilio",
                carrier_call_id=call_id,
                from_number="+15035550100",
                to_number="+15035550101",
                flow="order_status@1",
                began_at=NOW - timedelta(minutes=minutes),
                outcome=outcome,
                tape=call_id,
            )
        )


def taped(office: Office, call_id: str, minutes: int) -> None:
    """Leave a tape that breaks off, last written so many minutes ago."""
    tape = FakeTape()
    tape.agent("how can I help")
    tape.caller("where is my order")
    tape.write(office.settings.tapes / call_id)
    written_s = (NOW - timedelta(minutes=minutes)).timestamp()
    os.utime(office.settings.tapes / call_id / "tape.jsonl", (written_s, written_s))


async def close(office: Office) -> int:
    return await close_broken_off(office.database, office.settings.tapes, HOUR, NOW)


async def test_a_call_whose_server_died_is_closed_when_its_tape_was_last_written(office: Office) -> None:
    for call_id, minutes in (("still-up", 65), ("broken", 75), ("elsewhere", 75), ("long-ago", 135)):
        await up(office, call_id, minutes)
    await up(office, "over", 300, "completed")
    taped(office, "still-up", 0)
    taped(office, "broken", 72)
    assert await close(office) == 2
    viewer = await office.person(Role.VIEWER)
    told = {row["id"]: row for row in (await viewer.get("/calls")).json()["rows"]}
    assert {call_id: row["outcome"] for call_id, row in told.items()} == {
        "still-up": None,
        "broken": "abandoned",
        "elsewhere": None,
        "long-ago": "abandoned",
        "over": "completed",
    }
    assert told["broken"]["ended_at"] == "2026-11-22T10:48:00Z"
    assert told["long-ago"]["ended_at"] == told["long-ago"]["began_at"]
    assert await close(office) == 0


async def test_a_call_that_broke_off_is_measured_as_failed_by_what_its_tape_has(office: Office) -> None:
    await up(office, "broken", 75)
    taped(office, "broken", 72)
    await close(office)
    assert await Measuring(office.settings, office.database, APART, office.clock).measure_all() == 1
    viewer = await office.person(Role.VIEWER)
    measures = (await viewer.get("/calls/broken")).json()["measures"]
    assert (measures["ending"], measures["from_tape"]) == ("failed", True)
    assert measures["duration_ms"] > 0
