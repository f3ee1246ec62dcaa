"""Calls nobody trained on, and what a model reads from them."""

# S slots of a call

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import torch

from model.data.batches import to_slots
from model.data.calls import SimulatedCall, simulate
from model.data.scene import Manners
from model.heads import agent_soon, caller_soon
from model.interaction import InteractionModel

TEST_SEED: Final = 2_026
_AT_ONCE: Final = 10

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A call and the model's probabilities in each of its slots: [S], and [S, 4] for the futures."""

    call: SimulatedCall
    caller_voice: Floats
    agent_voice: Floats
    turn_end: Floats
    barge_in: Floats
    backchannel_due: Floats
    caller_soon: Floats
    agent_soon: Floats


def turn_calls(count: int) -> list[SimulatedCall]:
    """Calls in which the agent lets callers finish and nobody is interrupted."""
    manners = Manners(patient=True, overlap_rate=0.1)
    return [simulate(TEST_SEED, number, "test", manners) for number in range(count)]


def overlap_calls(count: int) -> list[SimulatedCall]:
    """Calls in which callers often speak over an agent that is slow to stop."""
    manners = Manners(patient=True, overlap_rate=1.0)
    return [simulate(TEST_SEED + 1, number, "test", manners) for number in range(count)]


@torch.inference_mode()
def read(model: InteractionModel, calls: list[SimulatedCall]) -> list[Read]:
    """Let the model read whole calls."""
    readings = list[Read]()
    for first in range(0, len(calls), _AT_ONCE):
        some = calls[first : first + _AT_ONCE]
        out = model(to_slots(some, model.front_end))
        voice = out.voice.sigmoid().double().numpy()
        ends, barges, dues = (
            logits.sigmoid().double().numpy() for logits in (out.turn_end, out.barge_in, out.backchannel_due)
        )
        callers, agents = (soon(out.futures).double().numpy() for soon in (caller_soon, agent_soon))
        readings += [
            Read(call, voice[b, :, 0], voice[b, :, 1], ends[b], barges[b], dues[b], callers[b], agents[b])
            for b, call in enumerate(some)
        ]
    return readings
