"""Batches of simulated calls, made beside the training, each a pure function of seed, number and lesson."""

# B calls · S slots · E features of a slot · N pieces of all calls together

import os
import signal
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from queue import Queue
from random import Random
from threading import Thread
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from jaxtyping import Float, Int
from torch import Tensor

from config.units import SLOT_MS, SLOT_SAMPLES
from model.data.calls import CALL_SLOTS, SimulatedCall, simulate
from model.data.delivery import FRAME_MS
from model.data.scene import Manners
from model.frontend import FrontEnd
from model.pieces import to_pieces, told_tokens
from model.sizes import FrontEndSize
from model.streams import SPEAKING_POWER, Slots, clock_bucket

_AHEAD: Final = 6
"""Batches kept ready."""
_FALLS: Final = 3
"""So often in a row a process may die."""
_UNTOLD: Final = 0.4
"""Share of calls in training in which the model is not told what it said and was told: it must do without,
where the server does not tell."""
_RECORDED: Final = 0.25
"""Share of recorded calls, where there are any."""
_FRAMES_PER_SLOT: Final = SLOT_MS // FRAME_MS

Recorded = Callable[[Random], SimulatedCall]
"""Gives a part of a recorded call."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What the calls of a batch are like.

    Attributes:
        calls: how many.
        slots: how long each is.
        manners: of the agent in them.
    """

    calls: int = 4
    slots: int = CALL_SLOTS
    manners: Manners | None = None


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
    speech_weight: Float[Tensor, "B S"]
    """Of phones, digits and language."""
    phones: Int[Tensor, "B S"]
    digits_said: Int[Tensor, "B S"]
    language: Int[Tensor, "B S"]
    agent_text: Int[Tensor, "B S"]
    agent_text_weight: Float[Tensor, "B S"]
    acts: Int[Tensor, "B S"]
    acts_weight: Float[Tensor, "B S"]
    words: Int[Tensor, " N"]
    """Classes of the words head: the pieces of all words said, call after call."""
    word_counts: Int[Tensor, " B"]
    """How many of them are of each call."""


class Batch(NamedTuple):
    slots: Slots
    targets: Targets


class BatchesEndedError(Exception):
    """The processes that make batches end at once; their own error text is above on standard error."""


def make_batch(
    seed: int, number: int, lesson: Lesson, front_end: FrontEnd, recorded: Recorded | None = None
) -> Batch:
    """Batch `number` of a seed, for training; `recorded` gives recorded calls of `CALL_SLOTS` to mix in."""
    random = Random(f"{seed} {number} batch")
    made = [
        recorded(random)
        if recorded is not None and lesson.slots == CALL_SLOTS and random.random() < _RECORDED
        else simulate(seed, number * lesson.calls + k, manners=lesson.manners, slots=lesson.slots)
        for k in range(lesson.calls)
    ]
    untold = [random.random() < _UNTOLD for _ in made]
    return Batch(_silenced(to_slots(made, front_end), untold), to_targets(made))


@torch.no_grad()
def to_slots(calls: list[SimulatedCall], front_end: FrontEnd) -> Slots:
    """What the model is given of these calls (all equally long).

    Not what the agent did: in simulated calls it does it just after the true end of a turn, so that its deeds
    would give away what the model is to find out.
    """
    sound = torch.from_numpy(np.stack([c.caller for c in calls] + [c.agent for c in calls])).float() / 32_768
    features, _ = front_end(sound, front_end.begin(len(sound)))
    agent = sound[len(calls) :]
    power = agent.reshape(len(calls), -1, SLOT_SAMPLES).square().mean(-1)
    first = torch.tensor([call.clock_slot for call in calls]).unsqueeze(1)
    slots = power.shape[1]
    return Slots(
        caller=features[: len(calls)],
        agent=features[len(calls) :],
        speaking=(power > SPEAKING_POWER).long(),
        said=_stacked([call.said for call in calls]).long(),
        act=torch.zeros(len(calls), slots, dtype=torch.long),
        told=_stacked([_told(call, slots) for call in calls]).long(),
        kind=_stacked([call.kind for call in calls]).long(),
        digits=_stacked([call.digits for call in calls]).long(),
        clock=clock_bucket(first + torch.arange(slots)),
    )


def _silenced(slots: Slots, untold: list[bool]) -> Slots:
    """Without what the agent said and was told, in these calls."""
    kept = 1 - torch.tensor(untold).long().unsqueeze(1)
    return slots._replace(said=slots.said * kept, told=slots.told * kept)


def _told(call: SimulatedCall, slots: int) -> npt.NDArray[np.int64]:
    """The tokens of the texts injected, one a slot from where each begins, one text after the other."""
    tokens = np.zeros(slots, np.int64)
    free = 0
    for told in call.told:
        free = max(told.frame // _FRAMES_PER_SLOT, free, 0)
        text = told_tokens(told.kind, told.text)[: max(slots - free, 0)]
        tokens[free : free + len(text)] = text
        free += len(text)
    return tokens


def to_targets(calls: list[SimulatedCall]) -> Targets:
    """What is true in these calls."""
    labels = [call.labels for call in calls]
    words = [_words(call) for call in calls]
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
        speech_weight=_stacked([label.speech_weight for label in labels]),
        phones=_stacked([label.phones for label in labels]).long(),
        digits_said=_stacked([label.digits_said for label in labels]).long(),
        language=_stacked([label.language for label in labels]).long(),
        agent_text=_stacked([label.agent_text for label in labels]).long(),
        agent_text_weight=_stacked([label.agent_text_weight for label in labels]),
        acts=_stacked([label.acts for label in labels]).long(),
        acts_weight=_stacked([label.acts_weight for label in labels]),
        words=torch.tensor([1 + piece for pieces in words for piece in pieces], dtype=torch.long),
        word_counts=torch.tensor([len(pieces) for pieces in words]),
    )


