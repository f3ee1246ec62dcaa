"""The simplest rules there are: never speak, always speak, wait for silence."""

from typing import Final

import numpy as np

from config.units import SLOT_MS, SLOT_SAMPLES
from model.evaluate.baselines.offering import Ruling
from model.turn import Audio

TIMEOUT_MS: Final = 700
"""What telephone systems wait: short enough to be bearable, long enough for most pauses."""
_ONSET_MS: Final = 100
_INTERRUPTION_MS: Final = 300
_ABOVE_FLOOR_DB: Final = 9.0
_BELOW_LOUDEST_DB: Final = 30.0
_LEAST_DB: Final = 20.0
_DRIFT_DB: Final = 0.05


class Silent:
    """Never speaks."""

    def judge(self, audio: Audio, *, agent_speaks: bool) -> Ruling:
        """Keep quiet."""
        return Ruling(may_speak=False)


class Talking:
    """Never stops speaking."""

    def judge(self, audio: Audio, *, agent_speaks: bool) -> Ruling:
        """Speak."""
        return Ruling()


class EnergyTimeout:
    """Voice is what is louder than the line; a turn is over after so much silence; any voice interrupts."""

    def __init__(self, timeout_ms: int = TIMEOUT_MS) -> None:
        self._timeout_ms = timeout_ms
        self._floor_db: float | None = None
        self._loudest_db = 0.0
        self._voice_ms = 0
        self._quiet_ms = 0
        self._has_turn = False

    def judge(self, audio: Audio, *, agent_speaks: bool) -> Ruling:
        """Go through the micro-turn slot by slot."""
        interrupts = turn_over = False
        for slot in audio.reshape(-1, SLOT_SAMPLES):
            if self._is_voice(slot):
                self._voice_ms += SLOT_MS
                self._quiet_ms = 0
                self._has_turn |= self._voice_ms >= _ONSET_MS
                interrupts |= self._voice_ms >= _INTERRUPTION_MS
                turn_over = False
            else:
                self._voice_ms = 0
                self._quiet_ms += SLOT_MS
                if self._has_turn and self._quiet_ms >= self._timeout_ms:
                    self._has_turn, turn_over = False, True
        speaks = self._has_turn and self._quiet_ms == 0
        return Ruling(speaks, turn_over, interrupts and agent_speaks, may_speak=not self._has_turn)

    def _is_voice(self, slot: Audio) -> bool:
        level_db = 10 * float(np.log10(np.square(slot, dtype=np.float64).mean() + 1))
        if self._floor_db is None:
            self._floor_db = self._loudest_db = level_db
        self._floor_db = min(level_db, self._floor_db + _DRIFT_DB)
        self._loudest_db = max(level_db, self._loudest_db - _DRIFT_DB)
        least = (self._floor_db + _ABOVE_FLOOR_DB, self._loudest_db - _BELOW_LOUDEST_DB, _LEAST_DB)
        return level_db > max(least)
