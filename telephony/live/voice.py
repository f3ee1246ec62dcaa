"""A voice on its way to a line that does not go at its pace: from a browser, or another call's line. Pure.

It comes in pieces of any size, unevenly; the line takes 200 ms at a time. A little is held back before it
begins, so that an uneven way is not heard; more than a little is dropped, so that no lag stays.
"""

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from config.units import MICRO_TURN_SAMPLES, SAMPLES_PER_MS
from model.turn import Audio

_BEGIN_AT_SAMPLES: Final = MICRO_TURN_SAMPLES + 80 * SAMPLES_PER_MS
_MOST_SAMPLES: Final = 600 * SAMPLES_PER_MS
_KEPT_SAMPLES: Final = 300 * SAMPLES_PER_MS
"""What is left of more than the most: the latest."""


def _nothing() -> Audio:
    return np.zeros(0, np.int16)


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """What has come and was not taken: int16[n] at 16 kHz. `flowing`: it has begun.

    `begins_at`: samples that must be there before it begins, and again after it ran dry.
    """

    waiting: Audio = field(default_factory=_nothing)
    flowing: bool = False
    begins_at: int = _BEGIN_AT_SAMPLES


def came(voice: Voice, audio: Audio) -> Voice:
    """Take in int16[n]."""
    waiting = np.concatenate([voice.waiting, audio])
    if waiting.size > _MOST_SAMPLES:
        waiting = waiting[-_KEPT_SAMPLES:]
    return replace(voice, waiting=waiting)


def take(voice: Voice) -> tuple[Voice, Audio]:
    """Take int16[3200] for the line; silence stands for what has not come."""
    if not voice.flowing and voice.waiting.size < voice.begins_at:
        return voice, np.zeros(MICRO_TURN_SAMPLES, np.int16)
    taken, rest = voice.waiting[:MICRO_TURN_SAMPLES], voice.waiting[MICRO_TURN_SAMPLES:]
    flowing = taken.size == MICRO_TURN_SAMPLES
    return replace(voice, waiting=rest, flowing=flowing), np.concatenate(
        [taken, np.zeros(MICRO_TURN_SAMPLES - taken.size, np.int16)]
    )
