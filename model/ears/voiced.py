"""Where in a recording somebody speaks, by loudness: for recordings, which are there as a whole."""

# n samples at 16 kHz

from typing import Final

import numpy as np
import numpy.typing as npt

from config.units import SAMPLE_RATE_HZ

Floats = npt.NDArray[np.float32]

_FRAME: Final = SAMPLE_RATE_HZ // 50
_PAUSE: Final = 35
"""Frames (0.7 s) of silence that end a stretch of speech."""
_SHORTEST: Final = 4
_AROUND: Final = 15
"""Frames kept before and after speech."""
_BELOW_SPEECH_DB: Final = 32.0
_ABOVE_NOISE_DB: Final = 8.0
_INAUDIBLE_DB: Final = -75.0
"""Of full scale: nothing below is speech."""
_ALL: Final = 8 * 50
"""A recording of so many frames is heard as one stretch."""


def stretches(sound: Floats) -> list[tuple[int, int]]:
    """Find speech in float32[n], +-1: from sample to sample, some silence around it; none in silence."""
    frames = len(sound) // _FRAME
    if frames == 0:
        return [(0, len(sound))] if np.abs(sound).max(initial=0.0) > 0 else []
    power = np.square(sound[: frames * _FRAME].reshape(frames, _FRAME)).mean(axis=1)
    level_db = 10 * np.log10(power + 1e-12)
    noise_db, speech_db = np.percentile(level_db, (10, 98))
    floor_db = max(
        speech_db - _BELOW_SPEECH_DB, min(noise_db + _ABOVE_NOISE_DB, speech_db - 12), _INAUDIBLE_DB
    )
    loud = level_db > floor_db
    if not loud.any():
        return []
    if frames <= _ALL:
        return [(0, len(sound))]
    edges = np.flatnonzero(np.diff(np.concatenate([[False], loud, [False]]).astype(np.int8)))
    found: list[tuple[int, int]] = []
    for begin, end in edges.reshape(-1, 2).tolist():
        if found and begin - found[-1][1] < _PAUSE:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return [
        (max(0, begin - _AROUND) * _FRAME, min(len(sound), (end + _AROUND) * _FRAME))
        for begin, end in found
        if end - begin >= _SHORTEST
    ]
