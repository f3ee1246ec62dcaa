"""What all interpreted calls of a process share: the translator, the calls made, room for second legs."""

from collections.abc import Callable, Sequence
from typing import Protocol

from agents.translation.translator import Translator
from model.turn import CallContext, TurnEvent, TurnInput, TurnOutput
from telephony.agent_side import AgentSide
from telephony.interpreting.legs import Legs


class NoRoomError(Exception):
    """One more leg would be too much for this process."""


class Opens(Protocol):
    """What opens the model's side of a leg (see `telephony.engine`)."""

    async def open(self, context: CallContext) -> AgentSide:
        """Begin."""
        ...


class House:
    """`telephony.interpreting.on_call.Interpreters`. `has_room`: whether one more leg can be taken now."""

    def __init__(
        self, engine: Opens, translator: Translator, legs: Legs, has_room: Callable[[], bool]
    ) -> None:
        self.translator = translator
        self.legs = legs
        self._engine = engine
        self._has_room = has_room
        self._sides = 0

    @property
    def sides(self) -> int:
        """How many second legs there are."""
        return self._sides

    async def open_side(self, context: CallContext) -> AgentSide:
        """Begin a second leg.

        Raises:
            NoRoomError: there is no room for it.
            Exception: what the engine raises.
        """
        if not self._has_room():
            raise NoRoomError("there is no room for another leg")
        self._sides += 1
        try:
            return _Counted(await self._engine.open(context), self._gone)
        except BaseException:
            self._gone()
            raise

    def _gone(self) -> None:
        self._sides -= 1


class _Counted:
    """An `AgentSide` that says when it is let go."""

    def __init__(self, side: AgentSide, gone: Callable[[], None]) -> None:
        self._side = side
        self._gone = gone
        self._closed = False

    async def step(self, turn: TurnInput) -> TurnOutput:
        return await self._side.step(turn)

    async def reply(self, events: Sequence[TurnEvent]) -> TurnOutput:
        return await self._side.reply(events)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._side.close()
            self._gone()
