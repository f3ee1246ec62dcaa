import struct
import wave

import numpy as np
import pytest

from telephony.simulator.errors import ScriptError
from telephony.simulator.wav import read_wav, write_stereo


def tone(rate_hz: int, s: float = 0.5) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * 440 * np.arange(int(rate_hz * s)) / rate_hz)


def wav(path, samples: np.ndarray, rate_hz: int, bits: int, channels: int = 1, encoding: int = 1):
    if encoding == 3:
        body = samples.astype("<f4").tobytes()
    elif bits == 8:
        body = (samples * 127 + 128).astype(np.uint8).tobytes()
    elif bits == 24:
        body = (samples * (2**31 - 1)).astype("<i4").view(np.uint8).reshape(-1, 4)[:, 1:].tobytes()
    else:
        body = (samples * (2 ** (bits - 1) - 1)).astype(f"<i{bits // 8}").tobytes()
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", encoding, channels, rate_hz, rate_hz * block, block, bits)
    sections = b"fmt " + struct.pack("<I", len(form)) + form + b"LIST" + struct.pack("<I", 3) + b"abc\0"
    sections += b"data" + struct.pack("<I", len(body)) + body
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(sections)) + b"WAVE" + sections)
    return path


@pytest.mark.parametrize("bits", [8, 16, 24, 32])
@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 44_100, 48_000])
def test_any_wav_becomes_the_same_tone_at_8_khz(tmp_path, rate_hz, bits):
    read = read_wav(wav(tmp_path / "a.wav", tone(rate_hz), rate_hz, bits)) / 32_768
    assert read.size == pytest.approx(4_000, abs=2)
    inner = slice(400, 3_600)
    assert np.max(np.abs(read[:4_000][inner] - tone(8_000)[: read.size][inner])) < 0.02


def test_two_channels_are_averaged(tmp_path):
    both = np.repeat(tone(8_000), 2)
    both[1::2] = 0
    read = read_wav(wav(tmp_path / "a.wav", both, 8_000, 16, channels=2)) / 32_768
    assert np.max(np.abs(read - tone(8_000) / 2)) < 0.001


def test_floating_point_is_read(tmp_path):
    read = read_wav(wav(tmp_path / "a.wav", tone(8_000), 8_000, 32, encoding=3)) / 32_768
    assert np.max(np.abs(read - tone(8_000))) < 0.001


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "cannot be read"),
        (b"", "not a WAV file"),
        (b"ID3" + bytes(100), "not a WAV file"),
        (b"RIFF\0\0\0\0WAVE", "without a format"),
        (b"RIFF\0\0\0\0WAVEfmt \x04\0\0\0abcd", "cut short"),
    ],
)
def test_what_is_no_wav_is_named_with_its_reason(tmp_path, content, why):
    path = tmp_path / "a.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ScriptError, match=why) as raised:
        read_wav(path)
    assert str(path) in str(raised.value)


def test_a_compressed_or_empty_wav_is_refused(tmp_path):
    with pytest.raises(ScriptError, match="compressed"):
        read_wav(wav(tmp_path / "a.wav", tone(8_000), 8_000, 16, encoding=2))
    with pytest.raises(ScriptError, match="without sound"):
        read_wav(wav(tmp_path / "b.wav", np.zeros(0), 8_000, 16))


def test_the_recording_has_the_caller_left_and_the_agent_right(tmp_path):
    write_stereo(tmp_path / "a.wav", np.array([1, 2, 3], np.int16), np.array([7], np.int16))
    with wave.open(str(tmp_path / "a.wav")) as recording:
        frames = np.frombuffer(recording.readframes(9), "<i2").reshape(-1, 2)
    assert frames.tolist() == [[1, 7], [2, 0], [3, 0]]
