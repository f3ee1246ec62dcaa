"""`make screenshots`: the pages of a shop that has used the platform for a month, light and dark, as WebP.

The month is made up (`tests.admin.web.history`); flows, the call on the tape and calls under way are real.
"""

import asyncio
import base64
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
from playwright.sync_api import Browser, Page, expect, sync_playwright

from admin.accounts import sessions
from admin.accounts.links import owner_link
from agents.crm.seed import DEMO_ORDER_NUMBER
from tandem.platform import Platform, private_platform
from tests.admin.web.browsing import DESKTOP, PASSWORD
from tests.admin.web.history import Past, begin_trial_earlier, remember

SHOP: Final = "+15035550142"
SUPPORT: Final = "+15035550143"
ANYTIME: Final = "+15035550144"
OWNER: Final = {"email": "ada@example.com", "name": "Ada Lovelace", "password": PASSWORD}
CANARY: Final = {"share": 0.2, "guardrail": {"metric": "containment", "threshold": 0.7, "after_calls": 30}}
QUALITY: Final = 80
PATIENT_MS: Final = 120_000
SURVEY: Final = """\
  how_was_it:
    kind: survey
    says:
      en: "One last thing: how did I do, from one to five?"
      es: "Una última cosa: ¿qué tal lo hice, del uno al cinco?"
    next: goodbye

  hello_back:
"""


@dataclass(frozen=True, slots=True)
class Shop:
    """What there is to be seen."""

    url: str
    cookie: tuple[str, str]
    call_id: str


def main(folder: Path) -> None:
    """Write a picture of each page into a folder, as `name-light.webp` and `name-dark.webp`."""
    folder.mkdir(parents=True, exist_ok=True)
    chromium = next((path for name in ("chromium", "google-chrome") if (path := shutil.which(name))), None)
    if chromium is None:
        sys.exit("No Chromium on this machine (Debian: apt-get install chromium).")
    with running() as platform, httpx.Client(base_url=f"{platform.url}/api", timeout=120.0) as api:
        shop = furnished(platform, api)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            pages = {theme: opened_page(browser, shop.url, shop.cookie, theme) for theme in ("light", "dark")}
            for name, show in PICTURES.items():
                for theme, page in pages.items():
                    show(page, shop)
                    keep(page, folder / f"{name}-{theme}.webp")
            live(pages, shop, folder)
            browser.close()


