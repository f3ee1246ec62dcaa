"""What the model is taught, and how much each lesson counts."""

# B calls · S slots

from dataclasses import asdict, dataclass
from typing import Final, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, ctc_loss

from model.data.batches import Targets
from model.heads import Readouts
from model.interaction import Reading
from model.pieces import BLANK

_NOTHING_TO_SAY: Final = 0.4
"""How much a slot counts in which the agent begins to say nothing (they are most)."""
_NOTHING_TO_DO: Final = 0.3


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
    words: float = 0.3
    language: float = 0.1
    agent_text: float = 0.2
    acts: float = 0.2
    unbalance: float = 0.01


class Losses(NamedTuple):
    """Mean losses in nats, words in nats a piece; `total` is their weighted sum, which is minimised."""

    total: Tensor
    voice: Tensor
    futures: Tensor
    turn_end: Tensor
    barge_in: Tensor
    backchannel_due: Tensor
    phones: Tensor
    digits_said: Tensor
    words: Tensor
    language: Tensor
    agent_text: Tensor
    acts: Tensor
    unbalance: Tensor


def losses(reading: Reading, targets: Targets, weights: Weights) -> Losses:
    """Judge a batch."""
    readouts = Readouts(*(logits.float() for logits in reading.readouts))
    voices = targets.voice_weight.unsqueeze(-1).expand_as(readouts.voice)
    judged = {
        "voice": _weighed(readouts.voice, targets.voice, voices),
        "futures": _classes(readouts.futures, targets.future),
        "turn_end": _weighed(readouts.turn_end, targets.turn_end, targets.turn_end_weight),
        "barge_in": _weighed(readouts.barge_in, targets.barge_in, targets.barge_in_weight),
        "backchannel_due": _weighed(
            readouts.backchannel_due, targets.backchannel_due, targets.backchannel_weight
        ),
        "phones": _spoken(readouts.phones, targets.phones, targets),
        "digits_said": _spoken(readouts.digits_said, targets.digits_said, targets),
        "words": _words(readouts.words, targets),
        "language": _spoken(readouts.language, targets.language, targets),
        "agent_text": _mostly_none(
            readouts.agent_text, targets.agent_text, targets.agent_text_weight, _NOTHING_TO_SAY
        ),
        "acts": _mostly_none(readouts.acts, targets.acts, targets.acts_weight, _NOTHING_TO_DO),
        "unbalance": reading.unbalance.float(),
    }
    total = torch.stack([weight * judged[name] for name, weight in asdict(weights).items()]).sum()
    return Losses(total, **judged)


def _weighed(logits: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    each = binary_cross_entropy_with_logits(logits, truth, weight=weight, reduction="sum")
    return each / torch.clamp_min(weight.sum(), 1.0)


def _classes(logits: Tensor, truth: Tensor) -> Tensor:
    return cross_entropy(logits.flatten(0, 1), truth.flatten())


def _spoken(logits: Tensor, truth: Tensor, targets: Targets) -> Tensor:
    each = cross_entropy(logits.flatten(0, 1), truth.flatten(), reduction="none")
    weight = targets.speech_weight.flatten()
    return (each * weight).sum() / weight.sum().clamp_min(1.0)


def _mostly_none(logits: Tensor, truth: Tensor, weight: Tensor, none: float) -> Tensor:
    each = cross_entropy(logits.flatten(0, 1), truth.flatten(), reduction="none")
    counted = (weight * torch.where(truth == 0, none, 1.0)).flatten()
    return (each * counted).sum() / counted.sum().clamp_min(1.0)


def _words(logits: Tensor, targets: Targets) -> Tensor:
    """Nats a piece: the sum over all calls, so that a call in which little is said counts little."""
    calls, slots, _ = logits.shape
    each = ctc_loss(
        logits.log_softmax(-1).transpose(0, 1),
        targets.words,
        input_lengths=torch.full((calls,), slots),
        target_lengths=targets.word_counts,
        blank=BLANK,
        reduction="sum",
        zero_infinity=True,
    )
    return each / targets.word_counts.sum().clamp_min(1)
