import logging
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from agents.errors import Unavailable
from agents.language_model.agent import WORDS
from agents.language_model.endpoint import MOST_TRIES
from tests.agents.language_model.conftest import CUT, STALL, Desk, PlayedEndpoint, Reply, chunk, says

DONE = {WORDS: "It has shipped."}


def refusal(status: int, message: str, code: str | None = None, **headers: str) -> Reply:
    return Reply(
        status=status,
        body={"error": {"message": message, "type": "invalid_request_error", "code": code}},
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


SOON = {"retry_after_ms": "1"}


async def test_too_many_requests_are_sent_again_when_the_endpoint_says(
    desk: Desk, played: PlayedEndpoint
) -> None:
    played.replies = [
        refusal(429, "slow down", retry_after_ms="20"),
        refusal(429, "slow down", retry_after="0.02"),
        says("It has shipped."),
    ]
    assert await desk.work() == DONE
    assert len(played.requests) == 3


async def test_a_pause_that_goes_past_the_deadline_is_not_waited_for(
    desk: Desk, played: PlayedEndpoint
) -> None:
    now = datetime.now(UTC)
    for after in ("3600", format_datetime(now + timedelta(hours=1), usegmt=True)):
        played.replies = [
            refusal(429, "slow down", retry_after=after, date=format_datetime(now, usegmt=True)),
            says("It has shipped."),
        ]
        with pytest.raises(Unavailable, match="429"):
            await desk.work(within_ms=60_000)
    assert len(played.requests) == 2


@pytest.mark.parametrize("status", [500, 502, 503, 529])
async def test_servers_that_fail_are_asked_again(desk: Desk, played: PlayedEndpoint, status: int) -> None:
    played.replies = [refusal(status, "overloaded", **SOON), says("It has shipped.")]
    assert await desk.work() == DONE


async def test_after_so_many_tries_it_is_unavailable(desk: Desk, played: PlayedEndpoint) -> None:
    played.replies = [refusal(500, "overloaded", **SOON)] * 9
    with pytest.raises(Unavailable, match="500") as raised:
        await desk.work()
    assert raised.value.word == "unavailable"
    assert len(played.requests) == MOST_TRIES


@pytest.mark.parametrize(
    ("reply", "variable"),
    [
        (refusal(401, "Incorrect API key provided: sk-topsecret"), "LLM_API_KEY"),
        (refusal(403, "no"), "LLM_API_KEY"),
        (refusal(404, "model not found: 104233"), "LLM_MODEL"),
        (refusal(429, "You exceeded your quota", "insufficient_quota"), "credit"),
    ],
)
async def test_a_wrong_setting_is_one_line_that_names_the_variable_and_no_key(
    desk: Desk,
    played: PlayedEndpoint,
    caplog: pytest.LogCaptureFixture,
    reply: Reply,
    variable: str,
) -> None:
    played.replies = [reply]
    with caplog.at_level(logging.DEBUG), pytest.raises(Unavailable, match=variable) as raised:
        await desk.work()
    assert len(played.requests) == 1
    assert "\n" not in str(raised.value)
    assert played.keys == ["bearer sk-topsecret"]
    logged = "\n".join(f"{each.getMessage()} {each.exc_info or ''}" for each in caplog.records)
    assert variable in logged
    for private in ("topsecret", "104233", "Where is my order"):
        assert private not in logged + str(raised.value)


async def test_a_connection_that_is_lost_before_the_first_word_is_made_again(
    desk: Desk, played: PlayedEndpoint
) -> None:
    played.replies = [Reply((CUT,)), says("It has shipped.")]
    assert await desk.work() == DONE


@pytest.mark.parametrize(
    "end",
    [
        pytest.param((CUT,), id="the connection is lost"),
        pytest.param((), id="the stream ends without a reason"),
        pytest.param(("[DONE]",), id="it is said to be done without a reason"),
        pytest.param(
            ('{"error": {"message": "104233", "code": "server_error"}}',), id="an error in the stream"
        ),
        pytest.param(('{"choices": [',), id="a chunk that is not JSON"),
        pytest.param((STALL,), id="silence"),
    ],
)
async def test_an_answer_that_breaks_off_is_begun_again_and_what_was_said_is_not_said_twice(
    open_desk, played: PlayedEndpoint, caplog: pytest.LogCaptureFixture, end: tuple[str, ...]
) -> None:
    desk = open_desk(LLM_TIMEOUT_S="0.3")
    played.replies = [Reply((chunk(content="I see it. It has shi"), *end)), says("It has shipped.")]
    with caplog.at_level(logging.DEBUG):
        assert await desk.work() == DONE
    assert desk.said == ["I see it.", "It has shipped."]
    said, go_on = played.requests[1]["messages"][2:]
    assert said == {"role": "assistant", "content": "I see it."}
    assert "cut off" in go_on["content"]
    assert "104233" not in caplog.text


async def test_an_endpoint_that_always_breaks_off_is_given_up(desk: Desk, played: PlayedEndpoint) -> None:
    played.replies = [Reply((chunk(content="It"), CUT))] * 9
    with pytest.raises(Unavailable):
        await desk.work()
    assert len(played.requests) == 3
    assert desk.said == []


async def test_an_endpoint_that_says_nothing_is_given_up(open_desk, played: PlayedEndpoint) -> None:
    desk = open_desk(LLM_TIMEOUT_S="0.05")
    played.replies = [Reply((STALL,))] * 9
    with pytest.raises(Unavailable, match="no word"):
        await desk.work()
    assert len(played.requests) == MOST_TRIES


async def test_an_endpoint_that_is_not_there_is_unavailable(open_desk, unused_tcp_port: int) -> None:
    desk = open_desk(LLM_BASE_URL=f"http://127.0.0.1:{unused_tcp_port}/v1")
    with pytest.raises(Unavailable, match="connection"):
        await desk.work()


async def test_what_an_endpoint_does_not_know_is_left_out_from_then_on(
    desk: Desk, played: PlayedEndpoint
) -> None:
    schema = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
    played.replies = [
        refusal(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
        refusal(400, "stream_options is not permitted"),
        refusal(422, "response_format.type json_schema is unknown"),
        refusal(400, "response_format is unknown"),
        says('{"ok": true}', tokens=None),
        says('{"ok": false}', tokens=None),
    ]
    assert await desk.work(answer=schema) == {"ok": True}
    assert await desk.work(answer=schema) == {"ok": False}
    formats = [each.get("response_format", {}).get("type") for each in played.requests]
    assert formats == ["json_schema"] * 3 + ["json_object", None, None]
    last = played.requests[-1]
    assert "max_completion_tokens" in last
    assert not {"max_tokens", "stream_options"} & set(last)


async def test_a_request_that_is_not_accepted_for_another_reason_is_not_sent_again(
    desk: Desk, played: PlayedEndpoint
) -> None:
    played.replies = [refusal(400, "context too long", "context_length_exceeded")] * 3
    with pytest.raises(Unavailable, match="context_length_exceeded"):
        await desk.work()
    assert len(played.requests) == 1


async def test_an_endpoint_without_a_key_is_sent_none_of_ours(open_desk, played: PlayedEndpoint) -> None:
    played.replies = [says("It has shipped.")]
    assert await open_desk(LLM_API_KEY="").work() == DONE
    assert played.keys == ["bearer none"]
