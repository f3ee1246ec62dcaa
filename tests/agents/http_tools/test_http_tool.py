import traceback
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from agents.credentials import Credentials
from agents.errors import DeclarationError, Invalid, NotFound, Refused, ToolError, Unavailable, Unknown
from agents.http_tools.description import HttpTool
from agents.http_tools.http_tool import http_tool
from agents.http_tools.network import Network
from agents.tool import AnyTool, IdempotencyKey
from tests.agents.http_tools.shop import Names, Shop, answer

SECRET = "s3cret-k3y"
PIN = "4929"
CREDENTIALS = Credentials(Path("/nonexistent/credentials.yaml"), {"TANDEM_CREDENTIAL_SHOP": SECRET})
STATUS: dict[str, Any] = {
    "name": "parcel_status",
    "description": "Look up where a parcel is.",
    "reads": True,
    "url": "https://shop.example/parcels/{number}",
    "query": {"lang": "en", "page": "{page}"},
    "headers": {"Authorization": "Bearer {credential:SHOP}"},
    "arguments": {
        "number": {"pattern": "^[A-Z0-9 /.]+$", "description": "as printed on the label"},
        "page": {"type": "integer", "required": False},
        "pin": {"required": False, "sensitive": True},
    },
    "result": {"status": "parcel.state", "city": "parcel.events.1.city"},
}
CANCEL: dict[str, Any] = {
    "name": "cancel_parcel",
    "description": "Stop a parcel.",
    "writes": True,
    "consent": True,
    "method": "POST",
    "url": "https://shop.example/cancel",
    "headers": {"Idempotency-Key": "{idempotency_key}"},
    "arguments": {"number": {"type": "integer"}, "why": {"choices": ["late", "wrong"]}},
    "body": {"number": "{number}", "reason": "caller: {why}"},
}


def made(described: dict[str, Any], shop: Shop, names: Names, **changes: Any) -> AnyTool:
    url = described["url"].replace("https://shop.example", shop.url)
    description = HttpTool.model_validate({**described, "url": url, **changes})
    return http_tool(description, CREDENTIALS, Network(shop.allow, names))


