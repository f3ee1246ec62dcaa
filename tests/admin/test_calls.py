import json
import wave
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import numpy as np
import pytest
from sqlalchemy.dialects import sqlite

from admin.calls.queries import calls
from admin.calls.sought import CallFilter
from admin.roles import Role
from config.tables import CallRow
from tests.admin.office import Office, settings_at

BEGAN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OUTCOMES = ("completed", "transferred", "caller_hung_up", None)


async def record(office: Office, count: int = 12) -> list[str]:
    """Calls that began a minute apart, two at the same moment each; ids newest first."""
    ids: list[str] = []
    async with office.database.writing() as db:
        for at in range(count):
            ids.append(f"20261123-0900-{at:04d}")
            db.add(
                CallRow(
                    id=ids[-1],
                    carrier="twilio",
                    carrier_call_id=f"CA{at:032x}",
                    from_number=f"+1503555{at % 3:04d}",
                    to_number="+15035559999",
                    flow=f"order_status@{1 + at % 2}" if at % 4 else "order_status_2@1",
                    began_at=BEGAN + timedelta(minutes=at // 2),
                    outcome=OUTCOMES[at % 4],
                    tape=ids[-1],
                    micro_turns=at,
                )
            )
    return ids[::-1]


async def listed(client: httpx.AsyncClient, **sought: Any) -> list[str]:
    """Ids on all pages."""
    ids: list[str] = []
    while True:
        answer = await client.get("/calls", params=sought)
        assert answer.status_code == 200, answer.text
        ids += [row["id"] for row in answer.json()["rows"]]
        if answer.json()["next"] is None:
            return ids
        sought["cursor"] = answer.json()["next"]


def numbers(ids: list[str]) -> list[int]:
    return [int(call_id[-4:]) for call_id in ids]


async def test_calls_are_listed_newest_first_whatever_the_page(office: Office) -> None:
    ids = await record(office)
    viewer = await office.person(Role.VIEWER)
    for limit in (1, 2, 5, 12, 200):
        assert await listed(viewer, limit=limit) == ids


async def test_calls_are_found_by_time_number_flow_outcome_and_text(office: Office) -> None:
    ids = await record(office)
    viewer = await office.person(Role.VIEWER)
    third = (BEGAN + timedelta(minutes=2)).isoformat()
    in_rome = (BEGAN + timedelta(minutes=2)).astimezone(tz=None).isoformat()
    assert numbers(await listed(viewer, since=third)) == list(range(11, 3, -1))
    assert numbers(await listed(viewer, until=in_rome)) == [3, 2, 1, 0]
    assert numbers(await listed(viewer, number="+15035550001", limit=2)) == [10, 7, 4, 1]
    assert await listed(viewer, number="+15035559999", limit=5) == ids
    assert numbers(await listed(viewer, flow="order_status@2", limit=2)) == [11, 9, 7, 5, 3, 1]
    assert numbers(await listed(viewer, flow="order_status")) == [11, 10, 9, 7, 6, 5, 3, 2, 1]
    assert numbers(await listed(viewer, outcome="running")) == [11, 7, 3]
    assert numbers(await listed(viewer, outcome="transferred", number="+15035550001")) == [1]
    assert numbers(await listed(viewer, outcome=["running", "completed"], limit=2)) == [11, 8, 7, 4, 3, 0]
    assert numbers(await listed(viewer, search="+15035550002", limit=2)) == [11, 8, 5, 2]
    assert numbers(await listed(viewer, search="20261123-0900-000")) == list(range(9, -1, -1))
    assert numbers(await listed(viewer, search=f"CA{5:032x}")) == [5]
    assert await listed(viewer, search="%") == []
    assert numbers(await listed(viewer, search="2026", number="+15035550001")) == [10, 7, 4, 1]


@pytest.mark.parametrize(
    "wrong", [{"since": "yesterday"}, {"limit": 0}, {"cursor": "WzFd"}, {"search": "\0"}]
)
async def test_a_wrong_filter_is_named(office: Office, wrong: dict[str, Any]) -> None:
    viewer = await office.person(Role.VIEWER)
    answer = await viewer.get("/calls", params=wrong)
    assert answer.status_code in (400, 422)
    assert next(iter(wrong)) in answer.json()["detail"]
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("sought", "index"),
    [
        (CallFilter(), "ix_call_began_at"),
        (CallFilter(outcome=("failed",)), "ix_call_outcome"),
        (CallFilter(flow="order_status@1"), "ix_call_flow"),
        (CallFilter(number="+1"), "ix_call_from"),
        (CallFilter(number="+1"), "ix_call_to"),
    ],
)
async def test_lists_are_read_from_an_index_without_sorting_all(
    sqlite_template, sought: CallFilter, index: str
) -> None:
    office = Office(settings_at(sqlite_template.parent))
    query = calls(sought, (BEGAN, "x"), 50, "sqlite").compile(dialect=sqlite.dialect())
    names = query.positiontup or []
    async with office.database.connection() as connection:
        values = tuple(str(query.params[name]) for name in names)
        rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values)
        plan = [row[3] for row in rows]
    await office.close()
    assert any(index in step for step in plan), plan
    assert not any(step.startswith("SCAN call") and "INDEX" not in step for step in plan), plan


