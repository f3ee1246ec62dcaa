"""Many calls, one model: the micro-turns that are pending at a moment are stepped together.

One thread owns the interlocutor. While it steps, micro-turns gather; so the batch grows with the load, and a
lone call waits for nobody.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Final, Generic, TypeVar

import numpy as np

from model.turn import CallContext, CallState, Interlocutor, StepError, TurnInput, TurnOutput

LINGER_S: Final = 0.002
"""How long the first micro-turn of a step waits for others."""
_REMEMBERED_STEPS: Final = 2_000

S = TypeVar("S", bound=CallState)
T = TypeVar("T")


class BatcherClosedError(Exception):
    """The batcher has been closed; its calls are over."""


@dataclass(frozen=True, slots=True)
class StepTimes:
    """How long the latest steps took. Milliseconds; calls per step."""

    steps: int
    p50_ms: float
    p99_ms: float
    mean_calls: float
    most_calls: int


@dataclass(frozen=True, slots=True)
class _Pending(Generic[S]):
    state: S
    turn: TurnInput
    outcome: "Future[TurnOutput]"


class Batcher(Generic[S]):
    """Steps an interlocutor for any number of asyncio tasks. Close it when no call is left."""

    def __init__(self, interlocutor: Interlocutor[S], *, linger_s: float = LINGER_S) -> None:
        self._interlocutor = interlocutor
        self._linger_s = linger_s
        self._inbox: SimpleQueue[_Pending[S] | Callable[[], None] | None] = SimpleQueue()
        self._closed = False
        self._times: deque[tuple[float, int]] = deque(maxlen=_REMEMBERED_STEPS)
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

    @property
    def times(self) -> StepTimes:
        """How long the latest steps took."""
        latest = list(self._times)
        if not latest:
            return StepTimes(0, 0.0, 0.0, 0.0, 0)
        seconds = np.array([took for took, _ in latest])
        calls = [count for _, count in latest]
        p50, p99 = np.percentile(seconds * 1_000, (50, 99))
        return StepTimes(len(latest), float(p50), float(p99), sum(calls) / len(calls), max(calls))

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
        while True:
            batch, open_still = self._gather()
            if batch:
                began = time.perf_counter()
                self._step(batch)
                self._times.append((time.perf_counter() - began, len(batch)))
            if not open_still:
                return

    def _gather(self) -> tuple[list[_Pending[S]], bool]:
        """Take what is pending, waiting for the first and lingering a moment for more."""
        batch: list[_Pending[S]] = []
        lingered = False
        while True:
            if batch and self._inbox.empty():
                if lingered:
                    return batch, True
                lingered = True
                time.sleep(self._linger_s)
                continue
            match self._inbox.get():
                case None:
                    return batch, False
                case _Pending() as pending:
                    if pending.outcome.set_running_or_notify_cancel():
                        batch.append(pending)
                case question:
                    question()

    def _step(self, batch: Sequence[_Pending[S]]) -> None:
        """Step the micro-turns of different calls together, a second one of the same call after the first."""
        now: dict[int, _Pending[S]] = {}
        later = [pending for pending in batch if now.setdefault(id(pending.state), pending) is not pending]
        self._step_together(list(now.values()))
        if later:
            self._step(later)

    def _step_together(self, batch: Sequence[_Pending[S]]) -> None:
        try:
            outcomes: Sequence[TurnOutput | Exception] = self._interlocutor.step(
                [pending.state for pending in batch], [pending.turn for pending in batch]
            )
        except StepError as failures:
            outcomes = failures.outcomes
        except Exception as failure:  # no call has moved: find the one it is due to, the others go on
            if len(batch) > 1:
                for pending in batch:
                    self._step_together([pending])
                return
            outcomes = [failure]
        for pending, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, Exception):
                pending.outcome.set_exception(outcome)
            else:
                pending.outcome.set_result(outcome)
