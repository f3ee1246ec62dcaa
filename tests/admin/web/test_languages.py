"""A manager has texts drafted in a language they lack, and says which keys and voices change the language."""

import re
import shutil

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.admin.web.browsing import Site
from tests.admin.web.editing import IN_TWO, WIDE, draft, lacking_spanish, opened, publish, saved, step

pytestmark = [pytest.mark.browser, pytest.mark.service, pytest.mark.slow]
needs_apertium = pytest.mark.skipif(
    shutil.which("lt-proc") is None, reason="needs apertium: apt-get install apertium apertium-eng-spa"
)


@pytest.fixture
def page(site: Site, browser: Browser) -> Page:
    """A wide window in which the owner is logged in."""
    return site.open(browser, viewport=WIDE)


@needs_apertium
def test_a_draft_is_in_the_flow_once_somebody_accepted_it(site: Site, page: Page) -> None:
    opened(page, lacking_spanish(site.api, "drafted"))
    before = draft(site, "drafted")
    step(page, "greet").click(position={"x": 40, "y": 8})
    page.get_by_role("button", name="Draft in Spanish").click()
    offered = page.get_by_role("group", name="Draft in Spanish of: Asks")
    expect(offered).to_contain_text("by Apertium")
    words = offered.get_by_label("Draft in Spanish")
    expect(words).to_have_value(re.compile(r"\{company\}"))
    offered.get_by_role("button", name="Drop it").click()
    assert draft(site, "drafted") == before

    page.get_by_role("button", name="Draft in Spanish").click()
    words.fill("¿En qué puedo ayudarle?")
    expect(offered).to_contain_text("It no longer says {company}.")
    words.fill("Aquí {company}. ¿En qué puedo ayudarle?")
    offered.get_by_role("button", name="Use it").click()
    expect(page.get_by_role("textbox", name="Asks", exact=True)).to_have_value(re.compile("Aquí"))

    page.get_by_role("tab", name="Flow", exact=True).click()
    page.get_by_role("button", name="Draft all 2 missing texts").click()
    dialog = page.get_by_role("dialog", name="Texts that lack a language")
    dialog.get_by_role("button", name="Draft all 2").click()
    dialog.get_by_label("Draft of talked over").fill("Un momento.")
    dialog.get_by_label("goodbye › says, in Spanish").uncheck()
    dialog.get_by_role("button", name="Use 1 draft").click()
    saved(page)
    said = 'How can I help you?"'
    want = before.replace(said, f'{said}, es: "Aquí {{company}}. ¿En qué puedo ayudarle?"')
    want = want.replace("talked_over: {en: One moment.}", "talked_over: {en: One moment., es: Un momento.}")
    assert draft(site, "drafted") == want


def test_where_nobody_drafts_a_language_it_is_said_what_to_do(site: Site, page: Page) -> None:
    german = IN_TWO.format(name="undrafted", moment="", greeting="", parting="")
    german = german.replace("es-MX", "de-DE").replace(" es:", " de:")
    site.api.post("/flows", json={"name": "undrafted", "yaml": german}).raise_for_status()
    step(opened(page, "undrafted"), "goodbye").click(position={"x": 40, "y": 8})
    page.get_by_role("button", name="Draft in German").click()
    told = page.get_by_role("alert").filter(has_text=re.compile("apt-get install|Write this text yourself"))
    expect(told).to_be_visible()
    assert draft(site, "undrafted") == german


def test_keys_and_voices_change_the_language_and_undo_brings_it_back(site: Site, page: Page) -> None:
    opened(page, lacking_spanish(site.api, "keyed"))
    before = draft(site, "keyed")
    page.get_by_role("tab", name="Flow", exact=True).click()
    page.get_by_label("Add a key").select_option("2")
    page.get_by_label("Where key 2 leads").select_option("goodbye")
    page.get_by_label("Recognised by how they speak").uncheck()
    saved(page)
    changed = draft(site, "keyed")
    assert 'global_keys:\n  "2": goodbye' in changed
    assert "recognise_language: false" in changed
    expect(page.get_by_label("Likely enough twice in a row")).to_have_count(0)
    for _ in range(3):
        page.keyboard.press("Control+z")
    expect(page.get_by_label("Recognised by how they speak")).to_be_checked()
    saved(page)
    assert draft(site, "keyed") == before


def test_a_phrase_of_two_meanings_warns_where_it_stands_and_hinders_nobody(site: Site, page: Page) -> None:
    sure = "meanings:\n  done: {phrases: {en: [that is all], es: [es todo]}}\n"
    name = lacking_spanish(site.api, "doubted", whole=True)
    tag = site.api.get(f"/flows/{name}/draft").headers["etag"]
    text = draft(site, name).replace(
        sure, f"{sure}  no_more: {{phrases: {{en: [that's all], es: [nada más]}}}}\n"
    )
    text = text.replace("answers: {done: goodbye}", "answers: {done: goodbye, no_more: greet}")
    site.api.put(f"/flows/{name}/draft", json={"yaml": text}, headers={"If-Match": tag}).raise_for_status()
    opened(page, name)
    step(page, "greet").click(position={"x": 40, "y": 8})
    told = "it leads to 'goodbye' and never to 'greet'"
    expect(page.get_by_role("group", name="When the caller means…")).to_contain_text(told)
    publish(page, "All the same")
    page.get_by_role("tab", name="Problems").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("This flow can be published.")
    expect(page.get_by_role("tabpanel")).to_contain_text("Warning: greet")