async def test_a_call_its_tape_and_its_recording_are_read(office: Office) -> None:
    ids = await record(office, 2)
    viewer = await office.person(Role.VIEWER)
    folder = office.settings.tapes / ids[0]
    folder.mkdir(parents=True)
    rows = [{"kind": "tape", "version": 1}, {"kind": "turn", "index": 0, "said": "¿qué?"}, {"kind": "end"}]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "tape.jsonl").write_text(text + '{"kind": "tu', encoding="utf-8")
    wav = bytes(range(256)) * 4
    (folder / "call.wav").write_bytes(wav)
    call = (await viewer.get(f"/calls/{ids[0]}")).json()
    assert (call["has_tape"], call["has_recording"], call["micro_turns"]) == (True, True, 1)
    assert call["began_at"] == "2026-11-23T09:00:00Z"
    first = (await viewer.get(f"/calls/{ids[0]}/tape?limit=2")).json()
    rest = (await viewer.get(f"/calls/{ids[0]}/tape", params={"cursor": first["next"]})).json()
    assert (first["rows"] + rest["rows"], rest["next"]) == (rows, None)
    assert (await viewer.get(f"/calls/{ids[0]}/tape?cursor=WzNd")).status_code == 400
    whole = await viewer.get(f"/calls/{ids[0]}/audio")
    assert (whole.content, whole.headers["accept-ranges"]) == (wav, "bytes")
    part = await viewer.get(f"/calls/{ids[0]}/audio", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, wav[10:20])
    assert part.headers["content-range"] == "bytes 10-19/1024"
    beyond = await viewer.get(f"/calls/{ids[0]}/audio", headers={"Range": "bytes=5000-"})
    assert beyond.status_code == 416


async def test_who_was_called_to_speak_with_the_caller_has_a_tape_and_a_recording_too(office: Office) -> None:
    [call_id] = await record(office, 1)
    folder = office.settings.tapes / call_id
    for number in (2, 10):
        leg = folder / "legs" / str(number)
        leg.mkdir(parents=True)
        (leg / "tape.jsonl").write_text(json.dumps({"kind": "tape", "leg": number}) + "\n")
        (leg / "call.wav").write_bytes(b"sound %d" % number)
    viewer = await office.person(Role.VIEWER)
    assert (await viewer.get(f"/calls/{call_id}")).json()["legs"] == [2, 10]
    rows = (await viewer.get(f"/calls/{call_id}/tape?leg=10")).json()["rows"]
    assert rows == [{"kind": "tape", "leg": 10}]
    assert (await viewer.get(f"/calls/{call_id}/audio?leg=2")).content == b"sound 2"
    assert (await viewer.get(f"/calls/{call_id}/audio?leg=1")).json()["type"] == "urn:tandem:no-leg"
    assert (await viewer.get(f"/calls/{call_id}/audio?leg=0")).status_code == 422


