"""The model while calls run: open a call, step any set of calls by one micro-turn, close it.

    live = StreamingModel(load_model("first"), max_calls=16)
    call = live.open()
    (readings,) = live.step([call], [ModelTurn(caller_audio, agent_audio, expectation)])
    call.close()

Everything is preallocated when the object is built. Not thread-safe: one thread steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import torch

from config.expectation import NOTHING_AWAITED, Expectation
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES, SLOTS_PER_MICRO_TURN
from model.alike import alike
from model.heads import Readouts, caller_soon
from model.interaction import InteractionModel
from model.native_words import NativeWords
from model.pool import Pool, Turns, WholePool, step_rows
from model.streams import (
    ACTS,
    AGENT_TEXT,
    LANGUAGES,
    digits_index,
    kind_index,
)
from model.turn import Audio, Word

SILENT_MICRO_TURN: Final[Audio] = np.zeros(MICRO_TURN_SAMPLES, np.int16)
SILENT_MICRO_TURN.flags.writeable = False

Floats = npt.NDArray[np.float32]
FourSlots = tuple[int, int, int, int]
NOTHING: Final[FourSlots] = (0, 0, 0, 0)


def _surely_first(classes: int) -> Floats:
    """Four slots in which the first class is certain."""
    sure = np.zeros((SLOTS_PER_MICRO_TURN, classes), np.float32)
    sure[:, 0] = 1.0
    sure.flags.writeable = False
    return sure


NO_LANGUAGE: Final = _surely_first(len(LANGUAGES))
NO_TEXT: Final = _surely_first(len(AGENT_TEXT))
NO_ACTS: Final = _surely_first(len(ACTS))


class TooManyCallsError(Exception):
    """Every row of the pool is taken: `max_calls` calls are open."""


@dataclass(frozen=True, slots=True)
class ModelTurn:
    """One micro-turn of one call.

    Attributes:
        caller_audio: what the caller's line brought, int16[3200] at 16 kHz.
        agent_audio: what the agent gave out in the micro-turn before (it is heard during this one), the same.
        expectation: the kind of answer awaited.
        said: what the agent began to say in the micro-turn before, slot by slot: indices of `AGENT_TEXT`.
        act: what it did then: indices of `ACTS`.
        told: the next tokens of injected text (`model.pieces.told_tokens`), one a slot.
    """

    caller_audio: Audio
    agent_audio: Audio = field(default_factory=lambda: SILENT_MICRO_TURN)
    expectation: Expectation = NOTHING_AWAITED
    said: FourSlots = NOTHING
    act: FourSlots = NOTHING
    told: FourSlots = NOTHING


@dataclass(frozen=True, slots=True)
class ModelReadings:
    """What the model makes of a micro-turn: probabilities 0..1, float32, one per slot (four), oldest first.

    Attributes:
        caller_voice: the caller is speaking.
        agent_voice: the agent is speaking.
        turn_end: the caller's turn is over and the moment to speak is the agent's.
        barge_in: the caller, speaking over the agent, wants the floor (means nothing without both voices).
        backchannel_due: a "mm-hm" would fit now.
        caller_soon: [4 slots, 4 bins] caller activity over the next 0-0.2, 0.2-0.4, 0.4-0.6, 0.6-0.8 s.
        language: [4 slots, 3] of the caller's speech: none, English, Spanish.
        agent_text: [4 slots, 8] what the agent should begin to say: `model.streams.AGENT_TEXT`.
        acts: [4 slots, 6] what it should do: `model.streams.ACTS`.
        words: what the caller has said of late, the model's own reading.
    """

    caller_voice: Floats
    agent_voice: Floats
    turn_end: Floats
    barge_in: Floats
    backchannel_due: Floats
    caller_soon: Floats
    language: Floats = field(default_factory=lambda: NO_LANGUAGE)
    agent_text: Floats = field(default_factory=lambda: NO_TEXT)
    acts: Floats = field(default_factory=lambda: NO_ACTS)
    words: tuple[Word, ...] = ()


class ModelState:
    """One call: a row of the pool, how many micro-turns it has lasted, the words of late."""

    def __init__(self, row: int, free: list[int]) -> None:
        self.row = row
        self.micro_turns = 0
        self.words = NativeWords()
        self._free = free
        self._open = True

    @property
    def is_open(self) -> bool:
        return self._open

    def close(self) -> None:
        """Give the row back. Idempotent."""
        if self._open:
            self._open = False
            self._free.append(self.row)


class StreamingModel:
    """A trained model serving up to `max_calls` calls at once."""

    def __init__(
        self, model: InteractionModel, max_calls: int = 16, *, whole_pool: bool | None = None
    ) -> None:
        """Take memory for all calls.

        Args:
            model: on the device that is to serve.
            max_calls: how many there is room for.
            whole_pool: whether all rows are stepped every time (see `model.pool`); by default on a GPU.
        """
        self.model = model.eval().requires_grad_(requires_grad=False)
        self.max_calls = max_calls
        self._free = list(range(max_calls - 1, -1, -1))
        self._pool = Pool(model, max_calls)
        on_gpu = self._pool.device.type == "cuda"
        self._whole = WholePool(model, self._pool) if (on_gpu if whole_pool is None else whole_pool) else None

    def open(self) -> ModelState:
        """Begin a call.

        Raises:
            TooManyCallsError: `max_calls` calls are open already.
        """
        if not self._free:
            raise TooManyCallsError(f"{self.max_calls} calls are open, which is all this model was built for")
        row = self._free.pop()
        self._pool.begin(row)
        return ModelState(row, self._free)

    @torch.inference_mode()
    def step(self, states: Sequence[ModelState], turns: Sequence[ModelTurn]) -> list[ModelReadings]:
        """Read the next micro-turn of each of these calls; the readings come in the same order."""
        if len(states) != len(turns):
            raise ValueError(f"{len(states)} calls but {len(turns)} micro-turns")
        if not states:
            return []
        for state in states:
            if not state.is_open:
                raise ValueError("a call that has been closed cannot be stepped")
        rows = [state.row for state in states]
        heard = _together(states, turns, self._pool.device)
        if self._whole is None:
            readouts = step_rows(self.model, self._pool, heard, rows)
        else:
            readouts = self._whole.step(heard, rows)
        chances, classes = readouts.words.softmax(-1).max(-1)
        for state, best, sure in zip(states, classes.tolist(), chances.tolist(), strict=True):
            state.words = state.words.heard(best, sure, state.micro_turns * MICRO_TURN_MS)
            state.micro_turns += 1
        return _readings(readouts, [state.words.words for state in states])


def _together(states: Sequence[ModelState], turns: Sequence[ModelTurn], device: torch.device) -> Turns:
    sound = torch.from_numpy(np.stack([(turn.caller_audio, turn.agent_audio) for turn in turns]))
    awaited = [(kind_index(turn.expectation), digits_index(turn.expectation)) for turn in turns]
    return Turns(
        sound=sound.to(device),
        awaited=torch.tensor(awaited, device=device),
        own=torch.tensor([(turn.said, turn.act, turn.told) for turn in turns], device=device),
        micro_turns=torch.tensor([state.micro_turns for state in states], device=device),
    )


def _readings(readouts: Readouts, words: list[tuple[Word, ...]]) -> list[ModelReadings]:
    voice = alike(torch.sigmoid, readouts.voice).cpu().numpy()
    turn_end, barge_in, backchannel_due = (
        alike(torch.sigmoid, logits).cpu().numpy()
        for logits in (readouts.turn_end, readouts.barge_in, readouts.backchannel_due)
    )
    soon = caller_soon(readouts.futures).cpu().numpy()
    language, agent_text, acts = (
        logits.softmax(-1).cpu().numpy() for logits in (readouts.language, readouts.agent_text, readouts.acts)
    )
    return [
        ModelReadings(
            caller_voice=voice[b, :, 0],
            agent_voice=voice[b, :, 1],
            turn_end=turn_end[b],
            barge_in=barge_in[b],
            backchannel_due=backchannel_due[b],
            caller_soon=soon[b],
            language=language[b],
            agent_text=agent_text[b],
            acts=acts[b],
            words=words[b],
        )
        for b in range(voice.shape[0])
    ]
