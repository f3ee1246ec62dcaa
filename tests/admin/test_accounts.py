import asyncio

import httpx
import pytest
from fastapi.requests import HTTPConnection

from admin.access import still_may
from admin.accounts import links, passwords
from admin.accounts.log_in_limit import MOST_FROM_ADDRESS, MOST_HERE, MOST_ON_ACCOUNT, WINDOW_MS
from admin.accounts.passwords import too_easy
from admin.accounts.sessions import CSRF_HEADER, IDLE_MS, LONGEST_MS, cookie_name
from admin.accounts.tables import LinkRow
from admin.roles import Role
from tests.admin.office import PASSWORD, Office, settings_at

NEW_PASSWORD = "seven purple umbrellas"
OWNER = {"email": "Ada@Example.com", "name": "Ada", "password": PASSWORD}


async def first_link(office: Office) -> str:
    async with office.database.writing() as db:
        return await links.make(db, LinkRow(purpose=links.OWNER), office.clock())


async def log_in(client: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    answer = await client.post("/session", json={"email": email, "password": password})
    if answer.is_success:
        client.headers[CSRF_HEADER] = answer.json()["csrf_token"]
    return answer


async def owner_of(office: Office) -> httpx.AsyncClient:
    client = office.stranger()
    answer = await client.post("/set-up", json={**OWNER, "token": await first_link(office)})
    client.headers[CSRF_HEADER] = answer.json()["csrf_token"]
    return client


# --- the first owner ------------------------------------------------------------------------------


async def test_the_printed_link_makes_the_first_owner_and_logs_them_in(office: Office) -> None:
    client = office.stranger()
    assert (await client.get("/set-up/state")).json() == {"needed": True}
    answer = await client.post("/set-up", json={**OWNER, "token": await first_link(office)})
    assert (answer.status_code, answer.json()["role"]) == (201, "owner")
    assert (await client.get("/session")).json()["email"] == "ada@example.com"
    assert (await client.get("/set-up/state")).json() == {"needed": False}


async def test_a_link_is_printed_only_while_there_is_no_owner(office: Office) -> None:
    link = await links.owner_link(office.settings)
    assert link is not None
    assert link.startswith("http://127.0.0.1:8000/set-up#")
    await office.hire(Role.OWNER)
    assert await links.owner_link(office.settings) is None


async def test_of_two_who_use_set_up_links_at_once_one_becomes_the_owner(office: Office) -> None:
    tokens = [await first_link(office), await first_link(office)]
    answers = await asyncio.gather(
        *(
            office.stranger().post("/set-up", json={**OWNER, "email": f"{at}@example.com", "token": token})
            for at, token in enumerate([*tokens, *tokens])
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 410, 410, 410]


async def test_a_set_up_link_is_good_for_a_day(office: Office) -> None:
    token = await first_link(office)
    office.clock.now_ms += links.GOOD_FOR_MS
    answer = await office.stranger().post("/set-up", json={**OWNER, "token": token})
    assert (answer.status_code, answer.json()["type"]) == (410, "urn:tandem:link-spent")


# --- logging in -----------------------------------------------------------------------------------


async def test_cookies_are_for_browsers_alone(office: Office) -> None:
    owner = await owner_of(office)
    answer = await log_in(office.stranger(), "ada@example.com")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert "secure" not in cookie  # plain http, in development
    assert owner.cookies


async def test_outside_development_cookies_travel_by_https_only(
    tmp_path, sqlite_template, monkeypatch
) -> None:
    (tmp_path / "tandem.db").write_bytes(sqlite_template.read_bytes())
    account = {"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "x"}
    for public in ("https://voice.example.com", "http://voice.example.com"):
        settings = settings_at(tmp_path, TANDEM_PUBLIC_URL=public, **account)
        office = Office(settings)
        person = await office.hire(Role.OWNER, f"P{len(public)}")
        async with office.database.reading() as db:
            email = (await db.get_one(links.PersonRow, person)).email
        answer = await log_in(office.stranger(), email)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-tandem_session=")
        assert "Secure" in cookie
        foreign = await office.stranger(Origin="http://127.0.0.1:8000").post("/session", json={})
        assert foreign.status_code == 403  # this machine is no origin of its own there
        await office.close()


async def test_unknown_accounts_and_wrong_passwords_are_told_and_worked_at_alike(office: Office) -> None:
    await owner_of(office)
    client = office.stranger()
    before = office.passwords.checked
    unknown = await log_in(client, "nobody@example.com")
    wrong = await log_in(client, "ada@example.com", "not my password")
    assert unknown.json() == wrong.json()
    assert unknown.status_code == wrong.status_code == 401
    assert office.passwords.checked == before + 2


async def test_somebody_switched_off_is_told_what_strangers_are(office: Office) -> None:
    owner = await owner_of(office)
    agent = await office.hire(Role.AGENT)
    people = {each["id"]: each for each in (await owner.get("/people")).json()}
    working = await office.logged_in(agent)
    assert (await owner.patch(f"/people/{agent}", json={"active": False})).status_code == 200
    assert (await working.get("/session")).status_code == 401
    answer = await log_in(office.stranger(), people[agent]["email"])
    assert answer.json() == (await log_in(office.stranger(), "nobody@example.com")).json()


async def test_after_a_few_tries_one_waits_and_is_told_how_long(office: Office) -> None:
    await owner_of(office)
    client = office.stranger()
    for _ in range(MOST_HERE):
        assert (await log_in(client, "ada@example.com", "wrong")).status_code == 401
    office.clock.now_ms += 60_000
    answer = await log_in(client, "ADA@example.com ")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) == (WINDOW_MS - 60_000) // 1_000
    assert (await log_in(office.stranger("10.0.0.2"), "ada@example.com")).status_code == 201
    office.clock.now_ms += WINDOW_MS
    assert (await log_in(client, "ada@example.com")).status_code == 201


async def test_tries_made_at_once_are_counted_one_by_one(office: Office) -> None:
    await owner_of(office)
    answers = await asyncio.gather(*(log_in(office.stranger(), "ada@example.com", "wrong") for _ in range(9)))
    assert [answer.status_code for answer in answers].count(401) == MOST_HERE


async def test_an_address_that_tries_many_accounts_waits_too(office: Office) -> None:
    client = office.stranger()
    codes = [
        (await log_in(client, f"{at}@example.com", "wrong")).status_code
        for at in range(MOST_FROM_ADDRESS + 1)
    ]
    assert codes == [401] * MOST_FROM_ADDRESS + [429]


async def test_one_address_that_goes_on_trying_locks_nobody_else_out(office: Office) -> None:
    await owner_of(office)
    client = office.stranger("10.0.0.9")
    for _ in range(MOST_ON_ACCOUNT + 1):
        await log_in(client, "ada@example.com", "wrong")
    assert (await log_in(client, "ada@example.com")).status_code == 429
    assert (await log_in(office.stranger(), "ada@example.com")).status_code == 201


async def test_tries_to_log_in_do_not_keep_one_from_a_new_password(office: Office) -> None:
    owner = await owner_of(office)
    for _ in range(MOST_FROM_ADDRESS + 1):
        await log_in(office.stranger(), "ada@example.com", "wrong")
    body = {"current": PASSWORD, "new": NEW_PASSWORD}
    assert (await owner.put("/me/password", json=body)).status_code == 204


# --- sessions -------------------------------------------------------------------------------------


async def test_a_session_left_alone_is_over(office: Office) -> None:
    owner = await owner_of(office)
    office.clock.now_ms += IDLE_MS - 1
    assert (await owner.get("/session")).status_code == 200
    office.clock.now_ms += IDLE_MS - 1
    assert (await owner.get("/session")).status_code == 200
    office.clock.now_ms += IDLE_MS
    assert (await owner.get("/session")).status_code == 401


async def test_looking_on_does_not_keep_a_session_alive(office: Office) -> None:
    owner = await owner_of(office)
    cookie = "; ".join(f"{name}={value}" for name, value in owner.cookies.items())
    watching = HTTPConnection({"type": "http", "headers": [(b"cookie", cookie.encode())]})
    office.clock.now_ms += IDLE_MS - 1
    assert await still_may(watching, office.app.state.parts, Role.VIEWER)
    assert (await owner.get("/live/events")).json()["type"] == "urn:tandem:no-redis"  # let through the gate
    office.clock.now_ms += 1
    assert not await still_may(watching, office.app.state.parts, Role.VIEWER)
    assert (await owner.get("/live/events")).status_code == 401


async def test_a_session_in_use_is_over_after_a_week(office: Office) -> None:
    owner = await owner_of(office)
    end_ms = office.clock.now_ms + LONGEST_MS
    while office.clock.now_ms < end_ms:
        assert (await owner.get("/session")).status_code == 200
        office.clock.now_ms = min(office.clock.now_ms + IDLE_MS // 2, end_ms)
    assert (await owner.get("/session")).status_code == 401


async def test_logging_out_ends_one_session_or_all(office: Office) -> None:
    here = await owner_of(office)
    there, elsewhere = office.stranger(), office.stranger()
    await log_in(there, "ada@example.com")
    await log_in(elsewhere, "ada@example.com")
    cookie = there.cookies[cookie_name(office.settings)]
    assert (await there.delete("/session")).status_code == 204
    there.cookies.set(cookie_name(office.settings), cookie)
    assert (await there.get("/session")).status_code == 401
    assert (await elsewhere.get("/session")).status_code == 200
    assert (await here.delete("/sessions")).status_code == 204
    assert (await elsewhere.get("/session")).status_code == 401


async def test_a_new_password_ends_the_other_sessions(office: Office) -> None:
    here = await owner_of(office)
    there = office.stranger()
    await log_in(there, "ada@example.com")
    body = {"current": "wrong", "new": NEW_PASSWORD}
    assert (await here.put("/me/password", json=body)).status_code == 422
    body["current"] = PASSWORD
    assert (await here.put("/me/password", json=body)).status_code == 204
    assert (await here.get("/session")).status_code == 200
    assert (await there.get("/session")).status_code == 401
    assert (await log_in(there, "ada@example.com", NEW_PASSWORD)).status_code == 201


# --- passwords and people -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("short", "characters"),
        ("a" * 300, "256"),
        ("ababababababab", "repeats"),
        ("Password1234", "'password'"),
        ("ada.lovelace99", "'ada.lovelace'"),
    ],
)
def test_passwords_that_are_guessed_first_are_refused(password: str, word: str) -> None:
    assert word in (too_easy(password, "ada.lovelace@example.com", "Ada") or "")


def test_a_password_is_measured_before_it_is_normalised(monkeypatch) -> None:
    monkeypatch.setattr(passwords, "_normal", None)
    assert "256 is the most" in (too_easy("a" + "\u0301" * 300, "ada@example.com", "Ada") or "")


@pytest.mark.parametrize(
    "method_and_path", ["POST /set-up", "POST /links", "POST /session", "PUT /me/password"]
)
async def test_passwords_of_any_length_are_not_worked_at(office: Office, method_and_path: str) -> None:
    client = await owner_of(office)
    long = "a" + "\u0301" * 1_024
    body: dict[str, str] = {"password": long}
    if method_and_path == "POST /set-up":
        body |= {"email": "bo@example.com", "name": "Bo", "token": "x"}
    elif method_and_path == "POST /links":
        body["token"] = "x"
    elif method_and_path == "POST /session":
        body["email"] = "bo@example.com"
    else:
        body = {"current": PASSWORD, "new": long}
    answer = await client.request(*method_and_path.split(), json=body)
    assert answer.status_code == 422
    (field,) = answer.json()["fields"]
    assert "1024" in field["sentence"]


def test_a_few_words_are_a_good_password() -> None:
    assert too_easy(PASSWORD, "ada@example.com", "Ada Lovelace") is None
    assert too_easy("größe über alles andere", "ada@example.com", "Ada") is None


async def test_an_invitation_is_accepted_once_in_the_role_it_names(office: Office) -> None:
    owner = await owner_of(office)
    invitation = {"email": "bo@example.com", "name": "Bo", "role": "manager"}
    made = await owner.post("/people/invitations", json=invitation)
    token = made.json()["url"].partition("#")[2]
    body = {"token": token, "password": NEW_PASSWORD}
    bo = office.stranger()
    assert (await bo.post("/links", json={**body, "password": "short"})).status_code == 422
    answer = await bo.post("/links", json=body)
    assert (answer.status_code, answer.json()["role"]) == (201, "manager")
    assert (await office.stranger().post("/links", json=body)).status_code == 410
    assert (await owner.post("/people/invitations", json=invitation)).status_code == 409


async def test_an_owner_helps_somebody_who_forgot_their_password(office: Office) -> None:
    owner = await owner_of(office)
    agent = await office.hire(Role.AGENT)
    made = await owner.post(f"/people/{agent}/password-link")
    token = made.json()["url"].partition("#")[2]
    answer = await office.stranger().post("/links", json={"token": token, "password": NEW_PASSWORD})
    assert (answer.status_code, answer.json()["person_id"]) == (201, agent)


@pytest.mark.parametrize("after", ["a new password", "another link", "log-out everywhere", "switched off"])
async def test_password_links_end_with_what_they_were_made_for(office: Office, after: str) -> None:
    owner = await owner_of(office)
    agent = await office.hire(Role.AGENT)
    agents = await office.logged_in(agent)
    made = [await owner.post(f"/people/{agent}/password-link") for _ in range(2)]
    old, other = [answer.json()["url"].partition("#")[2] for answer in made]
    if after == "a new password":
        await agents.put("/me/password", json={"current": PASSWORD, "new": NEW_PASSWORD})
    elif after == "another link":
        await office.stranger().post("/links", json={"token": other, "password": NEW_PASSWORD})
    elif after == "log-out everywhere":
        await agents.delete("/sessions")
    else:
        await owner.patch(f"/people/{agent}", json={"active": False})
        await owner.patch(f"/people/{agent}", json={"active": True})
    answer = await office.stranger().post("/links", json={"token": old, "password": NEW_PASSWORD})
    assert answer.status_code == 410


async def test_who_is_invited_again_joins_by_the_last_invitation_alone(office: Office) -> None:
    owner = await owner_of(office)
    tokens: list[str] = []
    for role in ("owner", "viewer"):
        invitation = {"email": "bo@example.com", "name": "Bo", "role": role}
        made = await owner.post("/people/invitations", json=invitation)
        tokens.append(made.json()["url"].partition("#")[2])
    answers = [
        await office.stranger().post("/links", json={"token": token, "password": NEW_PASSWORD})
        for token in tokens
    ]
    assert [answer.status_code for answer in answers] == [410, 201]
    assert answers[1].json()["role"] == "viewer"


async def test_the_last_owner_stays_an_owner(office: Office) -> None:
    owner = await owner_of(office)
    me = (await owner.get("/session")).json()["person_id"]
    for change in ({"role": "manager"}, {"active": False}):
        answer = await owner.patch(f"/people/{me}", json=change)
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:tandem:last-owner")
    other = await office.hire(Role.OWNER, "Other")
    assert (await owner.patch(f"/people/{me}", json={"role": "viewer"})).status_code == 200
    assert (await owner.patch(f"/people/{other}", json={"active": False})).status_code == 403


async def test_two_owners_who_demote_each_other_at_once_leave_one(office: Office) -> None:
    ids = [await office.hire(Role.OWNER, name) for name in ("Ada", "Bo")]
    clients = [await office.logged_in(person) for person in ids]
    await asyncio.gather(
        *(
            client.patch(f"/people/{other}", json={"role": "viewer"})
            for client, other in zip(clients, reversed(ids), strict=True)
        )
    )
    async with office.database.reading() as db:
        owners = [(await db.get_one(links.PersonRow, person)).role for person in ids]
    assert owners.count("owner") == 1


async def test_the_audit_log_tells_who_made_the_link_that_was_used(office: Office) -> None:
    owner, agent = await owner_of(office), await office.hire(Role.AGENT)
    invitation = {"email": "bo@example.com", "name": "Bo", "role": "viewer"}
    for made in (
        await owner.post("/people/invitations", json=invitation),
        await owner.post(f"/people/{agent}/password-link"),
    ):
        body = {"token": made.json()["url"].partition("#")[2], "password": NEW_PASSWORD}
        assert (await office.stranger().post("/links", json=body)).status_code == 201
    used = (await owner.get("/audit", params={"action": "use_link"})).json()["rows"]
    assert [each["after"]["made_by"] for each in used] == ["ada@example.com"] * 2
    first = (await owner.get("/audit", params={"action": "set_up_owner"})).json()["rows"]
    assert "made_by" not in first[0]["after"]