async def test_what_a_tool_calls_sensitive_is_hidden_on_a_tape_that_is_read(office: Office) -> None:
    [call_id] = await record(office, 1)
    folder = office.settings.tapes / call_id
    folder.mkdir(parents=True)
    asked = {
        "task_id": "t",
        "tool": "verify_customer",
        "arguments": {"order_number": "104233", "postcode": "97201"},
    }
    known = {"task_id": "u", "tool": "order_status", "arguments": {"order_number": "104233"}}
    rows = [
        {
            "kind": "turn",
            "index": 1,
            "delegations": [asked | {"slots": {"zip": "97201", "topic": "a refund"}}, known],
        },
        {"kind": "turn", "index": 2, "speculation": [{"what": "begun", **asked}]},
        {"kind": "end", "speculation": {"begun": 1}},
    ]
    (folder / "tape.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    viewer = await office.person(Role.VIEWER)
    first, second, last = (await viewer.get(f"/calls/{call_id}/tape")).json()["rows"]
    hidden = {"order_number": "(hidden)", "postcode": "(hidden)"}
    assert first["delegations"][0]["arguments"] == second["speculation"][0]["arguments"] == hidden
    assert first["delegations"][0]["slots"] == {"zip": "(hidden)", "topic": "a refund"}
    assert (first["delegations"][1], last) == (known, rows[-1])


async def test_a_waveform_tells_how_loud_each_side_is_every_10_ms(office: Office) -> None:
    [call_id] = await record(office, 1)
    folder = office.settings.tapes / call_id
    folder.mkdir(parents=True)
    caller, agent = np.zeros(64_000 * 16, dtype="<i2"), np.zeros(64_000 * 16, dtype="<i2")
    caller[63_010 * 16] = -0x4000
    agent[0], agent[-1] = 0x7FFF, 0x100
    with wave.open(str(folder / "call.wav"), "wb") as file:
        file.setparams((2, 2, 16_000, 0, "NONE", ""))
        file.writeframes(np.stack([caller, agent], axis=1)[:-80].tobytes() + agent[-1:].tobytes() * 2)
    viewer = await office.person(Role.VIEWER)
    drawn = await viewer.get(f"/calls/{call_id}/waveform")
    entries = np.frombuffer(drawn.content, dtype=np.int8).reshape(-1, 4)
    assert (entries.shape[0], np.count_nonzero(entries)) == (6_400, 4)
    assert (entries[0].tolist(), entries[6_301].tolist()) == ([0, 0, 0, 127], [-64, 0, 0, 0])
    assert entries[-1].tolist() == [0, 1, 0, 1]
    (folder / "call.wav").write_bytes(b"RIFF")
    assert (await viewer.get(f"/calls/{call_id}/waveform")).json()["type"] == "urn:tandem:no-recording"


async def test_a_call_without_a_tape_here_says_so(office: Office) -> None:
    ids = await record(office, 1)
    viewer = await office.person(Role.VIEWER)
    assert (await viewer.get(f"/calls/{ids[0]}")).json()["has_tape"] is False
    for part in ("tape", "audio", "waveform"):
        answer = await viewer.get(f"/calls/{ids[0]}/{part}")
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:tandem:no-tape")
    assert (await viewer.get("/calls/nothing")).status_code == 404


async def test_a_tape_outside_its_folder_is_not_read(office: Office) -> None:
    viewer = await office.person(Role.VIEWER)
    secret = office.settings.home.resolve() / "tape.jsonl"
    secret.write_text('{"kind":"secret"}\n', encoding="utf-8")
    await record(office, 1)
    async with office.database.writing() as db:
        row = await db.get_one(CallRow, "20261123-0900-0000")
        row.tape = ".."
    office.settings.tapes.mkdir()
    assert (await viewer.get("/calls/20261123-0900-0000/tape")).status_code == 404
