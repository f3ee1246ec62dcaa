"""A manager builds a flow on the canvas, tries it, publishes it and goes back; nothing of it is ever lost."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.admin.web.browsing import PASSWORD, Site
from tests.admin.web.editing import WIDE, draft, drag, made, opened, port, publish, saved, says, step

pytestmark = [pytest.mark.browser, pytest.mark.service, pytest.mark.slow]

SCRIPT = "<img src=x onerror=document.title='run'><script>document.title='run'</script>"


@pytest.fixture
def page(site: Site, browser: Browser) -> Page:
    """A wide window in which the owner is logged in."""
    return site.open(browser, viewport=WIDE)


def test_a_flow_is_built_tried_published_compared_and_rolled_back(page: Page) -> None:
    page.goto("/flows")
    page.get_by_role("button", name="New flow").click()
    page.get_by_label("Name").fill("Shop door")
    page.get_by_role("button", name="Create").click()
    expect(page).to_have_url(re.compile("/flows/shop_door$"))
    expect(step(page, "goodbye")).to_be_visible()

    kinds = page.get_by_role("toolbar", name="Add a step")
    canvas = page.locator(".react-flow__pane")
    kinds.get_by_role("button", name="Say").drag_to(canvas, target_position={"x": 160, "y": 100})
    says(page, "say", "Welcome to the shop.")
    drag(page, port(page, "say", "next"), (700, 180))  # a line to the bare canvas asks what shall stand there
    menu = page.get_by_role("dialog", name="Add a step")
    menu.get_by_label("Kind of step").fill("ask")
    menu.get_by_label("Kind of step").press("Enter")
    says(page, "ask", "Do you want help?", "Asks")
    page.get_by_label("What is awaited").select_option("yes_no")
    drag(page, port(page, "@start", "start"), step(page, "say"))
    drag(page, port(page, "ask", "+"), step(page, "greet"))
    way = page.get_by_role("dialog")
    way.get_by_label("Meaning").fill("yes")
    way.get_by_role("button", name="Connect").click()
    says(page, "ask", "Do you want any help?", "Asks")
    page.get_by_label("Add a meaning").select_option("no")
    page.get_by_label("Where “no” leads").select_option("goodbye")
    saved(page)
    page.get_by_role("tab", name="Problems").click()
    expect(page.get_by_role("button", name="Publish")).to_be_visible()

    page.get_by_role("button", name="Test").click()
    page.get_by_role("button", name="Begin a call").click()
    call = page.get_by_role("log", name="The call")
    expect(call).to_contain_text("Welcome to the shop.")
    expect(call).to_contain_text("Do you want any help?")
    page.get_by_label("What the caller says").fill("no")
    page.get_by_label("What the caller says").press("Enter")
    expect(page.get_by_text("The call is over")).to_be_visible()
    expect(call).to_contain_text("Goodbye!")

    publish(page, "The door")
    page.get_by_role("tab", name="Step").click()
    page.get_by_role("button", name="Show all (F)").click()  # the trial went along with the call
    says(page, "say", "Welcome to our shop.")
    saved(page)
    publish(page, "Our door")
    page.get_by_role("tab", name="Versions").click()
    page.get_by_role("button", name="What changed").click()
    compared = page.get_by_role("dialog")
    expect(compared).to_contain_text("Welcome to the shop.")
    expect(compared).to_contain_text("Welcome to our shop.")
    drawn = compared.locator(".react-flow__node[data-id='say']")
    expect(drawn).to_have_attribute("aria-label", re.compile("say, changed$"))
    drawn.click(position={"x": 40, "y": 8})
    expect(compared.locator("del")).to_have_text("the")
    expect(compared.locator("ins")).to_have_text("our")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Go back to it").click()
    page.get_by_role("dialog").get_by_role("button", name="Go back").click()
    versions = page.get_by_role("tabpanel").get_by_role("listitem")
    expect(versions).to_have_count(3)
    expect(versions.first).to_contain_text("as version 1")


def test_a_step_is_copied_and_taken_away_by_keys(site: Site, page: Page) -> None:
    opened(page, made(site, "copied"))
    step(page, "goodbye").click(position={"x": 40, "y": 8})
    page.keyboard.press("Control+c")
    page.keyboard.press("Control+v")
    expect(step(page, "goodbye_2")).to_be_visible()
    saved(page)
    assert "goodbye_2:" in draft(site, "copied")
    page.keyboard.press("Delete")
    expect(step(page, "goodbye_2")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(step(page, "goodbye_2")).to_be_visible()


def test_two_people_edit_one_flow_and_nothing_is_lost(site: Site, browser: Browser) -> None:
    name = made(site, "shared")
    one, other = (
        opened(site.open(browser, viewport=WIDE), name),
        opened(site.open(browser, "manager", WIDE), name),
    )
    says(one, "goodbye", "Goodbye from Ada.")
    saved(one)
    says(other, "greet", "How may I help?", "Asks")
    clash = other.get_by_role("dialog", name=re.compile("^Ada.* saved this draft too"))
    expect(clash).to_contain_text("Goodbye from Ada.")
    expect(clash).to_contain_text("How may I help?")
    clash.get_by_role("button", name="Put both together").click()
    saved(other)
    text = draft(site, name)
    assert "Goodbye from Ada." in text
    assert "How may I help?" in text
    assert "# The shop's own words." in text

    says(one, "greet", "Ada asks: what is it?", "Asks")  # she has not seen the other's yet
    clash = one.get_by_role("dialog", name="Manager saved this draft too")
    clash.get_by_role("button", name="Take theirs, keep mine as a copy").click()
    expect(clash).to_be_hidden()
    expect(one.get_by_role("textbox", name="Asks", exact=True)).to_have_value("How may I help?")
    assert "Ada asks: what is it?" in draft(site, "shared_mine")
    assert draft(site, name) == text


def test_the_session_ends_amid_the_work_and_the_work_is_kept(site: Site, browser: Browser) -> None:
    name = made(site, "outlasts")
    site.cookie_of("manager")  # is invited
    page = browser.new_context(base_url=site.url, viewport=WIDE).new_page()
    page.goto(f"/log-in?then=/flows/{name}")
    page.get_by_label("E-mail").fill("manager@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(step(page, "goodbye")).to_be_visible()
    token = page.request.get("/api/session").json()["csrf_token"]
    assert page.request.delete("/api/session", headers={"X-Tandem-CSRF": token}).ok

    says(page, "goodbye", "Goodbye, written without a session.")
    over = page.get_by_role("dialog", name="Your session is over")
    over.get_by_label("Password").fill(PASSWORD)
    assert "without a session" not in draft(site, name)
    over.get_by_role("button", name="Log in").click()
    expect(over).to_be_hidden()
    expect(page.get_by_role("textbox", name="Says", exact=True)).to_have_value(
        "Goodbye, written without a session."
    )
    saved(page)
    assert "without a session" in draft(site, name)


def test_what_could_not_be_saved_is_there_again(site: Site, page: Page) -> None:
    opened(page, made(site, "kept"))
    page.route("**/api/flows/kept/draft", lambda route: route.abort())
    says(page, "goodbye", "Goodbye from the train.")
    expect(page.get_by_role("button", name="Not saved: try again")).to_be_visible()
    page.get_by_role("link", name="Flows").first.click()
    leaving = page.get_by_role("dialog", name="Your last changes are not saved")
    leaving.get_by_role("button", name="Leave").click()
    expect(page).to_have_url(re.compile("/flows$"))
    page.unroute("**/api/flows/kept/draft")
    opened(page, "kept")
    expect(step(page, "goodbye")).to_contain_text("Goodbye from the train.")
    saved(page)
    assert "Goodbye from the train." in draft(site, "kept")


def test_a_viewer_sees_a_flow_and_changes_nothing(site: Site, browser: Browser) -> None:
    page = opened(site.open(browser, "viewer", WIDE), made(site, "looked_at"))
    expect(page.get_by_text("Read only")).to_be_visible()
    expect(page.get_by_role("toolbar", name="Add a step")).to_have_count(0)
    expect(page.get_by_role("button", name="Publish")).to_have_count(0)
    step(page, "goodbye").click(position={"x": 40, "y": 8})
    expect(page.get_by_role("textbox", name="Says", exact=True)).not_to_be_editable()
    expect(page.get_by_role("button", name="Remove this step")).to_have_count(0)
    page.keyboard.press("Delete")
    expect(step(page, "goodbye")).to_be_visible()


def test_script_in_a_text_is_shown_as_text(site: Site, page: Page) -> None:
    opened(page, made(site, "scripted", SCRIPT))
    expect(step(page, "greet")).to_contain_text("<img src=x")
    step(page, "greet").click(position={"x": 40, "y": 8})
    expect(page.get_by_role("textbox", name="Asks", exact=True)).to_have_value(SCRIPT)
    page.get_by_role("button", name="Test").click()
    page.get_by_role("button", name="Begin a call").click()
    expect(page.get_by_role("log", name="The call")).to_contain_text("<img src=x")
    publish(page, SCRIPT)
    page.get_by_role("tab", name="Versions").click()
    expect(page.get_by_role("tabpanel")).to_contain_text(SCRIPT)
    expect(page).not_to_have_title("run")
