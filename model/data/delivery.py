"""How the end of a stretch of speech is delivered: drawn out before a hesitation, falling at a turn's end.

Hesitating speakers linger on the last syllable at a level pitch and keep their voice up; speakers who have
finished let pitch and loudness go (Gravano and Hirschberg 2011, "Turn-taking cues in task-oriented dialogue";
Fox Tree and Clark 1997 on lengthening). Both are done to the sound itself, so they hold for any synthesiser.
"""

# n samples at WIRE_RATE_HZ · f frames of 10 ms

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from config.units import WIRE_RATE_HZ
from model.data.utterances import PHONE_NUMBERS

Sound = npt.NDArray[np.float32]
FRAME_MS: Final = 10
FRAME_SAMPLES: Final = FRAME_MS * WIRE_RATE_HZ // 1_000

VOWELS: Final = frozenset(
    PHONE_NUMBERS[name]
    for name in (
        "aa", "ae", "ah", "ao", "aw", "ay", "eh", "er", "ey", "ih", "iy", "ow", "oy", "uh", "uw",
        "a", "e", "i", "o", "u",
    )
)  # fmt: skip
_SUSTAINED: Final = VOWELS | {PHONE_NUMBERS[name] for name in ("m", "n", "ng", "l", "r", "ny", "w", "y")}
_LINGERED_MS: Final = 220
"""At most so much of the end is drawn out; all of it where the sounds are not known."""
_SHORTEST: Final = 15
"""Frames: a syllable swallowed in fluent speech is drawn out as if it had been this long."""
_GRAIN: Final = 240
"""30 ms: two or three periods of a low voice."""
_HOP: Final = _GRAIN // 2
_SEARCH: Final = 64
_FALL_MS: Final = 350
_FALL_DB: Final = 7.0
_FALL_OF_PITCH: Final = 0.22


@dataclass(frozen=True, slots=True, eq=False)
class Delivered:
    """Sound float32[n], and for each of its frames which frame of the original it came from, int[f]."""

    audio: Sound
    source: npt.NDArray[np.intp]


def deliver(audio: Sound, phones: npt.NDArray[np.int8], drawn: float, falls: float) -> Delivered:
    """Deliver a stretch of whole frames: draw out its last syllable, then let its end fall.

    Args:
        audio: float32[f * FRAME_SAMPLES], ending with the last voiced frame.
        phones: int8[f], classes of `PHONE_NUMBERS`.
        drawn: how much longer the last syllable becomes; 1 leaves it.
        falls: 0..1, how far pitch and loudness fall over the last third of a second.
    """
    source = np.arange(len(phones))
    if drawn > 1.02:
        first, last = last_syllable(phones)
        begin, end = first * FRAME_SAMPLES, last * FRAME_SAMPLES
        if end - begin > _GRAIN:
            frames = last - first + round(max(last - first, _SHORTEST) * (drawn - 1))
            before = max(begin - _GRAIN, 0)
            longer = stretch(audio[before:end], begin - before, frames * FRAME_SAMPLES)
            audio = np.concatenate((audio[:begin], longer, audio[end:]))
            inside = first + np.arange(frames) * (last - first) // frames
            source = np.concatenate((source[:first], inside, source[last:]))
    if falls > 0:
        audio, warp = _let_fall(audio, falls)
        source = source[np.minimum(warp, len(source) - 1)]
    return Delivered(audio, source)


def last_syllable(phones: npt.NDArray[np.int8]) -> tuple[int, int]:
    """Frames [first, last) from the last vowel to the end of what can be held (vowels, nasals, liquids)."""
    frames = len(phones)
    vowels = np.flatnonzero(np.isin(phones, tuple(VOWELS)))
    earliest = frames - 45
    if not len(vowels) or vowels[-1] < earliest:
        return max(frames - _LINGERED_MS // FRAME_MS, 0), max(frames - 2, 0)
    last = first = int(vowels[-1])
    while first > max(earliest, 0) and phones[first - 1] == phones[last]:
        first -= 1
    end = last + 1
    while end < frames and int(phones[end]) in _SUSTAINED:
        end += 1
    first = min(first + 1, end - _GRAIN // FRAME_SAMPLES - 2)
    return max(first, end - _LINGERED_MS // FRAME_MS, 0), end


def stretch(audio: Sound, lead: int, samples: int) -> Sound:
    """Draw `audio[lead:]` out to so many samples, pitch kept, joining what precedes without a step.

    Waveform-similarity overlap-add (Verhelst and Roelands 1993): grains are taken at a slower pace, each
    shifted a little so that it continues the one before.
    """
    source = len(audio) - lead
    window = np.hanning(_GRAIN + 1)[:_GRAIN].astype(np.float32)
    out = np.zeros(lead + samples + 2 * _GRAIN, np.float32)
    padded = np.concatenate((audio, np.zeros(_GRAIN + _SEARCH, np.float32)))
    weight = np.zeros_like(out)
    at = taken = max(lead - _HOP, 0)
    pace = source / samples
    while at < lead + samples:
        grain = padded[taken : taken + _GRAIN]
        out[at : at + len(grain)] += grain * window[: len(grain)]
        weight[at : at + len(grain)] += window[: len(grain)]
        follows = padded[taken + _HOP : taken + _HOP + _GRAIN]
        at += _HOP
        wished = int(lead + (at - lead) * pace) if at > lead else at
        low = max(min(wished - _SEARCH, len(audio) - _GRAIN), 0)
        high = max(min(wished + _SEARCH, len(audio) - _GRAIN), low)
        likeness = np.correlate(padded[low : high + _GRAIN], follows[:_GRAIN], "valid")
        taken = low + int(likeness.argmax())
    out[weight > 1e-3] /= weight[weight > 1e-3]
    result = out[lead : lead + samples]
    blend = min(_HOP // 2, lead, samples)
    if blend:  # the first samples continue what precedes them, whatever grain was found
        ramp = np.linspace(0, 1, blend, dtype=np.float32)
        result[:blend] = audio[lead : lead + blend] * (1 - ramp) + result[:blend] * ramp
    return result


def _let_fall(audio: Sound, falls: float) -> tuple[Sound, npt.NDArray[np.intp]]:
    """Slow the end down as a tape would (pitch falls, the sound lasts longer) and let it grow quieter."""
    tail = min(_FALL_MS * WIRE_RATE_HZ // 1_000, len(audio))
    depth = _FALL_OF_PITCH * falls
    longer = int(tail / (1 - depth / 2)) // FRAME_SAMPLES * FRAME_SAMPLES
    progress = np.arange(longer, dtype=np.float64) / max(longer, 1)
    position = progress - depth / 2 * progress**2
    position *= (tail - 1) / max(position[-1], 1e-9)
    fallen = np.interp(position, np.arange(tail), audio[len(audio) - tail :])
    fallen *= 10 ** (-_FALL_DB * falls * progress / 20)
    head = len(audio) - tail
    begin = head // FRAME_SAMPLES
    joined = np.concatenate((audio[:head], fallen.astype(np.float32)))
    frames = len(joined) // FRAME_SAMPLES
    at = np.arange(frames)
    in_tail = np.clip(at * FRAME_SAMPLES - head, 0, max(longer - 1, 0))
    came_from = np.where(at < begin, at, (head + position[in_tail]) // FRAME_SAMPLES)
    return joined[: frames * FRAME_SAMPLES], came_from.astype(np.intp)
