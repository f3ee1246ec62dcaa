"""What vendors' adapters read and write alike."""

import asyncio
import json
import logging
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.crm.hubspot_forms import html_of, moment_of, text_of
from agents.crm.port import OrderState
from agents.crm.vendor import (
    Door,
    Garbled,
    Patience,
    Vendor,
    cents,
    e164,
    order_state,
    retry_after_s,
    same_phone,
    signed,
    unsigned,
)
from agents.crm.vendor_session import VendorSession
from agents.errors import Unavailable
from config.logs import about, begin, hiding

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEYS = st.from_regex(r"[\w.:/-]+", fullmatch=True)


@given(note=st.text().map(str.rstrip), key=KEYS)
def test_a_signed_note_comes_back_with_its_key(note: str, key: str) -> None:
    assert unsigned(signed(note, key)) == (note, key)


@given(note=st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"])).map(str.strip))
def test_a_note_survives_html(note: str) -> None:
    assert text_of(html_of(note)) == note


def test_a_note_that_only_mentions_a_key_is_nobodys() -> None:
    assert unsigned("See [tandem x1] above.") == ("See [tandem x1] above.", "")


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("0", 0.0),
        ("1.5", 1.5),
        ("-3", 0.0),
        ("Mon, 23 Nov 2026 12:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
    ],
)
def test_a_wait_is_seconds_or_a_date(header: str | None, wait_s: float | None) -> None:
    assert retry_after_s(header, NOW) == wait_s


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("+1 (503) 555-0123", "+15035550123"),
        ("503.555.0123", "+15035550123"),
        ("1-503-555-0123", "+15035550123"),
        ("+44 20 7946 0123", "+442079460123"),
        ("", ""),
        (None, ""),
    ],
)
def test_numbers_are_read_as_people_write_them(written: str | None, meant: str) -> None:
    assert e164(written) == meant
    assert same_phone(written, "+15035550123") == (meant == "+15035550123")


@pytest.mark.parametrize(
    ("amount", "whole"),
    [("99.00", 9_900), (39.5, 3_950), ("0.1", 10), (None, 0), ("", 0), ("1234.565", 123_456)],
)
def test_amounts_become_whole_cents(amount: object, whole: int) -> None:
    assert cents(amount) == whole


@pytest.mark.parametrize("amount", ["a lot", "NaN", "Infinity"])
def test_what_is_no_amount_is_not_guessed(amount: str) -> None:
    with pytest.raises(Garbled):
        cents(amount)


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (("Packing",), OrderState.PACKED),
        (("In Transit",), OrderState.SHIPPED),
        (("unfulfilled",), OrderState.PLACED),
        (("fulfilled",), OrderState.SHIPPED),
        (("not shipped",), OrderState.PLACED),
        (("Canceled",), OrderState.CANCELLED),
        (("partially refunded",), OrderState.RETURNED),
        ((None, "", "Delivered"), OrderState.DELIVERED),
        (("Shipped", "Activated"), OrderState.SHIPPED),
        (("gibberish",), OrderState.PLACED),
    ],
)
def test_a_companys_own_words_say_where_an_order_is(words: tuple[str | None, ...], state: OrderState) -> None:
    assert order_state(*words) is state


@pytest.mark.parametrize("written", ["2026-11-23T12:00:00.000Z", "1795435200000"])
def test_moments_are_iso_or_milliseconds(written: str) -> None:
    assert moment_of(written) == NOW


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest", "https://acme.example@evil.example/", "file:///x"]
)
def test_a_session_goes_nowhere_else(url: str) -> None:
    with pytest.raises(Garbled, match="it leads to"):
        VendorSession("https://acme.example", str).get(url)


async def test_a_request_is_about_what_its_caller_is_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests run in threads; log lines written there say the call, and hide what is hidden."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    begin("worker", tmp_path, "debug")

    def ask() -> bool:
        logging.getLogger("agents").info("asked with PIN 4711")
        logging.getLogger("hubspot.crm.objects.rest").debug("response body: Ada Quinn")
        return True

    door = Door(Vendor("Acme", "ACME_TOKEN", lambda _: None))
    with about(call="call-1"), hiding(["4711"]):
        async with door.reading() as visit:
            assert await visit.read(ask)
    for handler in root.handlers:
        handler.close()
    (line,) = map(json.loads, (tmp_path / "worker.log").read_text().splitlines())
    assert (line["call"], line["text"]) == ("call-1", "asked with PIN (hidden)")


async def test_many_requests_that_hang_keep_nobody_waiting() -> None:
    """More than there are threads for."""
    released = threading.Event()
    door = Door(Vendor("Acme", "ACME_TOKEN", lambda _: None, Patience(read_s=0.05)))

    async def ask() -> None:
        async with door.reading() as visit:
            await visit.read(released.wait)

    outcomes = await asyncio.gather(*(ask() for _ in range(20)), return_exceptions=True)
    released.set()
    assert {type(each) for each in outcomes} == {Unavailable}
