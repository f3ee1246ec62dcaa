"""The native interlocutor: the torch model listens, the floor decides, the voice speaks offers word for word.

interlocutor = load(Path("model/checkpoints/first.safetensors"), ears)
call = interlocutor.open(CallContext("call-1"))
(output,) = interlocutor.step([call], [TurnInput(0, caller_audio)])
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final, Generic, Protocol, TypeVar

import numpy as np
import torch

from config.units import MICRO_TURN_SAMPLES, SLOTS_PER_MICRO_TURN
from model.capacity import Step
from model.checkpoint import load_checkpoint
from model.ears.ears import Ears, Hearing, Listener
from model.listening import introductions, listening_in
from model.session.advance import advance, awaits_words, reply
from model.session.state import EarOrders, Session
from model.streaming import SILENT_MICRO_TURN, ModelReadings, ModelState, ModelTurn, StreamingModel
from model.turn import CallContext, CallState, Readings, StepError, TurnEvent, TurnInput, TurnOutput
from model.voice.ahead import Ahead
from model.voice.house import HouseVoice
from model.voice.voice import Voice
from model.voicing import Prepare

SERVING_THREADS: Final = 1
"""torch's threads where calls are served. A step is too small to share: on two busy cores a second one made
one call's step five times slower (16 against 76 ms), because each waits for the other at every layer."""
_TRIED_CALLS: Final = 8
_TRIED_STEPS: Final = 10
_WARM_UP_STEPS: Final = 3
_MAY_BE_VOICE: Final = 0.3
"""The ears are asked to listen to anything at least this likely to be the caller's voice."""

M = TypeVar("M", bound=CallState)


class Perception(Protocol[M]):
    """What hears voices, endings and interruptions in sound (see `model.streaming`)."""

    def open(self) -> M: ...

    def step(self, states: Sequence[M], turns: Sequence[ModelTurn]) -> Sequence[ModelReadings]: ...


@dataclass(frozen=True, slots=True)
class _TakenIn:
    """A micro-turn between the halves of its step."""

    turn: TurnInput
    slots: tuple[Readings, ...]


class NativeCall(Generic[M]):
    """One call's state. It may be closed from any thread; what it held is freed before the next step."""

    def __init__(
        self,
        perceived: M,
        listener: Listener | None,
        session: Session,
        prepare: Prepare,
        closing: "SimpleQueue[NativeCall[M]]",
    ) -> None:
        self.perceived = perceived
        self.prepare = prepare
        self.listener = listener
        self.session = session
        self.next_index = 0
        self.agent_audio = SILENT_MICRO_TURN
        self.taken_in: _TakenIn | None = None
        self.given: TurnOutput | None = None
        self.is_open = True
        self._closing = closing

    def close(self) -> None:
        """Let go of the call. Idempotent."""
        if self.is_open:
            self.is_open = False
            self._closing.put(self)


