import functools
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings, strategies

from admin.app import openapi, sockets
from admin.limits import MOST_BYTES, MOST_BYTES_ELSEWHERE
from admin.problems import ProblemBody
from admin.roles import LEAST_ROLE, Role
from config.settings import load
from tests.admin.office import Office

SCRIPT = "<script>alert(1)</script>"
ODD = ["\0", "\ud800", "a\nb", SCRIPT, "%s%n{}", "' OR 1=1 --", "ü" * 5_000, "", " ", "-1", "1e400", "null"]


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/flows/validate", MOST_BYTES),
        ("/flows/import", MOST_BYTES),
        ("/flows/x/publish", MOST_BYTES_ELSEWHERE),
        ("/session", MOST_BYTES_ELSEWHERE),
    ],
)
async def test_a_body_that_is_too_large_is_refused_with_its_limit(
    office: Office, path: str, most: int
) -> None:
    manager = await office.person(Role.MANAGER)

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b'"' + b"x" * (most // 10)

    for content in (b" " * (most + 1), pieces()):
        answer = await manager.post(path, content=content, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["type"]) == (413, "urn:tandem:too-large")
        assert f"{most:,}" in answer.json()["detail"]


async def test_where_the_application_is_mounted_flows_may_be_large_and_nothing_else(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    server = FastAPI()
    server.mount("/api", office.app)
    manager._transport = httpx.ASGITransport(server)
    text = {"yaml": "# " + "x" * MOST_BYTES_ELSEWHERE}
    assert (await manager.post("/api/flows/validate", json=text)).status_code == 200
    assert (await manager.post("/api/session", json=text)).status_code == 413


async def test_what_the_record_refuses_was_done_by_somebody_else(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    async with office.database.connection() as connection:
        await connection.exec_driver_sql("CREATE UNIQUE INDEX one_title ON flow (title)")
    answers = [await manager.post("/flows", json={"yaml": f"name: {name}\ntitle: T"}) for name in ("a", "b")]
    assert [answer.status_code for answer in answers] == [201, 409]
    assert answers[1].json()["type"] == "urn:tandem:at-once"


async def test_of_many_wrong_fields_the_first_are_told(office: Office) -> None:
    body = {str(at): 1 for at in range(600)}
    answer = await office.stranger().post("/session", json=body)
    assert answer.status_code == 422
    assert len(answer.json()["fields"]) == 20


async def test_scripts_are_kept_as_the_text_they_are(office: Office) -> None:
    owner = await office.person(Role.OWNER)
    yaml = f"name: x\ntitle: {SCRIPT}\nsteps: {{}}\n"
    await owner.post("/flows", json={"yaml": yaml})
    answer = await owner.get("/flows")
    assert answer.json()["rows"][0]["title"] == SCRIPT
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("PATCH", "/flows", 405),
        ("GET", "/flows/No%20Name", 422),
        ("POST", "/flows", 422),
    ],
)
async def test_whatever_goes_wrong_has_one_shape(office: Office, method: str, path: str, status: int) -> None:
    manager = await office.person(Role.MANAGER)
    answer = await manager.request(method, path, content=b"{" if method == "POST" else None)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    body = ProblemBody.model_validate(answer.json())
    assert body.status == status
    assert body.detail.endswith(".")


async def test_a_fault_of_ours_is_logged_and_tells_nothing_of_it(office: Office, caplog) -> None:
    manager = await office.person(Role.MANAGER)
    async with office.database.connection() as connection:
        await connection.exec_driver_sql("DROP TABLE number_canary")
        await connection.exec_driver_sql("DROP TABLE number")
    answer = await manager.get("/numbers")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "number" not in answer.json()["detail"]
    assert answer.json()["fault"] in [record.fault for record in caplog.records if hasattr(record, "fault")]


@functools.cache
def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Every operation of the contract: method, path, description."""
    document = openapi(Office(load({"DATABASE_URL": "sqlite+aiosqlite:///:memory:"})).app)
    return [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_contract_names_every_route_and_the_shape_of_problems() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert sorted(names) == sorted(set(LEAST_ROLE) - {socket.name for socket in sockets()})
    for _, _, operation in operations():
        assert "application/problem+json" in operation["responses"]["default"]["content"]


JSON = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers() | strategies.sampled_from(ODD),
    lambda each: (
        strategies.lists(each, max_size=2)
        | strategies.dictionaries(strategies.sampled_from(ODD), each, max_size=2)
    ),
    max_leaves=4,
)
FIELDS = [
    "name",
    "yaml",
    "shipped",
    "note",
    "to",
    "flow",
    "label",
    "email",
    "password",
    "token",
    "role",
    "active",
    "new",
    "current",
]
BODIES = strategies.dictionaries(strategies.sampled_from(FIELDS), JSON, max_size=4) | JSON


MOST_PARAMETERS = 6
"""In one address, which no client makes as long as all of them could be."""
LONGEST_QUERY = 60_000
"""Of two long values together httpx makes no address."""
TAGS = ['"1"', "x", '"-1"', '"99999999999"']
NAMES = ["order_status", "1", "+15035550123", "%00", "%F0%9F", "a" * 300]
VALUES = [*(odd for odd in ODD if odd != "\ud800"), "2026-11-23T00:00:00Z", "9" * 30]


@given(data=strategies.data())
@settings(max_examples=6, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))
async def test_no_request_whatever_it_holds_is_a_fault_of_ours(
    office: Office, data: strategies.DataObject
) -> None:
    owner = await office.hire(Role.OWNER)
    for method, path, operation in operations():
        query: dict[str, str] = {}
        for parameter in operation.get("parameters", []):
            if parameter["in"] not in ("path", "query"):
                continue
            if parameter["in"] == "path":
                name = data.draw(strategies.sampled_from(NAMES))
                path = path.replace("{" + parameter["name"] + "}", name)
            elif len(query) < MOST_PARAMETERS and data.draw(strategies.booleans()):
                longer = {**query, parameter["name"]: data.draw(strategies.sampled_from(VALUES))}
                query = longer if len(urlencode(longer)) < LONGEST_QUERY else query
        body = json.dumps(data.draw(BODIES)).encode() if method != "GET" else None
        headers = {"Content-Type": "application/json", "If-Match": data.draw(strategies.sampled_from(TAGS))}
        client = await office.logged_in(owner)
        answer = await client.request(method, path, params=query, content=body, headers=headers)
        away = answer.status_code == 503  # neither Redis nor a telephone is there
        assert answer.status_code < 500 or away, (operation["operationId"], query, body, answer.text)
        if not (answer.is_success or answer.is_redirect):
            assert answer.headers["content-type"] == "application/problem+json"
            ProblemBody.model_validate(answer.json())