def _words(call: SimulatedCall) -> list[int]:
    return [piece for word in call.caller_words for piece in to_pieces(word.text)]


def _stacked(rows: list[npt.NDArray[np.generic]]) -> torch.Tensor:
    return torch.from_numpy(np.stack(rows))


@dataclass(frozen=True, slots=True)
class Source:
    """What batches are made from.

    Attributes:
        seed: of the simulated calls.
        lessons: the curriculum's, by number.
        front_end: of the model they are for.
        recorded: gives recorded calls; it is taken along into other processes.
    """

    seed: int
    lessons: tuple[Lesson, ...]
    front_end: FrontEndSize
    recorded: Recorded | None = None


class BatchStream:
    """Batches `first`, `first + 1`, ... without end, made by `processes` processes (0: here, as asked for).

    Batch k depends on the source, k and the lesson that was being taught when it was made, not on the number
    of processes nor on where the stream was taken up.
    """

    def __init__(self, source: Source, first: int, processes: int = 1) -> None:
        self._source, self._first, self._processes = source, first, processes
        self._lesson = get_context("spawn").Value("i", 0)

    def teach(self, lesson: int) -> None:
        """Make the batches to come of this lesson; those that are ready are still of the one before."""
        self._lesson.value = lesson

    def batches(self) -> Generator[Batch, None, None]:
        """The batches. Close the generator to end the processes.

        Raises:
            BatchesEndedError: the processes die again and again.
        """
        if self._processes == 0:
            yield from _made(self._source, self._lesson, count(self._first))
        makers = [
            _Maker(self._source, self._lesson, self._first + k, self._processes)
            for k in range(self._processes)
        ]
        try:
            while True:
                for maker in makers:
                    yield maker.next()
        finally:
            for maker in makers:
                maker.end()


class _Maker:
    """A process that makes every `stride`-th batch, beginning with `number`.

    Synthesisers are foreign code and now and then take their process down (espeak-ng does, once in some ten
    thousand utterances). Another one then goes on after the batch that fell over.
    """

    def __init__(self, source: Source, lesson: "Synchronized[int]", number: int, stride: int) -> None:
        self._source, self._lesson = source, lesson
        self._number, self._stride = number, stride
        self._fallen = 0
        self._start()

    def _start(self) -> None:
        context = get_context("spawn")
        self._made, theirs = context.Pipe(duplex=False)
        numbers = count(self._number, self._stride)
        self._process = context.Process(
            target=_make_forever, args=(theirs, self._source, self._lesson, numbers), daemon=True
        )
        self._process.start()
        theirs.close()  # or a process that dies in the middle of a batch would be waited for for ever

    def next(self) -> Batch:
        """The next batch."""
        while True:
            try:
                arrays: list[npt.NDArray[np.generic]] = self._made.recv()
            except (EOFError, OSError):  # between two batches, or in the middle of one
                self._go_on()
                continue
            self._number += self._stride
            self._fallen = 0
            tensors = [torch.from_numpy(array) for array in arrays]
            parts = len(Slots._fields)
            return Batch(Slots(*tensors[:parts]), Targets(*tensors[parts:]))

    def _go_on(self) -> None:
        self._fallen += 1
        if self._fallen > _FALLS:
            raise BatchesEndedError("the processes that simulate calls die one after the other")
        self._number += self._stride
        self.end()
        self._start()

    def end(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.join()
        self._made.close()


def _made(
    source: Source, lesson: "Synchronized[int]", numbers: Iterable[int]
) -> Generator[Batch, None, None]:
    front_end = FrontEnd(source.front_end)
    for number in numbers:
        yield make_batch(source.seed, number, source.lessons[lesson.value], front_end, source.recorded)


def _make_forever(
    sender: "Connection[list[npt.NDArray[np.generic]], None]",
    source: Source,
    lesson: "Synchronized[int]",
    numbers: Iterable[int],
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the trainer's to answer; it ends this process
    torch.set_num_threads(1)
    ahead = Queue[list[npt.NDArray[np.generic]]](_AHEAD)
    Thread(target=_send_forever, args=(ahead, sender), daemon=True).start()
    for batch in _made(source, lesson, numbers):
        ahead.put([tensor.numpy() for part in batch for tensor in part])


def _send_forever(
    ahead: Queue[list[npt.NDArray[np.generic]]],
    sender: "Connection[list[npt.NDArray[np.generic]], None]",
) -> None:
    """Hand on what is made; end the process with the one it is made for."""
    while True:
        try:
            sender.send(ahead.get())
        except OSError:
            os.kill(os.getpid(), signal.SIGTERM)
