from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from admin.house.kept import KeptRules
from admin.house.retention import Removed, remove_old
from admin.house.rules import Rules
from admin.roles import Role
from config.flow_file import load_flow
from config.house import NOTICE, House, with_notice
from config.tables import CallRow
from tests.admin.office import Office

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
RULES = Rules().model_dump(mode="json")


async def test_rules_are_changed_by_owners_on_what_they_read_and_reach_calls(office: Office) -> None:
    owner, manager = await office.person(Role.OWNER), await office.person(Role.MANAGER)
    read = await manager.get("/settings")
    assert read.json()["rules"] == RULES
    wanted = {**RULES, "recording": False, "notice": {"en-US": "This call is recorded."}}
    built_on = {"If-Match": read.headers["etag"]}
    assert (await manager.put("/settings/rules", json=wanted, headers=built_on)).status_code == 403
    saved = await owner.put("/settings/rules", json=wanted, headers=built_on)
    assert saved.json() == wanted
    late = await owner.put("/settings/rules", json=RULES, headers=built_on)
    assert (late.status_code, late.json()["current"]) == (412, wanted)
    kept = KeptRules(office.database)
    assert not kept.house().records  # nobody knows yet what holds
    await kept.read()
    assert kept.house() == House(records=False, notice={"en-US": "This call is recorded."})
    entry = (await owner.get("/audit?kind=setting")).json()["rows"][0]
    assert entry["after"] == {"recording": False, "notice": {"en-US": "This call is recorded."}}


@pytest.mark.parametrize(
    "rules",
    [
        {"keep_recordings_days": 30, "keep_tapes_days": 7},
        {"keep_calls_days": 0},
        {"keep_audit_days": 1},
        {"notice": {"en-US": "Hello {name}."}},
        {"notice": {"English": "Hello."}},
        {"notice": {"en-US": "  "}},
    ],
)
async def test_rules_that_cannot_hold_change_nothing(office: Office, rules: dict) -> None:
    owner = await office.person(Role.OWNER)
    built_on = {"If-Match": (await owner.get("/settings")).headers["etag"]}
    answer = await owner.put("/settings/rules", json={**RULES, **rules}, headers=built_on)
    assert answer.status_code == 422, answer.text
    assert (await owner.get("/settings")).json()["rules"] == RULES


def test_a_notice_is_said_first_in_the_language_of_the_call() -> None:
    flow = load_flow("refund")
    told = with_notice(flow, {"en-GB": "This call is recorded.", "es-ES": "Esta llamada se graba."})
    first = told.steps[told.start]
    assert (told.start, first.says, first.next) == (NOTICE, ("This call is recorded.",), flow.start)
    spanish = next(other for tag, other in told.others.items() if tag.startswith("es"))
    assert spanish.steps[spanish.start].says == ("Esta llamada se graba.",)
    assert with_notice(flow, {}).start == flow.start
    assert with_notice(told, {"en-US": "Twice?"}) is told


def _tape(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "call.wav").write_bytes(b"sound")
    (folder / "tape.jsonl").write_text("{}\n")


def _left(tapes: Path) -> dict[str, list[str]]:
    return {each.name: sorted(file.name for file in each.iterdir()) for each in sorted(tapes.iterdir())}


def _call(name: str, ended: timedelta, minutes: int = 0) -> CallRow:
    """A call of so many minutes that ended so long ago."""
    return CallRow(
        id=name,
        carrier="twilio",
        carrier_call_id=name,
        from_number="+15035550100",
        to_number="+15035550101",
        flow="order_status@1",
        began_at=NOW - ended - timedelta(minutes=minutes),
        ended_at=NOW - ended,
        outcome="completed",
        tape=name,
    )


async def _enter(office: Office, tapes: Path, *calls: CallRow) -> None:
    for call in calls:
        _tape(tapes / call.tape)
    async with office.database.writing() as db:
        db.add_all(calls)


async def test_recordings_of_people_who_were_called_and_of_replays_go_with_the_calls(office: Office) -> None:
    tape = office.settings.tapes / "call-1"
    beside = [tape, tape / "legs" / "1", tape / "replays" / "r1"]
    for folder in beside:
        _tape(folder)
    async with office.database.writing() as db:
        db.add(_call("call-1", timedelta(days=10)))
    removed = await remove_old(office.database, office.settings.tapes, Rules(keep_recordings_days=7), NOW)
    assert removed == Removed(recordings=1)
    for folder in beside:
        assert [file.name for file in folder.iterdir() if file.is_file()] == ["tape.jsonl"]


async def test_what_is_kept_no_longer_is_removed_and_the_rest_stays(office: Office, tmp_path: Path) -> None:
    tapes = tmp_path / "tapes"
    await _enter(office, tapes, *(_call(f"call-{days}", timedelta(days=days)) for days in (1, 10, 40, 100)))
    rules = Rules(keep_recordings_days=7, keep_tapes_days=30, keep_calls_days=90)
    assert await remove_old(office.database, tapes, rules, NOW) == Removed(3, 2, 1, 0)
    assert _left(tapes) == {"call-1": ["call.wav", "tape.jsonl"], "call-10": ["tape.jsonl"]}
    viewer = await office.person(Role.VIEWER)
    listed = [row["id"] for row in (await viewer.get("/calls")).json()["rows"]]
    assert listed == ["call-1", "call-10", "call-40"]
    assert await remove_old(office.database, tapes, rules, NOW) == Removed()
    assert await remove_old(office.database, tapes, Rules(), NOW + timedelta(days=900)) == Removed()


async def test_days_count_from_a_calls_end(office: Office, tmp_path: Path) -> None:
    await _enter(office, tmp_path, _call("longer", timedelta(days=7, minutes=-10), minutes=30))
    assert await remove_old(office.database, tmp_path, Rules(keep_recordings_days=7), NOW) == Removed()
    later = NOW + timedelta(minutes=11)
    assert await remove_old(office.database, tmp_path, Rules(keep_recordings_days=7), later) == Removed(1)


async def test_a_recording_that_cannot_be_removed_holds_up_no_other(office: Office, tmp_path: Path) -> None:
    tapes, ended = tmp_path / "tapes", timedelta(days=100)
    calls = [_call(f"call-{at:03d}", ended, at) for at in range(210)]  # more than are gone through at once
    await _enter(office, tapes, *calls)
    (tapes / "call-209" / "replays" / "1" / "call.wav").mkdir(parents=True)  # no file, not to be unlinked
    rules = Rules(keep_recordings_days=7)
    assert await remove_old(office.database, tapes, rules, NOW) == Removed(recordings=209)
    assert await remove_old(office.database, tapes, Rules(keep_calls_days=90), NOW) == Removed(calls=210)
    assert _left(tapes) == {}
