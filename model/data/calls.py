"""A simulated call: a function of a seed and a number, to the sample."""

# S slots of a call · n samples

from dataclasses import dataclass, replace
from random import Random
from typing import Final

import numpy as np
import numpy.typing as npt

from model.data.acoustics import draw_line, mulaw_there_and_back, through, to_model_rate
from model.data.conversation import Conversation
from model.data.delivery import FRAME_SAMPLES
from model.data.interjections import surroundings
from model.data.labels import FRAMES_PER_SLOT, FUTURE_SLOTS, Labels, labels_of
from model.data.scene import Manners, Phase, Scene
from model.data.scripts import Split
from model.data.stage import Overlap, SaidWord, Stage, Told, TurnSpan
from model.data.utterances import smooth
from model.data.voices import draw_agent, draw_caller
from model.synthesis.speech import Language

CALL_SLOTS: Final = 400
"""20 s: what a model is shown of a call in training."""


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedCall:
    """S slots of a call. Frames are of 10 ms and count from the first slot.

    Attributes:
        caller, agent: int16[S * 800] at 16 kHz; the caller as the telephone brings it.
        kind, digits: uint8[S], what is awaited (indices of `model.streams`).
        said: uint8[S], what the agent is giving out, as it comes back to the model: an index of `AGENT_TEXT`.
        act: uint8[S], what it has just done: an index of `ACTS`.
        clock_slot: how many slots the call had lasted at the first one.
        labels: what is true.
        turns, overlaps: events; those cut by an edge are left out.
        caller_words: the caller's words that lie wholly inside, in order.
        told: what the model is told and when; what was told before the first slot stands at frame 0.
        language: the call's.
    """

    caller: npt.NDArray[np.int16]
    agent: npt.NDArray[np.int16]
    kind: npt.NDArray[np.uint8]
    digits: npt.NDArray[np.uint8]
    said: npt.NDArray[np.uint8]
    act: npt.NDArray[np.uint8]
    clock_slot: int
    labels: Labels
    turns: tuple[TurnSpan, ...]
    overlaps: tuple[Overlap, ...]
    caller_words: tuple[SaidWord, ...]
    told: tuple[Told, ...]
    language: Language


def simulate(
    seed: int, number: int, split: Split = "train", manners: Manners | None = None, slots: int = CALL_SLOTS
) -> SimulatedCall:
    """Simulate call `number` of the calls of a seed."""
    random = Random(f"{seed} {number} {split}")
    manners = manners or Manners()
    from_start = random.random() < 0.4
    skipped = 0 if from_start else random.randint(20, 160)
    while not smooth(skipped + slots + FUTURE_SLOTS) and not from_start:
        skipped += 1
    stage = Stage((skipped + slots + FUTURE_SLOTS) * FRAMES_PER_SLOT)
    scene = Scene(
        stage=stage,
        split=split,
        random=random,
        caller=draw_caller(split, random),
        agent=draw_agent(random),
        manners=manners,
        language="es" if random.random() < manners.spanish else "en",
        switches=random.random() < manners.switching,
    )
    Conversation(scene).run(from_start=from_start)
    if manners.phase in {Phase.FULL_DUPLEX, Phase.WOVEN}:
        surroundings(scene)
    line = draw_line(split, random)
    first, last = skipped * FRAMES_PER_SLOT, (skipped + slots) * FRAMES_PER_SLOT
    agent = mulaw_there_and_back(stage.agent) if random.random() < 0.5 else _as_pcm(stage.agent)
    caller = through(line, stage.caller, stage.agent, random.getrandbits(32))
    heard = slice(first * FRAME_SAMPLES, last * FRAME_SAMPLES)
    slot_ends = slice(first + FRAMES_PER_SLOT - 1, last, FRAMES_PER_SLOT)
    return SimulatedCall(
        caller=to_model_rate(caller[heard]),
        agent=to_model_rate(agent[heard]),
        kind=stage.kind[first:last:FRAMES_PER_SLOT].astype(np.uint8),
        digits=stage.digits[first:last:FRAMES_PER_SLOT].astype(np.uint8),
        said=stage.said[slot_ends],
        act=stage.did[slot_ends],
        clock_slot=skipped if from_start or random.random() < 0.5 else random.randint(100, 12_000),
        labels=labels_of(stage, skipped, slots),
        turns=tuple(_shifted_turn(t, first) for t in stage.turns if t.begin >= first and t.end < last),
        overlaps=tuple(
            replace(o, begin=o.begin - first, end=o.end - first)
            for o in stage.overlaps
            if o.begin >= first and o.begin < last - 100
        ),
        caller_words=tuple(
            replace(w, begin=w.begin - first, end=w.end - first)
            for w in sorted(stage.words, key=lambda word: word.begin)
            if w.begin >= first and w.end <= last
        ),
        told=_told(stage, first, last),
        language=scene.language,
    )


def _as_pcm(sound: npt.NDArray[np.float32]) -> npt.NDArray[np.int16]:
    return np.clip(np.round(sound * 32_767), -32_768, 32_767).astype(np.int16)


def _shifted_turn(turn: TurnSpan, first: int) -> TurnSpan:
    pauses = tuple((begin - first, end - first) for begin, end in turn.pauses)
    return replace(turn, begin=turn.begin - first, end=turn.end - first, pauses=pauses)


def _told(stage: Stage, first: int, last: int) -> tuple[Told, ...]:
    """What was told from `first` on, and, at the beginning, the role told before."""
    told = sorted(stage.told, key=lambda event: event.frame)
    return tuple(
        replace(event, frame=max(event.frame - first, 0))
        for event in told
        if event.frame < last and (event.frame >= first or event.kind == "role")
    )
