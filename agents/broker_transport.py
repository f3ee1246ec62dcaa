"""Kombu's Redis transport, except that a message it cannot read is dropped and logged.

As it comes (kombu 5.7), one entry of the queue that is not JSON, or not an envelope, ends the whole worker.
"""

import logging
from queue import Empty
from typing import Any, Literal

from kombu.transport import redis

logger = logging.getLogger(__name__)


class Channel(redis.Channel):  # pyright: ignore[reportUntypedBaseClass] - kombu has no types
    """One connection to the queue."""

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
