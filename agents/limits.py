"""What a caller, and the language models, may use in a day; more ends with the word `limit`.

Counted in Redis, so that all workers count together; a day ends at the company's midnight (`TZ`). A look-up
that is run again, because its message was delivered twice, counts twice; a change counts once.
"""

import hashlib
import logging
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from agents.errors import LimitReached, Unavailable
from agents.messages import TaskRequest
from agents.reports import connect
from agents.tool import AnyTool
from config.database import Database
from config.settings import Settings
from config.tables import CallRow

logger = logging.getLogger(__name__)

CALLS: Final = "tool calls"
CHANGES: Final = "changes"

_KEPT_S: Final = 2 * 24 * 3_600
"""Longer than any day, whatever the clocks do."""
_ONCE_S: Final = 2 * 3_600
"""Longer than any request may be delivered again."""
_SPEND: Final = f"""
if KEYS[2] and redis.call('EXISTS', KEYS[2]) == 1 then return 1 end
local used = redis.call('INCRBY', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], {_KEPT_S})
if used > tonumber(ARGV[2]) then
  redis.call('DECRBY', KEYS[1], ARGV[1])
  return 0
end
if KEYS[2] then redis.call('SET', KEYS[2], 1, 'EX', {_ONCE_S}) end
return 1
"""
"""Uses something up if there is enough of it, in one go for all who count."""
_GIVE_BACK: Final = """
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('DECRBY', KEYS[1], ARGV[1]) end
"""
"""What nobody counts any more is not given back."""


class Daily:
    """Counts what is used in a day. Opens nothing before it counts.

    Args:
        redis_url: where.
        today: the company's day.
    """

    def __init__(
        self, redis_url: str, today: Callable[[], date] = lambda: datetime.now().astimezone().date()
    ) -> None:
        self._redis = connect(redis_url)
        self._today = today

    def today(self) -> date:
        """The day it is."""
        return self._today()

    async def spend(
        self, what: str, amount: int, most: int, *, of: str = "", once: str = "", day: date | None = None
    ) -> None:
        """Use up `amount`, if with it no more than `most` is used today; otherwise nothing is.

        Args:
            what: what is counted.
            amount: at least 0.
            most: of a day.
            of: whose; a name nobody can read in Redis.
            once: names this use; used up again under this name, it counts once.
            day: of which it is used; None: today.

        Raises:
            LimitReached: there is not so much left.
            Unavailable: Redis does not answer.
        """
        keys = [self._key(what, of, day), *([f"tandem:used:once:{once}:{_slug(what)}"] if once else [])]
        try:
            enough = await self._redis.eval(_SPEND, len(keys), *keys, str(amount), str(most))
        except (RedisError, OSError) as error:
            raise Unavailable("what may be used today cannot be counted") from error
        if not enough:
            raise LimitReached(f"more {what} than {most} a day")

    async def used(self, what: str, *, of: str = "") -> int:
        """Tell how much is used today. Raises `Unavailable`: Redis does not answer."""
        try:
            return int(await self._redis.get(self._key(what, of)) or 0)
        except (RedisError, OSError) as error:
            raise Unavailable("what may be used today cannot be counted") from error

    async def give_back(self, what: str, amount: int, *, day: date) -> None:
        """Count so much less of what all used on a day; a fault is logged, and then as much stays used."""
        try:
            await self._redis.eval(_GIVE_BACK, 1, self._key(what, "", day), str(amount))
        except (RedisError, OSError) as error:
            logger.warning("what was not used of %s was not given back: %r", what, error)

    async def close(self) -> None:
        """Let go of the connection."""
        await self._redis.aclose()

    def _key(self, what: str, of: str, day: date | None = None) -> str:
        whose = hashlib.sha256(of.encode()).hexdigest()[:32] if of else "all"
        return f"tandem:used:{day or self._today():%Y-%m-%d}:{_slug(what)}:{whose}"


class CallerLimits:
    """Holds every caller to what the settings allow a day: calls of tools, and changes among them.

    A caller is the number they call from; who hides it is held to the limits call by call. What is no call
    of anybody's, such as a tool called from the terminal, has no limits.
    """

    def __init__(self, settings: Settings, database: Database, daily: Daily | None = None) -> None:
        self._calls = settings.tool_calls_per_caller
        self._changes = settings.changes_per_caller
        self._database = database
        limited = self._calls is not None or self._changes is not None
        self._daily = (daily or Daily(settings.redis_url)) if limited else None

    async def admit(self, tool: AnyTool, request: TaskRequest, key: str = "") -> None:
        """Count one call of a tool before it begins; `key`: of a write, which is counted once.

        Raises:
            LimitReached: the caller has used up what they may use today; nothing is to be begun.
            Unavailable: it cannot be counted.
        """
        if self._daily is None or (caller := await self._caller(request.call_id)) is None:
            return
        if self._changes is not None and not tool.reads:  # first: one that is refused costs no look-up
            await self._daily.spend(CHANGES, 1, self._changes, of=caller, once=key)
        if self._calls is not None:
            await self._daily.spend(CALLS, 1, self._calls, of=caller, once=key)

    async def _caller(self, call_id: str) -> str | None:
        try:
            async with self._database.reading() as session:
                call = await session.get(CallRow, call_id)
        except (SQLAlchemyError, OSError) as error:
            raise Unavailable("the record does not say who calls") from error
        if call is None:
            return None
        return call.from_number if call.from_number.startswith("+") else call_id


def _slug(what: str) -> str:
    return what.replace(" ", "-")
