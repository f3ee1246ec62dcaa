"""Latencies of many responses as one text, so that the record can put those of many calls together.

Each is four hexadecimal digits: a signed 16-bit number of ms. One beyond half a minute counts as that.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

LATE: Final = 2**15 - 1
_TYPE: Final = np.dtype(">i2")

Latencies = npt.NDArray[np.int16]


def bounded(latency_ms: int) -> int:
    """Bring a latency within what is kept."""
    return max(-LATE, min(LATE, latency_ms))


def written(latencies_ms: Iterable[int]) -> str:
    """Write latencies."""
    return np.array([bounded(each) for each in latencies_ms], _TYPE).tobytes().hex()


def read(texts: Iterable[str]) -> Latencies:
    """Read what was written, of one call or of many: int16[n], in ascending order."""
    found = np.frombuffer(bytes.fromhex("".join(texts)), _TYPE).astype(np.int16)
    found.sort(kind="stable")  # of 16 bits a radix sort
    return found


def percentile(ascending: Latencies | Sequence[int], share: float) -> int | None:
    """The value below which `share` (0..1) of values in ascending order lie; None without values."""
    count = len(ascending)
    return int(ascending[min(int(share * count), count - 1)]) if count else None
