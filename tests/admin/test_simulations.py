from datetime import date
from typing import Any

import httpx
import pytest

from admin.roles import Role
from agents.crm.seed import DEMO_ORDER_NUMBER, seed
from agents.simulation.events import MOST_EVENTS
from tests.admin.office import SHIPPED, Office, published

ASKING = [{"kind": "say", "text": "where is my order"}, {"kind": "keys", "keys": DEMO_ORDER_NUMBER}]


@pytest.fixture
async def manager(office: Office) -> httpx.AsyncClient:
    await seed(office.database, date(2026, 11, 23))
    return await office.person(Role.MANAGER)


async def tried(client: httpx.AsyncClient, flow: dict[str, Any], *events: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post("/simulations", json={"flow": flow, "events": events})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_unsaved_text_is_tried_with_a_real_look_up(manager: httpx.AsyncClient) -> None:
    edited = SHIPPED.replace("Sure. What is your order number?", "Which order is it?", 1)
    assert edited != SHIPPED
    told = await tried(manager, {"yaml": edited}, *ASKING)
    said = [line["text"] for line in told["lines"] if line["who"] == "agent"]
    assert said[1].startswith("Which order is it?")
    assert any("on its way with UPS" in text for text in said)
    assert told["events"][-1]["source"] == "ran"
    assert (await manager.get("/flows/order_status")).status_code == 404, "nothing is kept"
    parted = await tried(manager, {"yaml": edited}, *told["events"], {"kind": "say", "text": "no bye"})
    assert parted["outcome"] == "completed"


async def test_a_draft_a_version_and_a_shipped_flow_are_tried_by_name(manager: httpx.AsyncClient) -> None:
    version = await published(manager)
    draft = SHIPPED.replace("How can I help you today?", "What is it?", 1)
    saved = await manager.put("/flows/order_status/draft", json={"yaml": draft}, headers={"If-Match": '"1"'})
    assert saved.status_code == 200

    async def first_line(which: str | int) -> str:
        return (await tried(manager, {"name": "order_status", "which": which}))["lines"][0]["text"]

    assert "What is it?" in await first_line("draft")
    for which in ("published", version["number"], "shipped"):
        assert "How can I help you today?" in await first_line(which)
    for flow in ({"name": "nothing"}, {"name": "order_status", "which": 999}):
        answer = await manager.post("/simulations", json={"flow": flow})
        assert answer.status_code == 404


async def test_an_unsound_flow_answers_with_what_is_wrong_step_by_step(manager: httpx.AsyncClient) -> None:
    wrong = SHIPPED.replace("start: greet\n", "start: greeet\n", 1)
    answer = await manager.post("/simulations", json={"flow": {"yaml": wrong}})
    assert answer.status_code == 422
    validated = (await manager.post("/flows/validate", json={"yaml": wrong})).json()["findings"]
    assert answer.json()["type"] == "urn:tandem:flow-has-errors"
    assert answer.json()["findings"] == validated


async def test_a_tool_that_is_not_there_is_told_of_and_its_outcome_chosen(manager: httpx.AsyncClient) -> None:
    strange = SHIPPED.replace("tool: order_status", "tool: crystal_ball", 1)
    told = await tried(manager, {"yaml": strange}, *ASKING)
    assert "crystal_ball" in told["findings"][0]["sentence"]
    (task,) = told["waiting_for"]["tasks"]
    assert task["tool"] == "crystal_ball"


async def test_requests_beyond_what_is_allowed_are_refused_in_words(manager: httpx.AsyncClient) -> None:
    flow = {"name": "order_status", "which": "shipped"}
    too_many = [{"kind": "say", "text": "hello"}] * (MOST_EVENTS + 1)
    for body in (
        {"flow": flow, "events": too_many},
        {"flow": flow, "events": [{"kind": "say", "text": "a" * 501}]},
        {"flow": flow, "events": [{"kind": "keys", "keys": "12a"}]},
        {"flow": flow, "events": [{"kind": "dance"}]},
        {"flow": {"name": "order_status", "yaml": SHIPPED}},
        {"flow": flow, "language": "fr-FR"},
    ):
        answer = await manager.post("/simulations", json=body)
        assert answer.status_code == 422, body
        assert answer.json()["detail"]
    huge = await manager.post("/simulations", json={"flow": {"yaml": "x" * 1_000_001}})
    assert huge.status_code == 413


async def test_only_managers_try_flows(office: Office) -> None:
    body = {"flow": {"name": "order_status", "which": "shipped"}}
    assert (await (await office.person(Role.AGENT)).post("/simulations", json=body)).status_code == 403
    assert (await office.stranger().post("/simulations", json=body)).status_code == 401
