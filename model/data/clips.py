"""Speech as pieces of sound with everything known about them: where voice is, which phone, which digit."""

# n samples at WIRE_RATE_HZ · f frames of 10 ms

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from config.units import WIRE_RATE_HZ
from model.data.scripts import Break, Sentence
from model.espeak import ESPEAK_RATE_HZ, EspeakSpeech, EspeakVoice, synthesise
from model.phones import phone_index

FRAME_MS: Final = 10
FRAME_SAMPLES: Final = FRAME_MS * WIRE_RATE_HZ // 1_000
SPEECH_RMS: Final = 0.1
"""Level every clip is brought to: -20 dB of full scale over its voiced frames."""
_VOICED_BELOW_PEAK_DB: Final = 38.0
_BRIDGED_MS: Final = 150
"""Gaps up to this long inside a word (stops) count as voice."""
_KEPT: Final = 4_000


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A stretch of speech from its first voiced frame to its last.

    Attributes:
        audio: float32[n] at `WIRE_RATE_HZ`, ±1.
        voiced: bool[f].
        phones: int8[f], classes of `model.phones`.
        digits: int8[f], digits fully said within this clip so far.
        then: why the speaker stops here.
    """

    audio: npt.NDArray[np.float32]
    voiced: npt.NDArray[np.bool_]
    phones: npt.NDArray[np.int8]
    digits: npt.NDArray[np.int8]
    then: Break

    @property
    def frames(self) -> int:
        return len(self.voiced)


@lru_cache(maxsize=_KEPT)
def clips_of(sentence: Sentence, voice: EspeakVoice) -> tuple[Clip, ...]:
    """Speak a sentence in one go and cut it where the speaker stops.

    Cut so, words before a stop in mid-clause have mid-clause intonation, not a sentence's fall.
    """
    speech = synthesise(sentence.text, voice)
    audio = to_wire_rate(speech.audio)
    frames = len(audio) // FRAME_SAMPLES
    audio = audio[: frames * FRAME_SAMPLES]
    voiced = _voiced(audio)
    if not voiced.any():
        return ()
    power = audio.reshape(frames, FRAME_SAMPLES).astype(np.float64) ** 2
    audio = audio * np.float32(SPEECH_RMS / np.sqrt(power[voiced].mean() + 1e-12))
    phones = _phones(speech, frames)
    word_frames = _word_frames(sentence.text, speech, frames)
    digits = np.zeros(frames, np.int8)
    for word, count in sentence.digit_words:
        said = word_frames[word + 1] if word + 1 < len(word_frames) else frames
        digits[min(said, frames) - 1 :] += count
    edges = [0, *(word_frames[word] for word, _ in sentence.cuts), frames]
    reasons = [*(why for _, why in sentence.cuts), sentence.then]
    clips = list[Clip]()
    for begin, end, why in zip(edges[:-1], edges[1:], reasons, strict=True):
        inside = np.flatnonzero(voiced[begin:end])
        if not len(inside):
            continue
        first, last = begin + inside[0], begin + inside[-1] + 1
        said_before = digits[first - 1] if first else 0
        clips.append(
            Clip(
                audio=_with_soft_edges(audio[first * FRAME_SAMPLES : last * FRAME_SAMPLES]),
                voiced=voiced[first:last],
                phones=phones[first:last],
                digits=np.maximum(digits[first:last] - said_before, 0).astype(np.int8),
                then=why,
            )
        )
        if len(digits[last:end]):
            clips[-1].digits[-1] = max(digits[min(end, frames) - 1] - said_before, 0)
    return tuple(clips)


def plain_clip(text: str, voice: EspeakVoice) -> Clip | None:
    """A whole text as one clip; None when nothing in it can be heard."""
    clips = clips_of(Sentence(text, (), (), Break.END), voice)
    return clips[0] if clips else None


def to_wire_rate(audio: npt.NDArray[np.int16]) -> npt.NDArray[np.float32]:
    """From espeak-ng's 22 050 Hz to 8 000 Hz (441:160), by cutting the spectrum."""
    blocks = -(-max(len(audio), 1) // 441)
    while not smooth(blocks):
        blocks += 1
    padded = np.zeros(blocks * 441, np.float32)
    padded[: len(audio)] = audio
    spectrum = np.fft.rfft(padded)[: blocks * 160 // 2 + 1]
    lowered = np.fft.irfft(spectrum, blocks * 160) * (160 / 441 / 32_768)
    return lowered[: len(audio) * WIRE_RATE_HZ // ESPEAK_RATE_HZ].astype(np.float32)


def smooth(n: int) -> bool:
    """Whether a length has no prime factor above seven: spectra of such lengths are cheap."""
    for factor in (2, 3, 5, 7):
        while n % factor == 0:
            n //= factor
    return n == 1


def _voiced(audio: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    rms = np.sqrt((audio.reshape(-1, FRAME_SAMPLES).astype(np.float64) ** 2).mean(1))
    voiced = rms > max(float(rms.max(initial=0.0)) * 10 ** (-_VOICED_BELOW_PEAK_DB / 20), 1e-4)
    edges = np.flatnonzero(np.diff(voiced.astype(np.int8)))
    for stop, start in pairwise(edges):
        if voiced[stop] and not voiced[stop + 1] and (start - stop) * FRAME_MS <= _BRIDGED_MS:
            voiced[stop + 1 : start + 1] = True
    return voiced


def _phones(speech: EspeakSpeech, frames: int) -> npt.NDArray[np.int8]:
    phones = np.zeros(frames, np.int8)
    starts = [min(event.ms // FRAME_MS, frames) for event in speech.phonemes] + [frames]
    for event, begin, end in zip(speech.phonemes, starts[:-1], starts[1:], strict=True):
        phones[begin : max(end, begin)] = phone_index(event.name)
    return phones


def _word_frames(text: str, speech: EspeakSpeech, frames: int) -> list[int]:
    """The frame at which each word of the text begins; a word espeak-ng ran together starts with the next."""
    begins = dict[int, int]()
    for event in speech.words:
        begins.setdefault(event.offset, event.ms // FRAME_MS)
    at, offset = list[int | None](), 0
    for word in text.split():
        offset = text.index(word, offset)
        at.append(begins.get(offset))
        offset += len(word)
    following = frames
    for k in range(len(at) - 1, -1, -1):
        found = at[k]
        following = following if found is None else min(found, frames)
        at[k] = following
    return [frames if frame is None else frame for frame in at]


def _with_soft_edges(audio: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    edge = min(FRAME_SAMPLES // 2, len(audio) // 2)
    soft = audio.copy()
    ramp = np.linspace(0, 1, edge, dtype=np.float32)
    soft[:edge] *= ramp
    soft[len(soft) - edge :] *= ramp[::-1]
    return soft
