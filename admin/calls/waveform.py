"""How a recording looks: how loud each side is when, small enough to be drawn before it is played."""

import wave
from pathlib import Path
from typing import Final

import numpy as np

from admin.problems import Problem

STEP_MS: Final = 10
"""How much of the recording one entry stands for."""
_STEPS_READ: Final = 6_000
"""A minute at a time, so that memory stays flat."""


def waveform(recording: Path) -> bytes:
    """Read a stereo recording's lowest and highest sample of every 10 ms.

    Returns four signed bytes an entry: of the caller the lowest and the highest, of the agent the lowest and
    the highest, each the high byte of an int16. What is less than 10 ms at the end is an entry of its own.

    Raises:
        Problem: 404, the file is no recording (of a call that broke off at once).
    """
    try:
        with wave.open(str(recording), "rb") as file:
            if (file.getnchannels(), file.getsampwidth()) == (2, 2):
                step = file.getframerate() * STEP_MS // 1_000
                minutes = iter(lambda: file.readframes(step * _STEPS_READ), b"")
                return b"".join(_extremes(frames, step) for frames in minutes)
    except (wave.Error, EOFError):
        pass
    raise Problem(404, "no-recording", "The recording of this call cannot be read. It may have broken off.")


def _extremes(frames: bytes, step: int) -> bytes:
    """Entries of `frames`, int16[n, 2], the last one perhaps of less than `step` frames."""
    samples = np.frombuffer(frames[: len(frames) // 4 * 4], dtype="<i2").reshape(-1, 2)
    starts = np.arange(0, len(samples), step)
    if not starts.size:
        return b""
    low, high = np.minimum.reduceat(samples, starts), np.maximum.reduceat(samples, starts)
    entries = np.stack([low[:, 0], high[:, 0], low[:, 1], high[:, 1]], axis=1)
    return (entries >> 8).astype(np.int8).tobytes()
