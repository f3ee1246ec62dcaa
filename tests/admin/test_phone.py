"""Who may call which flow from the browser, and tickets that are good once. Redis is real."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from admin.phone.bookings import PhoneBookings, Runs
from admin.roles import Role
from agents.redis_server import RedisServer
from config.flow_file import source_of
from config.settings import Settings
from tests.admin.office import APART, SHIPPED, Office, published, settings_at

HERE = "127.0.0.1"
DRAFT = {"flow": "order_status", "which": "draft"}
PUBLISHED = {"flow": "order_status", "which": "published"}


async def test_nobody_elsewhere_calls_without_an_account(office: Office) -> None:
    for stranger in (
        office.stranger(),
        office.stranger(HERE, **{"x-forwarded-for": "203.0.113.9"}),
        office.stranger(HERE, host="rebound.example:8000"),
    ):
        assert (await stranger.get("/phone/flows")).status_code == 401
        assert (await stranger.post("/phone/calls", json=PUBLISHED)).status_code == 401


async def test_other_sites_pages_book_no_calls_from_this_machine(office: Office) -> None:
    page = office.stranger(HERE, origin="https://evil.example")
    answer = await page.post("/phone/calls", json=PUBLISHED)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:tandem:foreign-origin")


async def test_at_this_machine_what_calls_run_anyway_can_be_listed_but_no_draft(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    await manager.post("/flows", json={"shipped": "refund"})
    here = office.stranger(HERE)
    (flow,) = (await here.get("/phone/flows")).json()
    assert (flow["name"], flow["draft"], flow["languages"]) == (
        "order_status",
        False,
        ["en-US", "es-MX"],
    )
    assert (await here.post("/phone/calls", json={**DRAFT, "flow": "refund"})).status_code == 401


async def test_managers_see_drafts_and_languages(office: Office) -> None:
    manager, viewer = await office.person(Role.MANAGER), await office.person(Role.VIEWER)
    await published(manager)
    await manager.post("/flows", json={"shipped": "refund"})
    flows = {flow["name"]: flow for flow in (await manager.get("/phone/flows")).json()}
    assert flows["refund"]["version"] is None
    assert flows["refund"]["draft"]
    assert {tag[:2] for tag in flows["refund"]["languages"]} == {"en", "es"}
    assert flows["order_status"]["version"] is not None
    assert [flow["name"] for flow in (await viewer.get("/phone/flows")).json()] == ["order_status"]


async def test_a_viewer_is_told_who_may_call_drafts(office: Office) -> None:
    manager, viewer = await office.person(Role.MANAGER), await office.person(Role.VIEWER)
    await manager.post("/flows", json={"yaml": SHIPPED})
    answer = await viewer.post("/phone/calls", json=DRAFT)
    assert (answer.status_code, answer.json()["needs"]) == (403, "manager")


async def test_a_draft_with_errors_is_refused_with_the_step(office: Office) -> None:
    manager = await office.person(Role.MANAGER)
    broken = SHIPPED.replace("tool: order_status", "tool: order_statsu")
    assert broken != SHIPPED
    await manager.post("/flows", json={"yaml": broken})
    answer = await manager.post("/phone/calls", json=DRAFT)
    assert answer.status_code == 422
    assert any(finding["step"] for finding in answer.json()["findings"])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"flow": "nobody_has_this"}, 404),
        ({"flow": "refund"}, 409),
        ({"flow": "No Name"}, 422),
        ({**DRAFT, "language": "fr"}, 422),
        ({**DRAFT, "language": "english, please"}, 422),
        ({**DRAFT, "which": "both"}, 422),
    ],
)
async def test_what_cannot_be_called_is_said(office: Office, body: dict[str, str], status: int) -> None:
    manager = await office.person(Role.MANAGER)
    await manager.post("/flows", json={"shipped": "refund"})
    await manager.post("/flows", json={"yaml": SHIPPED})
    answer = await manager.post("/phone/calls", json=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"]


async def test_without_redis_the_answer_says_so(office: Office) -> None:
    answer = await office.stranger(HERE).post("/phone/calls", json=PUBLISHED)
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:tandem:no-redis")


# --- tickets --------------------------------------------------------------------------------------


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[Settings]:
    settings = settings_at(tmp_path)
    server = RedisServer(settings)
    await server.start()
    yield settings
    await server.stop()


@pytest.mark.service
async def test_a_ticket_is_good_once_whichever_server_takes_it(redis: Settings) -> None:
    here, elsewhere = PhoneBookings(redis.redis_url, APART), PhoneBookings(redis.redis_url, APART)
    ticket = await here.book(Runs(SHIPPED, "order_status@7", 7, "en-US"))
    taken = await asyncio.gather(*(each.redeem(ticket) for each in (here, elsewhere, here, elsewhere)))
    (booking,) = [each for each in taken if each is not None]
    assert (booking.label, booking.flow.version) == ("order_status@7", 7)
    assert await here.redeem("made-up") is None
    await here.close()
    await elsewhere.close()


@pytest.mark.service
async def test_a_draft_runs_as_it_was_when_it_was_booked_in_its_language(redis: Settings) -> None:
    bookings = PhoneBookings(redis.redis_url, APART)
    yaml = source_of("refund").replace("version: 1", "version: 3")
    booking = await bookings.redeem(await bookings.book(Runs(yaml, "refund@draft", None, "es-MX")))
    assert booking is not None
    assert (booking.flow.language, booking.flow.version) == ("es-MX", 3)
    assert booking.flow.speaking("en-US").language == "en-US"
    await bookings.close()
