"""A caller speaks Spanish, a manager English, and an interpreter between them, in two browsers."""

import contextlib
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from agents.translation.chosen import status
from config.settings import load
from tests.admin.office import SHIPPED
from tests.admin.web.browsing import Site, spoken_wav, violations
from tests.admin.web.conftest import Launch

pytestmark = [pytest.mark.browser, pytest.mark.service, pytest.mark.slow]

ANSWERED_WITHIN_MS = 120_000
PATIENT = "patient"


@pytest.fixture(autouse=True)
def _translator() -> None:
    if not (known := status(load())).available:
        pytest.skip(f"{known.says}: {known.remedy}")


@pytest.fixture
def manager(site: Site, launch: Launch, tmp_path: Path) -> Page:
    """A window on Live, whose microphone asks something in English again and again."""
    voice = spoken_wav(tmp_path / "manager.wav", (6.0, "one moment please, where is your order"), then_s=1.0)
    page = site.open(launch(voice, loop=True))
    page.goto("/live")
    return page


@pytest.fixture
def caller(site: Site, launch: Launch, manager: Page) -> Page:
    """Somebody who types, greeted in Spanish by a flow that waits for them for long."""
    patient = SHIPPED.replace("name: order_status", f"name: {PATIENT}").replace(
        "after_ms: 6000", "after_ms: 50000"
    )
    site.api.post("/flows", json={"yaml": patient}).raise_for_status()
    page = site.open(launch())
    page.goto(f"/phone?flow={PATIENT}&which=draft&language=es-MX")
    page.get_by_role("button", name="Call without a microphone").click()
    return page


def _said(page: Page, words: str) -> None:
    captions = page.get_by_role("region", name="Captions")
    expect(captions).to_contain_text(re.compile(words, re.IGNORECASE), timeout=ANSWERED_WITHIN_MS)


def _in(page: Page, language: str, words: str) -> None:
    """Wait until captions marked to be in a language say something."""
    said = page.get_by_role("region", name="Captions").locator(f"[lang^={language}]")
    found = said.filter(has_text=re.compile(words, re.IGNORECASE))
    expect(found.first).to_be_visible(timeout=ANSWERED_WITHIN_MS)


def _ask_until_translated(caller: Page, manager: Page) -> None:
    """Ask for an order by typing; again where a busy machine's translator did not answer in time."""
    translated = manager.locator("[lang^=en]").filter(has_text=re.compile("my order", re.IGNORECASE)).first
    say = caller.get_by_label("Say by typing")
    for _ in range(4):
        say.fill("quería saber dónde está mi pedido")
        say.press("Enter")
        with contextlib.suppress(AssertionError):
            expect(translated).to_be_visible(timeout=ANSWERED_WITHIN_MS / 4)
            break


def test_a_manager_takes_over_through_the_interpreter_and_hands_back(caller: Page, manager: Page) -> None:
    manager.get_by_role("list", name="Calls now").get_by_role("link").first.click(timeout=ANSWERED_WITHIN_MS)
    manager.get_by_role("button", name="Interpret").press("Enter")
    asked = manager.get_by_role("dialog", name="Take over through an interpreter")
    expect(asked).to_contain_text("The caller speaks Spanish")
    expect(asked.get_by_label("You speak")).to_have_value("en")
    expect(asked.get_by_role("button", name="Begin")).to_be_focused()
    asked.get_by_label("You speak").select_option("es")
    expect(asked.get_by_role("alert")).to_contain_text("speaks it too")
    expect(asked.get_by_role("button", name="Begin")).to_be_disabled()
    assert violations(manager) == []
    asked.get_by_label("You speak").select_option("en")
    asked.get_by_role("button", name="Begin").press("Enter")

    expect(manager.get_by_text("You are on the line")).to_be_visible(timeout=ANSWERED_WITHIN_MS)
    expect(manager.get_by_text("You speak English, the caller Spanish")).to_be_visible(
        timeout=ANSWERED_WITHIN_MS
    )
    for page in (caller, manager):
        _in(page, "en", "moment")
        _in(page, "es", "momento")
    _ask_until_translated(caller, manager)
    for page in (caller, manager):
        _in(page, "es", "mi pedido")
        _in(page, "en", "my order")
        assert violations(page) == []

    manager.get_by_role("button", name="Hand back").click()
    expect(manager.get_by_role("button", name="Interpret")).to_be_visible(timeout=ANSWERED_WITHIN_MS)
    _said(caller, "asistente")
    caller.get_by_role("button", name="Hang up").click()
    expect(manager.get_by_text("This call has ended")).to_be_visible(timeout=ANSWERED_WITHIN_MS)
