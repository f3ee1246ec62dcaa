"""Flows of pipecat's over the API: taken over as a draft, and given out again."""

import json

import pytest
import yaml

from admin.roles import Role
from tests.admin.office import Office

PIPECAT = {
    "initial_node": "greet",
    "nodes": {
        "greet": {
            "task_messages": [{"role": "developer", "content": "Ask: Pizza or nothing?"}],
            "functions": [
                {
                    "name": "order_pizza",
                    "transition_only": True,
                    "description": "The caller wants pizza.",
                    "transition_to": "bye",
                }
            ],
        },
        "bye": {"task_messages": [{"role": "developer", "content": "Say: Goodbye."}]},
    },
}


@pytest.mark.parametrize("written", [json.dumps(PIPECAT), yaml.safe_dump(PIPECAT)])
async def test_a_flow_of_pipecats_becomes_a_draft_with_what_has_to_be_read_through(
    office: Office, written: str
) -> None:
    manager = await office.person(Role.MANAGER)
    made = await manager.post("/flows/import?name=pizza", content=written.encode())
    assert made.status_code == 201, made.text
    created = made.json()
    assert (created["name"], created["findings"]) == ("pizza", [])
    assert (
        "meaning 'order_pizza': its phrases are guessed; write how callers say it" in created["read_through"]
    )
    draft = (await manager.get("/flows/pizza/draft")).json()
    assert "Pizza or nothing?" in draft["yaml"]


async def test_a_flow_nobody_named_is_called_so_and_the_second_needs_a_name(
    office: Office,
) -> None:
    manager = await office.person(Role.MANAGER)
    first = await manager.post("/flows/import", content=json.dumps(PIPECAT).encode())
    assert first.json()["name"] == "from_pipecat"
    second = await manager.post("/flows/import", content=json.dumps(PIPECAT).encode())
    assert (second.status_code, second.json()["type"]) == (409, "urn:tandem:name-taken")


async def test_what_only_looks_like_pipecats_is_refused_with_every_problem(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    broken = {**PIPECAT, "initial_node": "start", "colour": "blue"}
    answer = await manager.post("/flows/import", content=json.dumps(broken).encode())
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:tandem:no-flow")
    assert answer.json()["problems"] == ["'colour' is not known in pipecat's FlowConfig; remove it"]


async def test_a_draft_is_given_out_for_pipecat_once_it_is_sound(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    await manager.post("/flows", json={"shipped": "refund"})
    written = (await manager.get("/flows/refund/draft/pipecat")).json()
    assert written["config"]["initial_node"] == "greet"
    assert "languages: only en-US is written" in written["lost"]
    await manager.post("/flows", json={"yaml": "schema: 1\nname: broken\n"})
    refused = await manager.get("/flows/broken/draft/pipecat")
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:tandem:flow-has-errors")
    assert refused.json()["problems"]
