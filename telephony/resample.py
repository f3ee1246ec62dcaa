"""Streaming resampling by whole ratios: a polyphase FIR whose history is passed in and handed back.

For every 20 ms in come exactly 20 ms out, from the first packet on, and the result does not depend on how
the stream was cut. The filter is linear-phase and short: on the telephone's path (8 ↔ 16 kHz) it delays by
1.9 ms, loses less than 0.01 dB at 3.4 kHz and is more than 72 dB down above 4.6 kHz (the image band going up,
the alias band going down).
"""

from dataclasses import dataclass
from functools import cache
from math import ceil, gcd
from typing import Final

import numpy as np
import numpy.typing as npt

PASSBAND: Final = 0.425
"""Upper edge of what is kept, as a share of the lower of both rates: 3.4 kHz of 8 kHz."""
STOPBAND: Final = 0.575
"""Lower edge of what is rejected: 4.6 kHz of 8 kHz."""
REJECTION_DB: Final = 72.0
_INT16: Final = np.iinfo(np.int16)


@dataclass(frozen=True, slots=True, eq=False)
class Kernel:
    """A filter that turns `down` samples into `up`.

    Attributes:
        phases: float32[up, taps], time-reversed; row p makes the outputs that fall p/up after an input.
        delay_ms: how much later the output is than the input.
    """

    up: int
    down: int
    phases: npt.NDArray[np.float32]
    delay_ms: float

    @property
    def taps(self) -> int:
        """Inputs that one output depends on."""
        return self.phases.shape[1]


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """What a stream left behind.

    Attributes:
        inputs: the last int16[taps - 1].
        ahead: how far the next output lies beyond the next input, in 1/up inputs.
    """

    inputs: npt.NDArray[np.int16]
    ahead: int


@cache
def kernel(from_hz: int, to_hz: int) -> Kernel:
    """Design the filter between two rates (Kaiser's window method; Oppenheim and Schafer, section 7.5).

    Raises:
        ValueError: one of the rates is not positive.
    """
    if from_hz <= 0 or to_hz <= 0:
        raise ValueError(f"rates must be positive, not {from_hz} Hz and {to_hz} Hz")
    common = gcd(from_hz, to_hz)
    up, down = to_hz // common, from_hz // common
    if up == down:
        return Kernel(1, 1, np.ones((1, 1), np.float32), 0.0)
    fast_hz, slow_hz = from_hz * up, min(from_hz, to_hz)
    width = (STOPBAND - PASSBAND) * slow_hz / fast_hz
    half = ceil((REJECTION_DB - 7.95) / (14.36 * width) / 2)
    half += -half % up if down == 1 else 0  # a delay of whole inputs: doubling keeps every input in place
    beta = 0.1102 * (REJECTION_DB - 8.7)
    at = np.arange(-half, half + 1)
    cutoff = (PASSBAND + STOPBAND) * slow_hz / fast_hz
    taps = np.sinc(cutoff * at) * np.kaiser(at.size, beta)
    taps *= up / taps.sum()
    padded = np.concatenate([taps, np.zeros(-taps.size % up)])
    phases = padded.reshape(-1, up).T[:, ::-1].astype(np.float32)
    return Kernel(up, down, np.ascontiguousarray(phases), 1_000 * half / fast_hz)


def silence_before(kernel: Kernel) -> History:
    """The history of a stream that has not begun."""
    return History(np.zeros(kernel.taps - 1, np.int16), 0)


def resample(
    kernel: Kernel, pcm: npt.NDArray[np.int16], history: History
) -> tuple[npt.NDArray[np.int16], History]:
    """Resample int16[n] to about n·up/down samples (exactly, when n is a whole multiple of `down`)."""
    if kernel.up == kernel.down:
        return pcm, history
    heard = np.concatenate([history.inputs, pcm])
    size = pcm.size * kernel.up
    count = max(0, -((history.ahead - size) // kernel.down))
    left = history.ahead + count * kernel.down - size
    kept = History(heard[heard.size - kernel.taps + 1 :], left)
    if not count:
        return np.empty(0, np.int16), kept
    first, phase = divmod(history.ahead, kernel.up)
    band = _band(kernel, phase)
    blocks = -(-count // band.outputs)
    signal = np.zeros((blocks - 1) * band.hop + band.matrix.shape[0], np.float32)
    usable = heard[first:][: signal.size]
    signal[: usable.size] = usable
    window, step = band.matrix.shape[0], signal.itemsize
    windows = np.ndarray((blocks, window), np.float32, signal, strides=(band.hop * step, step))
    made = (windows @ band.matrix).reshape(-1)[:count]
    np.rint(made, out=made)
    np.maximum(made, _INT16.min, out=made)
    np.minimum(made, _INT16.max, out=made)
    return made.astype(np.int16), kept


@dataclass(frozen=True, slots=True, eq=False)
class _Band:
    """The filter as a banded matrix: float32[window, outputs], applied every `hop` inputs."""

    matrix: npt.NDArray[np.float32]
    hop: int

    @property
    def outputs(self) -> int:
        return self.matrix.shape[1]


@cache
def _band(kernel: Kernel, phase: int) -> _Band:
    """Lay the taps out for about 32 outputs at once.

    A micro-turn is then one small matrix product, below the size at which BLAS wakes its threads.
    """
    repeats = max(1, 32 // kernel.up)
    hop = repeats * kernel.down
    matrix = np.zeros((kernel.taps + hop, repeats * kernel.up), np.float32)
    for output in range(matrix.shape[1]):
        at, row = divmod(phase + output * kernel.down, kernel.up)
        matrix[at : at + kernel.taps, output] = kernel.phases[row]
    return _Band(matrix, hop)
