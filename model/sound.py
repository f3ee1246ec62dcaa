"""Recordings from outside: any usual WAV in, float samples out, brought to the rate that is wanted.

SoundError   the file cannot be read, is no WAV, is empty or too long; the text is one line for a person
"""

# C channels · N samples

import struct
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import soxr

from config.units import SAMPLE_RATE_HZ
from model.turn import Audio

LONGEST_BYTES: Final = 512 * 1024 * 1024
FULL_SCALE: Final = 32_768

Samples = npt.NDArray[np.float32]

_PCM, _FLOAT, _A_LAW, _MU_LAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_BITS: Final = {_PCM: (8, 16, 24, 32), _FLOAT: (32, 64), _A_LAW: (8,), _MU_LAW: (8,)}
_HEADER_BYTES: Final = 12
_FORMAT_BYTES: Final = 16


class SoundError(Exception):
    """A recording cannot be used; says which and why."""


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """What a WAV holds: float32[C, N] within ±1 at `rate_hz`."""

    samples: Samples
    rate_hz: int

    @property
    def mono(self) -> Samples:
        """The mean of all channels, float32[N]."""
        return self.samples.mean(axis=0, dtype=np.float32)

    @property
    def seconds(self) -> float:
        return self.samples.shape[1] / self.rate_hz


@dataclass(frozen=True, slots=True)
class _Layout:
    encoding: int
    channels: int
    rate_hz: int
    bits: int


