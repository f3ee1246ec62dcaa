import struct

import numpy as np
import pytest

from config.units import SAMPLE_RATE_HZ
from model.sound import Recording, SoundError, read_wav, to_int16, to_model_rate, write_wav
from telephony.mulaw import encode


def tone(rate_hz: int, s: float = 0.5) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(int(rate_hz * s)) / rate_hz)).astype(np.float32)


def companded(path, body: bytes, encoding: int):
    form = struct.pack("<HHIIHH", encoding, 1, 8_000, 8_000, 1, 8)
    content = (
        b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(body)) + body
    )
    path.write_bytes(b"RIFF" + struct.pack("<I", len(content)) + content)
    return path


def test_what_is_written_is_read_again_channel_by_channel(tmp_path):
    sides = np.stack((to_int16(tone(16_000)), -to_int16(tone(16_000))))
    write_wav(tmp_path / "a.wav", sides)
    read = read_wav(tmp_path / "a.wav")
    assert read.rate_hz == SAMPLE_RATE_HZ
    assert read.seconds == 0.5
    assert np.array_equal(to_int16(read.samples), sides)
    assert np.abs(read.mono).max() < 1e-4


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 44_100, 48_000])
def test_a_recording_of_any_rate_becomes_the_same_tone_at_16_khz(rate_hz):
    ours = to_model_rate(Recording(np.stack((tone(rate_hz), -tone(rate_hz))), rate_hz))
    assert ours.samples.shape[0] == 2
    assert abs(ours.samples.shape[1] - 8_000) <= 2
    inner = slice(800, 7_200)
    assert np.abs(ours.samples[0, inner] - tone(16_000)[inner]).max() < 0.01
    assert np.array_equal(ours.samples[0], -ours.samples[1])


def test_mu_law_is_read_as_the_telephone_reads_it(tmp_path):
    pcm = to_int16(tone(8_000))
    read = read_wav(companded(tmp_path / "a.wav", bytes(encode(pcm)), 7))
    assert np.abs(read.samples[0] - tone(8_000)).max() < 0.02


def test_a_law_is_read_by_the_values_of_the_standard(tmp_path):
    read = read_wav(companded(tmp_path / "a.wav", bytes((0xD5, 0x55, 0xAA, 0x2A)), 6))
    assert to_int16(read.samples)[0].tolist() == [8, -8, 32_256, -32_256]


def test_what_cannot_be_used_is_named_with_its_reason(tmp_path, monkeypatch):
    with pytest.raises(SoundError, match=r"missing\.wav: cannot be read"):
        read_wav(tmp_path / "missing.wav")
    (tmp_path / "text.wav").write_text("hello")
    with pytest.raises(SoundError, match="not a WAV"):
        read_wav(tmp_path / "text.wav")
    with pytest.raises(SoundError, match="without sound"):
        read_wav(companded(tmp_path / "empty.wav", b"", 7))
    monkeypatch.setattr("model.sound.LONGEST_BYTES", 3)
    with pytest.raises(SoundError, match="larger than"):
        read_wav(tmp_path / "text.wav")
