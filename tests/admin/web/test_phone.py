"""Calls from the Phone page, with a real Chromium, a real microphone of Chromium's and the whole platform."""

import io
import re
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from agents.crm.seed import DEMO_ORDER_NUMBER
from tests.admin.web.browsing import FLOW, Site, spoken_wav
from tests.admin.web.conftest import Launch

pytestmark = [pytest.mark.browser, pytest.mark.service, pytest.mark.slow]

ANSWERED_WITHIN_MS = 120_000
"""On a machine that does other things as well; nothing here measures how long it takes."""
TO_THE_PHONE = f"/phone?flow={FLOW}"


def _captions(page: Page) -> Any:
    return page.get_by_role("region", name="Captions")


def _says(page: Page, words: str) -> None:
    expect(_captions(page)).to_contain_text(re.compile(words, re.IGNORECASE), timeout=ANSWERED_WITHIN_MS)


def _call_typing(page: Page) -> None:
    page.goto(TO_THE_PHONE)
    page.get_by_role("button", name="Call without a microphone").click()
    _says(page, "how can i help")


def _heard_of(site: Site, call_id: str) -> tuple[str, "np.ndarray[Any, np.dtype[np.int16]]", int]:
    """What the tape has of the agent: the words that were heard, and their sound, int16[n] with its rate."""
    tape = site.api.get(f"/calls/{call_id}/tape").json()["rows"]
    heard = " ".join(word["text"] for row in tape for word in row.get("agent", {}).get("words", []))
    recording = site.api.get(f"/calls/{call_id}/audio").content
    with wave.open(io.BytesIO(recording)) as sound:
        rate = sound.getframerate()
        both = np.frombuffer(sound.readframes(sound.getnframes()), np.int16).reshape(-1, 2)
    return heard, both[:, 1], rate


def test_a_caller_asks_by_voice_and_hears_what_became_of_the_order(
    site: Site, launch: Launch, tmp_path: Path
) -> None:
    # Asked again, should the first time fall together with what the agent says.
    voice = spoken_wav(tmp_path / "caller.wav", (8.0, "hi, where is my order?"), then_s=6.0)
    page = site.open(launch(voice, loop=True))
    page.goto(TO_THE_PHONE)
    page.get_by_role("button", name="Call", exact=True).click()
    _says(page, "how can i help")
    _says(page, "where is my order")
    _says(page, "order number")
    page.get_by_role("button", name="Mute").click()
    page.keyboard.type(DEMO_ORDER_NUMBER, delay=150)
    _says(page, "brass reading lamp")
    expect(page.get_by_role("complementary")).to_contain_text("Order status done")
    _says(page, "anything else")
    page.get_by_role("button", name="Hang up").click()
    expect(page.get_by_role("heading", name="You have hung up")).to_be_visible()

    link = page.get_by_role("link", name="Look at this call").get_attribute("href")
    assert link is not None
    heard, agent, rate = _heard_of(site, link.rpartition("/")[2])
    assert "lamp" in heard, heard
    loud_s = float((np.abs(agent.astype(np.int32)) > 500).reshape(-1, 1).sum()) / rate
    assert loud_s > 1.0, "the recording shows the agent where the browser played it"


def test_who_cannot_speak_types_and_is_answered(site: Site, launch: Launch) -> None:
    page = site.open(launch())
    _call_typing(page)
    say = page.get_by_label("Say by typing")
    expect(say).to_be_focused()
    say.fill("where is my order?")
    say.press("Enter")
    _says(page, "order number")
    say.fill(DEMO_ORDER_NUMBER)
    say.press("Enter")
    _says(page, "brass reading lamp")


def test_without_the_microphones_permission_one_is_told_what_to_do_and_can_type(
    site: Site, launch: Launch
) -> None:
    page = site.open(launch())
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))"
    )
    page.goto(TO_THE_PHONE)
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("The microphone is not allowed")
    expect(page.get_by_role("button", name="Call without a microphone")).to_be_enabled()


def test_a_connection_that_breaks_ends_the_call_with_a_way_on(site: Site, launch: Launch) -> None:
    page = site.open(launch())
    sockets: list[WebSocketRoute] = []

    def pass_on(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    page.route_web_socket(re.compile("/phone/media/"), pass_on)
    _call_typing(page)
    sockets[0].close(code=1011)
    expect(page.get_by_role("heading", name="The connection was lost")).to_be_visible()
    page.get_by_role("button", name="New call").click()
    expect(page.get_by_role("button", name="Call", exact=True)).to_be_visible()


def test_leaving_the_page_hangs_up(site: Site, launch: Launch) -> None:
    page = site.open(launch())
    _call_typing(page)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Calls").click()
    page.goto("/live")
    expect(page.get_by_role("heading", name="Nobody is on the line")).to_be_visible(timeout=30_000)


def test_in_development_one_calls_from_this_machine_without_an_account(site: Site, launch: Launch) -> None:
    page = launch().new_page(base_url=site.url)
    page.goto(TO_THE_PHONE)
    page.get_by_role("button", name="Call without a microphone").click()
    _says(page, "how can i help")
    page.get_by_role("button", name="Hang up").click()
    expect(page.get_by_role("heading", name="You have hung up")).to_be_visible()
    expect(page.get_by_role("link", name="Look at this call")).to_have_count(0)
    page.goto("/calls")
    expect(page).to_have_url(re.compile("/log-in"))
