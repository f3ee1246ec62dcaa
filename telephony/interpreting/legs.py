"""Calls that Tandem makes itself: somebody is called so that a caller can speak with them.

    Legs.call ──► the carrier rings them ──► they answer: the carrier asks our webhook (`answered`)
              ──► it joins them to a media stream ──► the switchboard opens it (`claimed`)

A leg is known by a token that only the carrier was told, and, once it is answered, by the carrier's call id.
What becomes of it otherwise (busy, no answer, failed) the carrier reports (`reported`).
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from telephony.errors import CarrierError
from telephony.line import Conversation

logger = logging.getLogger(__name__)

RING_S: Final = 30
"""So long somebody is rung."""
_ANSWERED_WITHIN_S: Final = RING_S + 10.0
_OVER: Final = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})

Opens = Callable[[], Awaitable[Conversation]]
"""Makes the conversation of somebody who has answered. Raises if nobody waits for them any more."""


class Dialler(Protocol):
    """A carrier that makes calls."""

    async def call(self, to_number: str, from_number: str, leg: str, ring_s: int) -> str:
        """Have a number rung, and joined to the leg of this token when it answers; gives the call's id.

        Raises:
            CarrierError: the carrier refused or could not be reached.
        """
        ...

    async def hang_up(self, carrier_call_id: str) -> None:
        """End a call; one that has ended is no error. Raises: CarrierError."""
        ...


@dataclass(slots=True)
class _Leg:
    opens: Opens
    call_id: str = ""
    joined: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Legs:
    """The legs of this process. `dialler` is None without an account at a carrier: nobody can be called."""

    def __init__(self, dialler: Dialler | None) -> None:
        self._dialler = dialler
        self._legs: dict[str, _Leg] = {}

    @property
    def can_call(self) -> bool:
        """Whether anybody can be called."""
        return self._dialler is not None

    async def call(self, to_number: str, from_number: str, opens: Opens) -> bool:
        """Call somebody; whether they have answered and are joined. Cancelled, they are rung no more."""
        if self._dialler is None:
            return False
        token, leg = secrets.token_urlsafe(24), _Leg(opens)
        self._legs[token] = leg
        try:
            async with asyncio.timeout(_ANSWERED_WITHIN_S):
                leg.call_id = await self._dialler.call(to_number, from_number, token, RING_S)
                return await leg.joined
        except CarrierError as error:
            logger.warning("nobody can be called: %s", error)
        except TimeoutError:
            logger.info("nobody answered")
        finally:
            if not (leg.joined.done() and not leg.joined.cancelled() and leg.joined.result()):
                self._legs.pop(token, None)
                await self._give_up(leg, self._dialler)
        return False

    def answered(self, token: str, call_id: str) -> bool:
        """They have answered; whether they are still wanted."""
        leg = self._legs.get(token)
        if leg is None or leg.joined.done() or leg.call_id not in ("", call_id):
            return False
        leg.call_id = call_id
        return True

    def knows(self, call_id: str) -> bool:
        """Whether a call is one of these."""
        return self._of(call_id) is not None

    async def claimed(self, call_id: str) -> Conversation | None:
        """Open the conversation of a call that is one of these; None: it is none.

        Raises whatever opening it does; then nobody is joined.
        """
        if (leg := self._of(call_id)) is None:
            return None
        try:
            conversation = await leg.opens()
        except BaseException:
            _settle(leg, joined=False)
            raise
        _settle(leg, joined=True)
        return conversation

    def reported(self, call_id: str, status: str) -> None:
        """Take in what the carrier says became of a call."""
        if status in _OVER and (leg := self._of(call_id)) is not None:
            _settle(leg, joined=False)
            self._legs = {token: each for token, each in self._legs.items() if each is not leg}

    def _of(self, call_id: str) -> _Leg | None:
        return next((leg for leg in self._legs.values() if call_id and leg.call_id == call_id), None)

    async def _give_up(self, leg: _Leg, dialler: Dialler) -> None:
        if not leg.call_id:
            return
        try:
            await asyncio.shield(dialler.hang_up(leg.call_id))
        except CarrierError as error:
            logger.warning("a call nobody waits for goes on ringing: %s", error)


def _settle(leg: _Leg, *, joined: bool) -> None:
    if not leg.joined.done():
        leg.joined.set_result(joined)
