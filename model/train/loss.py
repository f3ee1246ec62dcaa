"""What the model is taught, and how much each lesson counts."""

# B calls · S slots

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from model.data.batches import Targets
from model.heads import Readouts


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each loss counts in the sum."""

    voice: float = 0.5
    futures: float = 0.25
    turn_end: float = 1.0
    barge_in: float = 0.5
    backchannel_due: float = 0.2
    phones: float = 0.6
    digits_said: float = 0.4


class Losses(NamedTuple):
    """Mean losses in nats; `total` is their weighted sum, which is minimised."""

    total: Tensor
    voice: Tensor
    futures: Tensor
    turn_end: Tensor
    barge_in: Tensor
    backchannel_due: Tensor
    phones: Tensor
    digits_said: Tensor


def losses(readouts: Readouts, targets: Targets, weights: Weights) -> Losses:
    """Judge a batch."""
    voice = _weighed(
        readouts.voice, targets.voice, targets.voice_weight.unsqueeze(-1).expand_as(readouts.voice)
    )
    futures = cross_entropy(readouts.futures.flatten(0, 1), targets.future.flatten())
    turn_end = _weighed(readouts.turn_end, targets.turn_end, targets.turn_end_weight)
    barge_in = _weighed(readouts.barge_in, targets.barge_in, targets.barge_in_weight)
    due = _weighed(readouts.backchannel_due, targets.backchannel_due, targets.backchannel_weight)
    phones = cross_entropy(readouts.phones.flatten(0, 1), targets.phones.flatten())
    digits = cross_entropy(readouts.digits_said.flatten(0, 1), targets.digits_said.flatten())
    total = (
        weights.voice * voice
        + weights.futures * futures
        + weights.turn_end * turn_end
        + weights.barge_in * barge_in
        + weights.backchannel_due * due
        + weights.phones * phones
        + weights.digits_said * digits
    )
    return Losses(total, voice, futures, turn_end, barge_in, due, phones, digits)


def _weighed(logits: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    each = binary_cross_entropy_with_logits(logits, truth, weight=weight, reduction="sum")
    return each / torch.clamp_min(weight.sum(), 1.0)
