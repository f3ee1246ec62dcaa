"""Calls watched, whispered to, taken over, handed back and ended, from a second browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.admin.web.browsing import FLOW, Site, spoken_wav
from tests.admin.web.conftest import Launch

pytestmark = [pytest.mark.browser, pytest.mark.service, pytest.mark.slow]

ANSWERED_WITHIN_MS = 120_000
MICRO_TURN_OF_BOTH_BYTES = 12_800


def _says(page: Page, words: str) -> None:
    captions = page.get_by_role("region", name="Captions")
    expect(captions).to_contain_text(re.compile(words, re.IGNORECASE), timeout=ANSWERED_WITHIN_MS)


@pytest.fixture
def caller(site: Site, launch: Launch, tmp_path: Path) -> Page:
    """A call that is up: somebody who has been greeted and says nothing. It ends by itself in a minute."""
    for role in ("viewer", "agent"):
        site.cookie_of(role)
    page = site.open(launch(spoken_wav(tmp_path / "silence.wav")))
    page.goto(f"/phone?flow={FLOW}")
    page.get_by_role("button", name="Call", exact=True).click()
    _says(page, "how can i help")
    return page


@pytest.fixture
def manager(site: Site, launch: Launch, tmp_path: Path) -> Page:
    """A window on Live, whose microphone says something all the time."""
    lines = [(2.0, "this is the manager speaking, how may I help you")] * 12
    return site.open(launch(spoken_wav(tmp_path / "manager.wav", *lines)))


def _choose_the_call(page: Page) -> None:
    page.goto("/live")
    call = page.get_by_role("list", name="Calls now").get_by_role("link")
    call.first.click(timeout=ANSWERED_WITHIN_MS)
    _says(page, "how can i help")


def _hears(socket: WebSocket) -> int:
    """Wait for what comes next over a socket; gives its bytes."""
    return len(socket.wait_for_event("framereceived", timeout=ANSWERED_WITHIN_MS))


def test_a_manager_listens_whispers_takes_over_hands_back_and_ends(caller: Page, manager: Page) -> None:
    _choose_the_call(manager)

    with manager.expect_websocket(lambda socket: socket.url.endswith("/listen")) as listening:
        manager.get_by_role("button", name="Listen in").click()
    assert _hears(listening.value) == MICRO_TURN_OF_BOTH_BYTES

    manager.get_by_label("Whisper to the agent").fill("Shipping is free this week.")
    manager.get_by_role("button", name="Whisper").click()
    expect(manager.get_by_role("list", name="Whispers")).to_contain_text(
        "was heard", timeout=ANSWERED_WITHIN_MS
    )
    _says(caller, "shipping is free this week")

    with manager.expect_websocket(lambda socket: socket.url.endswith("/take-over")) as talking:
        manager.get_by_role("button", name="Take over").click()
    expect(manager.get_by_text("You are on the line")).to_be_visible(timeout=ANSWERED_WITHIN_MS)
    assert _hears(talking.value) == MICRO_TURN_OF_BOTH_BYTES
    expect(manager.get_by_label("Whisper to the agent")).to_have_count(0)
    manager.get_by_role("button", name="Hand back").click()
    expect(manager.get_by_role("button", name="Take over")).to_be_visible(timeout=ANSWERED_WITHIN_MS)

    manager.get_by_role("button", name="End call").click()
    manager.get_by_role("button", name="End the call").click()
    expect(caller.get_by_role("heading", name="Somebody has ended the call")).to_be_visible(
        timeout=ANSWERED_WITHIN_MS
    )
    expect(manager.get_by_text("This call has ended")).to_be_visible(timeout=ANSWERED_WITHIN_MS)


def test_what_one_may_not_do_is_not_offered(site: Site, caller: Page, launch: Launch) -> None:
    browser = launch()
    viewer = site.open(browser, "viewer")
    _choose_the_call(viewer)
    for name in ("Listen in", "Take over", "End call", "Whisper"):
        expect(viewer.get_by_role("button", name=name)).to_have_count(0)
    agent = site.open(browser, "agent")
    _choose_the_call(agent)
    expect(agent.get_by_role("button", name="Listen in")).to_be_visible()
    expect(agent.get_by_role("button", name="End call")).to_have_count(0)
    caller.get_by_role("button", name="Hang up").click()
    expect(viewer.get_by_text("This call has ended")).to_be_visible(timeout=ANSWERED_WITHIN_MS)


def test_who_takes_over_second_is_told_who_was_first(
    caller: Page, manager: Page, site: Site, launch: Launch
) -> None:
    _choose_the_call(manager)
    second = site.open(launch(), "agent")
    _choose_the_call(second)
    manager.get_by_role("button", name="Take over").click()
    expect(manager.get_by_text("You are on the line")).to_be_visible(timeout=ANSWERED_WITHIN_MS)
    expect(second.get_by_text("Ada is on the line")).to_be_visible(timeout=ANSWERED_WITHIN_MS)
    expect(second.get_by_role("button", name="Take over")).to_have_count(0)
    manager.close()  # a window that is closed hands the call back
    expect(second.get_by_role("button", name="Take over")).to_be_visible(timeout=ANSWERED_WITHIN_MS)
    caller.get_by_role("button", name="Hang up").click()


def test_nobody_on_the_line_says_how_to_place_a_call(page: Page) -> None:
    page.goto("/live")
    expect(page.get_by_role("link", name="Call from the Phone page")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("make call")).to_be_visible()
