import stat
from pathlib import Path

import pytest

from admin.roles import Role
from agents.crm.seed import seed_demo
from tests.admin.office import Office

PARCEL = """\
# the carrier's own interface
name: parcel_status
description: Look up where a parcel is.
reads: true
url: https://api.parcels.example/v1/parcels/{number}
headers: {Authorization: "Bearer {credential:PARCELS}"}
arguments:
  number: {description: as printed on the label}
"""


def mode_of(path: Path) -> int | None:
    return stat.S_IMODE(path.stat().st_mode) if path.exists() else None


NEW = {"If-Match": '"0"'}


async def test_every_tool_is_listed_with_what_it_takes(office: Office) -> None:
    viewer = await office.person(Role.VIEWER)
    body = (await viewer.get("/tools")).json()
    tools = {each["name"]: each for each in body["tools"]}
    assert tools["order_status"]["reads"]
    assert "order_number" in tools["order_status"]["arguments"]["properties"]
    assert tools["cancel_order"]["consent"]
    assert body["problems"] == []


async def test_a_described_tool_is_kept_byte_for_byte_listed_and_removed(office: Office) -> None:
    owner = await office.person(Role.OWNER)
    saved = await owner.put("/http-tools/parcel_status", json={"yaml": PARCEL}, headers=NEW)
    assert saved.status_code == 200, saved.text
    read = await owner.get("/http-tools/parcel_status")
    assert (read.json()["yaml"], read.headers["etag"]) == (PARCEL, saved.headers["etag"])
    kinds = {each["name"]: each["kind"] for each in (await owner.get("/tools")).json()["tools"]}
    assert kinds["parcel_status"] == "http"
    gone = await owner.delete("/http-tools/parcel_status", headers={"If-Match": saved.headers["etag"]})
    assert gone.status_code == 204
    assert (await owner.get("/http-tools/parcel_status")).status_code == 404


async def test_of_two_who_save_the_same_tool_the_second_gets_what_the_first_wrote(office: Office) -> None:
    ada, ben = await office.person(Role.OWNER), await office.person(Role.OWNER, "Ben")
    first = await ada.put("/http-tools/parcel_status", json={"yaml": PARCEL}, headers=NEW)
    assert first.status_code == 200
    second = await ben.put("/http-tools/parcel_status", json={"yaml": PARCEL}, headers=NEW)
    assert (second.status_code, second.json()["current"]) == (412, PARCEL)
    assert second.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize(
    ("name", "yaml", "status", "said"),
    [
        ("parcel_status", "name: [", 422, "parcel_status.yaml, line"),
        ("parcel_status", PARCEL.replace("reads: true", "reeds: true"), 422, "reeds"),
        ("parcel_status", PARCEL.replace("https://api.parcels.example", "ftp://there"), 422, "http"),
        ("parcels", PARCEL, 422, "name: parcels"),
        ("order_status", PARCEL.replace("parcel_status", "order_status"), 409, "there already"),
    ],
)
async def test_a_description_no_tool_can_be_made_of_changes_nothing(
    office: Office, name: str, yaml: str, status: int, said: str
) -> None:
    owner = await office.person(Role.OWNER)
    answer = await owner.put(f"/http-tools/{name}", json={"yaml": yaml}, headers=NEW)
    assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.text
    assert not (office.settings.home / "tools" / f"{name}.yaml").exists()


async def test_credentials_are_told_by_name_and_never_by_value(office: Office, monkeypatch) -> None:
    monkeypatch.setenv("TANDEM_CREDENTIAL_GIVEN", "by-the-environment")
    owner = await office.person(Role.OWNER)
    kept = await owner.put("/credentials/PARCELS", json={"value": "s3cr3t: #value"})
    assert kept.status_code == 200
    listed = await owner.get("/credentials")
    assert listed.json() == [
        {"name": "GIVEN", "from_environment": True},
        {"name": "PARCELS", "from_environment": False},
    ]
    assert mode_of(office.settings.home / "credentials.yaml") == 0o600
    audit = (await owner.get("/audit")).text
    assert "s3cr3t" not in kept.text + listed.text + audit
    assert (await owner.put("/credentials/GIVEN", json={"value": "mine"})).status_code == 409
    assert (await owner.delete("/credentials/PARCELS")).status_code == 204
    assert mode_of(office.settings.home / "credentials.yaml") is None


