"""Who speaks on a call, as those who follow it are shown. Pure."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from config.live import Talk
from model.turn import TurnOutput

_VOICE: Final = 0.5
_SOUND_RMS: Final = 100.0
"""-50 dB of full scale."""
_LINGERS: Final = 3
"""Micro-turns for which somebody who has stopped is still shown to speak: breaths are not turns."""


@dataclass(frozen=True, slots=True)
class Talking:
    """For how many micro-turns each is still shown to speak."""

    caller: int = 0
    agent: int = 0


def after(talking: Talking, output: TurnOutput) -> Talking:
    """Take in a micro-turn."""
    rms = float(np.sqrt(np.mean(np.square(output.agent_audio, dtype=np.float64))))
    return Talking(
        _LINGERS if output.readings.caller_voice > _VOICE else max(0, talking.caller - 1),
        _LINGERS if rms > _SOUND_RMS else max(0, talking.agent - 1),
    )


def shown(talking: Talking, *, held: bool) -> Talk:
    """Name it; while a person has the call, that is what matters."""
    if held:
        return "taken_over"
    match bool(talking.caller), bool(talking.agent):
        case True, True:
            return "both"
        case True, False:
            return "listening"
        case False, True:
            return "speaking"
        case _:
            return "quiet"
