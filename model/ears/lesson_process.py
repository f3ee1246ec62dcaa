"""A process that makes lessons ahead of the training beside it."""

import signal
from collections.abc import Callable, Generator
from itertools import count
from multiprocessing import get_context
from multiprocessing.queues import Queue
from queue import Empty
from typing import Final

from model.ears.lessons import Batch, Lessons, batches

_AHEAD: Final = 24
"""Batches kept ready."""
_LOOK_UP_EVERY_S: Final = 5.0


class LessonsEndedError(Exception):
    """The process that makes lessons has ended; its own error text is above on standard error."""


def batches_from_process(seed: int) -> Generator[Batch, None, None]:
    """`lessons.batches` of the training voices, made in a process of their own.

    Raises:
        LessonsEndedError: the process died.
    """
    context = get_context("spawn")
    queue: Queue[Batch] = context.Queue(_AHEAD)
    maker = context.Process(target=_make_forever, args=(queue, seed), daemon=True)
    maker.start()
    try:
        for _ in count():
            yield _next(queue, maker.is_alive)
    finally:
        maker.terminate()
        maker.join()
        queue.cancel_join_thread()
        queue.close()


def _next(queue: "Queue[Batch]", is_alive: Callable[[], bool]) -> Batch:
    while True:
        try:
            return queue.get(timeout=_LOOK_UP_EVERY_S)
        except Empty:
            if not is_alive():
                raise LessonsEndedError("the process that makes lessons has ended") from None


def _make_forever(queue: "Queue[Batch]", seed: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for batch in batches(Lessons("train", seed)):
        queue.put(batch)
