"""Can the floor be learned from these calls? What the length of a silence gives away, and what precedes it.

A generator whose pauses and turn ends differ only in length teaches a timeout. So simple classifiers are
asked, at every silence of many turns, whether the turn is over: one that knows how long the silence has
lasted, one that knows the last words and what is awaited, one that hears pitch, loudness and length of the
last half second. The first should know little, the others much.
"""

# N silences · K features

from dataclasses import dataclass
from random import Random
from typing import Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

from config.expectation import AnswerKind
from config.units import SLOT_MS, WIRE_RATE_HZ
from model.data import scripts
from model.data.calls import SimulatedCall, simulate
from model.data.clips import Clip, clips_of
from model.data.delivery import FRAME_MS, FRAME_SAMPLES
from model.data.labels import FRAMES_PER_SLOT
from model.data.scripts import Break, CallerTurn
from model.data.voices import draw_caller
from model.streams import KINDS
from model.synthesis.speech import Language

Floats = npt.NDArray[np.float64]
_HASHED: Final = 256
_LATEST_SLOTS: Final = 30
_HEARD_FRAMES: Final = 48
_QUIETEST_DB: Final = -60.0
_ASKED: Final = (
    *(AnswerKind.FREE, AnswerKind.DIGITS) * 2,
    AnswerKind.YES_NO,
    AnswerKind.DATE,
    AnswerKind.CHOICE,
)


@dataclass(frozen=True, slots=True)
class Probe:
    """Areas under the curve of "the turn is over" against "it goes on"; .5 is a coin.

    Attributes:
        silence: from how long the silence has lasted, every slot of the first 1.5 s, weighed as in training.
        words: from the last words, the awaited answer and the digits still missing; one row a silence.
        sound: from the last half second before the silence, the line's noise not yet on it.
        both: from words and sound.
        ends, pauses: how many silences the last three were judged on.
    """

    silence: float
    words: float
    sound: float
    both: float
    ends: int
    pauses: int

    def __str__(self) -> str:
        return (
            f"the turn is over, AUC: silence {self.silence:.3f}, words {self.words:.3f}, "
            f"sound {self.sound:.3f}, both {self.both:.3f} ({self.ends} ends, {self.pauses} pauses)"
        )


