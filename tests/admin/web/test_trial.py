"""Trying a draft in the page: a survey, work that would change something, and over to the Phone page."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.admin.web.browsing import Site
from tests.admin.web.editing import WIDE, draft, made, opened, saved, step

pytestmark = [pytest.mark.browser, pytest.mark.service, pytest.mark.slow]

WRITES = """\
  promise:
    kind: look_up
    tool: request_callback
    arguments: {reason: wants to be rung, phone_number: "+15035550142"}
    result: callback
    says: I'm noting that.
    waiting: {says: One moment please.}
    next: promised
    failed: {unknown: sorry, otherwise: sorry}
  promised: {kind: say, says: A colleague will ring you., next: goodbye}
  sorry: {kind: say, says: I could not note that., next: goodbye}
"""


@pytest.fixture
def page(site: Site, browser: Browser) -> Page:
    """A wide window in which the owner is logged in."""
    return site.open(browser, viewport=WIDE)


def begun(page: Page) -> None:
    page.get_by_role("button", name="Test", exact=True).click()
    page.get_by_role("button", name="Begin a call").click()


def says(page: Page, words: str) -> None:
    expect(page.get_by_role("button", name="Say nothing")).to_be_enabled()  # it has been answered
    page.get_by_label("What the caller says").fill(words)
    page.get_by_label("What the caller says").press("Enter")


def test_a_survey_is_added_and_answered(site: Site, page: Page) -> None:
    opened(page, made(site, "how_was_it"))
    step(page, "greet").click(position={"x": 40, "y": 8})
    page.get_by_role("toolbar", name="Add a step").get_by_role("button", name="Survey").click()
    page.get_by_role("textbox", name="Asks", exact=True).fill("Was that of use to you?")
    page.get_by_label("Answered by").select_option("yes_no")
    page.get_by_label("Kept as").fill("of_use")
    page.get_by_label("Then, in any case").select_option("goodbye")
    step(page, "greet").click(position={"x": 40, "y": 8})
    page.get_by_label("Where “done” leads").select_option("survey")
    saved(page)
    assert "measures: of_use" in draft(site, "how_was_it")
    begun(page)
    says(page, "that is all")
    call = page.get_by_role("log", name="The call")
    expect(call).to_contain_text("Was that of use to you?")
    says(page, "yes")
    expect(call).to_contain_text("Goodbye!")


def test_whoever_tries_a_draft_chooses_what_comes_of_what_it_would_change(site: Site, page: Page) -> None:
    name = made(site, "promises", more=WRITES, answers="{done: goodbye, yes: promise}")
    page.goto(f"/flows/{name}")
    expect(step(page, "greet")).to_be_visible()
    begun(page)
    call = page.get_by_role("log", name="The call")
    says(page, "yes")
    expect(call).to_contain_text("'request_callback' changes something; it is never run in a simulation.")
    expect(call).to_contain_text("wants to be rung")
    call.get_by_role("button", name="It fails").click()
    expect(call).to_contain_text("I could not note that.")
    page.get_by_role("button", name="Begin anew").click()
    says(page, "yes")
    call.get_by_role("button", name="It succeeds").click()
    expect(call).to_contain_text("A colleague will ring you.")

    page.get_by_role("link", name="Call it").click()
    expect(page).to_have_url(re.compile(f"/phone\\?.*flow={name}"))
    expect(page.get_by_role("combobox", name="Flow")).to_have_value(name)
    page.get_by_role("button", name="Call without a microphone").click()
    captions = page.get_by_role("region", name="Captions")
    expect(captions).to_contain_text("How can I help you?", timeout=120_000)
    page.get_by_role("button", name="Hang up").click()
