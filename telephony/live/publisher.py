"""Sends what is told of this server's calls to Redis: in order, each happening once, and no call waits.

What is told is put down here and sent by a task of its own, all calls' together. While Redis does not answer
it is kept, up to a bound; beyond it the oldest happenings go, and the log says so. Audio is sent once or
never. A script enters the happenings of a call as one command and remembers the number of the last, so that
what was sent again, because the reply was lost, is not entered again.
"""

import asyncio
import json
import logging
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from config.live import (
    AUDIO_LENGTH,
    AUDIO_TTL_S,
    CALLS_KEY,
    EVENTS_KEY,
    EVENTS_TTL_S,
    GONE_AFTER_S,
    MOST_EVENTS,
    MOST_OF_A_CALL,
    Happening,
    LiveState,
    audio_key,
    call_events_key,
    call_state_key,
)
from telephony.live.followed_call import Event

logger = logging.getLogger(__name__)

MOST_KEPT: Final = 2_000
"""Happenings of one call that are kept while Redis does not answer: some minutes' worth."""
MOST_CALLS: Final = 500
"""Of more, the oldest that are over are forgotten."""
_BATCH: Final = 200
_TOGETHER_S: Final = 0.04
"""What is told within so long of each other is sent together: fifty calls are not 250 messages a second."""
_AGAIN_AFTER_S: Final = 0.5
_ENTER: Final = f"""
local last = tonumber(redis.call('HGET', KEYS[3], 'sequence') or '0')
for at = 4, #ARGV, 3 do
  local sequence = tonumber(ARGV[at])
  if sequence > last then
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', {MOST_EVENTS}, '*',
      'kind', ARGV[at + 1], 'call', ARGV[1], 'data', ARGV[at + 2])
    redis.call('XADD', KEYS[2], 'MAXLEN', '~', {MOST_OF_A_CALL}, '*',
      'kind', ARGV[at + 1], 'call', ARGV[1], 'data', ARGV[at + 2])
    last = sequence
  end
end
redis.call('HSET', KEYS[3], 'sequence', last, 'state', ARGV[2])
redis.call('EXPIRE', KEYS[1], {EVENTS_TTL_S})
redis.call('EXPIRE', KEYS[2], {EVENTS_TTL_S})
if ARGV[3] == 'over' then
  redis.call('ZREM', KEYS[4], ARGV[1])
  redis.call('EXPIRE', KEYS[3], {2 * GONE_AFTER_S})
else
  redis.call('ZADD', KEYS[4], redis.call('TIME')[1], ARGV[1])
  redis.call('EXPIRE', KEYS[3], {EVENTS_TTL_S})
end
"""


@dataclass(slots=True)
class _Waiting:
    """What of one call is to be sent."""

    state: LiveState
    events: deque[Event] = field(default_factory=deque[Event])
    audio: deque[dict[str, bytes]] = field(
        default_factory=lambda: deque[dict[str, bytes]](maxlen=AUDIO_LENGTH)
    )
    over: bool = False
    refresh: bool = False
    """Say again that it is up."""


