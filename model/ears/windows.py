"""Windows of fixed length that sounds are read in, so that equal ones are batched and short ones cheap."""

# n samples at 16 kHz

from typing import Final

import numpy as np
import numpy.typing as npt

from config.units import SAMPLE_RATE_HZ

FRAME_SAMPLES: Final = 320
WINDOWS_SAMPLES: Final = tuple(seconds * SAMPLE_RATE_HZ for seconds in (1, 2, 3, 4, 6, 8))
"""Shortest first. The head learns and serves in these; how much silence they add hardly matters to it."""


def frames_of(samples: int) -> int:
    """How many frames of 20 ms a sound has, the last one perhaps not full."""
    return -(-samples // FRAME_SAMPLES)


def window_for(samples: int) -> int:
    """The shortest window that holds a sound.

    Raises:
        ValueError: it is longer than 8 s.
    """
    for window in WINDOWS_SAMPLES:
        if frames_of(samples) * FRAME_SAMPLES <= window:
            return window
    raise ValueError(f"a sound of {samples / SAMPLE_RATE_HZ:.1f} s is too long for one window: 8 s at most")


def in_window(sound: npt.NDArray[np.float32], window: int) -> npt.NDArray[np.float32]:
    """Put a sound at the window's end, on a border of frames, with digital silence before it."""
    frames = frames_of(len(sound)) * FRAME_SAMPLES
    return np.pad(sound, (window - frames, frames - len(sound)))
