"""How sure the ears may be: words weighed against mere sounds, and against what other readings heard."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from model.ears.decoder import Path, Span
from model.ears.grammar import SOUND

UNDECIDED: Final = 0.45
"""The confidence of words that have not been weighed yet, while the caller is still speaking."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic regression of whether a reading is right.

    Fitted on the 215 of 294 turns in which words were heard: 14 voices (espeak-ng identities the evaluation
    does not use, and flite's), two lines, a third of the turns nonsense. Area under the curve 0.99.

    Attributes:
        margin: per nat that the words explain the turn better than free phones do.
        agreement: for all readings agreeing against none.
    """

    bias: float = 6.1
    margin: float = 0.0205
    agreement: float = 1.7


WEIGHTS: Final = Weights()


def is_word(span: Span) -> bool:
    """Whether the span is a word rather than one phone of the loop for everything else."""
    return not span.word.startswith(SOUND)


def margin(path: Path, sounds: Path) -> float:
    """By how much the words explain the turn better than free phones do, in nats; mostly negative."""
    return path.score - sounds.score if path.spans and sounds.spans else -math.inf


def agreement(span: Span, others: Sequence[Path]) -> float:
    """The share of other readings of the same audio that heard this word at this moment, 0..1."""
    if not others:
        return 1.0
    middle = (span.start_frame + span.end_frame) / 2
    agreeing = sum(
        any(other.word == span.word and other.start_frame <= middle < other.end_frame for other in path.spans)
        for path in others
    )
    return agreeing / len(others)


def sureness(margin: float, agreement: float, weights: Weights = WEIGHTS) -> float:
    """Map the evidence to a probability of being right, 0..1."""
    logit = weights.bias + weights.margin * margin + weights.agreement * (agreement - 1.0)
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))