async def test_no_browser_starts_a_program_on_the_machine(office: Office) -> None:
    owner = await office.person(Role.OWNER)
    program = "servers:\n  stock:\n    command: stock-server\n"
    answer = await owner.put("/mcp-servers", json={"yaml": program}, headers=NEW)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:tandem:command-server")
    (office.settings.home / "mcp.yaml").write_text(program)
    read = await owner.get("/mcp-servers")
    more = program + "  parcels:\n    url: https://parcels.example/mcp\n"
    answer = await owner.put("/mcp-servers", json={"yaml": more}, headers={"If-Match": read.headers["etag"]})
    assert answer.status_code == 200, answer.text
    assert (office.settings.home / "mcp.yaml").read_text() == more


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"servers: [", "mcp.yaml, line 1"),
        (b"servers:\n  \xff\xfe: {}\n", "mcp.yaml"),
        (b"- 7\n", "mcp.yaml"),
    ],
)
async def test_a_broken_list_of_servers_says_why_and_is_replaced(
    office: Office, content: bytes, said: str
) -> None:
    owner = await office.person(Role.OWNER)
    (office.settings.home / "mcp.yaml").write_bytes(content)
    read = await owner.get("/mcp-servers")
    assert (read.status_code, said in read.json()["problem"]) == (200, True)
    assert any("mcp.yaml" in each for each in (await owner.get("/tools")).json()["problems"])
    built_on = {"If-Match": read.headers["etag"]}
    program = {"yaml": "servers:\n  stock:\n    command: stock-server\n"}
    assert (await owner.put("/mcp-servers", json=program, headers=built_on)).status_code == 403
    again = await owner.put("/mcp-servers", json={"yaml": "servers: ["}, headers=built_on)
    assert (again.status_code, again.json()["type"]) == (422, "urn:tandem:wrong-description")
    good = {"yaml": "servers:\n  parcels:\n    url: https://parcels.example/mcp\n"}
    saved = await owner.put("/mcp-servers", json=good, headers=built_on)
    assert saved.json() == {**good, "problem": None}
    assert (office.settings.home / "mcp.yaml").read_text() == good["yaml"]


@pytest.mark.parametrize("content", [b"name: [", b"\xff\xfe\x00", b"name: other\n"])
async def test_a_broken_tool_is_listed_with_the_reason_and_is_replaced_or_removed(
    office: Office, content: bytes
) -> None:
    owner = await office.person(Role.OWNER)
    (office.settings.home / "tools").mkdir()
    for name in ("parcel_status", "other_one"):
        (office.settings.home / "tools" / f"{name}.yaml").write_bytes(content)
    broken = (await owner.get("/tools")).json()["broken"]
    assert [each["name"] for each in broken] == ["other_one", "parcel_status"]
    assert all(each["problem"].startswith(f"tools/{each['name']}.yaml") for each in broken)
    read = await owner.get("/http-tools/parcel_status")
    headers = {"If-Match": read.headers["etag"]}
    saved = await owner.put("/http-tools/parcel_status", json={"yaml": PARCEL}, headers=headers)
    assert saved.status_code == 200, saved.text
    assert (await owner.delete("/http-tools/other_one", headers=headers)).status_code == 204
    listed = (await owner.get("/tools")).json()
    assert (listed["broken"], listed["problems"]) == ([], [])


async def test_a_tool_is_tried_in_earnest_and_a_change_only_when_agreed(office: Office) -> None:
    await seed_demo(office.settings)
    manager = await office.person(Role.MANAGER)
    found = (
        await manager.post("/tools/order_status/try", json={"arguments": {"order_number": "104233"}})
    ).json()
    assert found["error"] is None
    assert found["result"]["order_number"] == "104233"
    wrong = await manager.post("/tools/order_status/try", json={"arguments": {"order": "1"}})
    assert (wrong.status_code, wrong.json()["type"]) == (422, "urn:tandem:wrong-arguments")
    missing = (
        await manager.post("/tools/order_status/try", json={"arguments": {"order_number": "999999"}})
    ).json()
    assert (missing["error"], missing["result"]) == ("not_found", None)
    call = {"arguments": {"phone": "+15035550123"}}
    assert (await manager.post("/tools/request_callback/try", json=call)).status_code in (409, 422)
    assert (await manager.get("/audit?kind=tool")).json()["rows"] == []
