"""Many calls, one model: the micro-turns that are pending at a moment are stepped together.

One thread owns the interlocutor. While it steps, micro-turns gather; so the batch grows with the load, and a
lone call waits for nobody. Between the two halves of its step a call may wait a moment for the caller's last
words (`WORDS_WAIT_S`), held by nobody and holding nobody.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final, Generic, Protocol, TypeVar

from model.capacity import Step
from model.turn import CallContext, CallState, StepError, TurnEvent, TurnInput, TurnOutput

LINGER_S: Final = 0.002
"""How long the first micro-turn of a step waits for others."""
WORDS_WAIT_S: Final = 0.11
"""How long a call waits for the caller's last words between the halves of its step. Without it they would
count a whole micro-turn later; with much more, the next micro-turn would find this one unfinished."""
_WORDS_LOOK_S: Final = 0.005
_REMEMBERED_STEPS: Final = 2_000

S = TypeVar("S", bound=CallState)
T = TypeVar("T")


class TwoHalves(Protocol[S]):
    """An interlocutor whose step has two halves, between which words may still come in."""

    def open(self, call: CallContext) -> S: ...

    def perceive(self, states: Sequence[S], turns: Sequence[TurnInput]) -> None:
        """Take in the sound of the next micro-turn of each of these calls; if it raises, none has moved."""
        ...

    def awaits_words(self, state: S) -> bool:
        """Whether words that are on their way would count for what is decided now."""
        ...

    def advance(self, states: Sequence[S]) -> Sequence[TurnOutput]:
        """Decide and voice the micro-turn taken in.

        Raises:
            StepError: some calls failed, the others moved on.
        """
        ...

    def reply(self, state: S, events: Sequence[TurnEvent]) -> TurnOutput:
        """Voice in the micro-turn just advanced, which was silent, what has been offered since."""
        ...


class BatcherClosedError(Exception):
    """The batcher has been closed; its calls are over."""


@dataclass(frozen=True, slots=True, eq=False)
class _Pending(Generic[S]):
    """A micro-turn on its way. `until_s`: between the halves of its step, how long it waits for words."""

    state: S
    turn: TurnInput
    outcome: "Future[TurnOutput]"
    until_s: float = 0.0


class Batcher(Generic[S]):
    """Steps an interlocutor for any number of asyncio tasks. Close it when no call is left."""

    def __init__(
        self,
        interlocutor: TwoHalves[S],
        *,
        linger_s: float = LINGER_S,
        words_wait_s: float = WORDS_WAIT_S,
    ) -> None:
        self._interlocutor = interlocutor
        self._linger_s = linger_s
        self._words_wait_s = words_wait_s
        self._inbox: SimpleQueue[_Pending[S] | Callable[[], None] | None] = SimpleQueue()
        self._held: list[_Pending[S]] = []
        self._closed = False
        self._latest: deque[Step] = deque(maxlen=_REMEMBERED_STEPS)
        self._thread = Thread(target=self._run, name="model", daemon=True)
        self._thread.start()

    async def open(self, context: CallContext) -> S:
        """Begin a call. Raises what the interlocutor raises, when it has no room for instance."""
        return await asyncio.wrap_future(self._ask(lambda: self._interlocutor.open(context)))

    async def step(self, state: S, turn: TurnInput) -> TurnOutput:
        """Take one micro-turn of a call. Raises what went wrong in this call, never what did in another."""
        self._refuse_when_closed()
        outcome: Future[TurnOutput] = Future()
        self._inbox.put(_Pending(state, turn, outcome))
        return await asyncio.wrap_future(outcome)

    async def reply(self, state: S, events: Sequence[TurnEvent]) -> TurnOutput:
        """Voice, still in the silent micro-turn just stepped, what has been offered since."""
        return await asyncio.wrap_future(self._ask(lambda: self._interlocutor.reply(state, events)))

    @property
    def latest(self) -> tuple[Step, ...]:
        """The latest steps, oldest first."""
        return tuple(self._latest)

    async def close(self) -> None:
        """End the thread; what is pending is still stepped. Idempotent."""
        if not self._closed:
            self._closed = True
            self._inbox.put(None)
        await asyncio.to_thread(self._thread.join)

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise BatcherClosedError("the batcher has been closed")

    def _ask(self, question: Callable[[], T]) -> "Future[T]":
        """Have the thread answer between two steps."""
        self._refuse_when_closed()
        answer: Future[T] = Future()

        def run() -> None:
            if answer.set_running_or_notify_cancel():
                try:
                    answer.set_result(question())
                except Exception as failure:  # the asker's to handle; this thread serves the other calls
                    answer.set_exception(failure)

        self._inbox.put(run)
        return answer

    # --- the thread ---------------------------------------------------------------------------------

    def _run(self) -> None:
        closing = False
        while not closing or self._held:
            batch, closed = self._gather()
            closing = closing or closed
            began = time.perf_counter()
            if batch:
                self._step(batch)
            ready = self._released()
            if ready:
                self._advance(ready)
            if batch or ready:
                took_ms = 1_000 * (time.perf_counter() - began)
                self._latest.append(Step(len(batch) or len(ready), took_ms))

    def _gather(self) -> tuple[list[_Pending[S]], bool]:
        """Take what is pending: wait for the first, or until it is time to look after those held; linger.

        Returns:
            The micro-turns; whether the batcher is being closed.
        """
        batch: list[_Pending[S]] = []
        lingered = False
        while True:
            if batch and self._inbox.empty():
                if lingered:
                    return batch, False
                lingered = True
                time.sleep(self._linger_s)
                continue
            try:
                item = self._inbox.get(timeout=_WORDS_LOOK_S if self._held else None)
            except Empty:
                return batch, False
            match item:
                case None:
                    return batch, True
                case _Pending() as pending:
                    if pending.outcome.set_running_or_notify_cancel():
                        batch.append(pending)
                case question:
                    question()

    def _released(self) -> list[_Pending[S]]:
        """Those held whose words have come, or who have waited long enough."""
        now_s = time.perf_counter()
        ready = [
            pending
            for pending in self._held
            if now_s >= pending.until_s or not self._interlocutor.awaits_words(pending.state)
        ]
        self._held = [pending for pending in self._held if pending not in ready]
        return ready

    def _step(self, batch: Sequence[_Pending[S]]) -> None:
        """Step the micro-turns of different calls together, a second one of the same call after the first."""
        now: dict[int, _Pending[S]] = {}
        later = [pending for pending in batch if now.setdefault(id(pending.state), pending) is not pending]
        overtaken = [pending for pending in self._held if id(pending.state) in now]
        self._held = [pending for pending in self._held if pending not in overtaken]
        self._advance(overtaken)
        self._step_together(list(now.values()))
        if later:
            self._step(later)

    def _step_together(self, batch: Sequence[_Pending[S]]) -> None:
        try:
            self._interlocutor.perceive(
                [pending.state for pending in batch], [pending.turn for pending in batch]
            )
        except Exception as failure:  # no call has moved: find the one it is due to, the others go on
            if len(batch) > 1:
                for pending in batch:
                    self._step_together([pending])
            else:
                batch[0].outcome.set_exception(failure)
            return
        until_s = time.perf_counter() + self._words_wait_s
        waiting = [pending for pending in batch if self._interlocutor.awaits_words(pending.state)]
        self._held += [replace(pending, until_s=until_s) for pending in waiting]
        self._advance([pending for pending in batch if pending not in waiting])

    def _advance(self, batch: Sequence[_Pending[S]]) -> None:
        if not batch:
            return
        try:
            outcomes: Sequence[TurnOutput | Exception] = self._interlocutor.advance(
                [pending.state for pending in batch]
            )
        except StepError as failures:
            outcomes = failures.outcomes
        for pending, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, Exception):
                pending.outcome.set_exception(outcome)
            else:
                pending.outcome.set_result(outcome)