@contextmanager
def running() -> Generator[Platform]:
    """Run a platform in a thread of its own."""
    loop, over, ready = asyncio.new_event_loop(), asyncio.Event(), threading.Event()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    platforms: list[Platform] = []

    async def run() -> None:
        try:
            async with private_platform(print) as platform:
                platforms.append(platform)
                ready.set()
                await over.wait()
        finally:
            ready.set()

    done = asyncio.run_coroutine_threadsafe(run(), loop)
    try:
        ready.wait()
        if not platforms:
            done.result()
        yield platforms[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        done.result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def furnished(platform: Platform, api: httpx.Client) -> Shop:
    """Set the shop up: owner, flows in versions, numbers, a month of calls, one call really taken."""
    cookie = owned(platform, api)
    first = {name: set_up(api, name) for name in ("order_status", "refund", "billing", "appointment")}
    api.post("/flows", json={"shipped": "technical_support"}).raise_for_status()
    for number, flow, label in (
        (SHOP, "order_status", "Shop line"),
        (SUPPORT, "refund", "Returns"),
        (ANYTIME, "appointment", "Appointments"),
        ("default", "order_status", ""),
    ):
        api.put(f"/numbers/{number}", json={"flow": flow, "label": label}).raise_for_status()
    tell_better(api)
    second = publish(api, "order_status", "Asks how it was, and says goodbye sooner", canary=CANARY)
    now_ms = round(time.time() * 1000)
    for number in (SHOP, "default"):
        asyncio.run(begin_trial_earlier(platform.settings, number, days=1.5))
    pasts = [
        Past(f"order_status@{first['order_status']}", SHOP, 430, 29, 1.5, 0.78, 760, 0.03, 4.1),
        Past(f"order_status@{first['order_status']}", SHOP, 92, 1.5, 0.01, 0.78, 760, 0.03, 4.1),
        Past(f"order_status@{second}", SHOP, 41, 1.5, 0.01, 0.86, 640, 0.01, 4.5),
        Past(f"refund@{first['refund']}", SUPPORT, 140, 29, 0.01, 0.66, 820, 0.04, 3.9),
        Past(f"appointment@{first['appointment']}", ANYTIME, 210, 29, 0.01, 0.9, 690, 0.01, 4.6),
    ]
    asyncio.run(remember(platform.settings, pasts, now_ms))
    asked = [
        "--say",
        "where is my order?",
        "--keys",
        DEMO_ORDER_NUMBER,
        "--mhm",
        "--say",
        "no thank you, goodbye",
    ]
    caller(platform.url, *asked).wait(timeout=240)
    calls = api.get("/calls", params={"outcome": "completed"}).json()["rows"]
    return Shop(platform.url, cookie, calls[0]["id"])


def owned(platform: Platform, api: httpx.Client) -> tuple[str, str]:
    """Become the owner; gives the session's cookie."""
    link = asyncio.run(owner_link(platform.settings))
    assert link is not None
    made = api.post("/set-up", json={**OWNER, "token": link.partition("#")[2]}).raise_for_status()
    api.headers["X-Tandem-CSRF"] = made.json()["csrf_token"]
    name = sessions.cookie_name(platform.settings)
    return name, made.cookies[name]


def caller(url: str, *does: str) -> subprocess.Popen[bytes]:
    """Somebody who telephones the shop."""
    command = [sys.executable, "-m", "tandem.main", "call", "--server", url, *does]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command


def set_up(api: httpx.Client, flow: str) -> int:
    api.post("/flows", json={"shipped": flow}).raise_for_status()
    return publish(api, flow, "As shipped")


def publish(api: httpx.Client, flow: str, note: str, **more: object) -> int:
    tag = api.get(f"/flows/{flow}/draft").headers["etag"]
    answer = api.post(f"/flows/{flow}/publish", json={"note": note, **more}, headers={"If-Match": tag})
    return answer.raise_for_status().json()["number"]


def tell_better(api: httpx.Client) -> None:
    """Change the flow about orders: other words, a step less, a survey more."""
    draft = api.get("/flows/order_status/draft")
    text: str = draft.json()["yaml"]
    gone = text.index("  what_then:\n")
    text = text[:gone] + text[text.index("  not_here:\n") :]
    text = text.replace("How can I help you today?", "What can I look up for you today?")
    text = text.replace("what_then", "goodbye").replace("  hello_back:\n", SURVEY, 1)
    text = text.replace("      thanks: goodbye\n", "      thanks: how_was_it\n", 1)
    saved = api.put(
        "/flows/order_status/draft", json={"yaml": text}, headers={"If-Match": draft.headers["etag"]}
    )
    saved.raise_for_status()


def opened_page(browser: Browser, url: str, cookie: tuple[str, str], theme: str) -> Page:
    """A window in which the owner is logged in, and which waits patiently."""
    context = browser.new_context(base_url=url, viewport=DESKTOP, locale="en-US")
    name, value = cookie
    context.add_cookies([{"name": name, "value": value, "url": url}])
    context.add_init_script(f"localStorage.setItem('tandem.theme', '{theme}')")
    page = context.new_page()
    page.set_default_timeout(PATIENT_MS)
    expect.set_options(timeout=PATIENT_MS)
    return page


def keep(page: Page, path: Path) -> None:
    """Write what is seen, once nothing fades in or out any more."""
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    page.wait_for_timeout(800)
    session = page.context.new_cdp_session(page)
    taken = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    path.write_bytes(base64.b64decode(taken["data"]))
    session.detach()


def the_flow(page: Page, _: Shop) -> None:
    page.goto("/flows/order_status")
    page.locator(".react-flow__node[data-id='greet']").click(position={"x": 60, "y": 12})
    page.get_by_role("textbox", name="Asks", exact=True).first.wait_for()
    page.get_by_role("button", name="Zoom out").click()


def a_trial(page: Page, _: Shop) -> None:
    page.goto("/flows/order_status")
    page.get_by_role("button", name="Test", exact=True).click()
    page.get_by_role("button", name="Begin a call").click()
    for words in ("where is my order", DEMO_ORDER_NUMBER):
        box = page.get_by_label("What the caller says")
        expect(page.get_by_role("button", name="Say nothing")).to_be_enabled()
        box.fill(words)
        box.press("Enter")
    expect(page.get_by_role("log", name="The call")).to_contain_text("on its way")


def two_versions(page: Page, _: Shop) -> None:
    page.goto("/flows/order_status")
    page.get_by_role("tab", name="Versions").click()
    page.get_by_role("button", name="What changed").first.click()
    page.get_by_role("dialog").locator(".react-flow__node[data-id='greet']").wait_for()


def the_tape(page: Page, shop: Shop) -> None:
    page.goto(f"/calls/{shop.call_id}")
    expect(page.get_by_role("list", name="Transcript")).to_contain_text("on its way")


def canary_figures(page: Page, _: Shop) -> None:
    page.goto("/insights?flow=order_status")
    page.get_by_text("Tried out on 20 % of calls").scroll_into_view_if_needed()
    page.mouse.wheel(0, 360)


def at(path: str) -> Callable[[Page, Shop], None]:
    def show(page: Page, _: Shop) -> None:
        page.goto(path)
        page.get_by_role("heading", level=1).wait_for()

    return show


PICTURES: Final[Mapping[str, Callable[[Page, Shop], None]]] = {
    "flow": the_flow,
    "test": a_trial,
    "compare": two_versions,
    "calls": at("/calls"),
    "call": the_tape,
    "insights": at("/insights"),
    "canary": canary_figures,
    "numbers": at("/numbers"),
}


def live(pages: Mapping[str, Page], shop: Shop, folder: Path) -> None:
    """Two calls under way, one of them followed word by word."""
    speaks = [
        "--say",
        "where is my order?",
        "--say",
        "one moment please",
        "--say",
        "I have it somewhere here",
    ]
    callers = [caller(shop.url, *speaks), caller(shop.url, *speaks)]
    try:
        for page in pages.values():
            page.goto("/live")
            page.get_by_role("list", name="Calls now").get_by_role("link").first.click()
        for theme, page in pages.items():
            expect(page.get_by_role("region", name="Captions")).to_contain_text("order number")
            keep(page, folder / f"live-{theme}.webp")
    finally:
        for each in callers:
            each.terminate()
            each.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
