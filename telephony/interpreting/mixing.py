"""A person's own voice under the translation of what they say. Pure.

It is ducked while a translation sounds or is about to, and at full level else: what nobody translates is to
be understood as it was said. Gains move along a short ramp, so that no border of a micro-turn clicks.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from config.interpreting import DUCK_DB, OFF_DB
from config.units import MICRO_TURN_SAMPLES, SAMPLES_PER_MS
from model.turn import Audio

RAMP_MS: Final = 80
_LINGERS: Final = 4
"""Micro-turns for which a voice stays down after the translation: the pause between two phrases is none."""
_LOUDEST: Final = 32_767


@dataclass(frozen=True, slots=True)
class Mixer:
    """How loud the original is now.

    Attributes:
        duck_db: by how much it is turned down under a translation, 0 to -40; at -40 it is silent.
        gain: of the original, 0..1, at the end of the last micro-turn.
        lingering: micro-turns for which it still stays down.
    """

    duck_db: float = DUCK_DB
    gain: float = 1.0
    lingering: int = 0


def mix(mixer: Mixer, translation: Audio, original: Audio, *, ducked: bool) -> tuple[Mixer, Audio]:
    """Mix a micro-turn.

    Args:
        mixer: as it was.
        translation: int16[3200].
        original: int16[3200], of the person it is a translation of.
        ducked: a translation of them sounds, or is due.

    Returns:
        The mixer afterwards; int16[3200], clipped where both together are too loud.
    """
    lingering = _LINGERS if ducked else max(0, mixer.lingering - 1)
    down = 0.0 if mixer.duck_db <= OFF_DB else 10.0 ** (mixer.duck_db / 20.0)
    wanted = down if lingering else 1.0
    gains = np.full(MICRO_TURN_SAMPLES, wanted, np.float32)
    if wanted != mixer.gain:
        ramp = RAMP_MS * SAMPLES_PER_MS
        gains[:ramp] = np.linspace(mixer.gain, wanted, ramp, endpoint=False, dtype=np.float32)
    both = translation.astype(np.float32) + original.astype(np.float32) * gains
    audio = np.clip(np.rint(both), -_LOUDEST - 1, _LOUDEST).astype(np.int16)
    return replace(mixer, gain=wanted, lingering=lingering), audio