def to_rate(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """Resample whole sounds, float32[N] or float32[C, N]."""
    if from_hz == to_hz or not samples.size:
        return samples
    return np.ascontiguousarray(soxr.resample(samples.T, from_hz, to_hz, quality="HQ").T, np.float32)


def to_model_rate(recording: Recording) -> Recording:
    """Bring a recording to 16 kHz."""
    return Recording(to_rate(recording.samples, recording.rate_hz, SAMPLE_RATE_HZ), SAMPLE_RATE_HZ)


def to_int16(samples: Samples) -> Audio:
    """Samples within ±1 as int16 of the same shape; what is beyond is clipped."""
    return np.clip(np.rint(samples * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)


def read_wav(path: Path) -> Recording:
    """Read a WAV of any rate and number of channels: PCM of 8 to 32 bits, float, A-law or µ-law.

    Raises:
        SoundError: the file cannot be read, or is not such a WAV.
    """
    try:
        if path.stat().st_size > LONGEST_BYTES:
            raise SoundError(f"{path}: larger than {LONGEST_BYTES // 2**20} MiB; cut it into parts")
        content = path.read_bytes()
    except OSError as error:
        raise SoundError(f"{path}: cannot be read ({error.strerror})") from None
    if content[:4] not in (b"RIFF", b"RF64") or content[8:12] != b"WAVE":
        raise SoundError(f"{path}: not a WAV file")
    layout: _Layout | None = None
    for name, body in _sections(content):
        if name == b"fmt ":
            layout = _layout(path, body)
        elif name == b"data":
            if layout is None:
                break
            return Recording(_decode(path, body, layout), layout.rate_hz)
    raise SoundError(f"{path}: a WAV file without {'sound' if layout else 'a format'}")


def write_wav(path: Path, samples: Audio, rate_hz: int = SAMPLE_RATE_HZ) -> None:
    """Write int16[N], or int16[C, N] as C channels, as 16-bit PCM."""
    frames = np.atleast_2d(samples).T
    with wave.open(str(path), "wb") as out:
        out.setnchannels(frames.shape[1])
        out.setsampwidth(2)
        out.setframerate(rate_hz)
        out.writeframes(np.ascontiguousarray(frames, "<i2").tobytes())


def write_mu_law_wav(path: Path, samples: Samples, rate_hz: int = SAMPLE_RATE_HZ) -> None:
    """Write float32[N] as one channel of 8-bit µ-law: half the size, 38 dB over its noise at any level."""
    values = _companded(_MU_LAW)
    rising = np.argsort(values, kind="stable")
    borders = (values[rising][1:] + values[rising][:-1]) / 2
    body = rising[np.searchsorted(borders, samples)].astype(np.uint8).tobytes()
    form = struct.pack("<HHIIHHH", _MU_LAW, 1, rate_hz, rate_hz, 1, 8, 0)
    sections = (
        _section(b"fmt ", form) + _section(b"fact", struct.pack("<I", len(body))) + _section(b"data", body)
    )
    path.write_bytes(_section(b"RIFF", b"WAVE" + sections))


def _section(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _sections(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The RIFF sections by name; one cut short by the file's end, or of unknown length, is what is there."""
    at = _HEADER_BYTES
    while at + 8 <= len(content):
        name, size_bytes = struct.unpack_from("<4sI", content, at)
        yield name, content[at + 8 : at + 8 + size_bytes]
        at += 8 + size_bytes + size_bytes % 2


def _layout(path: Path, body: bytes) -> _Layout:
    if len(body) < _FORMAT_BYTES:
        raise SoundError(f"{path}: the WAV's format is cut short")
    encoding, channels, rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", body)
    if encoding == _EXTENSIBLE and len(body) >= 26:
        (encoding,) = struct.unpack_from("<H", body, 24)
    if encoding not in _BITS:
        raise SoundError(f"{path}: a compressed WAV (format {encoding}); convert it to 16-bit PCM")
    if bits not in _BITS[encoding]:
        raise SoundError(f"{path}: {bits}-bit samples are not supported; convert it to 16-bit PCM")
    if not channels or not 1_000 <= rate_hz <= 384_000:
        raise SoundError(f"{path}: a WAV of {channels} channels at {rate_hz} Hz is not possible")
    return _Layout(encoding, channels, rate_hz, bits)


def _decode(path: Path, body: bytes, layout: _Layout) -> Samples:
    """The sound of a `data` section, float32[C, N]."""
    frame_bytes = layout.channels * layout.bits // 8
    body = body[: len(body) - len(body) % frame_bytes]
    if not body:
        raise SoundError(f"{path}: a WAV file without sound")
    encoding, bits = layout.encoding, layout.bits
    if encoding == _FLOAT:
        raw = np.nan_to_num(np.frombuffer(body, f"<f{bits // 8}"), nan=0.0, posinf=1.0, neginf=-1.0)
        samples = raw.astype(np.float32)
    elif encoding in (_A_LAW, _MU_LAW):
        samples = _companded(encoding)[np.frombuffer(body, np.uint8)]
    elif bits == 8:
        samples = (np.frombuffer(body, np.uint8).astype(np.float32) - 128) / 128
    elif bits == 24:
        wide = np.zeros((len(body) // 3, 4), np.uint8)
        wide[:, 1:] = np.frombuffer(body, np.uint8).reshape(-1, 3)
        samples = wide.view("<i4")[:, 0].astype(np.float32) / 2**31
    else:
        samples = np.frombuffer(body, f"<i{bits // 8}").astype(np.float32) / 2 ** (bits - 1)
    return np.ascontiguousarray(samples.reshape(-1, layout.channels).T, np.float32)


@cache
def _companded(encoding: int) -> Samples:
    """Sample values of the 256 codes of G.711, ±1."""
    code = np.arange(256) ^ (0xFF if encoding == _MU_LAW else 0x55)
    exponent, mantissa = (code >> 4) & 7, code & 15
    if encoding == _MU_LAW:
        magnitude = (((mantissa << 3) + 0x84) << exponent) - 0x84
        negative = code & 0x80 != 0
    else:
        magnitude = np.where(
            exponent == 0, (mantissa << 4) + 8, ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0)
        )
        negative = code & 0x80 == 0
    return (np.where(negative, -magnitude, magnitude) / FULL_SCALE).astype(np.float32)
