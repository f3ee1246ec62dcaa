"""The model while calls run: open a call, step any set of calls by one micro-turn, close it.

    live = StreamingModel(load_model("first"), max_calls=16)
    call = live.open()
    (readings,) = live.step([call], [ModelTurn(caller_audio, agent_audio, expectation)])
    call.close()

Everything is preallocated when the object is built. Not thread-safe: one thread steps.
"""

# B calls of a step · N samples · P rows of the pool

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from config.expectation import NOTHING_AWAITED, Expectation
from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES, SLOT_SAMPLES, SLOTS_PER_MICRO_TURN
from model.alike import alike
from model.attention import RingStep
from model.cache import RingCache
from model.frontend import FrontEndState
from model.heads import Readouts, caller_soon
from model.interaction import InteractionModel
from model.native_words import NativeWords
from model.streams import (
    ACTS,
    AGENT_TEXT,
    LANGUAGES,
    SPEAKING_POWER,
    History,
    Slots,
    clock_bucket,
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

    def __init__(self, model: InteractionModel, max_calls: int = 16) -> None:
        self.model = model.eval().requires_grad_(requires_grad=False)
        self.max_calls = max_calls
        self._free = list(range(max_calls - 1, -1, -1))
        self._device = model.front_end.hann.device
        self._ring = RingCache(model.size, max_calls, self._device)
        self._sound = model.front_end.begin(2 * max_calls)
        self._history = model.streams.begin(max_calls)

    def open(self) -> ModelState:
        """Begin a call.

        Raises:
            TooManyCallsError: `max_calls` calls are open already.
        """
        if not self._free:
            raise TooManyCallsError(f"{self.max_calls} calls are open, which is all this model was built for")
        row = self._free.pop()
        fresh_sound, fresh_history = self.model.front_end.begin(1), self.model.streams.begin(1)
        for side in (row, self.max_calls + row):
            for kept, fresh in zip(self._sound, fresh_sound, strict=True):
                kept[side] = fresh[0]
        for kept, fresh in zip(self._history, fresh_history, strict=True):
            kept[row] = fresh[0]
        self._ring.begin(row)
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
        micro_turns = [state.micro_turns for state in states]
        at = torch.tensor(rows, device=self._device)
        slots = self._read(at, turns, torch.tensor(micro_turns, device=self._device))
        history = History(*(kept[at] for kept in self._history))
        ring = RingStep(self._ring, rows, micro_turns)
        readouts, history = self.model.step(slots, history, ring)
        for kept, new in zip(self._history, history, strict=True):
            kept[at] = new
        chances, classes = readouts.words.softmax(-1).max(-1)
        for state, best, sure in zip(states, classes.tolist(), chances.tolist(), strict=True):
            state.words = state.words.heard(best, sure, state.micro_turns * MICRO_TURN_MS)
            state.micro_turns += 1
        return _readings(readouts, [state.words.words for state in states])

    def _read(self, at: Tensor, turns: Sequence[ModelTurn], micro_turns: Tensor) -> Slots:
        """Both sides' sound through the front end, and what the other streams say."""
        calls = len(turns)
        pcm = np.stack([turn.caller_audio for turn in turns] + [turn.agent_audio for turn in turns])
        sound = torch.from_numpy(pcm).to(self._device).float() / 32_768
        sides = torch.cat((at, at + self.max_calls))
        features, after = self.model.front_end(sound, FrontEndState(*(kept[sides] for kept in self._sound)))
        for kept, new in zip(self._sound, after, strict=True):
            kept[sides] = new
        power = sound[calls:].view(calls, SLOTS_PER_MICRO_TURN, SLOT_SAMPLES).square().mean(-1)
        awaited = [(kind_index(turn.expectation), digits_index(turn.expectation)) for turn in turns]
        kind, digits = self._whole(awaited).unsqueeze(-1).expand(-1, -1, SLOTS_PER_MICRO_TURN).unbind(1)
        said, act, told = self._whole([(turn.said, turn.act, turn.told) for turn in turns]).unbind(1)
        slots = torch.arange(SLOTS_PER_MICRO_TURN, device=self._device)
        return Slots(
            caller=features[:calls],
            agent=features[calls:],
            speaking=(power > SPEAKING_POWER).long(),
            said=said,
            act=act,
            told=told,
            kind=kind,
            digits=digits,
            clock=clock_bucket(micro_turns.unsqueeze(1) * SLOTS_PER_MICRO_TURN + slots),
        )

    def _whole(self, numbers: Sequence[object]) -> Tensor:
        return torch.tensor(numbers, device=self._device)


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
