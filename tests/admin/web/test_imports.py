"""Flows from elsewhere and out again: pipecat's, with unknown fields, far too long, and back as they were."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.admin.test_foreign_flows import PIPECAT
from tests.admin.web.browsing import Site
from tests.admin.web.editing import SMALL, WIDE, draft, made, opened

pytestmark = [pytest.mark.browser, pytest.mark.service, pytest.mark.slow]


@pytest.fixture
def page(site: Site, browser: Browser) -> Page:
    """A wide window in which the owner is logged in."""
    return site.open(browser, viewport=WIDE)


def file(name: str, text: str) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": text.encode()}


def brought(page: Page, payload: FilePayload) -> None:
    """Begin a flow with a file."""
    page.goto("/flows")
    page.get_by_role("button", name="New flow").click()
    page.locator("input[type=file]").set_input_files([payload])


def exported(page: Page, what: str) -> bytes:
    page.get_by_role("button", name="More", exact=True).click()
    with page.expect_download() as waiting:
        page.get_by_role("menuitem", name=what).click()
    return Path(waiting.value.path()).read_bytes()


def test_a_flow_of_pipecats_is_taken_over_and_given_out(page: Page) -> None:
    brought(page, file("pizza.json", json.dumps(PIPECAT)))
    page.get_by_label("Name").fill("Pizza line")
    page.get_by_role("button", name="Create").click()
    told = page.get_by_role("dialog", name="It is taken over as a draft")
    expect(told).to_contain_text("meaning 'order_pizza': its phrases are guessed")
    told.get_by_role("button", name="Open the draft").click()
    expect(page).to_have_url(re.compile("/flows/pizza_line$"))
    expect(page.locator(".react-flow__node[data-id='greet']")).to_contain_text("Pizza or nothing?")
    assert json.loads(exported(page, "Export for pipecat"))["initial_node"] == "greet"


def test_a_flow_comes_back_byte_for_byte(site: Site, page: Page) -> None:
    text = SMALL.format(
        name="there_and_back", says="'Hi, ¿qué tal?'", answers="{done:  goodbye}", more="  # The end.\n"
    )
    brought(page, file("there_and_back.yaml", text))
    page.get_by_role("button", name="Create").click()
    expect(page).to_have_url(re.compile("/flows/there_and_back$"))
    out = exported(page, "Export as YAML").decode()
    assert out == text
    brought(page, file("again.yaml", out.replace("name: there_and_back", "name: once_more")))
    page.get_by_role("button", name="Create").click()
    expect(page).to_have_url(re.compile("/flows/once_more$"))
    assert draft(site, "once_more").replace("name: once_more", "name: there_and_back") == text


def test_fields_nobody_knows_are_kept_and_named(site: Site, page: Page) -> None:
    text = SMALL.format(name="unknown", says="Hi", answers="{done: goodbye}", more="") + "colour: blue\n"
    brought(page, file("unknown.yaml", text))
    page.get_by_role("button", name="Create").click()
    page.get_by_role("button", name="1 problem").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("colour")
    assert draft(site, "unknown") == text


def test_what_is_far_too_long_is_refused_and_nothing_is_lost(site: Site, page: Page) -> None:
    brought(page, file("huge.yaml", "# so long\n" * 1_000_000))
    expect(page.get_by_role("alert")).to_contain_text("huge.yaml has 10.0 MB; a flow has at most one")
    opened(page, made(site, "pasted_into"))
    before = draft(site, "pasted_into")
    page.get_by_role("button", name="Show as YAML").click()
    box = page.get_by_label("The flow as YAML")
    box.focus()
    page.evaluate(
        "() => document.execCommand('insertText', false, 'y'.repeat(10_000_000))"
    )  # as a paste does
    expect(page.get_by_role("alert")).to_contain_text("at most a million characters")
    expect(box).to_have_value(before)
    assert draft(site, "pasted_into") == before