def probe(seed: int, turns: int) -> Probe:
    """Fit on two thirds of so many turns, judge on the rest; silences come from a twentieth as many calls."""
    random = Random(seed)
    fitted = 2 * turns // 3
    known, fresh = (_silences(count, random) for count in (fitted, turns - fitted))
    ends = int(fresh.over.sum())
    return Probe(
        silence=_by_silence([simulate(seed, number) for number in range(turns // 20)]),
        words=auc(_judge(known.words, known.over, fresh.words), fresh.over),
        sound=auc(_judge(known.sound, known.over, fresh.sound), fresh.over),
        both=auc(_judge(known.both, known.over, fresh.both), fresh.over),
        ends=ends,
        pauses=len(fresh.over) - ends,
    )


def auc(scores: Floats, truths: npt.NDArray[np.bool_], weights: Floats | None = None) -> float:
    """Area under the curve, ties counting half, each case with its weight."""
    weights = np.ones(len(scores)) if weights is None else weights
    levels, place = np.unique(scores, return_inverse=True)
    positive = np.bincount(place, weights * truths, len(levels))
    negative = np.bincount(place, weights * ~truths, len(levels))
    below = np.cumsum(negative) - negative
    pairs = positive.sum() * negative.sum()
    return float((positive * (below + negative / 2)).sum() / pairs) if pairs else 0.5


@dataclass(frozen=True, slots=True, eq=False)
class _Silences:
    """words [N, K], sound [N, K], over bool[N]."""

    words: Floats
    sound: Floats
    over: npt.NDArray[np.bool_]

    @property
    def both(self) -> Floats:
        return np.concatenate((self.words, self.sound), axis=1)


def _silences(turns: int, random: Random) -> _Silences:
    words, sound, over = list[Floats](), list[Floats](), list[bool]()
    for _ in range(turns):
        kind = random.choice(_ASKED)
        awaited = random.choice((4, 6, 6, 8)) if kind is AnswerKind.DIGITS else None
        language: Language = "es" if random.random() < 0.25 else "en"
        turn = scripts.answer(kind, awaited, "train", random, language)
        said, digits, pitches = list[str](), 0, list[float]()
        for clip in _clips(turn, random):
            said += [word.text for word in clip.words]
            digits += int(clip.digits[-1])
            pitch = _pitch_hz(clip.audio)
            pitches += [hz for hz in pitch if hz]
            if clip.then in {Break.FILLER, Break.SWITCH} or not said:
                continue
            words.append(_word_features(said, kind, awaited, digits))
            sound.append(_sound_features(clip, pitch, float(np.median(pitches)) if pitches else 150.0))
            over.append(clip.then is Break.END)
    return _Silences(np.array(words), np.array(sound), np.array(over))


def _clips(turn: CallerTurn, random: Random) -> list[Clip]:
    person = draw_caller("train", random)
    return [c for sentence in turn.sentences for c in clips_of(sentence, person.speaking(sentence.language))]


def _word_features(said: list[str], kind: AnswerKind, awaited: int | None, digits: int) -> Floats:
    """The last two words (hashed), the awaited kind, and whether digits are missing, complete or too many."""
    features = np.zeros(_HASHED + len(KINDS) * 2 + 4)
    features[crc32(said[-1].encode()) % _HASHED] = 1.0
    features[crc32(" ".join(said[-2:]).encode()) % _HASHED] += 0.5
    features[_HASHED + KINDS.index(kind)] = 1.0
    features[_HASHED + len(KINDS) + KINDS.index(kind)] = min(len(said), 12) / 12
    if awaited:
        features[-4:] = digits == 0, 0 < digits < awaited, digits == awaited, digits > awaited
    return features


def _sound_features(clip: Clip, pitch: Floats, usual_hz: float) -> Floats:
    """Of the last half second: pitch against the turn's, loudness against the clip's, lengths of sounds."""
    power = (clip.audio.reshape(-1, FRAME_SAMPLES).astype(np.float64) ** 2).mean(1)
    levels = np.maximum(10 * np.log10(power + 1e-9), _QUIETEST_DB)
    bins = [part[part > 0] for part in np.array_split(pitch[-_HEARD_FRAMES:], 6)]
    contour = [float(np.log2(np.median(part) / usual_hz)) if len(part) else 0.0 for part in bins]
    spoken = [float(len(part)) / 8 for part in bins]
    loudness = [
        (float(part.mean()) - float(levels.mean())) / 10 if len(part) else 0.0
        for part in np.array_split(levels[-_HEARD_FRAMES:], 8)
    ]
    changes = np.concatenate(([0, 0, 0], np.flatnonzero(np.diff(clip.phones)) + 1, [clip.frames]))
    lasts = [float(n) / 20 for n in np.diff(changes)[-3:]]
    return np.array([*contour, *spoken, *loudness, *lasts, clip.frames / 200])


def _pitch_hz(sound: npt.NDArray[np.float32]) -> Floats:
    """Pitch of each frame by autocorrelation over 40 ms; 0 where it is not voiced."""
    width = 40 * WIRE_RATE_HZ // 1_000
    padded = np.concatenate((np.zeros(width - FRAME_SAMPLES), sound.astype(np.float64)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, width)[::FRAME_SAMPLES] * np.hanning(width)
    spectrum = np.abs(np.fft.rfft(frames, 2 * width)) ** 2
    likeness = np.fft.irfft(spectrum)[:, :width]
    lag = likeness[:, 22:115].argmax(1) + 22
    clear = likeness[np.arange(len(lag)), lag] > 0.45 * np.maximum(likeness[:, 0], 1e-4)
    return np.where(clear, WIRE_RATE_HZ / lag, 0.0)


def _judge(known: Floats, over: npt.NDArray[np.bool_], fresh: Floats) -> Floats:
    """Logistic regression, a little ridge, gradient descent; both classes weigh the same."""
    centre, spread = known.mean(0), known.std(0) + 0.1
    rows = np.concatenate(((known - centre) / spread, np.ones((len(known), 1))), axis=1)
    weights, truth = np.zeros(rows.shape[1]), over.astype(np.float64)
    balance = np.where(over, 0.5 / max(truth.mean(), 1e-9), 0.5 / max(1 - truth.mean(), 1e-9))
    for _ in range(400):
        guess = 1 / (1 + np.exp(-rows @ weights))
        weights -= 0.3 * (rows.T @ (balance * (guess - truth)) / len(rows) + 0.02 * weights)
    return np.concatenate(((fresh - centre) / spread, np.ones((len(fresh), 1))), axis=1) @ weights


def _by_silence(calls: list[SimulatedCall]) -> float:
    ages, over, weights = list[int](), list[bool](), list[float]()
    for call in calls:
        labels = call.labels
        for turn in call.turns:
            spans = [*turn.pauses, (turn.end, turn.end + _LATEST_SLOTS * SLOT_MS // FRAME_MS)]
            for begin, end in spans:
                first = begin // FRAMES_PER_SLOT + 1
                last = min(end // FRAMES_PER_SLOT, first + _LATEST_SLOTS, len(labels.turn_end))
                for slot in range(first, last):
                    if labels.voice[slot].any():
                        break
                    ages.append(slot - first)
                    over.append(bool(labels.turn_end[slot]))
                    weights.append(float(labels.turn_end_weight[slot]))
    return auc(np.array(ages, np.float64), np.array(over), np.array(weights))