async def test_an_answer_is_mapped_by_its_paths(shop: Shop, names: Names) -> None:
    shop.answers = lambda _: answer(200, b'{"parcel": {"state": "here", "events": [{}, {"city": "Ulm"}]}}')
    status = made(STATUS, shop, names)
    assert await status.run({"number": "A/1 B", "page": "2"}, {}) == {"status": "here", "city": "Ulm"}
    [asked] = shop.asked
    assert asked.path == "/parcels/A%2F1%20B?lang=en&page=2"
    assert asked.headers["authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize("body", [b'{"parcel": {"events": []}}', b'{"parcel": []}', b"[]", b"3", b""])
async def test_what_an_answer_does_not_have_is_null(shop: Shop, names: Names, body: bytes) -> None:
    shop.answers = lambda _: answer(200, body)
    assert await made(STATUS, shop, names).run({"number": "A"}, {}) == {"status": None, "city": None}


async def test_without_paths_the_answer_is_the_result(shop: Shop, names: Names) -> None:
    shop.answers = lambda _: answer(200, b'{"any": ["thing"]}')
    assert await made(STATUS, shop, names, result={}).run({"number": "A"}, {}) == {"any": ["thing"]}


@pytest.mark.parametrize("body", [b"<html>", b"{", b"\xff", b"[" * 100_000])
async def test_an_answer_that_is_not_json_is_of_no_use(shop: Shop, names: Names, body: bytes) -> None:
    shop.answers = lambda _: answer(200, body)
    with pytest.raises(Unavailable, match="JSON"):
        await made(STATUS, shop, names).run({"number": "A"}, {})


async def test_a_write_sends_its_body_with_its_key(shop: Shop, names: Names) -> None:
    cancel = made(CANCEL, shop, names)
    assert (cancel.reads, cancel.consent, cancel.repeatable) == (False, True, True)
    arguments = {"number": "7", "why": "late"}
    assert await cancel.run(arguments, {IdempotencyKey: IdempotencyKey("w-9")}) == {}
    [asked] = shop.asked
    assert (asked.method, asked.body) == ("POST", b'{"number": 7, "reason": "caller: late"}')
    assert asked.headers["idempotency-key"] == "w-9"
    assert asked.headers["content-type"] == "application/json"


async def test_a_write_that_was_answered_with_yes_has_happened_whatever_else_is_said(
    shop: Shop, names: Names
) -> None:
    shop.answers = lambda _: answer(200, b"<html>thanks</html>")
    arguments = {"number": "7", "why": "late"}
    assert await made(CANCEL, shop, names).run(arguments, {IdempotencyKey: "w-9"}) == {}


@pytest.mark.parametrize(
    ("status", "of_a_read", "of_a_write"),
    [
        (302, Unavailable, Unavailable),
        (400, Invalid, Invalid),
        (401, Unavailable, Unavailable),
        (403, Unavailable, Unavailable),
        (404, NotFound, NotFound),
        (409, Refused, Refused),
        (422, Invalid, Invalid),
        (429, Unavailable, Unavailable),
        (500, Unavailable, Unknown),
        (502, Unavailable, Unknown),
        (503, Unavailable, Unavailable),
        (504, Unavailable, Unknown),
    ],
)
async def test_a_refusal_becomes_a_word_without_what_the_server_wrote(
    shop: Shop, names: Names, status: int, of_a_read: type[ToolError], of_a_write: type[ToolError]
) -> None:
    shop.answers = lambda _: answer(status, SECRET.encode())
    with pytest.raises(of_a_read) as read:
        await made(STATUS, shop, names).run({"number": "A"}, {})
    with pytest.raises(of_a_write) as write:
        await made(CANCEL, shop, names).run({"number": "7", "why": "late"}, {IdempotencyKey: "w"})
    assert (type(read.value), type(write.value)) == (of_a_read, of_a_write)
    assert str(read.value) == f"shop.example answers {status}"


async def test_a_server_that_is_silent_is_given_up_and_of_a_write_nobody_knows(
    shop: Shop, names: Names
) -> None:
    shop.answers = lambda _: None
    with pytest.raises(Unavailable, match="did not answer within 50 ms"):
        await made(STATUS, shop, names, timeout_ms=50).run({"number": "A"}, {})
    with pytest.raises(Unknown, match="did not answer within 50 ms"):
        await made(CANCEL, shop, names, timeout_ms=50).run(
            {"number": "7", "why": "late"}, {IdempotencyKey: "w"}
        )


async def test_a_write_that_was_not_sent_is_known_not_to_have_happened(shop: Shop, names: Names) -> None:
    names.tell("shop.example", ["127.0.0.9"])
    with pytest.raises(Unavailable):
        await made(CANCEL, shop, names).run({"number": "7", "why": "late"}, {IdempotencyKey: "w"})


async def test_a_read_is_asked_again_as_described(shop: Shop, names: Names) -> None:
    shop.answers = lambda _: answer(503) if len(shop.asked) < 3 else answer(200, b"{}")
    assert await made(STATUS, shop, names, retries=2).run({"number": "A"}, {})
    assert len(shop.asked) == 3


@pytest.mark.parametrize(
    "arguments",
    [{}, {"number": "a b c"}, {"number": ".."}, {"number": "A", "page": "two"}, {"number": "A", "host": "x"}],
)
async def test_arguments_that_do_not_fit_are_refused_before_anything_is_sent(
    shop: Shop, names: Names, arguments: dict[str, str]
) -> None:
    with pytest.raises(Invalid):
        await made(STATUS, shop, names).run(arguments, {})
    assert shop.asked == []


async def test_neither_credentials_nor_sensitive_values_are_told_in_any_failure(
    shop: Shop, names: Names, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    headers = {"X-Pin": "{pin}", "Authorization": "{credential:SHOP}"}
    arguments = {"number": {}, "pin": {"sensitive": True}}
    tool = made(STATUS, shop, names, query={}, headers=headers, arguments=arguments)
    for broken in (answer(500, SECRET.encode()), b"", answer(200, b"x")):
        shop.answers = lambda _, broken=broken: broken
        with pytest.raises(ToolError) as fault:
            await tool.run({"number": "A", "pin": PIN}, {})
        said = "".join(traceback.format_exception(fault.value)) + repr(fault.value) + repr(tool)
        assert SECRET not in said
        assert PIN not in said
    assert SECRET not in caplog.text
    assert PIN not in caplog.text
    assert tool.shown({"number": "A", "pin": PIN}) == {"number": "A", "pin": "(hidden)"}


async def test_a_credential_that_is_missing_is_named(shop: Shop, names: Names) -> None:
    tool = made(STATUS, shop, names, headers={"Authorization": "{credential:OTHER}"})
    with pytest.raises(DeclarationError, match="no credential OTHER"):
        await tool.run({"number": "A"}, {})
    assert shop.asked == []


def test_the_schema_is_that_of_the_arguments(shop: Shop, names: Names) -> None:
    schema = made(STATUS, shop, names).schema
    assert schema["required"] == ["number"]
    assert schema["properties"]["number"]["description"] == "as printed on the label"
    assert made(CANCEL, shop, names).schema["properties"]["why"]["enum"] == ["late", "wrong"]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"writes": True}, "one of reads: true and writes: true"),
        ({"reads": False}, "one of reads: true and writes: true"),
        ({"consent": True}, "consent is for what writes"),
        ({"reads": False, "writes": True, "retries": 1}, "retries are for what reads"),
        ({"method": "GET", "body": {}}, "a GET has no body"),
        ({"url": "https://{number}.example/"}, "url: "),
        ({"url": "https://shop.example{number}/"}, "url: "),
        ({"url": "{number}"}, "url: "),
        ({"url": "ftp://shop.example/"}, "only http and https"),
        ({"url": "https://a@shop.example/"}, "url: "),
        ({"url": "https://shop.example/?x={number}"}, "under query"),
        ({"url": "https://shop.example/{credential:SHOP}"}, "headers only"),
        ({"query": {"key": "{credential:SHOP}"}}, "headers only"),
        ({"url": "https://shop.example/{page}"}, "may be missing"),
        ({"url": "https://shop.example/{nothing}"}, "not one of the arguments"),
        ({"query": {"x": "{"}}, "a brace stands alone"),
        ({"query": {"x": "{idempotency_key}"}}, "is for what writes"),
        ({"headers": {"Host": "x"}}, "set by Tandem"),
        ({"headers": {"X Y": "x"}}, "cannot stand in a header"),
        ({"headers": {"X": "a\nb"}}, "cannot stand in a header"),
        ({"result": {"x": "a..b"}}, "is not a path"),
        ({"name": "Bad Name"}, "name"),
        ({"surprise": 1}, "surprise"),
        ({"arguments": {"number": {"type": "integer", "pattern": "x"}}}, "are for strings"),
    ],
)
def test_a_description_that_makes_no_sense_is_refused_with_the_reason(
    changes: dict[str, Any], fault: str
) -> None:
    with pytest.raises(ValidationError, match=fault):
        HttpTool.model_validate({**STATUS, **changes})


def test_a_pattern_that_is_none_is_refused(shop: Shop, names: Names) -> None:
    with pytest.raises(DeclarationError, match="parcel_status"):
        made(
            STATUS, shop, names, url="https://shop.example/", arguments={"number": {"pattern": "("}}, query={}
        )


def test_secrets_are_secret_strings() -> None:
    assert isinstance(CREDENTIALS.fill("x {credential:SHOP}"), SecretStr)
    assert SECRET not in repr(CREDENTIALS.fill("x {credential:SHOP}"))
