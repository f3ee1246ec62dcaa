"""The endpoint of a language model: chat completions, streamed, over the `openai` client.

What the endpoint does not know is left out the next time: usage in the stream, JSON schemas, `max_tokens`.
What passes (429, 5xx, a lost connection) is tried again while there is time; the client's own retries are
off, for they know of no deadline. Nothing sent or answered is logged: the answer to a wrong key quotes it.
"""

import asyncio
import json
import logging
import random
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal, cast
from urllib.parse import urlsplit

import openai
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionChunk

from agents.errors import Unavailable
from agents.language_model.completion import Completion, gathered
from agents.language_model.errors import Interrupted
from config.settings import Settings

logger = logging.getLogger(__name__)

MOST_TRIES: Final = 4
FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 8.0
_CONNECT_S: Final = 5.0
_PASSING: Final = frozenset({408, 409, 425, 429})
"""And 5xx."""

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. Messages and tools as the protocol has them.

    Attributes:
        tools: open to the model, or shown but closed (`may_call` false).
        most_tokens: of the answer.
        schema: the answer is to be a JSON object that fits it; None: words.
    """

    messages: Sequence[Message]
    tools: Sequence[Mapping[str, Any]]
    most_tokens: int
    schema: Mapping[str, Any] | None = None
    may_call: bool = True


@dataclass(frozen=True, slots=True)
class _Abilities:
    """What the endpoint is believed to know, until it says otherwise."""

    usage: bool = True
    format: Literal["json_schema", "json_object", "none"] = "json_schema"
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"


class _Passing(Exception):  # noqa: N818 - not an error yet
    """It may work the next time. `pause_s`: not before; None: the endpoint did not say."""

    def __init__(self, text: str, pause_s: float | None = None) -> None:
        super().__init__(text)
        self.pause_s: Final = pause_s


class Endpoint:
    """A model at an address.

    Args:
        settings: `LLM_MODEL` is set; the address, the key and the patience.
        unix_ms: the clock deadlines are on.
        first_pause_s: before it is asked again, where it does not say; doubled from try to try.
    """

    def __init__(
        self, settings: Settings, unix_ms: Callable[[], int], first_pause_s: float = FIRST_PAUSE_S
    ) -> None:
        for chatty in ("openai", "httpx2", "httpcore2"):  # at level debug the first logs whole prompts
            logging.getLogger(chatty).setLevel(logging.WARNING)
        self._model = settings.llm_model or ""
        self._host = urlsplit(settings.llm_base_url).netloc.rpartition("@")[2]
        self._patience_s = settings.llm_timeout_s
        self._unix_ms = unix_ms
        self._first_pause_s = first_pause_s
        self._abilities = _Abilities()
        key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else "none"
        self._client = AsyncOpenAI(
            base_url=settings.llm_base_url,
            api_key=key,
            max_retries=0,
            timeout=openai.Timeout(self._patience_s, connect=min(_CONNECT_S, self._patience_s)),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def stream(self, ask: Ask, deadline_unix_ms: int) -> AsyncGenerator[Completion, None]:
        """Ask, and yield the answer so far each time more of it has arrived; the last one is whole.

        Raises:
            Interrupted: the stream ended in the middle; trying again is the asker's to decide.
            Unavailable: there is no answer to be had in time; the text says why, and what to set.
        """
        tries = 0
        while True:
            so_far = Completion()
            try:
                async with aclosing(self._chunks(ask)) as chunks:
                    async for chunk in chunks:
                        so_far = gathered(so_far, chunk)
                        yield so_far
                if so_far.finish:
                    return
                trouble = _Passing("the stream ended before the answer did")
            except openai.APIStatusError as error:
                if not self._learned(ask, error):
                    raise self._final(error) from None
                continue
            except _Passing as passing:
                trouble = passing
            if so_far != Completion():
                raise Interrupted(f"the language model at {self._host}: {trouble}")
            tries += 1
            await self._pause(trouble, tries, deadline_unix_ms)

    async def _chunks(self, ask: Ask) -> AsyncGenerator[ChatCompletionChunk, None]:
        """Send one request and yield its chunks.

        Raises:
            _Passing: it may work the next time.
            openai.APIStatusError: the endpoint will not have it.
        """
        try:
            async with asyncio.timeout(self._patience_s):
                stream = await self._client.chat.completions.create(**self._request(ask))
            async with stream:
                chunks = aiter(cast("AsyncGenerator[ChatCompletionChunk, None]", stream))
                while True:
                    async with asyncio.timeout(self._patience_s):  # comments keep a connection alive, not us
                        chunk = await anext(chunks, None)
                    if chunk is None:
                        return
                    yield chunk
        except (TimeoutError, openai.APITimeoutError):
            raise _Passing(f"no word for {self._patience_s:g} s") from None
        except openai.APIConnectionError:
            raise _Passing("the connection failed") from None
        except openai.APIStatusError as error:
            if error.code == "insufficient_quota":
                raise
            if error.status_code in _PASSING or error.status_code >= 500:
                raise _Passing(f"it answered {error.status_code}", _retry_after_s(error)) from None
            raise
        except openai.APIError as error:  # an error object in the stream
            raise _Passing(f"it broke off with the error {_word(error)}") from None
        except json.JSONDecodeError:
            raise _Passing("a chunk was not JSON") from None

    def _request(self, ask: Ask) -> dict[str, Any]:
        abilities = self._abilities
        request: dict[str, Any] = {
            "model": self._model,
            "messages": list(ask.messages),
            "stream": True,
            abilities.limit: ask.most_tokens,
        }
        if ask.tools:
            request |= {"tools": list(ask.tools), "tool_choice": "auto" if ask.may_call else "none"}
        if abilities.usage:
            request["stream_options"] = {"include_usage": True}
        if ask.schema and abilities.format == "json_schema":
            schema = {"name": "answer", "schema": dict(ask.schema)}
            request["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif ask.schema and abilities.format == "json_object":
            request["response_format"] = {"type": "json_object"}
        return request

    def _learned(self, ask: Ask, error: openai.APIStatusError) -> bool:
        """Note what the endpoint did not know; false when that was not the trouble."""
        if error.status_code not in (400, 422):
            return False
        text = str(error)
        before = self._abilities
        if "max_tokens" in text and before.limit == "max_tokens":
            self._abilities = replace(before, limit="max_completion_tokens")
        elif "stream_options" in text and before.usage:
            self._abilities = replace(before, usage=False)
        elif ask.schema and before.format != "none":
            lower = "json_object" if before.format == "json_schema" else "none"
            self._abilities = replace(before, format=lower)
        if self._abilities == before:
            return False
        logger.info("%s does without: %s", self._host, self._abilities)
        return True

    def _final(self, error: openai.APIStatusError) -> Unavailable:
        match error.status_code:
            case 401 | 403:
                fix = "LLM_API_KEY is not accepted: set it to a key of this endpoint"
            case 404:
                fix = f"LLM_MODEL={self._model!r} is not served, or LLM_BASE_URL lacks its path (often /v1)"
            case 429:
                fix = "the account of LLM_API_KEY has no credit left"
            case _:
                fix = f"the request is not accepted ({_word(error)})"
        text = f"the language model at {self._host} answered {error.status_code}: {fix}"
        logger.error(text)
        return Unavailable(text)

    async def _pause(self, trouble: _Passing, tries: int, deadline_unix_ms: int) -> None:
        pause_s = trouble.pause_s
        if pause_s is None:
            pause_s = min(self._first_pause_s * 2 ** (tries - 1), _LONGEST_PAUSE_S) * random.uniform(0.5, 1.0)
        left_s = (deadline_unix_ms - self._unix_ms()) / 1_000
        if tries >= MOST_TRIES or pause_s >= left_s:
            text = f"the language model at {self._host}: {trouble}"
            logger.warning("%s; given up after %d tries", text, tries)
            raise Unavailable(text)
        logger.info("%s: %s; again in %.2f s", self._host, trouble, pause_s)
        await asyncio.sleep(pause_s)


def _retry_after_s(error: openai.APIStatusError) -> float | None:
    """How long the endpoint asks to wait: `retry-after-ms`, or `Retry-After` in seconds or as a date."""
    headers = error.response.headers
    for name, per_second in (("retry-after-ms", 1_000), ("retry-after", 1)):
        try:
            return max(0.0, float(headers[name]) / per_second)
        except (KeyError, ValueError):
            continue
    try:
        until = parsedate_to_datetime(headers["retry-after"])
        answered = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return None
    return max(0.0, (until.astimezone(UTC) - answered.astimezone(UTC)).total_seconds())


def _word(error: openai.APIError) -> str:
    """The error's code: a word of the protocol. Its message may quote what was sent."""
    word = error.code or error.type or ""
    return word if word.replace("_", "").isalnum() and len(word) < 40 else "without a code"
