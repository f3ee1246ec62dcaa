"""Batches of simulated calls, made beside the training, each a pure function of seed and number."""

# B calls · S slots · E features of a slot

import signal
from collections.abc import Callable, Generator
from multiprocessing import get_context
from multiprocessing.queues import Queue
from queue import Empty
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from jaxtyping import Float, Int
from torch import Tensor

from config.units import SLOT_SAMPLES
from model.data.calls import SimulatedCall, simulate
from model.frontend import FrontEnd
from model.phones import PHONES
from model.sizes import FrontEndSize
from model.streams import SPEAKING_POWER, Slots, clock_bucket

_AHEAD = 6
"""Batches kept ready."""


class Targets(NamedTuple):
    """Labels of a batch (see `model.data.calls.Labels`), truths as floats to be weighed."""

    voice: Float[Tensor, "B S 2"]
    voice_weight: Float[Tensor, "B S"]
    future: Int[Tensor, "B S"]
    turn_end: Float[Tensor, "B S"]
    turn_end_weight: Float[Tensor, "B S"]
    barge_in: Float[Tensor, "B S"]
    barge_in_weight: Float[Tensor, "B S"]
    backchannel_due: Float[Tensor, "B S"]
    backchannel_weight: Float[Tensor, "B S"]
    phones: Int[Tensor, "B S"]
    digits_said: Int[Tensor, "B S"]


class Batch(NamedTuple):
    slots: Slots
    targets: Targets


class BatchesEndedError(Exception):
    """The process that makes batches has ended; its own error text is above on standard error."""


def make_batch(seed: int, number: int, calls: int, front_end: FrontEnd) -> Batch:
    """Batch `number`: calls `number·calls` and following of the seed."""
    made = [simulate(seed, number * calls + k) for k in range(calls)]
    return Batch(to_slots(made, front_end), to_targets(made))


@torch.no_grad()
def to_slots(calls: list[SimulatedCall], front_end: FrontEnd) -> Slots:
    """What the model is given of these calls (all equally long)."""
    sound = torch.from_numpy(np.stack([c.caller for c in calls] + [c.agent for c in calls])).float() / 32_768
    features, _ = front_end(sound, front_end.begin(len(sound)))
    agent = sound[len(calls) :]
    power = agent.reshape(len(calls), -1, SLOT_SAMPLES).square().mean(-1)
    first = torch.tensor([call.clock_slot for call in calls]).unsqueeze(1)
    return Slots(
        caller=features[: len(calls)],
        agent=features[len(calls) :],
        speaking=(power > SPEAKING_POWER).long(),
        kind=_stacked([call.kind for call in calls]).long(),
        digits=_stacked([call.digits for call in calls]).long(),
        clock=clock_bucket(first + torch.arange(power.shape[1])),
    )


def to_targets(calls: list[SimulatedCall]) -> Targets:
    """What is true in these calls."""
    labels = [call.labels for call in calls]
    return Targets(
        voice=_stacked([label.voice for label in labels]).float(),
        voice_weight=_stacked([label.voice_weight for label in labels]),
        future=_stacked([label.future for label in labels]).long(),
        turn_end=_stacked([label.turn_end for label in labels]).float(),
        turn_end_weight=_stacked([label.turn_end_weight for label in labels]),
        barge_in=_stacked([label.barge_in for label in labels]).float(),
        barge_in_weight=_stacked([label.barge_in_weight for label in labels]),
        backchannel_due=_stacked([label.backchannel_due for label in labels]).float(),
        backchannel_weight=_stacked([label.backchannel_weight for label in labels]),
        phones=_stacked([label.phones for label in labels]).long().clamp_max(len(PHONES) - 1),
        digits_said=_stacked([label.digits_said for label in labels]).long(),
    )


def _stacked(rows: list[npt.NDArray[np.generic]]) -> torch.Tensor:
    return torch.from_numpy(np.stack(rows))


def batches(
    seed: int, first: int, calls: int, front_end: FrontEndSize, processes: int = 1
) -> Generator[Batch, None, None]:
    """Batches `first`, `first + 1`, ... without end, made by `processes` processes (0: here, as asked for).

    The stream depends on the seed alone: neither on the number of processes nor on where it was taken up.

    Raises:
        BatchesEndedError: a process died.
    """
    if processes == 0:
        here, number = FrontEnd(front_end), first
        while True:
            yield make_batch(seed, number, calls, here)
            number += 1
    context = get_context("spawn")
    queues: list[Queue[list[npt.NDArray[np.generic]]]] = [context.Queue(_AHEAD) for _ in range(processes)]
    makers = [
        context.Process(
            target=_make_forever, args=(queue, seed, first + k, processes, calls, front_end), daemon=True
        )
        for k, queue in enumerate(queues)
    ]
    for maker in makers:
        maker.start()
    try:
        turn = 0
        while True:
            arrays = _next(queues[turn % processes], makers[turn % processes].is_alive)
            tensors = [torch.from_numpy(array) for array in arrays]
            parts = len(Slots._fields)
            yield Batch(Slots(*tensors[:parts]), Targets(*tensors[parts:]))
            turn += 1
    finally:
        for maker in makers:
            maker.terminate()
        for maker in makers:
            maker.join()


def _next(
    queue: "Queue[list[npt.NDArray[np.generic]]]", is_alive: Callable[[], bool]
) -> list[npt.NDArray[np.generic]]:
    while True:
        try:
            return queue.get(timeout=5)
        except Empty:
            if not is_alive():
                raise BatchesEndedError("the process that simulates calls has died") from None


def _make_forever(
    queue: "Queue[list[npt.NDArray[np.generic]]]",
    seed: int,
    first: int,
    stride: int,
    calls: int,
    front_end: FrontEndSize,
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the trainer's to answer; it ends this process
    torch.set_num_threads(1)
    here, number = FrontEnd(front_end), first
    while True:
        batch = make_batch(seed, number, calls, here)
        queue.put([tensor.numpy() for part in batch for tensor in part])
        number += stride
