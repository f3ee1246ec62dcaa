"""The frame around the pages, in a real browser."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.admin.web.browsing import Site

pytestmark = [pytest.mark.browser, pytest.mark.service, pytest.mark.slow]


def test_who_is_not_logged_in_is_led_to_the_door_and_back(site: Site, browser: Browser) -> None:
    page = browser.new_page(base_url=site.url)
    page.goto("/live")
    expect(page).to_have_url(re.compile(r"/log-in\?then=%2Flive"))


def test_places_one_may_not_see_are_not_offered(site: Site, browser: Browser) -> None:
    page = site.open(browser, "viewer")
    page.goto("/live")
    places = page.get_by_role("navigation", name="Main")
    expect(places.get_by_role("link", name="Live")).to_be_visible()
    expect(places.get_by_role("link", name="People")).to_have_count(0)


def test_the_side_bar_leads_to_every_place(page: Page) -> None:
    page.goto("/live")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Phone").click()
    expect(page.get_by_role("heading", name="Phone", level=1)).to_be_visible()


def test_a_page_that_fails_leaves_the_frame_and_can_be_tried_again(page: Page) -> None:
    page.route("**/api/numbers", lambda route: route.fulfill(json=[None]))
    page.goto("/numbers")
    trouble = page.get_by_role("alert").filter(has_text="This page could not be shown")
    expect(trouble.get_by_role("link", name="Go to the start")).to_be_visible()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    page.unroute("**/api/numbers")
    trouble.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Numbers", level=1)).to_be_visible()
    expect(trouble).to_have_count(0)
