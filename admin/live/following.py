"""Live calls as they are found in Redis: which are up, what happens on them, what they sound like.

Every process of the server does this by itself: a call may be on any of them.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass
from typing import Any, Final, cast
from uuid import uuid4

from pydantic import ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from admin.problems import Problem
from agents.reports import connect
from config.live import (
    AUDIO_LENGTH,
    CALLS_KEY,
    COMMANDS_LENGTH,
    COMMANDS_TTL_S,
    EVENTS_KEY,
    GONE_AFTER_S,
    VOICES_LENGTH,
    Answer,
    Command,
    LiveCall,
    LiveState,
    answer_key,
    audio_key,
    call_events_key,
    call_state_key,
    commands_key,
    voices_key,
)

_BLOCK_MS: Final = 5_000
_ANSWERED_WITHIN_S: Final = 3
_READ_AT_ONCE: Final = 200
_TOGETHER_S: Final = 0.05
"""Happenings within so long of each other are read together."""
_STATUS: Final = {"call-over": 404, "no-words": 422}
_NOTHING_READ: Final = "0-0"


@dataclass(frozen=True, slots=True)
class Entry:
    """A happening in its stream. `id`: where to go on after it. `data`: JSON."""

    id: str
    kind: str
    call_id: str
    data: str


class LiveCalls:
    """What all requests for live calls share. Nothing is connected before it is needed."""

    def __init__(self, redis_url: str) -> None:
        self._url = redis_url
        self._redis = connect(redis_url, _ANSWERED_WITHIN_S * 1_000)

    async def close(self) -> None:
        """Close the connections of requests; those of streams are closed by their readers."""
        await self._redis.aclose()

    # --- which are up ---------------------------------------------------------------------------------

    async def all(self) -> list[LiveCall]:
        """Find the calls that are up, newest first."""
        with _answering():
            seconds, _ = await self._redis.time()
            ids = cast(
                "list[str]", await self._redis.zrangebyscore(CALLS_KEY, seconds - GONE_AFTER_S, "+inf")
            )
            async with self._redis.pipeline(transaction=False) as pipe:
                for call_id in ids:
                    pipe.hget(call_state_key(call_id), "state")
                texts = cast("list[str | None]", await pipe.execute())
        states = [state for text in texts if (state := _state(text))]
        return sorted((state.call for state in states), key=lambda call: call.began_at, reverse=True)

    async def find(self, call_id: str) -> LiveState | None:
        """Find a call; None when it is not up."""
        with _answering():
            seconds, _ = await self._redis.time()
            heard_of = await self._redis.zscore(CALLS_KEY, call_id)
            if heard_of is None or heard_of < seconds - GONE_AFTER_S:
                return None
            return _state(cast("str | None", await self._redis.hget(call_state_key(call_id), "state")))

    async def found(self, call_id: str) -> LiveState:
        """Find a call that must be up.

        Raises:
            Problem: 404, it is not; 503, Redis does not answer.
        """
        state = await self.find(call_id)
        if state is None:
            detail = "This call is not up: it has ended, or never was. It may be in the list of past calls."
            raise Problem(404, "call-over", detail)
        return state

    # --- what is wanted of them -------------------------------------------------------------------------

    async def have(self, command: Command) -> None:
        """Have a call do something, and wait until it has.

        Raises:
            Problem: 404, the call is not up; 409 or 422, it does not do that; 504, its server does not
                answer; 503, Redis does not.
        """
        await self.send(command, (await self.found(command.call_id)).server)
        with _answering():
            answer = await self._redis.blpop([answer_key(command.id)], timeout=_ANSWERED_WITHIN_S)
        if answer is None:
            detail = "The server that has this call does not answer. See whether it was done, and try again."
            raise Problem(504, "no-answer", detail)
        told = Answer.model_validate_json(cast("tuple[str, str]", answer)[1])
        if not told.done:
            raise Problem(_STATUS.get(told.why, 409), told.why, told.detail)

    async def send(self, command: Command, server: str) -> None:
        """Have a call do something, without an answer. Raises: Problem 503, Redis does not answer."""
        await self._add(commands_key(server), {"command": command.model_dump_json()}, COMMANDS_LENGTH)

    async def speak(self, server: str, call_id: str, holder: str, pcm: bytes) -> None:
        """Send int16 little-endian mono at 16 kHz to a call. Raises: Problem 503, Redis does not answer."""
        await self._add(voices_key(server), {"call": call_id, "holder": holder, "pcm": pcm}, VOICES_LENGTH)

    async def _add(self, key: str, fields: dict[Any, Any], length: int) -> None:
        with _answering():
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.xadd(key, fields, maxlen=length)
                pipe.expire(key, COMMANDS_TTL_S)
                await pipe.execute()

    # --- what happens on them -----------------------------------------------------------------------------

    async def begin(self, call_id: str | None, after: str | None) -> tuple[str, bool]:
        """Tell where reading begins, and whether happenings after `after` are gone already.

        Without `after` that is the call's beginning, or, for all calls, now.
        """
        key = EVENTS_KEY if call_id is None else call_events_key(call_id)
        with _answering():
            if after is None:
                newest = await self._redis.xrevrange(key, count=1) if call_id is None else []
                return (cast("list[tuple[str, Any]]", newest)[0][0] if newest else _NOTHING_READ), False
            if await self._redis.xrange(key, after, after, count=1):
                return after, False
        return after, after != _NOTHING_READ

    async def happenings(self, call_id: str | None, after: str) -> AsyncGenerator[list[Entry]]:
        """Read happenings as they come, in order, each once; an empty list when none came for a while.

        As many as were read are in memory at a time: who reads slowly reads on in the stream.

        Raises:
            RedisError: it does not answer any more.
        """
        key = EVENTS_KEY if call_id is None else call_events_key(call_id)
        async with self._reader() as redis:
            while True:
                answer = await redis.xread({key: after}, count=_READ_AT_ONCE, block=_BLOCK_MS)
                streams = cast("list[tuple[str, list[tuple[str, dict[str, str]]]]]", answer)
                entries = [
                    Entry(position, fields["kind"], fields["call"], fields["data"])
                    for _, found in streams
                    for position, fields in found
                ]
                yield entries
                if entries:
                    after = entries[-1].id
                    await asyncio.sleep(_TOGETHER_S)

    async def sound(self, call_id: str, *, holder: bool = False) -> AsyncGenerator[bytes]:
        """Read a call's audio from now on: a micro-turn a time, int16 stereo; empty when none came.

        `holder`: as it is for whoever has the call to hear, where that differs.

        Raises:
            RedisError: it does not answer any more.
        """
        key, after = audio_key(call_id).encode(), b"$"
        async with self._reader(text=False) as redis:
            while True:
                answer = await redis.xread({key: after}, count=AUDIO_LENGTH, block=_BLOCK_MS)
                streams = cast("list[tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]]]]", answer)
                for _, found in streams:
                    for position, fields in found:
                        after = position
                        yield fields[b"ear"] if holder and b"ear" in fields else fields[b"pcm"]
                if not streams:
                    yield b""

    @contextlib.asynccontextmanager
    async def _reader(self, *, text: bool = True) -> AsyncGenerator[Redis]:
        """Make a connection for one reader: a command that blocks holds it all the time."""
        redis = connect(self._url, _BLOCK_MS, text=text)
        try:
            yield redis
        finally:
            await asyncio.shield(redis.aclose())  # whoever is cancelled may await nothing more


def new_id() -> str:
    """Draw an id of a command, or the token of a socket that holds a call."""
    return uuid4().hex


def _state(text: str | None) -> LiveState | None:
    try:
        return LiveState.model_validate_json(text) if text else None
    except ValidationError:
        return None  # of a server of another version


@contextlib.contextmanager
def _answering() -> Generator[None]:
    """Turn Redis's errors into a problem."""
    try:
        yield
    except (RedisError, OSError) as error:
        detail = "Live calls cannot be reached: Redis does not answer. Calls go on; try again in a moment."
        raise Problem(503, "no-redis", detail) from error
