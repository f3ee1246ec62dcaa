"""The interaction model alone, without flow or background agents: what a pipeline has said, it says.

For pipecat pipelines that bring their own language model: text goes in as offers, which the model voices
when the floor is free; the caller's words come out as transcripts.
"""

from typing import Protocol

from model.turn import (
    CallContext,
    CallState,
    Heard,
    KeyPressed,
    Offer,
    OfferMade,
    Transcript,
    TurnEvent,
    TurnInput,
    TurnOutput,
    Yielded,
)
from telephony.line import LineAnswer, LineTurn


class Stepper(Protocol):
    """The model, stepped for one call at a time (see `model.batcher`)."""

    async def open(self, context: CallContext) -> CallState:
        """Allocate one call's state."""
        ...

    async def step(self, state: CallState, turn: TurnInput) -> TurnOutput:
        """Take one micro-turn."""
        ...


class SoloConversation:
    """One call of the model by itself. The state is allocated with the first micro-turn."""

    def __init__(self, stepper: Stepper, context: CallContext) -> None:
        self._stepper = stepper
        self._context = context
        self._state: CallState | None = None
        self._events: list[TurnEvent] = []
        self._transcripts: list[Transcript] = []
        self._offers = 0
        self._heard_ms = 0

    def offer(self, text: str) -> None:
        """Have a sentence said, word for word, when its time has come. Blank text is nothing."""
        if not text.strip():
            return
        self._offers += 1
        self._events.append(OfferMade(Offer(f"solo-{self._offers}", text.strip())))

    def take_transcripts(self) -> tuple[Transcript, ...]:
        """What was understood since the last time."""
        taken, self._transcripts = tuple(self._transcripts), []
        return taken

    async def micro_turn(self, turn: LineTurn) -> LineAnswer:
        """Take 200 ms in and give 200 ms out."""
        if self._state is None:
            self._state = await self._stepper.open(self._context)
        if turn.heard_ms != self._heard_ms:
            self._heard_ms = turn.heard_ms
            self._events.append(Heard(turn.heard_ms))
        if turn.words is not None:
            self._events.append(turn.words)
        events, self._events = (*self._events, *map(KeyPressed, turn.keys)), []
        output = await self._stepper.step(self._state, TurnInput(turn.index, turn.caller_audio, events))
        if output.transcript is not None:
            self._transcripts.append(output.transcript)
        return LineAnswer(output.agent_audio, clear=any(isinstance(act, Yielded) for act in output.acts))

    async def close(self, reason: str) -> None:
        """Free the model's state. Idempotent."""
        state, self._state = self._state, None
        if state is not None:
            state.close()
