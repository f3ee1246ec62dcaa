"""The lessons of the ears: an endless stream of synthetic callers on synthetic lines, with their phones.

Nothing is kept on disk; what a voice said is kept in memory for a while and met again in another throat and
on another line, because speaking costs more than telephoning.
"""

# B lessons of a batch · n samples at 16 kHz · P phones

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Final

import numpy as np
import numpy.typing as npt

from config.units import SAMPLE_RATE_HZ
from model.ears.lesson_sounds import Sound, in_another_throat, through_lesson_line, trimmed
from model.ears.lesson_texts import LessonText, draw_text
from model.ears.lesson_words import Sounds, distance
from model.ears.windows import WINDOWS_SAMPLES, in_window
from model.synthesis.phones import PHONES
from model.synthesis.speakers import Split, identity_split, installed, synthesiser_of
from model.synthesis.speech import Language, Manner, Speaker, Speech, SynthesisError

_INDEX: Final = {name: index for index, name in enumerate(PHONES)}
_SPANISH_SHARE: Final = 0.2
_SHARES: Final = {"espeak": 0.22, "pico": 0.24, "RHVoice": 0.26, "flite": 0.18, "festival": 0.10}
"""How often each synthesiser speaks, of those installed; those made from recordings of people more often."""
_MET_AGAIN_SHARE: Final = 0.5
_KEPT: Final = 2_000
_LEAST_FRAMES_PER_PHONE: Final = 1.5
"""CTC needs a frame for each phone and a blank between equal ones."""
_BATCH_SAMPLES: Final = 16 * SAMPLE_RATE_HZ
_JOINED_SHARE: Final = 0.12


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """A sound float32[n], ±1, the phones said in it, int64[P], indices of PHONES, and who says them."""

    sound: Sound
    phones: npt.NDArray[np.int64]
    language: Language
    identity: str


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Lessons of one window: sounds float32[B, n], as `windows` puts them; phones, one array for each."""

    sounds: npt.NDArray[np.float32]
    phones: tuple[npt.NDArray[np.int64], ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Said:
    """What a speaker made of a text, before any throat or line."""

    speech: Speech
    phones: npt.NDArray[np.int64]
    language: Language
    identity: str


class Lessons:
    """Draws lessons; the same seed on the same machine draws the same ones."""

    def __init__(self, split: Split, seed: int) -> None:
        self._random = Random(f"lessons {split} {seed}")
        self._shares = {language: _shares(split, language) for language in ("en", "es")}
        self._kept: list[_Said] = []

    def draw(self) -> Lesson:
        """The next lesson, at most 8 s."""
        while True:
            lesson = self._telephoned(self._said())
            frames = len(lesson.sound) / 320
            if len(lesson.sound) <= WINDOWS_SAMPLES[-1] and (
                frames >= _LEAST_FRAMES_PER_PHONE * len(lesson.phones)
            ):
                return lesson

    def _said(self) -> _Said:
        random = self._random
        if random.random() < _MET_AGAIN_SHARE * len(self._kept) / _KEPT:
            return random.choice(self._kept)
        said = self._speak()
        if len(self._kept) < _KEPT:
            self._kept.append(said)
        else:
            self._kept[random.randrange(_KEPT)] = said
        return said

    def _speak(self) -> _Said:
        random = self._random
        while True:
            language: Language = "es" if random.random() < _SPANISH_SHARE else "en"
            speakers, weights = self._shares[language]
            speaker = random.choices(speakers, weights)[0]
            text = draw_text(language, random)
            manner = Manner(
                rate=random.triangular(0.7, 1.5, 1.0),
                pitch=2 ** random.uniform(-0.3, 0.3),
                range=random.uniform(0.5, 1.6),
            )
            try:
                speech = speaker.say(text.text + random.choice((".", ".", ".", "?", ",", "")), manner)
            except SynthesisError:
                continue
            if len(speech.audio):
                return _Said(speech, phones_said(text, speech), language, speaker.identity)

    def _telephoned(self, said: _Said) -> Lesson:
        random = self._random
        parts = [said]
        if random.random() < _JOINED_SHARE:
            parts.append(random.choice(self._kept))  # somebody else, in whatever language
        pieces = [_silence(random)]
        for part in parts:
            warp = 2 ** random.triangular(-0.25, 0.25, 0.0)
            pieces += [
                trimmed(in_another_throat(part.speech.audio, part.speech.rate_hz, warp)),
                _silence(random),
            ]
        sound = through_lesson_line(np.concatenate(pieces), random)
        phones = np.concatenate([part.phones for part in parts])
        return Lesson(sound, phones, said.language, said.identity)


def _silence(random: Random) -> Sound:
    return np.zeros(int(random.triangular(0.0, 0.7, 0.2) * SAMPLE_RATE_HZ), np.float32)


def _shares(split: Split, language: Language) -> tuple[Sequence[Speaker], Sequence[float]]:
    """Who speaks how often: a synthesiser's share is divided evenly among its speakers."""
    speakers = [who for who in installed(language) if identity_split(who.identity) == split]
    many = Counter(synthesiser_of(who) for who in speakers)
    return speakers, [_SHARES[synthesiser_of(who)] / many[synthesiser_of(who)] for who in speakers]


def phones_said(text: LessonText, speech: Speech) -> npt.NDArray[np.int64]:
    """The phones of a text, int64[P]: of each word the pronunciation nearest to what the speaker said."""
    heard = _phones_by_word(text, speech)
    said: list[str] = []
    for number, word in enumerate(text.words):
        said += (
            min(word.sounds, key=lambda sounds: distance(sounds, heard[number])) if heard else word.sounds[0]
        )
    return np.array([_INDEX[sound] for sound in said], np.int64)


def _phones_by_word(text: LessonText, speech: Speech) -> list[Sounds]:
    """What the speaker says it said of each word; empty when it does not know."""
    if not speech.words or not speech.phones:
        return []
    begins: list[int] = []
    offset = 0
    for word in text.words:
        offset = text.text.index(word.text, offset)
        event = next((event for event in speech.words if event.offset >= offset), None)
        if event is None:
            return []
        begins.append(event.begin_ms)
        offset += len(word.text)
    edges = [*begins, 10**9]
    return [
        tuple(phone.name for phone in speech.phones if begin <= phone.begin_ms < end)
        for begin, end in pairwise(edges)
    ]


def batches(lessons: Lessons) -> Iterator[Batch]:
    """An endless stream of batches, each of lessons for one window, 16 s together or just more."""
    waiting: dict[int, list[Lesson]] = {window: [] for window in WINDOWS_SAMPLES}
    while True:
        lesson = lessons.draw()
        window = next(window for window in WINDOWS_SAMPLES if len(lesson.sound) <= window)
        waiting[window].append(lesson)
        if len(waiting[window]) * window >= _BATCH_SAMPLES:
            full, waiting[window] = waiting[window], []
            sounds = np.stack([in_window(lesson.sound, window) for lesson in full])
            yield Batch(sounds, tuple(lesson.phones for lesson in full))
