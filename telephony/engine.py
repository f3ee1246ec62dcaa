"""Starts the interaction model: the one place in telephony from which torch is loaded."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from config.settings import Settings
from model.batcher import Batcher
from model.capacity import Capacity, cost_of
from model.checkpoint import find_checkpoint
from model.ears.recogniser import EmbeddedEars
from model.native import SERVING_THREADS, NativeCall, load
from model.streaming import ModelState
from model.turn import CallContext, TurnEvent, TurnInput, TurnOutput

logger = logging.getLogger(__name__)

_EARS_PROCESSES: Final = 2
"""So that callers who fall silent at the same moment do not all wait for one core."""
_EARS_LOAD_S: Final = 30.0
"""Seconds; on a machine where they have never run, their searches are compiled first."""


class NativeEngine:
    """The native interlocutor behind its batcher, with its ears: the model of one process's calls."""

    def __init__(self, settings: Settings) -> None:
        """Load the shipped model. Takes seconds: build it in a thread.

        Raises:
            CheckpointError: the checkpoint cannot be used.
        """
        self._ears = _embedded_ears(settings.ears)
        self._interlocutor = load(
            find_checkpoint("first"), self._ears, max_calls=settings.max_calls, threads=SERVING_THREADS
        )
        if self._ears is not None and not self._ears.wait_until_ready(_EARS_LOAD_S):
            logger.warning("the ears are still loading; the first words will be heard late")
        self._measured = Capacity(cost_of(self._interlocutor.try_out(settings.max_calls)))
        self._batcher = Batcher(self._interlocutor)
        logger.info(
            "a step costs %.1f ms and %.1f ms a call: room for %d calls",
            self._measured.cost.fixed_ms,
            self._measured.cost.per_call_ms,
            self._measured.calls,
        )

    def capacity(self) -> Capacity:
        """How many calls there is time for: by what a step costs, and by how long the latest took."""
        return self._measured.lately(self._batcher.latest)

    async def open(self, context: CallContext) -> "NativeSide":
        """Begin a call."""
        return NativeSide(self._batcher, await self._batcher.open(context))

    async def close(self) -> None:
        """End the model's thread, the voice's, and the ears' processes. Idempotent."""
        await self._batcher.close()
        await asyncio.to_thread(self._interlocutor.close)
        if self._ears is not None:
            await asyncio.to_thread(self._ears.close)


def _embedded_ears(name: str) -> EmbeddedEars | None:
    """The ears that come along; None when the words come from a service."""
    match name:
        case "encoder" | "pocketsphinx":
            return EmbeddedEars(name, _EARS_PROCESSES)
        case _:
            return None


class NativeSide:
    """One call's side of the model."""

    def __init__(self, batcher: Batcher[NativeCall[ModelState]], state: NativeCall[ModelState]) -> None:
        self._batcher = batcher
        self._state = state

    async def step(self, turn: TurnInput) -> TurnOutput:
        """Take one micro-turn, together with the other calls' that are pending."""
        return await self._batcher.step(self._state, turn)

    async def reply(self, events: Sequence[TurnEvent]) -> TurnOutput:
        """Voice in the silent micro-turn just stepped what has been offered since."""
        return await self._batcher.reply(self._state, events)

    def close(self) -> None:
        """Let the call go. Idempotent."""
        self._state.close()
