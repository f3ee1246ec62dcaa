"""Speech as pieces of sound with everything known about them: where voice is, which sound, word and digit."""

# n samples at WIRE_RATE_HZ · f frames of 10 ms

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from model.data.delivery import FRAME_MS, FRAME_SAMPLES, deliver
from model.data.scripts import Break, Sentence
from model.data.utterances import Utterance, utter
from model.data.voices import Voice
from model.espeak import EspeakError
from model.synthesis.speech import SynthesisError

SPEECH_RMS: Final = 0.1
"""Level every clip is brought to: -20 dB of full scale over its voiced frames."""
_VOICED_BELOW_PEAK_DB: Final = 38.0
_BRIDGED_MS: Final = 150
"""Gaps up to this long inside a word (stops) count as voice."""
_KEPT: Final = 500
"""Lines of agents kept for the next call; callers hardly ever say the same in the same voice twice."""
_MARKS: Final = ",.?¿!¡"


@dataclass(frozen=True, slots=True)
class ClipWord:
    """A word as said, lower case, in frames of its clip."""

    text: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A stretch of speech from its first voiced frame to its last.

    Attributes:
        audio: float32[n] at `WIRE_RATE_HZ`, ±1.
        voiced: bool[f].
        phones: int8[f], classes of `model.data.utterances.PHONE_NUMBERS`.
        digits: int8[f], digits fully said within this clip so far.
        words: what is said.
        then: why the speaker stops here.
    """

    audio: npt.NDArray[np.float32]
    voiced: npt.NDArray[np.bool_]
    phones: npt.NDArray[np.int8]
    digits: npt.NDArray[np.int8]
    words: tuple[ClipWord, ...]
    then: Break

    @property
    def frames(self) -> int:
        return len(self.voiced)


def clips_of(sentence: Sentence, voice: Voice) -> tuple[Clip, ...]:
    """Speak a sentence in one go, cut it where the speaker stops, and deliver each piece as it should end.

    Cut so, words before a stop in mid-clause have mid-clause intonation, not a sentence's fall. Nothing when
    nothing in it can be heard.
    """
    try:
        spoken = utter(sentence.text, voice)
    except (EspeakError, SynthesisError):
        return ()
    frames = len(spoken.audio) // FRAME_SAMPLES
    audio = spoken.audio[: frames * FRAME_SAMPLES]
    voiced = _voiced(audio)
    if not voiced.any():
        return ()
    power = audio.reshape(frames, FRAME_SAMPLES).astype(np.float64) ** 2
    audio = audio * np.float32(SPEECH_RMS / np.sqrt(power[voiced].mean() + 1e-12))
    whole = Clip(
        audio=audio,
        voiced=voiced,
        phones=np.where(voiced, _phones(spoken, frames), np.int8(0)).astype(np.int8),
        digits=np.zeros(frames, np.int8),
        words=_words(sentence.text, spoken, frames),
        then=sentence.then,
    )
    for word, count in sentence.digit_words:
        whole.digits[min(whole.words[word].end, frames) - 1 :] += count
    edges = [0, *(whole.words[stop.word].begin for stop in sentence.stops), frames]
    endings = [
        *((stop.why, stop.drawn, 0.0) for stop in sentence.stops),
        (sentence.then, sentence.drawn, sentence.falls),
    ]
    pieces = (
        _piece(whole, begin, end, ending)
        for (begin, end), ending in zip(pairwise(edges), endings, strict=True)
    )
    return tuple(piece for piece in pieces if piece is not None)


@lru_cache(maxsize=_KEPT)
def plain_clip(text: str, voice: Voice) -> Clip | None:
    """A whole text as one clip, as an agent says it; None when nothing in it can be heard."""
    clips = clips_of(Sentence(text, language=voice.language), voice)
    return clips[0] if clips else None


def _piece(whole: Clip, begin: int, end: int, ending: tuple[Break, float, float]) -> Clip | None:
    """The frames from begin to end without the silence around, delivered; None when all is silent."""
    why, drawn, falls = ending
    inside = np.flatnonzero(whole.voiced[begin:end])
    if not len(inside):
        return None
    first, last = begin + int(inside[0]), begin + int(inside[-1]) + 1
    said_before = int(whole.digits[first - 1]) if first else 0
    delivered = deliver(
        whole.audio[first * FRAME_SAMPLES : last * FRAME_SAMPLES], whole.phones[first:last], drawn, falls
    )
    source = first + delivered.source
    digits = np.maximum(whole.digits[source] - said_before, 0).astype(np.int8)
    if end > last:
        digits[-1] = max(int(whole.digits[end - 1]) - said_before, 0)
    words = [
        word for word in whole.words if begin <= word.begin < end and any(c.isalnum() for c in word.text)
    ]
    return Clip(
        audio=_with_soft_edges(delivered.audio),
        voiced=whole.voiced[source],
        phones=whole.phones[source],
        digits=digits,
        words=tuple(
            replace(
                word,
                begin=int(np.searchsorted(source, word.begin)),
                end=min(int(np.searchsorted(source, word.end)), len(source)),
            )
            for word in words
        ),
        then=why,
    )


def _voiced(audio: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    rms = np.sqrt((audio.reshape(-1, FRAME_SAMPLES).astype(np.float64) ** 2).mean(1))
    voiced = rms > max(float(rms.max(initial=0.0)) * 10 ** (-_VOICED_BELOW_PEAK_DB / 20), 1e-4)
    edges = np.flatnonzero(np.diff(voiced.astype(np.int8)))
    for stop, start in pairwise(edges):
        if voiced[stop] and not voiced[stop + 1] and (start - stop) * FRAME_MS <= _BRIDGED_MS:
            voiced[stop + 1 : start + 1] = True
    return voiced


def _phones(spoken: Utterance, frames: int) -> npt.NDArray[np.int8]:
    phones = np.zeros(frames, np.int8)
    starts = [min(ms // FRAME_MS, frames) for _, ms in spoken.phones] + [frames]
    for (sound, _), begin, end in zip(spoken.phones, starts[:-1], starts[1:], strict=True):
        phones[begin : max(end, begin)] = sound
    return phones


def _words(text: str, spoken: Utterance, frames: int) -> tuple[ClipWord, ...]:
    begins = [min(ms // FRAME_MS, frames) for ms in spoken.begins_ms] + [frames]
    return tuple(
        ClipWord(word.strip(_MARKS).lower(), begin, end)
        for word, (begin, end) in zip(text.split(), pairwise(begins), strict=True)
    )


def _with_soft_edges(audio: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    edge = min(FRAME_SAMPLES // 2, len(audio) // 2)
    soft = audio.copy()
    ramp = np.linspace(0, 1, edge, dtype=np.float32)
    soft[:edge] *= ramp
    soft[len(soft) - edge :] *= ramp[::-1]
    return soft
