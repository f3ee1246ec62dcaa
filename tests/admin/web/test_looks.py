"""Every page, light and dark: nothing that keeps people out (axe, WCAG AA), no errors, quick to load."""

import asyncio
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.admin.web.browsing import FLOW, Site, violations
from tests.admin.web.editing import IN_TWO
from tests.admin.web.history import remember_tape

pytestmark = [pytest.mark.browser, pytest.mark.service, pytest.mark.slow]

MOST_COMPRESSED_BYTES = 1_000_000
PAGES = {
    "flows": "/flows",
    "flow": f"/flows/{FLOW}",
    "phone": "/phone",
    "numbers": "/numbers",
    "live": "/live",
    "calls": "/calls",
    "insights": "/insights",
    "tools": "/tools",
    "people": "/people",
    "changes": "/audit",
    "settings": "/settings",
}


def a_call(page: Page, taped: str) -> None:
    page.goto(f"/calls/{taped}")
    expect(page.get_by_role("list", name="Transcript")).to_contain_text("on its way")


def a_step(page: Page, _: str) -> None:
    page.goto(f"/flows/{FLOW}")
    page.locator(".react-flow__node[data-id='greet']").click(position={"x": 40, "y": 8})
    expect(page.get_by_role("textbox", name="Asks", exact=True)).to_be_visible()


def a_publication(page: Page, _: str) -> None:
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("dialog")).to_contain_text("Which calls run it")


def two_versions(page: Page, _: str) -> None:
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Versions").click()
    page.get_by_role("button", name=re.compile("^Compare the draft")).click()
    expect(page.get_by_role("dialog").locator(".react-flow__node[data-id='greet']")).to_be_visible()


def a_text_that_lacks_a_language(page: Page, _: str) -> None:
    token = page.request.get("/api/session").json()["csrf_token"]
    flow = {"name": "lacking", "yaml": IN_TWO.format(name="lacking", moment="", greeting="", parting="")}
    page.request.post(
        "/api/flows", data=flow, headers={"X-Tandem-CSRF": token}
    )  # the second time it is there
    page.goto("/flows/lacking")
    page.locator(".react-flow__node[data-id='greet']").click(position={"x": 40, "y": 8})
    wanted = page.get_by_role("button", name="Draft in Spanish")
    expect(wanted).to_be_visible()
    if page.request.get("/api/translations").json()["name"]:  # somebody translates here
        wanted.click()
        expect(page.get_by_role("group", name="Draft in Spanish of: Asks")).to_be_visible()


def languages_and_keys(page: Page, _: str) -> None:
    page.get_by_role("tab", name="Flow", exact=True).click()
    page.get_by_label("Likely enough twice in a row").scroll_into_view_if_needed()
    expect(page.get_by_label("Add a key")).to_be_visible()


def all_that_is_missing(page: Page, _: str) -> None:
    page.get_by_role("button", name="Draft all 3 missing texts").click()
    expect(page.get_by_role("dialog")).to_contain_text("talked over")


WORK: Final[Mapping[str, Callable[[Page, str], None]]] = {
    "a call": a_call,
    "a step": a_step,
    "a publication": a_publication,
    "two versions": two_versions,
    "a text that lacks a language": a_text_that_lacks_a_language,
    "languages and keys": languages_and_keys,
    "all that is missing": all_that_is_missing,
}
"""What is seen at work, one after the other."""


@pytest.fixture(scope="module")
def taped(site: Site) -> str:
    """A call of long ago with its tape; gives its id."""
    with ThreadPoolExecutor(1) as beside:  # in this thread runs Playwright's loop
        return beside.submit(asyncio.run, remember_tape(site.settings, FLOW)).result()


def shown(site: Site, browser: Browser, theme: str) -> tuple[Page, list[str]]:
    context = site.context(browser)
    context.add_init_script(f"localStorage.setItem('tandem.theme', '{theme}')")
    page, wrong = context.new_page(), list[str]()
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    return page, wrong


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_keeps_anybody_out(site: Site, browser: Browser, taped: str, theme: str) -> None:
    page, wrong = shown(site, browser, theme)
    found: dict[str, list[str]] = {}
    for name, path in PAGES.items():
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        page.wait_for_timeout(300)  # what fades in has its colours then
        found |= {name: told} if (told := violations(page)) else {}
    for name, show in WORK.items():
        show(page, taped)
        page.wait_for_timeout(300)
        found |= {name: told} if (told := violations(page)) else {}
    assert found == {}
    assert wrong == []


@pytest.mark.parametrize("path", ["/log-in", "/set-up#not-good"])
def test_the_door_keeps_nobody_out(site: Site, browser: Browser, path: str) -> None:
    page = browser.new_page(base_url=site.url)
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert violations(page) == []


def test_the_first_page_weighs_less_than_a_megabyte(site: Site, browser: Browser) -> None:
    page, _ = shown(site, browser, "light")
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []

    def weigh(event: dict[str, float]) -> None:
        sizes.append(event["encodedDataLength"])

    session.on("Network.loadingFinished", weigh)
    page.goto("/flows", wait_until="networkidle")
    assert 50_000 < sum(sizes) < MOST_COMPRESSED_BYTES


@pytest.mark.parametrize("width", [820, 1280])
def test_pages_fit_their_window(site: Site, browser: Browser, width: int) -> None:
    page = site.open(browser, viewport={"width": width, "height": 900})
    too_wide: list[str] = []
    for name, path in PAGES.items():
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        too_wide += [name] if page.evaluate("document.documentElement.scrollWidth") > width else []
    assert too_wide == []
