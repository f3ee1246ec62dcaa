"""The model's side of one call, which may fail for a moment: a failing model takes no line down with it."""

import logging
from collections.abc import Sequence
from typing import Final

import numpy as np

from config.units import MICRO_TURN_SAMPLES
from model.turn import TurnEvent, TurnInput, TurnOutput
from telephony.agent_side import AgentSide

logger = logging.getLogger(__name__)

_FAILURES_BORNE: Final = 3
"""Micro-turns in a row that may fail before the call is given up."""


def silent(index: int) -> TurnOutput:
    """Make a micro-turn in which nothing happens."""
    return TurnOutput(index, np.zeros(MICRO_TURN_SAMPLES, np.int16))


class SteadySide:
    """An `AgentSide` whose steps give silence where they fail. `call_id` is for the log."""

    def __init__(self, side: AgentSide, call_id: str) -> None:
        self._side = side
        self._call_id = call_id
        self._failures = 0

    @property
    def is_failing(self) -> bool:
        """Whether it has failed too often in a row to go on."""
        return self._failures >= _FAILURES_BORNE

    async def step(self, turn: TurnInput) -> TurnOutput:
        """Take one micro-turn."""
        try:
            output = await self._side.step(turn)
        except Exception:  # whatever the model raises: silence, then a clean end
            self._failures += 1
            logger.exception("micro-turn failed", extra={"call": self._call_id})
            return silent(turn.index)
        self._failures = 0
        return output

    async def reply(self, events: Sequence[TurnEvent]) -> TurnOutput:
        """Voice in the silent micro-turn just stepped what has been offered since; raises if it fails."""
        return await self._side.reply(events)

    def close(self) -> None:
        """Let the call go."""
        self._side.close()