class NativeInterlocutor(Generic[M]):
    """Any number of calls, as far as the perception has room. One thread opens and steps."""

    def __init__(self, perception: Perception[M], ears: Ears | None, voice: Voice) -> None:
        """Put the parts together.

        Args:
            perception: the model.
            ears: for the caller's words; None when they come as `HeardWords`. They stay the giver's to close.
            voice: for the agent's.
        """
        self._perception = perception
        self._ears = ears
        self._ahead = Ahead(voice)
        self._closing: SimpleQueue[NativeCall[M]] = SimpleQueue()
        for language, text in introductions().items():
            self._ahead.prepare(text, language)

    def open(self, call: CallContext) -> NativeCall[M]:
        """Begin a call."""
        self._free_closed()
        listener = None if self._ears is None else self._ears.open(call.call_id, call.language)
        session = Session(
            dials=call.dials,
            language=call.language,
            outside_ears=listener is None,
            listening=listening_in(call.call_id, call.language),
        )
        prepare = partial(self._ahead.prepare, choice=call.voice)
        return NativeCall(self._perception.open(), listener, session, prepare, self._closing)

    def step(self, states: Sequence[NativeCall[M]], turns: Sequence[TurnInput]) -> list[TurnOutput]:
        """Take the next micro-turn of each of these calls, both halves at once.

        Raises:
            ValueError: a micro-turn is malformed, out of order, or of a closed call; no call has moved.
            StepError: some calls failed (their voice or ears did); the others have moved on.
        """
        self.perceive(states, turns)
        return self.advance(states)

    def perceive(self, states: Sequence[NativeCall[M]], turns: Sequence[TurnInput]) -> None:
        """Take in the next micro-turn of each of these calls, with one forward of the model for all.

        The first half of a step: the ears begin to listen. `advance` is the second.

        Raises:
            ValueError: a micro-turn is malformed, out of order, or of a closed call; no call has moved.
        """
        if len(states) != len(turns):
            raise ValueError(f"{len(states)} calls but {len(turns)} micro-turns")
        for state, turn in zip(states, turns, strict=True):
            _check(state, turn)
        self._free_closed()
        heard = self._perception.step(
            [state.perceived for state in states],
            [
                ModelTurn(turn.caller_audio, state.agent_audio, state.session.expectation)
                for state, turn in zip(states, turns, strict=True)
            ],
        )
        for state, turn, readings in zip(states, turns, heard, strict=True):
            state.next_index = turn.index + 1
            state.taken_in = _TakenIn(turn, readings_of(readings))
            _listen(state, turn, state.taken_in.slots)

    def awaits_words(self, state: NativeCall[M]) -> bool:
        """Whether words that are on their way would count for what is decided now."""
        if state.listener is None or state.taken_in is None:
            return False
        turn, slots = state.taken_in.turn, state.taken_in.slots
        return awaits_words(state.session, turn.index, slots, state.listener.hearing())

    def advance(self, states: Sequence[NativeCall[M]]) -> list[TurnOutput]:
        """Decide and voice the micro-turn taken in: the second half of a step.

        Raises:
            StepError: some calls failed (their voice or ears did); the others have moved on.
        """
        self._ahead.begin_step()
        outcomes: list[TurnOutput | Exception] = []
        for state in states:
            try:
                outcomes.append(self._advance(state))
            except Exception as failure:  # one call's voice or ears must not take the other calls down
                outcomes.append(failure)
        outputs = [outcome for outcome in outcomes if isinstance(outcome, TurnOutput)]
        if len(outputs) < len(outcomes):
            raise StepError(outcomes)
        return outputs

    def reply(self, state: NativeCall[M], events: Sequence[TurnEvent]) -> TurnOutput:
        """Voice in the micro-turn just advanced, which was silent, what has been offered since.

        Raises:
            ValueError: there is no such micro-turn, it was not silent, or the call is closed.
        """
        last = state.given
        if not state.is_open or last is None or last.agent_audio.any():
            raise ValueError("only a silent micro-turn of an open call can still be replied in")
        self._ahead.begin_step()
        state.session, output, orders = reply(state.session, last.index, events, last.readings, state.prepare)
        _gave(state, output, orders)
        return output

    def _advance(self, state: NativeCall[M]) -> TurnOutput:
        taken_in, state.taken_in = state.taken_in, None
        if taken_in is None:
            raise ValueError("a call must take in a micro-turn before it can advance")
        hearing = Hearing() if state.listener is None else state.listener.hearing()
        state.session, output, orders = advance(
            state.session, taken_in.turn, taken_in.slots, hearing, state.prepare
        )
        _gave(state, output, orders)
        return output

    def _free_closed(self) -> None:
        while True:
            try:
                state = self._closing.get_nowait()
            except Empty:
                return
            state.perceived.close()
            if state.listener is not None:
                state.listener.close()

    def try_out(self, most_calls: int) -> list[Step]:
        """Measure steps of a few calls that nobody makes: about a third of a second, before there are any.

        CPU time counts, since a process that starts is seldom alone on its machine.
        """
        rng = np.random.default_rng(0)
        steps: list[Step] = []
        for count in sorted({1, min(most_calls, _TRIED_CALLS)}):
            calls = [
                NativeCall(self._perception.open(), None, Session(), self._ahead.prepare, self._closing)
                for _ in range(count)
            ]
            for index in range(_WARM_UP_STEPS + _TRIED_STEPS):
                heard = rng.normal(0, 1_500, (count, MICRO_TURN_SAMPLES)).astype(np.int16)
                began = time.thread_time()
                self.step(calls, [TurnInput(index, each) for each in heard])
                if index >= _WARM_UP_STEPS:
                    steps.append(Step(count, 1_000 * (time.thread_time() - began)))
            for call in calls:
                call.close()
            self._free_closed()
        return steps

    def close(self) -> None:
        """End the voice's thread and free what closed calls held. Idempotent."""
        self._free_closed()
        self._ahead.close()


