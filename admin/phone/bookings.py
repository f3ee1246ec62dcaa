"""Calls that were booked and not yet begun: in Redis, for a minute, each good for one call.

What a call runs is kept with its ticket, so that a draft runs as it was when it was checked. The ticket alone
opens the call's socket, on any server process; Redis keeps only its hash.
"""

import hashlib
import json
import logging
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from redis.exceptions import RedisError

from admin.accounts.sessions import hashed, new_token
from admin.apart import Apart
from admin.phone.runnable import Default, default_flow
from admin.problems import Problem
from agents.reports import connect
from config.flow import Flow
from config.flow_file import FlowError, read_flow

logger = logging.getLogger(__name__)

LIVES_S: Final = 60
_ANSWERS_WITHIN_MS: Final = 2_000
_FLOWS_KEPT: Final = 32


@dataclass(frozen=True, slots=True)
class Runs:
    """What a call is to run.

    Attributes:
        yaml: the flow's text.
        label: what the record calls it, `name@version` or `name@draft`.
        version: the flow's number; None: the text's own.
        language: the tag of the one it begins in.
    """

    yaml: str
    label: str
    version: int | None
    language: str


@dataclass(frozen=True, slots=True)
class PhoneBooking:
    """A booked call: `telephony.browser.bookings.Booking`."""

    flow: Flow
    label: str


class PhoneBookings:
    """Books calls, and gives each out once.

    Args:
        redis_url: where they are kept.
        apart: where flows are read; those read lately are kept, so that a call booked here begins at once.
    """

    def __init__(self, redis_url: str, apart: Apart) -> None:
        self._redis = connect(redis_url, _ANSWERS_WITHIN_MS)
        self._apart = apart
        self._flows: OrderedDict[tuple[str, int | None], Flow] = OrderedDict()
        self._default: Default | None = None

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    async def default(self, name_or_path: str) -> Default | None:
        """Read the default flow, once, as the telephone server does; None: it cannot be read."""
        if self._default is None:
            self._default = await self._apart.run(_default, name_or_path)
            if self._default is not None:
                text = self._default.text
                self._keep((_hash(text.yaml), text.version), self._default.flow)
        return self._default

    async def read(self, text: str, version: int | None) -> Flow | None:
        """Read a flow in the language it begins in, with its others; None: it is not valid."""
        key = (_hash(text), version)
        flow = self._flows.get(key) or await self._apart.run(_read, text, version)
        if flow is not None:
            self._keep(key, flow)
        return flow

    async def book(self, runs: Runs) -> str:
        """Keep what a call is to run; its ticket comes back.

        Raises:
            Problem: 503, Redis does not answer.
        """
        ticket = new_token()
        kept = {"yaml": runs.yaml, "label": runs.label, "version": runs.version, "language": runs.language}
        try:
            await self._redis.set(_key(ticket), json.dumps(kept), ex=LIVES_S)
        except (RedisError, OSError):
            logger.warning("a call could not be booked", exc_info=True)
            detail = "Redis does not answer, so no call can be made. Try again in a moment."
            raise Problem(503, "no-redis", detail, headers={"Retry-After": "5"}) from None
        return ticket

    async def redeem(self, ticket: str) -> PhoneBooking | None:
        """Spend a ticket; None when it is unknown, has been used, or has expired.

        Raises:
            RedisError, OSError: Redis does not answer.
        """
        kept = await self._redis.getdel(_key(ticket))
        if kept is None:
            return None
        booked = json.loads(kept)
        flow = await self.read(booked["yaml"], booked["version"])
        if flow is None:
            logger.error("the flow of a booked call can no longer be read: %s", booked["label"])
            return None
        return PhoneBooking(flow.speaking(booked["language"]), booked["label"])

    def _keep(self, key: tuple[str, int | None], flow: Flow) -> None:
        self._flows[key] = flow
        self._flows.move_to_end(key)
        while len(self._flows) > _FLOWS_KEPT:
            self._flows.popitem(last=False)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _default(name_or_path: str) -> Default | None:
    try:
        return default_flow(name_or_path)
    except FlowError:
        return None


def _key(ticket: str) -> str:
    return f"tandem:phone:{hashed(ticket)}"


def _read(text: str, version: int | None) -> Flow | None:
    try:
        flow = read_flow(text)
    except FlowError:
        return None
    if version is None:
        return flow
    others = {tag: other.model_copy(update={"version": version}) for tag, other in flow.others.items()}
    return flow.model_copy(update={"version": version, "others": others})
