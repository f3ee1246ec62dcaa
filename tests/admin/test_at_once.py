"""Two people who change the same thing at once, each on what they read: one wins, the other is told."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from admin.accounts.tables import PersonRow, SessionRow
from admin.roles import Role
from tests.admin.office import PASSWORD, SHIPPED, Office, published
from tests.admin.test_tools import PARCEL

RULES: dict[str, Any] = {
    "recording": True,
    "notice": {},
    "keep_recordings_days": None,
    "keep_tapes_days": None,
    "keep_calls_days": None,
    "keep_audit_days": None,
}
MCP = "servers:\n  parcels:\n    url: https://parcels.example/mcp\n"
ROUNDS, WRITERS = 4, 3


@pytest.mark.parametrize(
    ("read", "write", "body"),
    [
        ("/settings", "/settings/rules", lambda at: {**RULES, "keep_calls_days": 100 + at}),
        ("/flows/order_status/draft", "/flows/order_status/draft", lambda at: {"yaml": f"{SHIPPED}# {at}\n"}),
        ("/http-tools/parcel_status", "/http-tools/parcel_status", lambda at: {"yaml": f"{PARCEL}# {at}\n"}),
        ("/mcp-servers", "/mcp-servers", lambda at: {"yaml": f"{MCP}# {at}\n"}),
    ],
    ids=("rules", "draft", "http-tool", "mcp-servers"),
)
async def test_of_some_who_save_on_the_same_state_one_wins_and_the_others_are_told(
    office: Office, read: str, write: str, body: Callable[[int], dict[str, Any]]
) -> None:
    owners = [await office.person(Role.OWNER, f"Owner{at}") for at in range(WRITERS)]
    await published(owners[0])
    for turn in range(ROUNDS):
        etag = (await owners[0].get(read)).headers.get("etag", '"0"')

        async def save(owner: httpx.AsyncClient, at: int, built_on: str = etag) -> int:
            answer = await owner.put(write, json=body(at), headers={"If-Match": built_on})
            return answer.status_code

        told = await asyncio.gather(*(save(owner, 10 * turn + at) for at, owner in enumerate(owners)))
        assert sorted(told) == [200, *([412] * (WRITERS - 1))]
        assert (await owners[0].get(read)).headers["etag"] != etag


async def test_of_credentials_stored_at_once_none_is_lost(office: Office) -> None:
    owners = [await office.person(Role.OWNER, f"Owner{at}") for at in range(WRITERS)]
    names = [f"KEY_{at}" for at in range(WRITERS)]
    told = await asyncio.gather(
        *(
            owner.put(f"/credentials/{name}", json={"value": "v"})
            for owner, name in zip(owners, names, strict=True)
        )
    )
    assert [each.status_code for each in told] == [200] * WRITERS
    assert [each["name"] for each in (await owners[0].get("/credentials")).json()] == names


async def test_a_password_that_is_changed_while_it_is_looked_at_logs_nobody_in(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    person_id = await office.hire(Role.AGENT)
    looked_at, anew = office.passwords.fits, await office.passwords.hash("other words entirely")
    async with office.database.reading() as db:
        email = (await db.get_one(PersonRow, person_id)).email

    async def fits(password: str, password_hash: str | None) -> bool:
        good = await looked_at(password, password_hash)
        async with office.database.writing() as db:
            await db.execute(update(PersonRow).values(password_hash=anew))
        return good

    monkeypatch.setattr(office.passwords, "fits", fits)
    answer = await office.stranger().post("/session", json={"email": email, "password": PASSWORD})
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:tandem:wrong-credentials")
    async with office.database.reading() as db:
        assert (await db.get_one(PersonRow, person_id)).password_hash == anew
        assert await db.scalar(select(SessionRow.person_id)) is None
