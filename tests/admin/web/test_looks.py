"""Every page, light and dark: nothing that keeps people out (axe, WCAG AA), no errors, quick to load.

With TANDEM_SCREENSHOTS=DIR each page is also kept as a picture: `make screenshots`.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from admin.site import BUILT
from tests.admin.web.browsing import FLOW, Site

pytestmark = [pytest.mark.browser, pytest.mark.service, pytest.mark.slow]

AXE = BUILT.parent / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
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


def shown(site: Site, browser: Browser, theme: str) -> tuple[Page, list[str]]:
    context = site.context(browser)
    context.add_init_script(f"localStorage.setItem('tandem.theme', '{theme}')")
    page, wrong = context.new_page(), list[str]()
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    return page, wrong


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    options: dict[str, Any] = {"runOnly": {"type": "tag", "values": RULES}}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [
        f"{each['id']}: {node['target']} {node.get('failureSummary', '')}"
        for each in found
        for node in each["nodes"]
    ]


def keep(page: Page, name: str) -> None:
    folder = os.environ.get("TANDEM_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", animations="disabled")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_keeps_anybody_out(site: Site, browser: Browser, theme: str) -> None:
    page, wrong = shown(site, browser, theme)
    found: dict[str, list[str]] = {}
    for name, path in PAGES.items():
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        page.wait_for_timeout(300)  # what fades in has its colours then
        keep(page, f"{name}-{theme}")
        found |= {name: told} if (told := violations(page)) else {}
    assert found == {}
    assert wrong == []


@pytest.mark.parametrize("path", ["/log-in", "/set-up#not-good"])
def test_the_door_keeps_nobody_out(site: Site, browser: Browser, path: str) -> None:
    page = browser.new_page(base_url=site.url)
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    keep(page, path.strip("/").partition("#")[0])
    assert violations(page) == []


def test_the_first_page_weighs_less_than_a_megabyte(site: Site, browser: Browser) -> None:
    page, _ = shown(site, browser, "light")
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto("/flows", wait_until="networkidle")
    assert 50_000 < sum(sizes) < MOST_COMPRESSED_BYTES


@pytest.mark.parametrize("width", [820, 1280])
def test_pages_fit_their_window(site: Site, browser: Browser, width: int) -> None:
    page = site.open(browser, viewport={"width": width, "height": 900})
    too_wide: list[str] = []
    for name, path in PAGES.items():
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        too_wide += [name] if page.evaluate("document.documentElement.scrollWidth") > width else []
    assert too_wide == []