def load(
    checkpoint: Path,
    ears: Ears | None,
    *,
    max_calls: int = 16,
    threads: int | None = None,
    voice: Voice | None = None,
    device: str = "cpu",
) -> NativeInterlocutor[ModelState]:
    """Build the native interlocutor from a trained checkpoint.

    Args:
        checkpoint: a file of `model.checkpoint`.
        ears: for the caller's words; None when they come as `HeardWords`.
        max_calls: how many calls there is room for; memory is taken for all of them now.
        threads: of torch, for the whole process; by default as many as torch finds good.
        voice: the agent's; by default that of the house.
        device: that the model runs on, as torch names it; on a GPU its step is recorded once and replayed.

    Raises:
        CheckpointError: the checkpoint cannot be used.
    """
    if threads is not None:
        torch.set_num_threads(threads)
    model, _ = load_checkpoint(checkpoint)
    return NativeInterlocutor(StreamingModel(model.to(device), max_calls), ears, voice or HouseVoice())


def _check(state: NativeCall[M], turn: TurnInput) -> None:
    if not state.is_open:
        raise ValueError("a call that has been closed cannot be stepped")
    if turn.index < state.next_index:
        raise ValueError(f"micro-turn {turn.index} came again; {state.next_index} was awaited")
    shape, dtype = turn.caller_audio.shape, turn.caller_audio.dtype
    if shape != (MICRO_TURN_SAMPLES,) or dtype != np.int16:
        raise ValueError(f"a micro-turn is int16[{MICRO_TURN_SAMPLES}], not {dtype}{list(shape)}")


def readings_of(readings: ModelReadings) -> tuple[Readings, ...]:
    """The readings of a micro-turn slot by slot, without arrays."""
    return tuple(
        Readings(
            caller_voice=float(readings.caller_voice[slot]),
            agent_voice=float(readings.agent_voice[slot]),
            turn_end=float(readings.turn_end[slot]),
            barge_in=float(readings.barge_in[slot]),
            backchannel_due=float(readings.backchannel_due[slot]),
            caller_soon=tuple(float(p) for p in readings.caller_soon[slot]),
        )
        for slot in range(SLOTS_PER_MICRO_TURN)
    )


def _listen(state: NativeCall[M], turn: TurnInput, slots: tuple[Readings, ...]) -> None:
    if state.listener is None:
        return
    # While the caller speaks, the end of the micro-turn counts: the ears wait to hear the voice stop.
    judged = slots[-2:] if state.session.floor.caller.may_be_speaking else slots
    speaking = any(slot.caller_voice >= _MAY_BE_VOICE for slot in judged)
    state.listener.listen(turn.index, turn.caller_audio, speaking=speaking)


def _gave(state: NativeCall[M], output: TurnOutput, orders: EarOrders) -> None:
    state.given = output
    state.agent_audio = output.agent_audio
    if state.listener is None:
        return
    if orders.turn_over:
        state.listener.turn_over()
    if orders.language is not None:
        state.listener.change_language(orders.language)
    if orders.expect is not None:
        state.listener.expect(orders.expect)
