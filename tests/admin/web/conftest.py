"""A private platform, its owner, and Chromium, for tests that look at the pages as people do.

Skipped where there is no Chromium, or where the web application is not built.
"""

import asyncio
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from admin.accounts import sessions
from admin.accounts.links import owner_link
from admin.site import BUILT
from tandem.platform import Platform, private_platform
from tests.admin.web.browsing import FLOW, PASSWORD, Site

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OWNER = {"email": "ada@example.com", "name": "Ada", "password": PASSWORD}

Launch = Callable[..., Browser]

expect.set_options(timeout=20_000)  # the machine may do other things as well; nothing here measures time


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium lies."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    return found


@pytest.fixture(scope="session")
def site(chromium: str) -> Iterator[Site]:
    """A platform of one's own in a thread, with an owner and a published flow that answers every number."""
    if not (BUILT / "index.html").is_file():
        pytest.skip("the web application is not built: make web")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="platform")
    thread.start()
    over = asyncio.Event()
    ready = threading.Event()
    platforms: list[Platform] = []

    async def run() -> None:
        try:
            async with private_platform(lambda _what: None) as platform:
                platforms.append(platform)
                ready.set()
                await over.wait()
        finally:
            ready.set()

    running = asyncio.run_coroutine_threadsafe(run(), loop)
    try:
        ready.wait()
        if not platforms:
            running.result()
        (platform,) = platforms
        link = asyncio.run_coroutine_threadsafe(owner_link(platform.settings), loop).result()
        assert link is not None
        with httpx.Client(base_url=f"{platform.url}/api", timeout=300.0, trust_env=False) as api:
            yield _settled(platform, api, link)
    finally:
        loop.call_soon_threadsafe(over.set)
        running.result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _settled(platform: Platform, api: httpx.Client, link: str) -> Site:
    made = api.post("/set-up", json={**OWNER, "token": link.partition("#")[2]})
    assert made.status_code == 201, made.text
    api.headers["X-Tandem-CSRF"] = made.json()["csrf_token"]
    api.post("/flows", json={"shipped": FLOW}).raise_for_status()
    tag = api.get(f"/flows/{FLOW}/draft").headers["etag"]
    published = api.post(f"/flows/{FLOW}/publish", json={"note": "as shipped"}, headers={"If-Match": tag})
    published.raise_for_status()
    api.put("/numbers/default", json={"flow": FLOW}).raise_for_status()
    return Site(platform.url, platform.settings, api, made.cookies[sessions.cookie_name(platform.settings)])


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """For one file's tests: while it is there an event loop runs in this thread, where no other can."""
    with sync_playwright() as running:
        yield running


@pytest.fixture
def launch(playwright: Playwright, chromium: str) -> Iterator[Launch]:
    """Start Chromium, with a WAV as its microphone where one is given, once or again and again.

    Each ends with the test.
    """
    browsers: list[Browser] = []

    def start(microphone: Path | None = None, *more: str, loop: bool = False) -> Browser:
        options = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        options += ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
        if microphone is not None:
            end = "" if loop else "%noloop"
            options.append(f"--use-file-for-fake-audio-capture={microphone}{end}")
        browser = playwright.chromium.launch(executable_path=chromium, args=[*options, *more])
        browsers.append(browser)
        return browser

    yield start
    for browser in browsers:
        browser.close()


@pytest.fixture
def browser(launch: Launch) -> Browser:
    """A Chromium whose microphone picks up nothing in particular."""
    return launch()


@pytest.fixture
def page(site: Site, browser: Browser) -> Page:
    """A window in which the owner is logged in."""
    return site.open(browser)
