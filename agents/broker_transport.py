"""Kombu's Redis transport, except for three things that are otherwise as they come (kombu 5.7).

- One entry of the queue that is not JSON, or not an envelope, would end the whole worker. It is dropped and
  logged.
- A task that is done while Redis is away would stay on the list of those that are not, and be delivered again
  when the visibility timeout is over. It comes off the list when Redis is back.
- For whatever is noted of a message, a new client would be made and a transaction of four commands sent,
  which is a third of what a task costs the worker's first process. It is one command, on one client.
"""

import logging
import time
from collections.abc import Generator
from contextlib import contextmanager
from queue import Empty
from typing import Any, ClassVar, Final, Literal

from kombu.transport import redis, virtual
from kombu.utils.json import dumps
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

logger = logging.getLogger(__name__)

_APPEND: Final = """
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
"""
_REMOVE: Final = """
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
"""


class QoS(redis.QoS):  # pyright: ignore[reportUntypedBaseClass] - kombu has no types
    """What has been delivered and not yet acknowledged; in Redis too, as kombu keeps it there."""

    channel: "Channel"
    unwritten: ClassVar[set[str]] = set()
    """Acknowledged while Redis was away. Of the whole process: a lost connection takes its `QoS` with it."""

    def append(self, message: Any, delivery_tag: str) -> None:  # noqa: ANN401 - a kombu message
        """Note a delivery."""
        where = message.delivery_info
        entry = dumps([message._raw, where["exchange"], where["routing_key"]])
        self._write(_APPEND, repr(time.time()), delivery_tag, entry)
        virtual.QoS.append(self, message, delivery_tag)

    def ack(self, delivery_tag: str) -> None:
        """Note that a message is done with; if Redis does not answer, when it does again."""
        try:
            self._write(_REMOVE, delivery_tag)
        except (RedisConnectionError, RedisTimeoutError) as error:
            logger.warning("that a task is done will be noted when Redis answers again: %r", error)
            self.unwritten.add(delivery_tag)
        virtual.QoS.ack(self, delivery_tag)

    def restore_visible(self, *args: Any, **more: Any) -> None:  # noqa: ANN401 - passed on as they are
        """Queue again what nobody has acknowledged for too long. Called on connecting, and every 10 s."""
        for delivery_tag in tuple(self.unwritten):
            self._write(_REMOVE, delivery_tag)
            self.unwritten.discard(delivery_tag)
        super().restore_visible(*args, **more)

    def _write(self, script: str, *words: str) -> None:
        with self.channel.conn_or_acquire() as client:
            client.eval(script, 2, self.unacked_index_key, self.unacked_key, *words)


class Channel(redis.Channel):  # pyright: ignore[reportUntypedBaseClass] - kombu has no types
    """One connection to the queue."""

    QoS = QoS
    _commands: Any = None

    @contextmanager
    def conn_or_acquire(self, client: Any = None) -> Generator[Any]:  # noqa: ANN401 - a Redis client
        """Give a client for commands; the same one as long as its connections are ours."""
        if client is None:
            if self._commands is None or self._commands.connection_pool is not self.pool:
                self._commands = self._create_client()
            client = self._commands
        yield client

    def _brpop_read(self, **options: Any) -> Literal[True]:  # noqa: ANN401 - passed on as it is
        try:
            return super()._brpop_read(**options)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            # It is off the queue already, so it does not come back. Its words stay out of the log.
            logger.error("a message on the queue cannot be read, and is dropped: %s", type(error).__name__)  # noqa: TRY400
            raise Empty from None


class Transport(redis.Transport):  # pyright: ignore[reportUntypedBaseClass]
    """What `redis://` means to Celery here (see `agents.broker.make_app`)."""

    Channel = Channel