class Publisher:
    """The `Channel` of all calls of this process. `run` sends until it is cancelled."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._waiting: dict[str, _Waiting] = {}
        self._news = asyncio.Event()
        self._dropped = 0
        self._stopped = False

    def tell(self, event: Event, state: LiveState) -> None:
        """See `Channel`."""
        waiting = self._of(state)
        waiting.state = state
        waiting.over |= event.kind is Happening.CALL_ENDED
        waiting.events.append(event)
        if len(waiting.events) > MOST_KEPT:
            waiting.events.popleft()
            self._dropped += 1
        self._news.set()

    def sound(self, call_id: str, pcm: bytes, ear: bytes | None = None) -> None:
        """See `Channel`."""
        if waiting := self._waiting.get(call_id):
            waiting.audio.append({"pcm": pcm} if ear is None else {"pcm": pcm, "ear": ear})
            self._news.set()

    def stop(self) -> None:
        """Send no more. Call it before cancelling `run`: a cancelled command can swallow that."""
        self._stopped = True

    def waiting(self, call_id: str) -> tuple[Event, ...]:
        """What is told of a call and not sent."""
        waiting = self._waiting.get(call_id)
        return tuple(waiting.events) if waiting else ()

    def refresh(self, state: LiveState) -> None:
        """Say that a call is up though nothing happens on it."""
        self._of(state).refresh = True
        self._news.set()

    async def run(self) -> None:
        """Send. Survives a Redis that goes and comes back."""
        lost = False
        while not self._stopped:
            await self._news.wait()
            await asyncio.sleep(_TOGETHER_S)
            self._news.clear()
            try:
                await self.send()
            except (RedisError, OSError) as error:
                if not lost:
                    logger.warning("live calls cannot be followed: Redis does not answer (%r)", error)
                lost = True
                for waiting in self._waiting.values():
                    waiting.audio.clear()
                await asyncio.sleep(_AGAIN_AFTER_S)
                self._news.set()
                continue
            except Exception:  # what cannot be written must not keep all other calls from being followed
                logger.exception("what was told of live calls cannot be sent, and is left out")
                self._leave_out()
            if lost:
                logger.warning("live calls can be followed again; %d happenings were lost", self._dropped)
                self._dropped = 0
            lost = False

    async def send(self) -> None:
        """Send what there is.

        Raises:
            RedisError: it may not have arrived; nothing is forgotten, and it can be sent again.
        """
        sent: list[tuple[_Waiting, int]] = []
        async with self._redis.pipeline(transaction=False) as pipe:
            for call_id, waiting in self._waiting.items():
                if not (waiting.events or waiting.refresh or waiting.audio):
                    continue
                events = list(waiting.events)[:_BATCH]
                if events or waiting.refresh:
                    over = waiting.over and len(events) == len(waiting.events)
                    pipe.eval(_ENTER, 4, *_words(call_id, waiting.state, events, over=over))
                while waiting.audio:
                    key = audio_key(call_id)
                    pipe.xadd(key, cast("dict[Any, Any]", waiting.audio.popleft()), maxlen=AUDIO_LENGTH)
                    pipe.expire(key, AUDIO_TTL_S)
                sent.append((waiting, events[-1].sequence if events else 0))
            await pipe.execute()
        for waiting, last in sent:
            waiting.refresh = False
            while waiting.events and waiting.events[0].sequence <= last:
                waiting.events.popleft()
            if waiting.events:
                self._news.set()
            elif waiting.over:
                self._waiting.pop(waiting.state.call.id, None)

    def _leave_out(self) -> None:
        """Forget what waits."""
        for waiting in self._waiting.values():
            self._dropped += len(waiting.events)
            waiting.events.clear()
            waiting.audio.clear()
            waiting.refresh = False
        self._waiting = {call_id: each for call_id, each in self._waiting.items() if not each.over}

    def _of(self, state: LiveState) -> _Waiting:
        if state.call.id not in self._waiting and len(self._waiting) >= MOST_CALLS:
            over = next((call_id for call_id, each in self._waiting.items() if each.over), None)
            gone = self._waiting.pop(over) if over else None
            self._dropped += len(gone.events) if gone else 0
        return self._waiting.setdefault(state.call.id, _Waiting(state))


def _words(call_id: str, state: LiveState, events: list[Event], *, over: bool) -> list[Any]:
    """Name the keys and give the words of the script."""
    words: list[Any] = [EVENTS_KEY, call_events_key(call_id), call_state_key(call_id), CALLS_KEY]
    words += [call_id, state.model_dump_json(), "over" if over else "up"]
    for event in events:
        words += [event.sequence, event.kind.value, _json(event)]
    return words


def _json(event: Event) -> str:
    data = {"sequence": event.sequence, **event.data}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
