"""Recordings at the wire's rate: the WAVs a caller is played from, and the stereo recording of a call."""

from pathlib import Path

import numpy as np

from config.units import WIRE_RATE_HZ
from model.sound import Samples, SoundError, to_int16, to_rate, write_wav
from model.sound import read_wav as read_any_wav
from model.turn import Audio
from telephony.simulator.errors import ScriptError


def to_wire_rate(samples: Samples, rate_hz: int) -> Audio:
    """Resample a whole sound, float32[n] in ±1 at `rate_hz`, to int16[m] at 8 kHz."""
    return to_int16(to_rate(samples, rate_hz, WIRE_RATE_HZ))


def read_wav(path: Path) -> Audio:
    """Read a WAV of any rate, encoding and number of channels, as int16[n] at 8 kHz.

    Several channels are averaged.

    Raises:
        ScriptError: the file cannot be read, or is not such a WAV; says which and why.
    """
    try:
        recording = read_any_wav(path)
    except SoundError as error:
        raise ScriptError(str(error)) from None
    return to_wire_rate(recording.mono, recording.rate_hz)


def write_stereo(path: Path, left: Audio, right: Audio) -> None:
    """Write two int16 sides at 8 kHz as one stereo WAV; the shorter is followed by silence."""
    sides = np.zeros((2, max(left.size, right.size)), np.int16)
    sides[0, : left.size] = left
    sides[1, : right.size] = right
    write_wav(path, sides, WIRE_RATE_HZ)
