import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from admin.flows.published import PublishedFlows
from admin.insights.measuring import Measuring
from admin.insights.tables import CallMeasuresRow
from admin.numbers.canary import (
    Guardrail,
    Metric,
    Observed,
    Trial,
    is_chosen,
    is_to_be_withdrawn,
    version_for,
)
from admin.numbers.canary_watch import CanaryWatch
from admin.roles import Role
from admin.times import at
from config.flow_file import load_flow
from config.tables import CallRow
from tests.admin.office import APART, SHIPPED, Office, published
from tests.tapes import FakeTape

FIRST = load_flow("order_status").version + 1
SHOP = "+15035550100"
PATIENT_S = 60.0
CANARY = {"share": 0.5, "guardrail": {"metric": "containment", "threshold": 0.8, "after_calls": 4}}


@given(st.text(max_size=40), st.integers(1, 99), st.floats(0.01, 0.99))
def test_the_same_call_always_runs_the_same_version(call: str, version: int, share: float) -> None:
    trial = Trial(version + 1, version, share)
    chosen = version_for(call, version + 1, trial)
    assert chosen == version_for(call, version + 1, trial)
    assert chosen == (version + 1 if is_chosen(call, trial) else version)


@pytest.mark.parametrize("share", [0.05, 0.1, 0.5])
def test_as_many_calls_as_wished_try_a_version_out_and_others_try_the_next(share: float) -> None:
    calls = [f"CA{number:032x}" for number in range(4_000)]
    chosen = {call for call in calls if is_chosen(call, Trial(7, 6, share))}
    assert len(chosen) == pytest.approx(share * len(calls), rel=0.15)
    again = {call for call in calls if is_chosen(call, Trial(8, 7, share))}
    assert len(chosen & again) < 0.6 * len(chosen)
    more = {call for call in calls if is_chosen(call, Trial(7, 6, share * 1.5))}
    assert chosen < more


def test_no_call_tries_out_what_was_withdrawn_or_is_no_longer_the_latest() -> None:
    calls = [f"CA{number}" for number in range(200)]
    assert {version_for(call, 7, Trial(7, 6, 0.0)) for call in calls} == {6}
    assert {version_for(call, 8, Trial(7, 6, 0.5)) for call in calls} == {8}
    assert {version_for(call, 7, None) for call in calls} == {7}


@pytest.mark.parametrize(
    ("metric", "threshold", "good", "bad"),
    [
        (Metric.CONTAINMENT, 0.7, 0.7, 0.69),
        (Metric.TOOL_FAILURES, 0.1, 0.1, 0.11),
        (Metric.RESPONSE_P95_MS, 1_500, 1_500, 1_501),
        (Metric.SATISFACTION, 3.5, 3.5, 3.4),
    ],
)
def test_a_version_is_withdrawn_when_it_does_worse_over_enough_calls(
    metric: Metric, threshold: float, good: float, bad: float
) -> None:
    guardrail = Guardrail(metric=metric, threshold=threshold, after_calls=30)
    assert is_to_be_withdrawn(guardrail, Observed(bad, 30))
    assert not is_to_be_withdrawn(guardrail, Observed(bad, 29))
    assert not is_to_be_withdrawn(guardrail, Observed(good, 30))
    assert not is_to_be_withdrawn(guardrail, Observed(None, 30))


async def two_versions(office: Office) -> httpx.AsyncClient:
    """A manager whose flow has two versions, the second tried out by the shop's calls."""
    manager = await office.person(Role.MANAGER)
    await published(manager)
    assert (await manager.put(f"/numbers/{SHOP}", json={"flow": "order_status"})).status_code == 200
    answer = await manager.post(
        "/flows/order_status/publish",
        json={"note": "try this", "canary": CANARY},
        headers={"If-Match": '"1"'},
    )
    assert answer.status_code == 201, answer.text
    return manager


async def number(client: httpx.AsyncClient) -> dict[str, Any]:
    (found,) = (await client.get("/numbers")).json()
    return found


async def versions_run(office: Office, calls: int = 24) -> set[int]:
    flows = PublishedFlows(office.database, APART, PATIENT_S)
    found = [await flows.of(SHOP, f"CA{call}") for call in range(calls)]
    return {flow.version for flow in found if flow}


async def ended(office: Office, first: int, outcomes: list[str], **given: Any) -> None:
    """Calls to the shop that ran the version tried out, measured."""
    for at_call, outcome in enumerate(outcomes, first):
        call_id = f"20261123-0900-{at_call:04d}"
        began_at = at(office.clock.now_ms) + timedelta(minutes=at_call)
        tape = FakeTape(flow=f"order_status@{FIRST + 1}")
        tape.caller("where is my order")
        tape.agent("it is on its way")
        tape.end(outcome).write(office.settings.tapes / call_id)
        row = {"carrier": "twilio", "from_number": "+15035550001", "to_number": SHOP, "flow": tape.flow}
        row |= given
        async with office.database.writing() as db:
            db.add(
                CallRow(
                    id=call_id,
                    carrier_call_id=f"CA{at_call}",
                    began_at=began_at,
                    ended_at=began_at + timedelta(minutes=1),
                    outcome=outcome,
                    tape=call_id,
                    micro_turns=tape.index,
                    **row,
                )
            )
    await Measuring(office.settings, office.database, APART, office.clock).measure_all()


