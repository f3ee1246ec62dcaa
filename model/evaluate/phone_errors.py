"""How many phones our ears get wrong, on synthetic voices kept out of training and on people.

Read greedily, without any dictionary: the best phone of every frame, repetitions and blanks left out. Errors
are insertions, deletions and replacements, over the phones of the pronunciation that fits best.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from model.ears.lesson_words import Sounds, distance, sounds_of
from model.ears.lessons import Lessons
from model.ears.phone_head import BLANK
from model.ears.phone_reader import PhoneReader
from model.ears.windows import WINDOWS_SAMPLES
from model.evaluate.human_speech import human_recordings, over_the_telephone
from model.synthesis.phones import PHONES

OFF_THE_BLANK: Final = 1.5
"""Nats taken off the blank: CTC is surer of nothing than of sounds it has not met."""


@dataclass(frozen=True, slots=True)
class PhoneErrors:
    """Errors in `phones` phones of one kind of speech."""

    kind: str
    errors: int
    phones: int

    @property
    def rate(self) -> float:
        return self.errors / max(self.phones, 1)


def phone_errors(reader: PhoneReader, lessons: int = 200, seed: int = 5) -> tuple[PhoneErrors, ...]:
    """Measure on held-out voices, and on people at 16 kHz and over the telephone."""
    return (*_of_people(reader), *_of_voices(reader, lessons, seed))


def _of_people(reader: PhoneReader) -> tuple[PhoneErrors, ...]:
    counted: list[tuple[str, int, int]] = []
    recordings = human_recordings()
    wide = [recording.sound[: WINDOWS_SAMPLES[-1]] for recording in recordings]
    for rate, sounds in (("16 kHz", wide), ("telephone", [over_the_telephone(sound) for sound in wide])):
        for recording, posteriors in zip(recordings, reader.read(sounds), strict=True):
            errors, phones = _fewest(greedy(posteriors), recording.text)
            counted += [
                (f"people, {rate}, {recording.kind}", errors, phones),
                (f"people, {rate}", errors, phones),
            ]
    return _summed(counted)


def _of_voices(reader: PhoneReader, lessons: int, seed: int) -> tuple[PhoneErrors, ...]:
    source = Lessons("test", seed)
    drawn = [source.draw() for _ in range(lessons)]
    counted: list[tuple[str, int, int]] = []
    for lesson, posteriors in zip(drawn, reader.read([lesson.sound for lesson in drawn]), strict=True):
        said = tuple(PHONES[number] for number in lesson.phones)
        errors = distance(greedy(posteriors), said)
        synthesiser = lesson.identity.partition("/")[0]
        language = f"held-out voices, {lesson.language}"
        counted += [(kind, errors, len(said)) for kind in (f"{language}, {synthesiser}", language)]
    return _summed(counted)


def _summed(counted: Iterable[tuple[str, int, int]]) -> tuple[PhoneErrors, ...]:
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for kind, errors, phones in counted:
        sums[kind][0] += errors
        sums[kind][1] += phones
    return tuple(PhoneErrors(kind, *sums[kind]) for kind in sorted(sums))


def greedy(posteriors: npt.NDArray[np.float32]) -> Sounds:
    """The sounds of float32[f, 49] by the best class of each frame."""
    weighed = posteriors.copy()
    weighed[:, BLANK] -= OFF_THE_BLANK
    best = weighed.argmax(axis=1)
    changed = np.flatnonzero(np.diff(best, prepend=BLANK))
    return tuple(PHONES[best[at] - 1] for at in changed if best[at] != BLANK)


def _fewest(heard: Sounds, text: str) -> tuple[int, int]:
    """Errors against the best fitting pronunciations of a text, and how many phones it usually has."""
    row: Sequence[int] = range(len(heard) + 1)
    phones = 0
    for word in text.split():
        ways = sounds_of(word, "en")
        phones += len(ways[0])
        ends = [_through(row, way, heard) for way in ways]
        row = [min(costs) for costs in zip(*ends, strict=True)]
    return row[-1], phones


def _through(row: Sequence[int], way: Sounds, heard: Sounds) -> Sequence[int]:
    """Costs after one more word, said this way, by how much of what was heard is used up."""
    for sound in way:
        after = [row[0] + 1]
        for at, other in enumerate(heard, 1):
            after.append(min(after[at - 1] + 1, row[at] + 1, row[at - 1] + (sound != other)))
        row = after
    return row
