"""All live calls of this server process, as they are followed over Redis.

Commands for any of them come in one stream of this server's, voices in another; both are read with one
blocking connection. Every command is obeyed or refused at once, and its sender told which.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Collection
from typing import Final, cast
from uuid import uuid4

import numpy as np
from pydantic import ValidationError
from redis.exceptions import RedisError
from redis.typing import KeyT, StreamIdT

from agents.reports import connect
from config.flow import Flow
from config.live import (
    ANSWER_TTL_S,
    CALLS_KEY,
    EVENTS_KEY,
    GONE_AFTER_S,
    HEARD_OF_EVERY_S,
    MOST_EVENTS,
    Answer,
    Command,
    CommandKind,
    LiveCall,
    answer_key,
    call_events_key,
    commands_key,
    voices_key,
)
from telephony import watching
from telephony.live.followed_call import FollowedCall
from telephony.live.masking import sensitive_in
from telephony.live.publisher import Publisher

logger = logging.getLogger(__name__)

_BLOCK_MS: Final = 2_000
_AGAIN_AFTER_S: Final = 0.5
_UNANSWERED: Final = frozenset({CommandKind.HOLD, CommandKind.LISTEN})
_LOST: Final = f"""
local gone = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', redis.call('TIME')[1] - {GONE_AFTER_S})
for _, call in ipairs(gone) do
  redis.call('ZREM', KEYS[1], call)
  local data = '{{"call_id":"' .. call .. '","at_ms":0,"outcome":"lost"}}'
  local of_call = ARGV[1] .. call .. ARGV[2]
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', {MOST_EVENTS}, '*', 'kind', 'call_ended', 'call', call,
    'data', data)
  redis.call('XADD', of_call, '*', 'kind', 'call_ended', 'call', call, 'data', data)
end
"""
"""Tells, once, of calls whose server has died. Ids of calls are letters, digits and hyphens."""


class LiveCalls:
    """The calls of this process that people can follow.

    `sensitive_of`: a tool's sensitive arguments. `no_interpreter`: why nobody can be interpreted, for people;
    empty: everybody can.
    """

    def __init__(
        self, redis_url: str, sensitive_of: Callable[[str], Collection[str]], no_interpreter: str = ""
    ) -> None:
        self._server = uuid4().hex
        self._no_interpreter = no_interpreter
        self._sensitive_of = sensitive_of
        self._redis = connect(redis_url)
        self._reading = connect(redis_url, _BLOCK_MS, text=False)
        self.publisher = Publisher(self._redis)
        self._calls: dict[str, FollowedCall] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._stopped = False

    def start(self) -> None:
        """Begin to publish and to obey. A Redis that is away is waited for in the background."""
        self._tasks = [
            asyncio.create_task(self.publisher.run(), name="live calls"),
            asyncio.create_task(self._obey(), name="commands for live calls"),
            asyncio.create_task(self._stay_heard_of(), name="live calls are up"),
        ]

    async def close(self) -> None:
        """Send what is left to tell, if Redis takes it, and close the connections."""
        self._stopped = True
        self.publisher.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(RedisError, OSError):
            await self.publisher.send()
        await self._redis.aclose()
        await self._reading.aclose()

    def open(self, began: watching.CallBegan, flow: Flow) -> FollowedCall:
        """Let a call be followed, until it tells that it has ended."""
        call = LiveCall(
            id=began.call_id,
            carrier=began.carrier,
            from_number=began.from_number,
            to_number=began.to_number,
            flow=began.flow,
            began_at=began.began_at,
            language=began.language,
        )
        sensitive = sensitive_in(flow, self._sensitive_of)
        followed = FollowedCall(call, flow, sensitive, self.publisher, self._server, self._no_interpreter)
        self._calls[call.id] = followed
        return followed

    # --- what is wanted of calls ------------------------------------------------------------------------

    async def _obey(self) -> None:
        commands, voices = commands_key(self._server).encode(), voices_key(self._server).encode()
        positions: dict[KeyT, StreamIdT] = {commands: b"0-0", voices: b"0-0"}
        while not self._stopped:
            try:
                answer = await self._reading.xread(positions, count=100, block=_BLOCK_MS)
            except (RedisError, OSError):
                await asyncio.sleep(_AGAIN_AFTER_S)  # the publisher says in the log that Redis is away
                continue
            for key, entries in cast("list[tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]]]]", answer):
                for position, fields in entries:
                    positions[key] = position
                    if key == voices:
                        self._hear(fields)
                    else:
                        await self._command(fields)

    async def _command(self, fields: dict[bytes, bytes]) -> None:
        try:
            command = Command.model_validate_json(fields.get(b"command", b""))
        except ValidationError as error:
            logger.warning("a command for a live call cannot be read: %s", error.errors(include_input=False))
            return
        call = self._calls.get(command.call_id)
        answer = Answer(done=False, why="call-over", detail="This call has ended.")
        try:
            answer = call.obey(command) if call else answer
        except Exception:  # the other calls' commands are still to be read
            logger.exception("a command failed", extra={"call": command.call_id})
            answer = Answer(done=False, why="fault", detail="Something failed on our side. Try again.")
        if command.kind in _UNANSWERED:
            return
        logger.info(
            "a live call is steered",
            extra={"call": command.call_id, "what": command.kind.value, "done": answer.done},
        )
        with contextlib.suppress(RedisError, OSError):  # then its sender is told that nobody answered
            async with self._redis.pipeline() as pipe:
                pipe.lpush(answer_key(command.id), answer.model_dump_json())
                pipe.expire(answer_key(command.id), ANSWER_TTL_S)
                await pipe.execute()

    def _hear(self, fields: dict[bytes, bytes]) -> None:
        call = self._calls.get(fields.get(b"call", b"").decode())
        pcm = fields.get(b"pcm", b"")
        if call is not None and len(pcm) % 2 == 0:
            audio = np.frombuffer(pcm, dtype="<i2").astype(np.int16)
            call.spoke(fields.get(b"holder", b"").decode(), audio)

    # --- being up ---------------------------------------------------------------------------------------

    async def _stay_heard_of(self) -> None:
        """Say that our calls are up; tell of those whose server says so no more."""
        in_touch_since_s: float | None = None
        while not self._stopped:
            self._calls = {call_id: call for call_id, call in self._calls.items() if not call.over}
            for call in self._calls.values():
                self.publisher.refresh(call.state)
            in_touch_since_s = await self._tell_of_lost(in_touch_since_s)
            await asyncio.sleep(HEARD_OF_EVERY_S)

    async def _tell_of_lost(self, in_touch_since_s: float | None) -> float | None:
        """Tell of calls whose server is gone, once every server has had the time to say that it is there.

        Returns since when Redis has answered without a break, None: it does not.
        """
        try:
            await self._redis.ping()
            now_s = time.monotonic()
            since_s = now_s if in_touch_since_s is None else in_touch_since_s
            if now_s - since_s >= GONE_AFTER_S:
                words = call_events_key("|").partition("|")
                await self._redis.eval(_LOST, 2, CALLS_KEY, EVENTS_KEY, words[0], words[2])
        except (RedisError, OSError):
            return None
        return since_s
