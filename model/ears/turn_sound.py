"""The sound of a caller's turn, and what the phone reader has read of it so far.

Sound comes in micro-turns, not all of them adjacent: the silence between two stretches of speech is left out.
The reader sees a window of at most eight seconds and reads its edges worst, so each new window begins well
before the first reading that is still wanted, and replaces what was read there without what follows.
"""

# n samples of a window · T readings of 20 ms

from typing import Final

import numpy as np
import numpy.typing as npt

from config.units import MICRO_TURN_MS
from model.ears.evidence import SOUNDS
from model.ears.spoken_language import CLASSES
from model.turn import Audio

Floats = npt.NDArray[np.float32]

READING_MS: Final = 20
READINGS_PER_MICRO_TURN: Final = MICRO_TURN_MS // READING_MS
_PHONES: Final = SOUNDS + 1
_COLUMNS: Final = _PHONES + len(CLASSES)
_SHORT: Final = 2_000 // MICRO_TURN_MS
_USUAL: Final = 4_000 // MICRO_TURN_MS
_LONGEST: Final = 8_000 // MICRO_TURN_MS
_EDGE: Final = 400 // MICRO_TURN_MS
"""Micro-turns at either edge of a window that are read better when there is more beside them."""


class TurnSound:
    """The micro-turns of a turn, by number, and their readings."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget it all."""
        self._indices: list[int] = []
        self._audio: list[Audio] = []
        self._readings: Floats = np.empty((0, _COLUMNS), np.float32)
        self._window = (0, 0)

    def __len__(self) -> int:
        """Micro-turns."""
        return len(self._indices)

    @property
    def unread(self) -> int:
        """Micro-turns that have not been read at all."""
        return len(self) - len(self._readings) // READINGS_PER_MICRO_TURN

    @property
    def last_index(self) -> int:
        """The number of the latest micro-turn; -1 before the first."""
        return self._indices[-1] if self._indices else -1

    @property
    def readings(self) -> Floats:
        """float32[T, 49], natural-log posteriors."""
        return self._readings[:, :_PHONES]

    @property
    def language_nats(self) -> Floats:
        """float32[T, 3], what each says for each of `spoken_language.CLASSES`."""
        return self._readings[:, _PHONES:]

    def add(self, index: int, audio: Audio) -> None:
        """Append micro-turn `index`, int16[3200]."""
        self._indices.append(index)
        self._audio.append(audio)

    def window(self, *, thorough: bool) -> Floats:
        """Choose what to read next: float32[n], +-1. `take_in` must follow.

        `thorough`: the last four seconds are read in one go, though much of it has been read before.
        """
        end = len(self)
        well_read = len(self) - self.unread - _EDGE
        begin = max(0, min(end - (_USUAL if thorough else _SHORT), well_read - _EDGE))
        end = min(end, begin + _LONGEST)
        self._window = (begin, end)
        return np.concatenate(self._audio[begin:end]).astype(np.float32) / np.float32(32_768)

    def take_in(self, read: Floats) -> None:
        """Put in what was read of the window that was chosen last, with or without nats for languages."""
        begin, end = self._window
        fresh = read[: (end - begin) * READINGS_PER_MICRO_TURN]
        fresh = np.pad(fresh, ((0, 0), (0, _COLUMNS - fresh.shape[1])))
        kept = 0 if begin == 0 else begin + _EDGE
        kept = min(kept * READINGS_PER_MICRO_TURN, len(self._readings))
        self._readings = np.concatenate(
            [self._readings[:kept], fresh[kept - begin * READINGS_PER_MICRO_TURN :]]
        )

    def at_ms(self, reading: int) -> int:
        """Call time at which a reading begins; the end of the last one for the reading after it."""
        place, rest = divmod(max(reading, 0), READINGS_PER_MICRO_TURN)
        if place >= len(self._indices):
            return (self.last_index + 1) * MICRO_TURN_MS
        return self._indices[place] * MICRO_TURN_MS + rest * READING_MS
