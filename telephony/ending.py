"""How a call ends: once, by the carrier's call control, or by closing the line when that fails."""

import asyncio
import logging
from typing import Final

from agents.dialogue.events import HangUp, TransferTo
from config.flow import Flow
from telephony.carrier import Carrier
from telephony.errors import CarrierError

logger = logging.getLogger(__name__)

_PATIENCE_MS: Final = 15_000
"""A goodbye that is never heard (the line is stuck) ends the call after this long all the same."""
_STOP_PATIENCE_S: Final = 2.0
"""How long the carrier, told to end the call, may take before the line is closed from our side."""


class Ending:
    """One call's end. `carrier`: call control, None without an account."""

    def __init__(self, carrier: Carrier | None, carrier_call_id: str) -> None:
        self._carrier = carrier
        self._carrier_call_id = carrier_call_id
        self._outcome: str | None = None
        self._transfer_to: str | None = None
        self._destination: str | None = None
        self._since_ms: int | None = None
        self._asking: asyncio.Task[None] | None = None

    @property
    def outcome(self) -> str | None:
        """How the conversation ended of itself; None while it runs or if the line was lost."""
        return self._outcome

    @property
    def transfer_to(self) -> str | None:
        """The number the call is handed to."""
        return self._transfer_to

    @property
    def destination(self) -> str | None:
        """What the flow calls that number."""
        return self._destination

    @property
    def line_may_close(self) -> bool:
        """Whether the line is to be closed from our side now."""
        return self._outcome is not None and (self._asking is None or self._asking.done())

    def mind(self, now_ms: int, ending: HangUp | TransferTo | None, flow: Flow, limit_ms: int) -> None:
        """End at `limit_ms`, call time, or if last words waited for should have been heard long ago."""
        if now_ms >= limit_ms:
            self.end("time_limit")
        if ending is None:
            self._since_ms = None
        elif self._since_ms is None:
            self._since_ms = now_ms
        elif now_ms - self._since_ms > _PATIENCE_MS:
            self.end_as(ending, flow)

    def end_as(self, ending: HangUp | TransferTo, flow: Flow) -> None:
        """End as the dialogue wants it: its last words were heard."""
        if isinstance(ending, HangUp):
            self.end("completed")
        elif self._outcome is None:
            self._destination = ending.destination
            self.end("transferred", flow.destinations[ending.destination].number)

    def end(self, outcome: str, transfer_to: str | None = None) -> None:
        """Have the carrier hang up, or hand the call on to a number. Only the first time counts."""
        if self._outcome is not None:
            return
        self._outcome, self._transfer_to = outcome, transfer_to
        if self._carrier is not None:
            self._asking = asyncio.create_task(self._ask(self._carrier))

    def close(self) -> None:
        """Ask the carrier for nothing more."""
        if self._asking is not None:
            self._asking.cancel()

    async def _ask(self, carrier: Carrier) -> None:
        """Ask over call control; if that fails or nothing follows, the line is closed instead."""
        try:
            if self._transfer_to:
                await carrier.transfer(self._carrier_call_id, self._transfer_to)
            else:
                await carrier.hang_up(self._carrier_call_id)
        except CarrierError as error:
            logger.warning("call control failed: %s; closing the line instead", error)
        else:
            await asyncio.sleep(_STOP_PATIENCE_S)
