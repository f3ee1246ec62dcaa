"""A simulated call: a function of a seed and a number, but for the 20 ms espeak-ng varies by of its own."""

# S slots of a call · F frames of 10 ms · n samples

from dataclasses import dataclass
from random import Random
from typing import Final

import numpy as np
import numpy.typing as npt

from config.units import SLOT_MS, SLOTS_PER_MICRO_TURN
from model.data import scripts
from model.data.acoustics import draw_line, from_afar, mulaw_there_and_back, through, to_model_rate
from model.data.clips import FRAME_MS, FRAME_SAMPLES, clips_of, smooth
from model.data.conversation import Conversation, Manners
from model.data.scripts import Split
from model.data.stage import Overlap, Stage, TurnSpan, add
from model.data.voices import agent_voice, caller_voice
from model.heads import FUTURE_BINS

CALL_SLOTS: Final = 400
"""20 s: what a model is shown of a call in training."""
_FRAMES_PER_SLOT: Final = SLOT_MS // FRAME_MS
_FUTURE_SLOTS: Final = FUTURE_BINS * SLOTS_PER_MICRO_TURN


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """What is true in each of S slots.

    Attributes:
        voice: bool[S, 2], the caller and the agent speak.
        voice_weight: float32[S].
        future: uint8[S], the class of joint activity over the next 0.8 s (see `model.heads.Readouts`).
        turn_end, turn_end_weight: the caller's turn is over.
        barge_in, barge_in_weight: caller sound over the agent is meant to take the floor.
        backchannel_due, backchannel_weight: a "mm-hm" of the agent fits.
        phones: uint8[S], what was pronounced two slots ago.
        digits_said: uint8[S], digits of the caller's turn so far.
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


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedCall:
    """S slots of a call.

    Attributes:
        caller, agent: int16[S * 800] at 16 kHz; the caller as the telephone brings it.
        kind, digits: uint8[S], what is awaited (indices of `model.streams`).
        clock_slot: how many slots the call had lasted at the first one.
        turns, overlaps: events, in frames of 10 ms from the first slot; those cut by an edge are left out.
    """

    caller: npt.NDArray[np.int16]
    agent: npt.NDArray[np.int16]
    kind: npt.NDArray[np.uint8]
    digits: npt.NDArray[np.uint8]
    clock_slot: int
    labels: Labels
    turns: tuple[TurnSpan, ...]
    overlaps: tuple[Overlap, ...]


def simulate(
    seed: int, number: int, split: Split = "train", manners: Manners | None = None, slots: int = CALL_SLOTS
) -> SimulatedCall:
    """Simulate call `number` of the calls of a seed."""
    random = Random(f"{seed} {number} {split}")
    from_start = random.random() < 0.4
    skipped = 0 if from_start else random.randint(20, 160)
    while not smooth(skipped + slots + _FUTURE_SLOTS) and not from_start:
        skipped += 1
    stage = Stage((skipped + slots + _FUTURE_SLOTS) * _FRAMES_PER_SLOT)
    voices = (caller_voice(split, random), agent_voice(random))
    conversation = Conversation(stage, split, random, voices, manners or Manners())
    conversation.run(from_start=from_start)
    _surroundings(conversation, random)
    line = draw_line(split, random)
    first, last = skipped * _FRAMES_PER_SLOT, (skipped + slots) * _FRAMES_PER_SLOT
    agent = mulaw_there_and_back(stage.agent) if random.random() < 0.5 else _as_pcm(stage.agent)
    caller = through(line, stage.caller, stage.agent, random.getrandbits(32))
    heard = slice(first * FRAME_SAMPLES, last * FRAME_SAMPLES)
    clock = skipped if from_start or random.random() < 0.5 else random.randint(100, 12_000)
    return SimulatedCall(
        caller=to_model_rate(caller[heard]),
        agent=to_model_rate(agent[heard]),
        kind=stage.kind[first:last:_FRAMES_PER_SLOT].astype(np.uint8),
        digits=stage.digits[first:last:_FRAMES_PER_SLOT].astype(np.uint8),
        clock_slot=clock,
        labels=_labels(stage, skipped, slots),
        turns=tuple(_shifted_turn(t, first) for t in stage.turns if t.begin >= first and t.end < last),
        overlaps=tuple(
            Overlap(o.begin - first, o.end - first, o.earnest)
            for o in stage.overlaps
            if o.begin >= first and o.begin < last - 100
        ),
    )


def _as_pcm(sound: npt.NDArray[np.float32]) -> npt.NDArray[np.int16]:
    return np.clip(np.round(sound * 32_767), -32_768, 32_767).astype(np.int16)


def _shifted_turn(turn: TurnSpan, first: int) -> TurnSpan:
    pauses = tuple((begin - first, end - first) for begin, end in turn.pauses)
    return TurnSpan(turn.begin - first, turn.end - first, pauses, turn.kind, turn.long)


def _surroundings(conversation: Conversation, random: Random) -> None:
    """Bursts now and then, anywhere; in some calls somebody else talks in the background."""
    stage = conversation.stage
    for _ in range(random.choice((0, 0, 0, 1, 1, 2))):
        onset = random.randrange(stage.frames)
        sound_end = min(conversation.sound_beside(onset), stage.frames)
        spoken_over = stage.agent_voice[onset:sound_end] & ~stage.caller_voice[onset:sound_end]
        unjudged = stage.barge_weight[onset:sound_end] == 0
        stage.barge_weight[onset:sound_end][spoken_over & unjudged] = 0.5
    if random.random() < 0.08:
        other = caller_voice(conversation.split, random)
        level_db = random.uniform(-24, -13)
        at = random.randrange(200)
        while at < stage.frames:
            for clip in clips_of(scripts.spoken("free", conversation.split, random).sentences[0], other):
                add(stage.caller, from_afar(clip.audio, level_db, dull=True), at * FRAME_SAMPLES)
                at += clip.frames + random.randint(20, 150)
            at += random.randint(10, 200)


def _labels(stage: Stage, skipped: int, slots: int) -> Labels:
    quiet_agent = stage.agent_voice & ~stage.caller_voice & (stage.barge_weight == 0)
    stage.barge_weight[quiet_agent] = 0.03
    everything = skipped + slots + _FUTURE_SLOTS
    kept = slice(skipped, skipped + slots)

    def at_end(frames: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        return frames[_FRAMES_PER_SLOT - 1 :: _FRAMES_PER_SLOT][kept]

    both = np.stack((stage.caller_voice, stage.agent_voice), 1).reshape(everything, _FRAMES_PER_SLOT, 2)
    voice = both.mean(1) >= 0.5
    phones = stage.phones[_FRAMES_PER_SLOT // 2 :: _FRAMES_PER_SLOT]
    late = np.concatenate((np.zeros(2, np.int8), phones[:-2]))
    return Labels(
        voice=voice[kept],
        voice_weight=at_end(stage.voice_weight).astype(np.float32),
        future=_futures(voice)[kept],
        turn_end=at_end(stage.over).astype(np.bool_),
        turn_end_weight=at_end(stage.over_weight).astype(np.float32),
        barge_in=at_end(stage.barge).astype(np.bool_),
        barge_in_weight=at_end(stage.barge_weight).astype(np.float32),
        backchannel_due=at_end(stage.due).astype(np.bool_),
        backchannel_weight=at_end(stage.due_weight).astype(np.float32),
        phones=late[kept].astype(np.uint8),
        digits_said=np.clip(at_end(stage.digits_said), 0, 11).astype(np.uint8),
    )


def _futures(voice: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    """Class of the bins after each slot; slots too near the end for a whole future get zero."""
    slots = len(voice)
    classes = np.zeros(slots, np.uint8)
    whole = slots - _FUTURE_SLOTS
    for side in range(2):
        for b in range(FUTURE_BINS):
            begin = 1 + b * SLOTS_PER_MICRO_TURN
            bins = np.stack([voice[begin + k : begin + k + whole, side] for k in range(SLOTS_PER_MICRO_TURN)])
            active = (bins.mean(0) >= 0.5).astype(np.uint8)
            classes[:whole] |= active << np.uint8(side * FUTURE_BINS + b)
    return classes
