"""A call that was taken is found, opened, heard from any word, replayed, and counted among its like."""

import re
import subprocess
import sys

import pytest
from playwright.sync_api import Browser, Page, expect

from agents.crm.seed import DEMO_ORDER_NUMBER
from tests.admin.web.browsing import FLOW, Site

pytestmark = [pytest.mark.browser, pytest.mark.service, pytest.mark.slow]

CALL_WITHIN_S = 240
MEASURED_WITHIN_MS = 60_000
REPLAYED_WITHIN_MS = 120_000
MEASURED = "async () => (await (await fetch('/api/calls?measured=true')).json()).rows.length > 0"


@pytest.fixture(scope="module")
def placed(site: Site) -> str:
    """A call that asked where an order is, over Twilio's protocol; gives its id."""
    steps = ["--say", "where is my order?", "--keys", DEMO_ORDER_NUMBER, "--say", "no thank you, goodbye"]
    subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "tandem.main", "call", "--server", site.url, *steps],
        check=True,
        capture_output=True,
        timeout=CALL_WITHIN_S,
    )
    (call,) = site.api.get("/calls", params={"outcome": "completed"}).json()["rows"][:1]
    return call["id"]


@pytest.fixture
def measured(placed: str, page: Page) -> Page:
    """A window of the owner's, once the call has been measured."""
    page.goto("/calls")
    page.wait_for_function(MEASURED, timeout=MEASURED_WITHIN_MS, polling=500)
    return page


def playhead_ms(page: Page) -> int:
    return int(page.get_by_role("slider", name="Playhead").get_attribute("aria-valuenow") or 0)


def _words(page: Page, call_id: str) -> list[dict[str, object]]:
    """What the platform says was said, word by word."""
    told = page.request.get(f"/api/calls/{call_id}/timeline").json()
    return [word for line in told["lines"] for word in line["words"]]


def _began_ms(words: list[dict[str, object]], text: str) -> int:
    return next(int(str(word["start_ms"])) for word in words if word["text"] == text)


def test_a_call_is_found_opened_and_played_from_a_word(measured: Page, placed: str) -> None:
    page = measured
    page.goto("/calls")
    page.get_by_role("searchbox").fill(placed)
    expect(page).to_have_url(re.compile(f"search={placed}"))
    expect(page.get_by_role("row")).to_have_count(2)  # with the head
    page.get_by_role("heading", name="Calls", level=1).click()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/calls/{placed}"))
    transcript = page.get_by_role("list", name="Transcript")
    expect(transcript).to_contain_text("on its way with UPS")
    expect(transcript).to_contain_text(f"Keys {DEMO_ORDER_NUMBER}")
    word = transcript.locator("[data-word]", has_text="UPS").first
    began_ms = _began_ms(_words(page, placed), "UPS,")
    word.click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    assert playhead_ms(page) >= began_ms - 1
    page.keyboard.press("ArrowLeft")
    assert playhead_ms(page) >= began_ms - 5_001
    on_the_tape = page.locator("[data-tape] [data-word]", has_text=re.compile("^UPS"))
    expect(on_the_tape).to_be_visible()


def test_what_a_tool_was_asked_and_answered_is_shown(placed: str, page: Page) -> None:
    page.goto(f"/calls/{placed}")
    page.locator("[data-tool]").first.click()
    agents = page.get_by_role("complementary")
    expect(agents).to_contain_text(DEMO_ORDER_NUMBER)
    expect(agents).to_contain_text("shipped")


def test_a_filter_is_kept_in_the_address_and_taken_away(measured: Page, placed: str) -> None:
    page = measured
    page.goto("/calls?tool_failed=true&ending=%5B%22contained%22%5D")
    expect(page.get_by_text("No call is like that")).to_be_visible()
    page.get_by_role("button", name="Remove filter: A tool failed").click()
    expect(page.locator(f"[data-call='{placed}']")).to_be_visible()
    expect(page).not_to_have_url(re.compile("tool_failed"))


def test_every_figure_leads_to_as_many_calls_as_it_says(measured: Page) -> None:
    page = measured
    page.goto("/insights?days=7")
    figures = page.locator("dl [data-figure]")
    expect(figures.first).to_be_visible()
    for at in range(figures.count()):
        page.goto("/insights?days=7")
        figure = figures.nth(at)
        calls = int(figure.get_attribute("data-calls") or -1)
        figure.click()
        expect(page).to_have_url(re.compile("/calls"))
        expect(page.locator("[data-call]")).to_have_count(calls)


def test_a_call_is_replayed_to_the_draft(measured: Page, placed: str) -> None:
    page = measured
    page.goto(f"/calls/{placed}")
    page.get_by_role("button", name="Replay").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Flow")).to_have_value(FLOW)
    dialog.get_by_label("What is played").select_option("words")
    dialog.get_by_role("button", name="Replay", exact=True).click()
    both = dialog.get_by_text("Both end the same: completed.")
    expect(both).to_be_visible(timeout=REPLAYED_WITHIN_MS)
    expect(dialog.get_by_text("Played by words")).to_be_visible()
    expect(dialog.get_by_role("table")).to_contain_text("on its way with UPS")


def test_a_viewer_may_look_at_replays_and_ask_for_none(site: Site, browser: Browser, placed: str) -> None:
    page = site.open(browser, "viewer")
    page.goto(f"/calls/{placed}?replay=")
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_label("What is played")).to_have_count(0)
