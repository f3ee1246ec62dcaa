"""Reading out an utterance: in any portions, stopped, and begun again."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from config.units import MICRO_TURN_SAMPLES, SAMPLES_PER_MS
from model.turn import Word
from model.voice.reading import FADE_OUT_SAMPLES, NEAR_WORDS, Place, Reading
from model.voice.voice import Speech


@dataclass(frozen=True)
class Ready:
    """An utterance that is all there: clauses of rising samples, so that every sample tells its place."""

    clauses: tuple[Speech, ...]
    complete: bool = True

    def clause(self, index: int) -> Speech | None:
        return self.clauses[index] if index < len(self.clauses) else None


def ready(*word_counts: int, word_ms: int = 150) -> Ready:
    parts: list[Speech] = []
    level = 1_000
    for count in word_counts:
        words = tuple(Word(f"w{len(parts)}.{k}", k * word_ms, (k + 1) * word_ms) for k in range(count))
        samples = count * word_ms * SAMPLES_PER_MS + 480
        parts.append(Speech(np.arange(level, level + samples, dtype=np.int32).astype(np.int16), words))
        level += samples
    return Ready(tuple(parts))


def read_all(reading: Reading, rooms: Iterator[int]) -> tuple[Reading, np.ndarray, list[Word]]:
    audio: list[np.ndarray] = []
    words: list[Word] = []
    done = 0
    while not reading.finished and not reading.stopped:
        reading, piece, begun = reading.read(next(rooms), done)
        audio.append(piece)
        words += begun
        done += len(piece)
    return reading, np.concatenate(audio), words


@given(
    st.lists(st.integers(1, 8), min_size=1, max_size=4),
    st.lists(st.integers(160, 3 * MICRO_TURN_SAMPLES), min_size=1, max_size=9),
)
@settings(max_examples=50, deadline=None)
def test_audio_read_in_any_portions_is_exactly_the_audio_of_the_clauses(
    counts: list[int], portions: list[int]
) -> None:
    utterance = ready(*counts)
    _, audio, words = read_all(Reading(utterance), cycle(portions))
    assert np.array_equal(audio, np.concatenate([clause.audio for clause in utterance.clauses]))
    assert [word.text for word in words] == [
        word.text for clause in utterance.clauses for word in clause.words
    ]
    origin_ms = 0
    expected: list[int] = []
    for clause in utterance.clauses:
        expected += [origin_ms + word.start_ms for word in clause.words]
        origin_ms += len(clause.audio) // SAMPLES_PER_MS
    assert [word.start_ms for word in words] == expected


def test_stopping_at_once_ramps_down_within_ten_milliseconds() -> None:
    reading, _, _ = Reading(ready(6)).read(MICRO_TURN_SAMPLES, 0)
    halted, tail, words = reading.stop_now().read(MICRO_TURN_SAMPLES, MICRO_TURN_SAMPLES)
    assert halted.stopped
    assert len(tail) == FADE_OUT_SAMPLES
    assert words == ()
    steps = np.diff(np.concatenate((tail, [0])).astype(int))
    assert np.abs(steps).max() <= np.abs(tail.astype(int)).max() / FADE_OUT_SAMPLES + 2


def test_stopping_after_the_word_says_that_word_and_no_other() -> None:
    reading, _, before = Reading(ready(6)).read(MICRO_TURN_SAMPLES, 0)
    halted, audio, after = reading.stop_after_word().read(MICRO_TURN_SAMPLES, MICRO_TURN_SAMPLES)
    assert halted.stopped
    assert [word.text for word in (*before, *after)] == ["w0.0", "w0.1"]
    assert len(audio) == (300 - 200 + 10) * SAMPLES_PER_MS


def test_reading_begins_again_with_the_first_word_not_heard() -> None:
    reading, _, _ = Reading(ready(12)).read(9 * 150 * SAMPLES_PER_MS, 0)
    again = reading.stop_now().again(heard_ms=6 * 150 + 20)
    assert again.at == Place(0, 6 * 150 * SAMPLES_PER_MS)
    _, audio, words = again.read(MICRO_TURN_SAMPLES, 80_000)
    assert [(word.text, word.start_ms) for word in words] == [("w0.6", 5_000), ("w0.7", 5_150)]
    assert audio[0] == 0


def test_a_clause_hardly_begun_is_begun_again_from_its_first_word() -> None:
    reading, _, _ = Reading(ready(2, 9)).read((2 * 150 + 30 + 4 * 150) * SAMPLES_PER_MS, 0)
    for words_heard in range(1 + NEAR_WORDS):
        assert reading.again(330 + words_heard * 150 + 10).at == Place(1, 0)
    assert reading.again(330 + (NEAR_WORDS + 1) * 150).at == Place(1, (NEAR_WORDS + 1) * 150 * SAMPLES_PER_MS)


@given(st.integers(1, 40), st.integers(0, 3_000))
def test_however_often_reading_begins_again_the_words_said_are_the_text_in_order(
    cut: int, heard: int
) -> None:
    utterance = ready(7, 5)
    reading, _, _ = Reading(utterance).read(cut * 800, 0)
    reading, _, _ = reading.stop_now().read(MICRO_TURN_SAMPLES, cut * 800)
    reading = reading.again(min(heard, cut * 50))
    while not reading.finished:
        reading, _, _ = reading.read(MICRO_TURN_SAMPLES, 100_000)
    texts = [said.word.text for said in reading.said]
    assert texts == [word.text for clause in utterance.clauses for word in clause.words]
