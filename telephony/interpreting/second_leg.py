"""The line of a person who was called to speak with a caller through an interpreter, and its tape."""

import logging
from typing import Final

from config import metrics
from config.units import MICRO_TURN_MS
from model.turn import Heard, LanguageChanged, TurnEvent, TurnInput
from telephony.agent_side import AgentSide
from telephony.interpreting.interpretation import Interpretation
from telephony.interpreting.people import Side
from telephony.line import LineAnswer, LineTurn
from telephony.steady_side import SteadySide
from telephony.tape import Tape

logger = logging.getLogger(__name__)

_LAST_WORDS_MS: Final = 5_000
"""So long the last words are waited for that nobody confirms to have been heard."""
_OUTCOMES: Final = {"stop": "caller_hung_up", "ended": "completed"}
"""What the tape of a leg says of how its line ended, by the line's own reason."""


class SecondLeg:
    """Their call as their line's `Conversation`. It ends once the caller has gone and they know it."""

    def __init__(self, side: AgentSide, joined: Interpretation, tape: Tape) -> None:
        self._side = SteadySide(side, "second leg")
        self._joined = joined
        self._tape = tape
        self._heard_ms = 0
        self._voiced_ms = 0
        self._closed = False

    async def micro_turn(self, turn: LineTurn) -> LineAnswer:
        """Take 200 ms of theirs in and give 200 ms of the caller, and what is said of them, out."""
        with metrics.micro_turn_seconds.time():
            return await self._micro_turn(turn)

    async def _micro_turn(self, turn: LineTurn) -> LineAnswer:
        events: list[TurnEvent] = list(self._joined.news(Side.OTHER))
        if turn.heard_ms != self._heard_ms:
            self._heard_ms = turn.heard_ms
            events.append(Heard(turn.heard_ms))
        taken = TurnInput(turn.index, turn.caller_audio, tuple(events))
        output = await self._side.step(taken)
        if output.voicing is not None:
            self._voiced_ms = (turn.index + 1) * MICRO_TURN_MS
        output = self._joined.took(Side.OTHER, taken, output)
        languages = tuple(event.language for event in events if isinstance(event, LanguageChanged))
        self._tape.micro_turn(turn, output, {"language": languages})
        return LineAnswer(output.agent_audio, end=self._is_over(turn) or self._side.is_failing)

    async def close(self, reason: str) -> None:
        """Tell the caller that they have gone, and free what they held. Idempotent."""
        if self._closed:
            return
        self._closed = True
        logger.info("second leg over: %s", reason)
        self._joined.left(Side.OTHER)
        self._side.close()
        self._tape.close(_OUTCOMES.get(reason, "failed"))
        await self._joined.close()

    def _is_over(self, turn: LineTurn) -> bool:
        if not self._joined.is_over(Side.OTHER):
            return False
        return (
            turn.heard_ms >= self._voiced_ms or turn.index * MICRO_TURN_MS > self._voiced_ms + _LAST_WORDS_MS
        )
