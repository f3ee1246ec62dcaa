from dataclasses import replace

from admin.app import routes
from admin.audit.trail import MASK, masked
from admin.roles import LEAST_ROLE, Role
from config.line_check import Found
from tests.admin.office import PASSWORD, SHIPPED, Office, published
from tests.admin.test_tools import PARCEL

NO_CHANGE = {
    "validate_flow",
    "simulate_flow",
    "replay_call",
    "cancel_replay",
    "check_number",
    "book_phone_call",
    "draft_translations",
}
"""Routes that are no GET and change nothing."""
ON_LIVE_CALLS = {"whisper_to_call", "hand_back_call", "end_call"}
"""They need a call; `tests/tandem/test_live.py` looks at their entries."""


class Mended:
    """A carrier that does as it is told."""

    async def check(self, number: str) -> tuple[Found, ...]:
        return ()

    async def mend(self, number: str) -> Found:
        return Found("webhook", True, "set")


def test_secrets_are_masked_at_any_depth() -> None:
    value = {"name": "x", "api_key": "k", "deep": [{"refresh_token": {"of": "y"}, "none": None}]}
    assert masked(value) == {"name": "x", "api_key": MASK, "deep": [{"refresh_token": MASK, "none": None}]}


async def test_every_change_leaves_an_entry_with_before_and_after(office: Office) -> None:
    office.app.state.parts = replace(office.app.state.parts, line=Mended())
    owner = await office.person(Role.OWNER)
    agent = await office.hire(Role.AGENT)
    await owner.post("/flows", json={"shipped": "order_status", "name": "gone"})
    await owner.delete("/flows/gone")
    await published(owner)
    await owner.post(
        "/flows/import", content=SHIPPED.replace("name: order_status", "name: orders", 1).encode()
    )
    changed = SHIPPED.replace("patience: 0.5", "patience: 0.75", 1)
    await owner.put("/flows/order_status/draft", json={"yaml": changed}, headers={"If-Match": '"1"'})
    await owner.put("/flows/order_status/draft/yaml", content=SHIPPED.encode(), headers={"If-Match": '"2"'})
    version = (await owner.get("/flows/order_status")).json()["published"]
    await owner.post("/flows/order_status/roll-back", json={"to": version, "note": "x"})
    await owner.put("/numbers/default", json={"flow": "order_status"})
    await owner.delete("/numbers/default")
    await owner.patch(f"/people/{agent}", json={"role": "manager"})
    invited = await owner.post("/people/invitations", json={"email": "b@c.de", "name": "B", "role": "agent"})
    token = invited.json()["url"].partition("#")[2]
    await office.stranger().post("/links", json={"token": token, "password": "seven purple umbrellas"})
    await owner.post(f"/people/{agent}/password-link")
    await office.stranger().post("/session", json={"email": "b@c.de", "password": "seven purple umbrellas"})
    await owner.put("/numbers/+15035550100", json={"flow": "order_status"})
    await owner.post("/numbers/+15035550100/webhook")
    new = {"If-Match": '"0"'}
    described = await owner.put("/http-tools/parcel_status", json={"yaml": PARCEL}, headers=new)
    read = {"If-Match": described.headers["etag"]}
    await owner.delete("/http-tools/parcel_status", headers=read)
    await owner.put("/mcp-servers", json={"yaml": "servers: {}"}, headers=new)
    await owner.put("/credentials/PARCELS", json={"value": "purple"})
    await owner.delete("/credentials/PARCELS")
    call = {"arguments": {"reason": "a lamp", "phone_number": "+15035550142"}, "agreed": True}
    await owner.post("/tools/request_callback/try", json=call)
    rules = await owner.get("/settings")
    wanted = {**rules.json()["rules"], "recording": False}
    await owner.put("/settings/rules", json=wanted, headers={"If-Match": rules.headers["etag"]})
    await owner.put("/me/password", json={"current": PASSWORD, "new": "seven purple umbrellas"})
    reader = await office.person(Role.MANAGER, "Reader")
    await owner.delete("/session")
    await (await office.logged_in(agent)).delete("/sessions")

    entries = (await reader.get("/audit?limit=200")).json()["rows"]
    changing = {route.name for route in routes() if route.methods != {"GET"}}
    assert {each["action"] for each in entries} == changing - NO_CHANGE - ON_LIVE_CALLS - {"set_up_owner"}
    assert changing <= set(LEAST_ROLE)
    by_action = {each["action"]: each for each in entries}
    saved = by_action["save_draft"]
    assert saved["before"]["fields"] == {"dials.patience": "0.5"}
    assert saved["after"]["fields"] == {"dials.patience": "0.75"}
    assert by_action["change_person"]["before"]["role"] == "agent"
    assert by_action["change_person"]["after"]["role"] == "manager"
    assert by_action["change_own_password"]["after"] == {"password": MASK}
    assert by_action["delete_flow"]["after"] is None
    assert all(each["address"] == "10.0.0.1" for each in entries)
    assert "purple" not in (await reader.get("/audit?limit=200")).text


async def test_entries_are_found_by_who_what_and_when_and_read_by_pages(office: Office) -> None:
    ada, bo = await office.person(Role.MANAGER, "Ada"), await office.person(Role.MANAGER, "Bo")
    await published(ada)
    for at, who in enumerate((ada, bo, ada, bo)):
        office.clock.now_ms += 1_000
        await who.put(f"/numbers/+1503555010{at}", json={"flow": "order_status"})
    bos = (await bo.get("/session")).json()["person_id"]
    found = (await ada.get("/audit", params={"person": bos})).json()["rows"]
    assert [each["subject"] for each in found] == ["+15035550103", "+15035550101"]
    found = (await ada.get("/audit", params={"kind": "number", "subject": "+15035550102"})).json()["rows"]
    assert [each["action"] for each in found] == ["set_number"]
    middle = (await ada.get("/audit", params={"subject": "+15035550102"})).json()["rows"][0]["at"]
    found = (await ada.get("/audit", params={"since": middle, "action": "set_number"})).json()["rows"]
    assert len(found) == 2
    found = (await ada.get("/audit", params={"until": middle, "action": "set_number"})).json()["rows"]
    assert len(found) == 2
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await ada.get("/audit", params={"limit": 2, **({"cursor": cursor} if cursor else {})})).json()
        seen += [each["id"] for each in page["rows"]]
        cursor = page["next"]
    everything = (await ada.get("/audit?limit=200")).json()["rows"]
    assert seen == [each["id"] for each in everything]
    assert seen == sorted(seen, reverse=True)
