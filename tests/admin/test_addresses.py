from ipaddress import ip_network

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.accounts.addresses import asker, counted_as
from admin.accounts.log_in_limit import MOST_FROM_ADDRESS
from admin.roles import Role
from config.settings import Settings
from tests.admin.office import Office

PROXIES = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "asks"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),
        ("10.0.0.2", [], "10.0.0.2"),
        ("10.0.0.2", ["203.0.113.7"], "203.0.113.7"),
        ("10.0.0.2", ["192.0.2.1, 203.0.113.7"], "203.0.113.7"),
        ("10.0.0.2", ["192.0.2.1", "203.0.113.7, 10.9.9.9"], "203.0.113.7"),
        ("::ffff:10.0.0.2", ["203.0.113.7:51234"], "203.0.113.7"),
        ("fd00::1", ["[2001:db8::7]:443"], "2001:db8::7"),
        ("10.0.0.2", ["10.0.0.3"], "10.0.0.3"),
        ("10.0.0.2", ["203.0.113.7, unknown"], "10.0.0.2"),
        ("10.0.0.2", [""], "10.0.0.2"),
        ("testclient", ["203.0.113.7"], "testclient"),
    ],
)
def test_who_asks_is_the_last_on_the_way_that_is_no_proxy_of_ours(
    peer: str, forwarded: list[str], asks: str
) -> None:
    assert asker(peer, forwarded, PROXIES) == asks


@given(st.lists(st.text(max_size=30), max_size=4))
def test_whoever_is_no_proxy_says_nothing_about_where_they_are(forwarded: list[str]) -> None:
    assert asker("203.0.113.7", forwarded, PROXIES) == "203.0.113.7"
    assert asker("10.0.0.2", [*forwarded, "203.0.113.7"], PROXIES) == "203.0.113.7"


def test_addresses_of_one_household_are_counted_together() -> None:
    assert counted_as("2001:db8:1:2::1") == counted_as("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert counted_as("2001:db8:1:3::1") != counted_as("2001:db8:1:2::1")
    assert counted_as("::ffff:203.0.113.7") == counted_as("203.0.113.7") == "203.0.113.7"
    assert counted_as("unknown") == "unknown"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"trusted_proxies": tuple(PROXIES)})


async def _tries(office: Office, count: int, forwarded: str, peer: str = "10.0.0.2") -> int:
    """The status of the last of so many log-ins, each at another account."""
    client: httpx.AsyncClient = office.stranger(peer, **{"X-Forwarded-For": forwarded})
    status = 0
    for at in range(count):
        body = {"email": f"{forwarded[-3:]}{at}@example.com", "password": "wrong"}
        status = (await client.post("/session", json=body)).status_code
    return status


async def test_behind_a_proxy_everybody_waits_for_their_own_tries_alone(office: Office) -> None:
    assert await _tries(office, MOST_FROM_ADDRESS + 1, "198.51.100.9, 203.0.113.7") == 429
    assert await _tries(office, 1, "203.0.113.8") == 401
    assert await _tries(office, 1, "8.8.8.8, 203.0.113.7") == 429, "what the asker made up changes nothing"
    assert await _tries(office, MOST_FROM_ADDRESS, "2001:db8::1") == 401
    assert await _tries(office, 1, "2001:db8::2") == 429
    assert await _tries(office, MOST_FROM_ADDRESS, "203.0.113.99", peer="192.0.2.5") == 401
    assert await _tries(office, 1, "203.0.113.98", peer="192.0.2.5") == 429, "no proxy of ours"


async def test_the_audit_log_has_the_address_of_who_asks(office: Office) -> None:
    owner = await office.person(Role.OWNER)
    owner.headers["X-Forwarded-For"] = "203.0.113.7"
    await owner.delete("/session")
    owner = await office.person(Role.OWNER, "Other")
    assert [each["address"] for each in (await owner.get("/audit")).json()["rows"]] == ["203.0.113.7"]
