"""G.711 µ-law, bit-exact with ITU-T G.191, by table.

One wire byte is one sample at 8 kHz. Silence is 0xFF. Decoding and encoding again is the identity, but for
0x7F (negative zero), which becomes 0xFF.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

SILENCE: Final = 0xFF
_BIAS: Final = 33
_CLIP: Final = 0x1FFF


def _decode_table() -> npt.NDArray[np.int16]:
    codes = ~np.arange(256, dtype=np.int32) & 0xFF
    segment, step = (codes >> 4) & 0x7, codes & 0xF
    magnitude = (((step << 1) + _BIAS) << segment) - _BIAS
    return (np.where(codes & 0x80, -magnitude, magnitude) << 2).astype("<i2")


def _encode_table() -> npt.NDArray[np.uint8]:
    """Codes by the sample read as uint16: 0…32767, then −32768…−1."""
    samples = np.arange(65_536, dtype=np.uint16).view(np.int16).astype(np.int32)
    magnitude = np.minimum((np.where(samples < 0, ~samples, samples) >> 2) + _BIAS, _CLIP)
    segment = np.floor(np.log2(magnitude)).astype(np.int32) - 4
    code = ((8 - segment) << 4) | (0xF - ((magnitude >> segment) & 0xF))
    return np.where(samples >= 0, code | 0x80, code).astype(np.uint8)


_DECODE: Final = _decode_table()
_ENCODE: Final = _encode_table()


def decode(wire: bytes) -> npt.NDArray[np.int16]:
    """Expand µ-law bytes to as many int16 samples, full scale ±32 124."""
    return _DECODE[np.frombuffer(wire, dtype=np.uint8)]


def encode(pcm: npt.NDArray[np.int16]) -> bytes:
    """Compress int16 samples to as many µ-law bytes; beyond ±32 124 they are clipped."""
    return _ENCODE[pcm.view(np.uint16)].tobytes()
