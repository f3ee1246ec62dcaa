"""From the phone reader's posteriors to evidence: what each reading says for each sound. Pure."""

# T readings of 20 ms

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

SOUNDS: Final = 48


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far from the letter a caller may speak.

    Attributes:
        blank: nats taken off blank readings: the head has learnt to be quiet when in doubt.
        confused: share of each reading that may have been meant as another sound.
        lost: nats for a sound of a word that cannot be heard.
        foreign: nats for each reading of a sound that belongs to no word.
        floor: nats; no single reading says more than this against a sound.
    """

    blank: float = 1.5
    confused: float = 0.15
    lost: float = 5.0
    foreign: float = 4.0
    floor: float = 9.0


TOLERANCE: Final = Tolerance()


class Evidence(NamedTuple):
    """Nats, reading by reading.

    Attributes:
        sounds: float32[T, 48], for each of `PHONES`.
        blank: float32[T], for none.
        foreign: float32[T], for any sound, at its price.
        lost: the price of a sound that is not there.
    """

    sounds: Floats
    blank: Floats
    foreign: Floats
    lost: float


def evidence_of(posteriors: Floats, tolerance: Tolerance = TOLERANCE) -> Evidence:
    """Prepare the natural-log posteriors of a turn, float32[T, 49], blank first."""
    heard = np.exp(posteriors[:, 1:])
    meant = (1.0 - tolerance.confused) * heard + tolerance.confused * heard.sum(
        axis=1, keepdims=True
    ) / SOUNDS
    sounds = np.log(np.maximum(meant, np.exp(-tolerance.floor))).astype(np.float32)
    blank = np.maximum(posteriors[:, 0] - tolerance.blank, -tolerance.floor).astype(np.float32)
    return Evidence(sounds, blank, sounds.max(axis=1) - np.float32(tolerance.foreign), tolerance.lost)
