import re

import pytest

from admin.accounts.sessions import CSRF_HEADER
from admin.app import routes, sockets
from admin.roles import LEAST_ROLE, Role
from tests.admin.office import URL, Office

PATHS = {
    "name": "order_status",
    "number": "1",
    "call_id": "20260101-000000-00000000",
    "person_id": "0" * 32,
    "replay_id": "0" * 32,
}


def requests_of() -> list[tuple[str, str, str]]:
    """Every route as one request: name, method, path."""
    return [
        (route.name, method, re.sub(r"\{(\w+)\}", lambda part: PATHS[part[1]], route.path))
        for route in routes()
        for method in sorted(route.methods)
    ]


def test_every_route_has_a_place_in_the_table_of_roles_and_every_place_a_route() -> None:
    assert sorted(route.name for route in (*routes(), *sockets())) == sorted(LEAST_ROLE)


async def test_every_role_is_let_through_to_its_routes_and_to_no_others(office: Office) -> None:
    people = {role: await office.hire(role) for role in Role}
    await office.hire(Role.OWNER, "Other")
    for name, method, path in requests_of():
        least = LEAST_ROLE[name]
        if least is None:
            continue
        answer = await office.stranger().request(method, path, json={})
        assert (name, answer.status_code) == (name, 401)
        for role, person in people.items():
            client = await office.logged_in(person)  # anew: some of these routes end sessions
            answer = await client.request(method, path, json={})
            if role.may(least):
                assert answer.status_code not in (401, 403, 500), (name, role, answer.text)
            else:
                assert (name, answer.status_code) == (name, 403), role
                assert answer.json()["needs"] == least.value


async def test_open_routes_take_those_who_are_not_logged_in(office: Office) -> None:
    for name, method, path in requests_of():
        if LEAST_ROLE[name] is None:
            answer = await office.stranger().request(method, path, json={})
            assert answer.status_code not in (401, 403, 500), (name, answer.text)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": URL},
    ],
)
async def test_another_sites_page_changes_nothing_even_with_cookie_and_token(
    office: Office, headers: dict[str, str]
) -> None:
    owner = await office.person(Role.OWNER)
    answer = await owner.delete("/session", headers=headers)
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:tandem:foreign-origin"
    assert (await owner.get("/session")).status_code == 200


async def test_another_site_cannot_log_somebody_in(office: Office) -> None:
    body = {"email": "a@b.co", "password": "x"}
    answer = await office.stranger(Origin="https://evil.example").post("/session", json=body)
    assert answer.status_code == 403


async def test_our_own_page_may(office: Office) -> None:
    owner = await office.person(Role.OWNER)
    headers = {"Origin": URL, "Sec-Fetch-Site": "same-origin"}
    assert (await owner.delete("/session", headers=headers)).status_code == 204


async def test_a_change_without_this_sessions_token_is_refused(office: Office) -> None:
    owner, other = await office.person(Role.OWNER), await office.person(Role.OWNER, "Other")
    for token in ("", "ü", other.headers[CSRF_HEADER]):
        headers = {CSRF_HEADER: token.encode()}
        answer = await owner.delete("/session", headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:tandem:csrf")
    assert (await owner.get("/session")).status_code == 200
