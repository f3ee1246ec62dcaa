from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.errors import Invalid
from agents.http_tools.templates import (
    TemplateError,
    blanks,
    credentials,
    fill_body,
    fill_header,
    fill_path,
    fill_query,
)


def test_blanks_credentials_and_braces_are_told_apart() -> None:
    template = "{{x}} {name} {credential:API_KEY}"
    assert blanks(template) == {"name"}
    assert credentials(template) == {"API_KEY"}


@pytest.mark.parametrize("template", ["{", "}", "{Name}", "{a b}", "{credential:lower}", "{name"])
def test_a_brace_that_stands_alone_is_refused(template: str) -> None:
    with pytest.raises(TemplateError):
        blanks(template)


@given(st.text())
def test_whatever_an_argument_says_it_stays_one_segment_of_the_path(value: str) -> None:
    try:
        path = fill_path("/v1/orders/{number}/lines", {"number": value})
    except Invalid:
        return
    assert path.isascii()
    assert not set(path) & set("?#\\ \r\n@:;")
    empty, version, orders, number, lines = path.split("/")
    assert (empty, version, orders, lines) == ("", "v1", "orders", "lines")
    assert unquote(number) == value


@pytest.mark.parametrize("value", ["", ".", "..", "../..", "a/../b", "..\\x", "/.."])
def test_an_argument_cannot_step_upwards(value: str) -> None:
    with pytest.raises(Invalid, match="number"):
        fill_path("/orders/{number}", {"number": value})


@pytest.mark.parametrize("value", ["a\r\nX-Admin: 1", "a\nb", "a\x00b", "ä", "\x7f", "{credential:OTHER}"])
def test_an_argument_cannot_add_a_header_or_name_a_credential(value: str) -> None:
    with pytest.raises(Invalid, match="number"):
        fill_header("no {number}", {"number": value})


def test_a_header_keeps_its_credentials_to_be_filled() -> None:
    assert fill_header("Bearer {credential:KEY} {n}", {"n": 4}) == "Bearer {credential:KEY} 4"


def test_a_missing_argument_takes_its_part_of_a_query_away() -> None:
    templates = {"lang": "en", "page": "{page}", "loud": "{loud}"}
    assert fill_query(templates, {"page": None, "loud": True}) == [("lang", "en"), ("loud", "true")]


def test_a_body_keeps_types_and_drops_what_is_missing() -> None:
    body = {"n": "{n}", "note": "order {n}!", "gone": "{gone}", "list": ["{n}", "{gone}", 3], "raw": None}
    assert fill_body(body, {"n": 7, "gone": None}) == {
        "n": 7,
        "note": "order 7!",
        "list": [7, 3],
        "raw": None,
    }


@given(st.text("{}ab"), st.text("{}ab"))
def test_a_value_is_never_read_as_a_template(first: str, second: str) -> None:
    assert fill_body("{a} {b}", {"a": first, "b": second}) == f"{first} {second}"
