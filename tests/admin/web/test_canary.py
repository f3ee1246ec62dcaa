"""A new version is given to a share of the calls first, watched by a guardrail, and taken back."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser, expect

from tests.admin.web.browsing import Site
from tests.admin.web.editing import WIDE, made, opened, says
from tests.admin.web.history import Past, remember

pytestmark = [pytest.mark.browser, pytest.mark.service, pytest.mark.slow]

NUMBER = "+15035550188"


def test_a_version_is_tried_out_on_a_share_of_calls_and_rolled_back(site: Site, browser: Browser) -> None:
    name = made(site, "tried_out")
    tag = {"If-Match": site.api.get(f"/flows/{name}/draft").headers["etag"]}
    site.api.post(f"/flows/{name}/publish", json={"note": "The first"}, headers=tag).raise_for_status()
    site.api.put(f"/numbers/{NUMBER}", json={"flow": name}).raise_for_status()
    page = opened(site.open(browser, viewport=WIDE), name)
    says(page, "goodbye", "Goodbye, and come again!")
    page.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog", name="Publish")
    dialog.get_by_role("radio", name="A share of them first").check()
    dialog.get_by_label("Share of calls, %").fill("25")
    dialog.get_by_label("Withdrawn when").select_option("satisfaction")
    dialog.get_by_label("falls below, of 5").fill("3.5")
    expect(dialog).to_contain_text("25 % of new calls run the new version, the others stay on version 1.")
    dialog.get_by_label("Note").fill("Invites them back")
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog).to_be_hidden()
    (tried,) = [each["canary"] for each in site.api.get("/numbers").json() if each["number"] == NUMBER]
    assert (tried["version"], tried["share"]) == (2, 0.25)
    assert tried["guardrail"] == {"metric": "satisfaction", "threshold": 3.5, "after_calls": 30}

    page.get_by_role("tab", name="Versions").click()
    versions = page.get_by_role("tabpanel").locator("ol > li")
    expect(versions.first).to_contain_text("25 % of calls run it")
    expect(versions.first).to_contain_text("withdrawn when satisfaction falls below 3.5 of 5")
    expect(versions.last).to_contain_text("The other calls run it")
    calls = [Past(f"{name}@{version}", NUMBER, 1, 0.01, 0.0) for version in (1, 2)]
    with ThreadPoolExecutor(1) as beside:  # in this thread runs Playwright's loop
        beside.submit(asyncio.run, remember(site.settings, calls, round(time.time() * 1000))).result()
    page.get_by_role("link", name="Both versions side by side").click()
    expect(page.get_by_text("Tried out on 25 % of calls")).to_be_visible()

    opened(page, name)
    page.get_by_role("tab", name="Versions").click()
    page.get_by_role("button", name="Go back to it").click()
    page.get_by_role("dialog").get_by_role("button", name="Go back").click()
    expect(versions).to_have_count(3)
    expect(versions.first).to_contain_text("as version 1")
    expect(versions.first).to_contain_text("Calls run it")
    (after,) = [each for each in site.api.get("/numbers").json() if each["number"] == NUMBER]
    assert after["canary"] is None