async def test_a_version_published_with_a_canary_is_run_by_a_share_of_the_calls(office: Office) -> None:
    manager = await two_versions(office)
    assert await versions_run(office) == {FIRST, FIRST + 1}
    shown = await number(manager)
    assert (shown["runs"], shown["canary"]["version"], shown["canary"]["state"]) == (
        FIRST,
        FIRST + 1,
        "running",
    )
    assert (await manager.put(f"/numbers/{SHOP}", json={"flow": "order_status", "label": "Shop"})).json()[
        "canary"
    ]["share"] == 0.5
    await manager.put(f"/numbers/{SHOP}", json={"flow": "order_status", "canary": None})
    assert await versions_run(office) == {FIRST + 1}
    assert (await number(manager))["canary"] is None


async def test_a_version_that_does_worse_is_withdrawn_by_itself_once_and_audited(office: Office) -> None:
    manager = await two_versions(office)
    watch = CanaryWatch(office.database, office.clock)
    await ended(office, 0, ["completed", "completed", "transferred"])
    assert await watch.look() == []
    await ended(office, 3, ["transferred"])
    seen = (await number(manager))["canary"]
    assert (seen["value"], seen["calls"]) == (0.5, 4)
    listed = (await manager.get("/calls", params=seen["filter"])).json()["rows"]
    assert len(listed) == seen["calls"]
    withdrawn = await asyncio.gather(watch.look(), CanaryWatch(office.database, office.clock).look())
    assert sorted(map(len, withdrawn)) == [0, 1]
    assert await versions_run(office) == {FIRST}
    shown = (await number(manager))["canary"]
    assert (shown["state"], shown["value"], shown["calls"]) == ("withdrawn", 0.5, 4)
    audit = (await manager.get("/audit", params={"action": "withdraw_canary"})).json()["rows"]
    assert [(each["subject"], each["after"]["runs"]) for each in audit] == [(SHOP, FIRST)]


async def test_calls_of_other_numbers_and_from_before_say_nothing_about_a_canary(office: Office) -> None:
    manager = await two_versions(office)
    bad = ["transferred"] * 4
    await ended(office, 0, bad, to_number="+15035550177")
    await ended(office, 4, bad, flow=f"order_status@{FIRST}")
    office.clock.now_ms -= 86_400_000
    await ended(office, 8, bad)
    assert await CanaryWatch(office.database, office.clock).look() == []
    assert (await number(manager))["canary"]["calls"] == 0


METRICS = {"containment": 0.5, "tool_failures": 0.5, "response_p95_ms": 900, "satisfaction": 3}


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("tried_at", ["default", SHOP])
async def test_behind_what_is_said_of_a_canary_are_the_calls_that_were_counted(
    office: Office, tried_at: str, metric: str
) -> None:
    manager = await two_versions(office)
    other = "+15035550155"
    await manager.put("/numbers/default", json={"flow": "order_status"})
    guardrail = {"metric": metric, "threshold": METRICS[metric], "after_calls": 100}
    canary = {"flow": "order_status", "canary": {"share": 0.5, "guardrail": guardrail}}
    assert (await manager.put(f"/numbers/{tried_at}", json=canary)).status_code == 200
    await ended(office, 0, ["completed", "transferred"])
    await ended(office, 10, ["completed"] * 3, to_number=other)
    await ended(office, 20, ["completed"], to_number=other, carrier="browser")
    await ended(office, 30, ["completed"], to_number=other, from_number=SHOP)
    async with office.database.writing() as db:
        rated = CallMeasuresRow.call_id.in_(("20261123-0900-0000", "20261123-0900-0010"))
        await db.execute(update(CallMeasuresRow).where(rated).values(satisfaction=4, tool_calls=1))
    shown = {each["number"]: each["canary"] for each in (await manager.get("/numbers")).json()}[tried_at]
    counted = {"containment": 4, "response_p95_ms": 4} if tried_at == "default" else {}
    of_shop = {"containment": 2, "response_p95_ms": 2}
    assert shown["calls"] == (counted or of_shop).get(metric, 1)
    listed = (await manager.get("/calls", params=shown["filter"])).json()["rows"]
    assert len(listed) == shown["calls"]
    assert {each["to_number"] for each in listed} == {other if tried_at == "default" else SHOP}


async def test_what_is_published_after_a_withdrawn_version_is_run_instead_of_what_it_was_tried_against(
    office: Office,
) -> None:
    manager = await two_versions(office)
    await ended(office, 0, ["transferred"] * 4)
    await CanaryWatch(office.database, office.clock).look()
    again = {"note": "better", "canary": CANARY}
    await manager.post("/flows/order_status/publish", json=again, headers={"If-Match": '"1"'})
    shown = (await number(manager))["canary"]
    assert (shown["version"], shown["instead_of"]) == (FIRST + 2, FIRST)
    await manager.post("/flows/order_status/publish", json={"note": "good"}, headers={"If-Match": '"1"'})
    assert await versions_run(office) == {FIRST + 3}
    assert (await number(manager))["canary"] is None


async def test_there_is_nothing_to_try_without_a_version_before_or_a_number(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    await published(manager)
    unrun = {"note": "x", "canary": CANARY}
    answer = await manager.post("/flows/order_status/publish", json=unrun, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:tandem:no-number")
    assert (await manager.get("/flows/order_status")).json()["published"] == FIRST
    wanted = {"flow": "order_status", "canary": CANARY}
    answer = await manager.put(f"/numbers/{SHOP}", json=wanted)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:tandem:no-version-before")
    other = SHIPPED.replace("name: order_status", "name: other", 1)
    await published(manager, other)
    wrong = {"flow": "other", "canary": CANARY | {"guardrail": {"metric": "containment", "threshold": 70}}}
    answer = await manager.put(f"/numbers/{SHOP}", json=wrong)
    assert answer.status_code == 422
    assert "from 0 to 1" in answer.json()["detail"]
