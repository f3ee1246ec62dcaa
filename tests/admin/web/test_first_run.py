"""The first minutes: the printed link, the first owner, somebody invited, logging out and in."""

import asyncio
import re
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, expect

from admin.accounts.links import owner_link
from admin.site import BUILT, Site
from config.settings import Settings
from tests.admin.office import Office, settings_at

pytestmark = [pytest.mark.browser, pytest.mark.service, pytest.mark.slow]
PASSWORD = "correct horse battery"


@pytest.fixture
def fresh(sqlite_template: Path, tmp_path: Path) -> Iterator[Settings]:
    """The web application with nobody in it yet."""
    if not (BUILT / "index.html").is_file():
        pytest.skip("the web application is not built: make web")
    shutil.copy(sqlite_template, tmp_path / "tandem.db")
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    bound.listen()
    settings = settings_at(tmp_path, TANDEM_PORT=str(bound.getsockname()[1]))
    up, end = threading.Event(), threading.Event()

    async def serve() -> None:
        office = Office(settings)
        app = FastAPI()
        app.mount("/api", office.app)
        app.mount("/", Site())
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", ws="none"))
        serving = asyncio.create_task(server.serve(sockets=[bound]))
        up.set()
        await asyncio.to_thread(end.wait)
        server.should_exit = True
        await serving
        await office.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    up.wait()
    yield settings
    end.set()
    thread.join()


def printed_link(settings: Settings) -> str:
    found: list[str | None] = []
    thread = threading.Thread(target=lambda: found.append(asyncio.run(owner_link(settings))))
    thread.start()
    thread.join()
    assert found[0] is not None
    return found[0]


def test_the_printed_link_makes_the_first_owner_who_invites_the_next(
    fresh: Settings, browser: Browser
) -> None:
    page = browser.new_page()
    page.goto(printed_link(fresh))
    page.get_by_label("E-mail").fill("ada@example.com")
    page.get_by_label("Name").fill("Ada Moreno")
    page.get_by_label("Password").fill("ada@example.com")
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("alert").first).to_be_visible()  # too easy, and it says so
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Set up").click()
    expect(page).to_have_url(re.compile("/flows$"))
    assert "#" not in page.url

    page.get_by_role("link", name="People").click()
    page.get_by_role("button", name="Invite").click()
    page.get_by_label("Name").fill("Ben Ito")
    page.get_by_label("E-mail").fill("ben@example.com")
    page.get_by_label("Role").select_option("viewer")
    page.get_by_role("button", name="Make the link").click()
    link = page.get_by_label("Link", exact=True).input_value()

    other = browser.new_context().new_page()
    other.goto(link)
    other.get_by_label("Password").fill("seven purple umbrellas")
    other.get_by_role("button", name="Go on").click()
    expect(other).to_have_url(re.compile("/flows$"))
    expect(other.get_by_role("link", name="People")).to_have_count(0)  # a viewer
    again = browser.new_context().new_page()
    again.goto(link)
    again.get_by_label("Password").fill("seven purple umbrellas")
    again.get_by_role("button", name="Go on").click()
    expect(again.get_by_role("alert")).to_contain_text("has been used")

    other.get_by_role("button", name=re.compile("Ben Ito")).click()
    other.get_by_role("menuitem", name="Log out").click()
    expect(other).to_have_url(re.compile("/log-in"))
    other.get_by_label("E-mail").fill("ben@example.com")
    other.get_by_label("Password").fill("wrong")
    other.get_by_role("button", name="Log in").click()
    expect(other.get_by_role("alert")).to_contain_text("not right")
    other.get_by_label("Password").fill("seven purple umbrellas")
    other.get_by_role("button", name="Log in").click()
    expect(other).to_have_url(re.compile("/flows$"))
