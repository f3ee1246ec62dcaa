"""What is true of a simulated call, slot by slot, read off its stage."""

# S slots of a call · F frames of 10 ms

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from config.units import SLOT_MS, SLOTS_PER_MICRO_TURN
from model.data.delivery import FRAME_MS
from model.data.stage import Stage
from model.heads import FUTURE_BINS

FRAMES_PER_SLOT: Final = SLOT_MS // FRAME_MS
FUTURE_SLOTS: Final = FUTURE_BINS * SLOTS_PER_MICRO_TURN


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """What is true in each of S slots.

    Attributes:
        voice: bool[S, 2], the caller and the agent speak.
        voice_weight: float32[S].
        future: uint8[S], the class of joint activity over the next 0.8 s (see `model.heads.Readouts`).
        turn_end, turn_end_weight: the caller's turn is over, from `timing.ANTICIPATION_MS` before its last
            sound on.
        barge_in, barge_in_weight: caller sound over the agent is meant to take the floor.
        backchannel_due, backchannel_weight: a "mm-hm" of the agent fits, `timing.DUE_EARLY_MS` early.
        phones: uint8[S], what was pronounced two slots ago: 0 silence, i + 1 the sound i of
            `model.synthesis.phones.PHONES`.
        digits_said: uint8[S], digits of the caller's turn so far.
        language: uint8[S], of the caller's speech, an index of `model.streams.LANGUAGES`.
        agent_text, agent_text_weight: uint8[S] and float32[S], what a good agent decides in this slot to say
            (it is heard one micro-turn later), an index of `model.streams.AGENT_TEXT`.
        acts, acts_weight: uint8[S] and float32[S], what it does, an index of `model.streams.ACTS`.
        speech_weight: float32[S], 1 where phones, digits and language are known: everywhere but on tapes.
    """

    voice: npt.NDArray[np.bool_]
    voice_weight: npt.NDArray[np.float32]
    future: npt.NDArray[np.uint8]
    turn_end: npt.NDArray[np.bool_]
    turn_end_weight: npt.NDArray[np.float32]
    barge_in: npt.NDArray[np.bool_]
    barge_in_weight: npt.NDArray[np.float32]
    backchannel_due: npt.NDArray[np.bool_]
    backchannel_weight: npt.NDArray[np.float32]
    phones: npt.NDArray[np.uint8]
    digits_said: npt.NDArray[np.uint8]
    language: npt.NDArray[np.uint8]
    agent_text: npt.NDArray[np.uint8]
    agent_text_weight: npt.NDArray[np.float32]
    acts: npt.NDArray[np.uint8]
    acts_weight: npt.NDArray[np.float32]
    speech_weight: npt.NDArray[np.float32]


def labels_of(stage: Stage, skipped: int, slots: int) -> Labels:
    """Labels of `slots` slots after the first `skipped`; the stage is `FUTURE_SLOTS` longer than both."""
    quiet_agent = stage.agent_voice & ~stage.caller_voice & (stage.barge_weight == 0)
    stage.barge_weight[quiet_agent] = 0.05
    everything = stage.frames // FRAMES_PER_SLOT
    kept = slice(skipped, skipped + slots)

    def at_end(frames: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        return frames[FRAMES_PER_SLOT - 1 :: FRAMES_PER_SLOT][kept]

    both = np.stack((stage.caller_voice, stage.agent_voice), 1).reshape(everything, FRAMES_PER_SLOT, 2)
    voice = both.mean(1) >= 0.5
    phones = stage.phones[FRAMES_PER_SLOT // 2 :: FRAMES_PER_SLOT]
    late = np.concatenate((np.zeros(2, np.int8), phones[:-2]))
    language = np.where(voice[:, 0], stage.language[FRAMES_PER_SLOT // 2 :: FRAMES_PER_SLOT], 0)
    return Labels(
        voice=voice[kept],
        voice_weight=at_end(stage.voice_weight).astype(np.float32),
        future=futures(voice)[kept],
        turn_end=at_end(stage.over).astype(np.bool_),
        turn_end_weight=at_end(stage.over_weight).astype(np.float32),
        barge_in=at_end(stage.barge).astype(np.bool_),
        barge_in_weight=at_end(stage.barge_weight).astype(np.float32),
        backchannel_due=at_end(stage.due).astype(np.bool_),
        backchannel_weight=at_end(stage.due_weight).astype(np.float32),
        phones=late[kept].astype(np.uint8),
        digits_said=np.clip(at_end(stage.digits_said), 0, 11).astype(np.uint8),
        language=language[kept].astype(np.uint8),
        agent_text=at_end(stage.to_say).astype(np.uint8),
        agent_text_weight=at_end(stage.to_say_weight).astype(np.float32),
        acts=at_end(stage.to_do).astype(np.uint8),
        acts_weight=at_end(stage.to_do_weight).astype(np.float32),
        speech_weight=np.ones(slots, np.float32),
    )


def futures(voice: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    """uint8[S], class of the bins after each slot of bool[S, 2]; the last, without a whole future, get 0."""
    slots = len(voice)
    classes = np.zeros(slots, np.uint8)
    whole = slots - FUTURE_SLOTS
    for side in range(2):
        for b in range(FUTURE_BINS):
            begin = 1 + b * SLOTS_PER_MICRO_TURN
            bins = np.stack([voice[begin + k : begin + k + whole, side] for k in range(SLOTS_PER_MICRO_TURN)])
            active = (bins.mean(0) >= 0.5).astype(np.uint8)
            classes[:whole] |= active << np.uint8(side * FUTURE_BINS + b)
    return classes
