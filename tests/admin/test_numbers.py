import asyncio
import time

from admin.apart import Apart
from admin.flows.published import PublishedFlows
from admin.roles import Role
from config.flow_file import load_flow
from tests.admin.office import APART, SHIPPED, Office, published

FIRST = load_flow("order_status").version + 1
PATIENT_S = 60.0
"""Tests may run on a busy machine."""
OTHER = SHIPPED.replace("name: order_status", "name: other", 1)


async def test_a_number_runs_its_flow_and_the_others_the_default(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    flows = PublishedFlows(office.database, APART, PATIENT_S)
    assert await flows.of("+15035550100", "CA1") is None
    await published(manager)
    await published(manager, OTHER)
    await manager.put("/numbers/default", json={"flow": "order_status"})
    await manager.put("/numbers/+15035550100", json={"flow": "other", "label": "Shop"})
    found = [await flows.of(number, "CA1") for number in ("+15035550100", "+15035550101", "")]
    assert [flow.key for flow in found if flow] == ["other@1"] + [f"order_status@{FIRST}"] * 2
    listed = (await manager.get("/numbers")).json()
    assert [(each["number"], each["flow"], each["label"]) for each in listed] == [
        ("+15035550100", "other", "Shop"),
        ("default", "order_status", ""),
    ]
    assert (await manager.delete("/numbers/+15035550100")).status_code == 204
    assert (await manager.delete("/numbers/+15035550100")).status_code == 404
    again = await flows.of("+15035550100", "CA1")
    assert again is not None
    assert again.name == "order_status"


async def test_a_new_call_runs_the_latest_version_and_a_call_under_way_keeps_its_own(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    await published(manager)
    await manager.put("/numbers/default", json={"flow": "order_status"})
    flows = PublishedFlows(office.database, APART, PATIENT_S)
    under_way = await flows.of("+15035550100", "CA1")
    changed = SHIPPED.replace("patience: 0.5", "patience: 0.75", 1)
    await manager.put("/flows/order_status/draft", json={"yaml": changed}, headers={"If-Match": '"1"'})
    drafted = await flows.of("+15035550100", "CA1")
    await manager.post("/flows/order_status/publish", json={"note": "x"}, headers={"If-Match": '"2"'})
    new = await flows.of("+15035550100", "CA1")
    assert under_way is drafted
    assert under_way is not None
    assert new is not None
    assert (under_way.dials.patience, new.dials.patience) == (0.5, 0.75)
    assert (under_way.key, new.key) == (f"order_status@{FIRST}", f"order_status@{FIRST + 1}")


async def test_what_is_published_is_read_before_anybody_calls(office: Office, monkeypatch) -> None:
    manager = await office.person(Role.MANAGER)
    await published(manager)
    await manager.put("/numbers/default", json={"flow": "order_status"})
    apart = Apart()
    flows = PublishedFlows(office.database, apart, PATIENT_S)
    await flows.read_ahead()
    monkeypatch.setattr(apart, "run", None)  # from here on nothing can be read
    found = await flows.of("+15035550100", "CA1")
    apart.close()
    assert found is not None
    assert found.key == f"order_status@{FIRST}"


async def test_a_version_this_tandem_cannot_read_leaves_calls_to_the_default_flow(
    office: Office, caplog
) -> None:
    manager = await office.person(Role.MANAGER)
    await published(manager)
    await manager.put("/numbers/default", json={"flow": "order_status"})
    async with office.database.connection() as connection:
        await connection.exec_driver_sql("UPDATE flow_version SET yaml = 'schema: 9'")
    assert await PublishedFlows(office.database, APART, PATIENT_S).of("+15035550100", "CA1") is None
    assert "runs the default one" in caplog.text


async def test_a_version_that_cannot_be_read_leaves_calls_to_the_one_before_and_others_to_theirs(
    office: Office, caplog
) -> None:
    manager = await office.person(Role.MANAGER)
    await published(manager)
    await published(manager, OTHER)
    await manager.put("/numbers/default", json={"flow": "order_status"})
    await manager.put("/numbers/+15035550100", json={"flow": "other"})
    flows = PublishedFlows(office.database, APART, PATIENT_S)
    await flows.read_ahead()
    for name in ("order_status", "other"):
        version = (await manager.get(f"/flows/{name}")).json()["published"]
        await manager.post(f"/flows/{name}/roll-back", json={"to": version, "note": "again"})
    async with office.database.connection() as connection:
        await connection.exec_driver_sql(
            "UPDATE flow_version SET yaml = 'schema: 9' WHERE equal_to > 1"  # of order_status, not of other
        )
    for _ in range(3):
        await flows.read_ahead()
    found = [await flows.of(number, "CA1") for number in ("+15035550100", "+15035550101")]
    assert [flow.key for flow in found if flow] == ["other@2", f"order_status@{FIRST}"]
    assert caplog.text.count("read ahead") == 1


async def test_without_a_record_calls_run_what_was_read_last(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    await published(manager)
    await manager.put("/numbers/default", json={"flow": "order_status"})
    flows = PublishedFlows(office.database, APART, PATIENT_S)
    await flows.read_ahead()
    async with office.database.connection() as connection:
        await connection.exec_driver_sql("DROP TABLE number_canary")
        await connection.exec_driver_sql("DROP TABLE number")
    found = await flows.of("+15035550100", "CA1")
    assert found is not None
    assert found.key == f"order_status@{FIRST}"


async def test_a_call_does_not_wait_for_a_flow_that_takes_long(office: Office, caplog) -> None:
    manager = await office.person(Role.MANAGER)
    await published(manager)
    await manager.put("/numbers/default", json={"flow": "order_status"})
    apart = Apart()
    busy = asyncio.create_task(apart.run(time.sleep, 3.0))
    flows = PublishedFlows(office.database, apart, longest_s=0.1)
    assert await flows.of("+15035550100", "CA1") is None
    assert "too long" in caplog.text
    apart.close()
    busy.cancel()


async def test_a_flow_that_was_never_published_answers_no_number(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    await manager.post("/flows", json={"yaml": SHIPPED})
    answer = await manager.put("/numbers/default", json={"flow": "order_status"})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:tandem:not-published")
    assert (await manager.put("/numbers/default", json={"flow": "nothing"})).status_code == 404
    assert (await manager.put("/numbers/12", json={"flow": "order_status"})).status_code == 422


async def test_without_a_record_calls_run_the_default_flow(office: Office, caplog) -> None:
    flows = PublishedFlows(office.database, APART, PATIENT_S)
    async with office.database.connection() as connection:
        await connection.exec_driver_sql("DROP TABLE number_canary")
        await connection.exec_driver_sql("DROP TABLE number")
    assert await flows.of("+15035550100", "CA1") is None
    await flows.read_ahead()
    assert "runs the default one" in caplog.text
