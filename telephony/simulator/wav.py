"""Read any WAV a caller may be played from, and write the stereo recording of a call."""

import struct
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import soxr

from config.units import WIRE_RATE_HZ
from model.turn import Audio
from telephony.simulator.errors import ScriptError

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_HEADER_BYTES: Final = 12
_FORMAT_BYTES: Final = 16
_LONGEST_BYTES: Final = 512 * 1024 * 1024
_FULL_SCALE: Final = 32_768


def to_wire_rate(samples: npt.NDArray[np.float32], rate_hz: int) -> Audio:
    """Resample a whole sound, float32[n] in ±1 at `rate_hz`, to int16[m] at 8 kHz."""
    if rate_hz != WIRE_RATE_HZ and samples.size:
        samples = np.asarray(soxr.resample(samples, rate_hz, WIRE_RATE_HZ, quality="HQ"), np.float32)
    return np.clip(np.rint(samples * _FULL_SCALE), -_FULL_SCALE, _FULL_SCALE - 1).astype(np.int16)


def read_wav(path: Path) -> Audio:
    """Read a WAV of any rate, of 8, 16, 24 or 32 bits or float, any number of channels, as int16[n] at 8 kHz.

    Several channels are averaged.

    Raises:
        ScriptError: the file cannot be read, or is not such a WAV; says which and why.
    """
    try:
        if path.stat().st_size > _LONGEST_BYTES:
            raise ScriptError(f"{path}: larger than 512 MiB")
        content = path.read_bytes()
    except OSError as error:
        raise ScriptError(f"{path}: cannot be read ({error.strerror})") from None
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise ScriptError(f"{path}: not a WAV file")
    layout: tuple[int, int, int, int] | None = None
    for name, body in _sections(content):
        if name == b"fmt ":
            layout = _layout(path, body)
        elif name == b"data":
            if layout is None:
                break
            return _decode(path, body, layout)
    raise ScriptError(f"{path}: a WAV file without {'sound' if layout else 'a format'}")


def _sections(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The RIFF sections by name; one cut short by the file's end, or of unknown length, is what is there."""
    at = _HEADER_BYTES
    while at + 8 <= len(content):
        name, size_bytes = struct.unpack_from("<4sI", content, at)
        yield name, content[at + 8 : at + 8 + size_bytes]
        at += 8 + size_bytes + size_bytes % 2


def _layout(path: Path, body: bytes) -> tuple[int, int, int, int]:
    """Encoding, channels, rate and bits of a `fmt ` section."""
    if len(body) < _FORMAT_BYTES:
        raise ScriptError(f"{path}: the WAV's format is cut short")
    encoding, channels, rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", body)
    if encoding == _EXTENSIBLE and len(body) >= 26:
        (encoding,) = struct.unpack_from("<H", body, 24)
    if encoding not in (_PCM, _FLOAT):
        raise ScriptError(f"{path}: a compressed WAV (format {encoding}); convert it to 16-bit PCM")
    if bits not in ((8, 16, 24, 32) if encoding == _PCM else (32, 64)):
        raise ScriptError(f"{path}: {bits}-bit samples are not supported; convert it to 16-bit PCM")
    if not channels or not 1_000 <= rate_hz <= 384_000:
        raise ScriptError(f"{path}: a WAV of {channels} channels at {rate_hz} Hz is not possible")
    return encoding, channels, rate_hz, bits


def _decode(path: Path, body: bytes, layout: tuple[int, int, int, int]) -> Audio:
    encoding, channels, rate_hz, bits = layout
    frame_bytes = channels * bits // 8
    body = body[: len(body) - len(body) % frame_bytes]
    if not body:
        raise ScriptError(f"{path}: a WAV file without sound")
    if encoding == _FLOAT:
        samples = np.frombuffer(body, f"<f{bits // 8}").astype(np.float32)
        samples = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0)
    elif bits == 8:
        samples = (np.frombuffer(body, np.uint8).astype(np.float32) - 128) / 128
    elif bits == 24:
        wide = np.zeros((len(body) // 3, 4), np.uint8)
        wide[:, 1:] = np.frombuffer(body, np.uint8).reshape(-1, 3)
        samples = wide.view("<i4")[:, 0].astype(np.float32) / 2**31
    else:
        samples = np.frombuffer(body, f"<i{bits // 8}").astype(np.float32) / 2 ** (bits - 1)
    return to_wire_rate(samples.reshape(-1, channels).mean(axis=1, dtype=np.float32), rate_hz)


def write_stereo(path: Path, left: Audio, right: Audio) -> None:
    """Write two int16 sides at 8 kHz as one stereo WAV; the shorter is followed by silence."""
    frames = np.zeros((max(left.size, right.size), 2), "<i2")
    frames[: left.size, 0] = left
    frames[: right.size, 1] = right
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(WIRE_RATE_HZ)
        out.writeframes(frames.tobytes())
