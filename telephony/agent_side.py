"""The model's side of one call, as whoever has a line steps it."""

from collections.abc import Sequence
from typing import Protocol

from model.turn import TurnEvent, TurnInput, TurnOutput


class AgentSide(Protocol):
    """See `telephony.engine`."""

    async def step(self, turn: TurnInput) -> TurnOutput:
        """Take one micro-turn."""
        ...

    async def reply(self, events: Sequence[TurnEvent]) -> TurnOutput:
        """Voice in the silent micro-turn just stepped what has been offered since."""
        ...

    def close(self) -> None:
        """Let the call go."""
        ...
