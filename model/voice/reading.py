"""Reading an utterance out, micro-turn by micro-turn: where it stands, and what sounds next. Pure.

Joined, what is read out is exactly the sound of the clauses: borders between micro-turns leave no trace. Only
where reading stops or begins inside a clause is there a short ramp.
"""

from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from config.units import SAMPLES_PER_MS
from model.turn import Audio, Word
from model.voice.ahead import Utterance
from model.voice.voice import Speech

FADE_OUT_SAMPLES: Final = 10 * SAMPLES_PER_MS
FADE_IN_SAMPLES: Final = 5 * SAMPLES_PER_MS
NEAR_WORDS: Final = 3
"""Up to this many words into a clause, it is begun again from its first word."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A sample of an utterance: which clause, and how far into it."""

    clause: int = 0
    sample: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """A word given out: which one of which clause, and when it sounds (agent time)."""

    clause: int
    index: int
    word: Word


@dataclass(frozen=True, slots=True)
class Reading:
    """How far an utterance has been read.

    Attributes:
        at: the next sample.
        began: where reading began; inside a clause there is a ramp up from here.
        stop: where reading ends for now, at the foot of a ramp down; None to go on to the end.
        said: the words given out, in order; none twice.
        finished: nothing more will come.
    """

    utterance: Utterance
    at: Place = Place()
    began: Place = Place()
    stop: Place | None = None
    said: tuple[Said, ...] = ()
    finished: bool = False

    @property
    def stopped(self) -> bool:
        """Whether it stands where it was to stop."""
        return _reached(self.stop, self.at)

    @property
    def in_last_clause(self) -> bool:
        """Whether no clause follows the one being read."""
        utterance = self.utterance
        return self.finished or (utterance.clause(self.at.clause + 1) is None and utterance.complete)

    @property
    def all_said(self) -> bool:
        """Whether every word has begun and stopping cut nothing off."""
        if not self.said or not self.in_last_clause:
            return self.finished
        clause = self.utterance.clause(self.at.clause)
        return clause is None or (
            self.at.sample == len(clause.audio) and self.said[-1].clause == self.at.clause
        )

    def read(self, room: int, agent_sample: int) -> tuple[Self, Audio, tuple[Word, ...]]:
        """Read on.

        Args:
            room: how many samples are wanted.
            agent_sample: the agent-time sample at which the first of them sounds.

        Returns:
            The reading afterwards; int16[≤ room], less only if it finishes, stops, or waits for a clause; the
            words that begin in it (agent time).
        """
        pieces: list[Audio] = [np.zeros(0, np.int16)]
        said = list(self.said)
        at, got = self.at, 0
        while got < room and not _reached(self.stop, at):
            clause = self.utterance.clause(at.clause)
            if clause is None:
                break
            stops_here = self.stop is not None and self.stop.clause == at.clause
            limit = self.stop.sample if self.stop is not None and stops_here else len(clause.audio)
            end = min(limit, at.sample + room - got)
            pieces.append(self._ramped(clause, at, end))
            said += self._begun(clause, at, end, agent_sample + got)
            got += end - at.sample
            at = Place(at.clause + 1) if end == limit and not stops_here else Place(at.clause, end)
        over = at.sample == 0 and self.utterance.clause(at.clause) is None and self.utterance.complete
        after = replace(self, at=at, said=tuple(said), finished=over and not _reached(self.stop, at))
        return after, np.concatenate(pieces), tuple(one.word for one in said[len(self.said) :])

    def _ramped(self, clause: Speech, at: Place, end: int) -> Audio:
        audio = clause.audio[at.sample : end]
        samples = np.arange(at.sample, end)
        if self.began.clause == at.clause and self.began.sample > 0:
            audio = _scaled(audio, (samples - self.began.sample) / FADE_IN_SAMPLES)
        if self.stop is not None and self.stop.clause == at.clause:
            audio = _scaled(audio, (self.stop.sample - samples) / FADE_OUT_SAMPLES)
        return audio

    def _begun(self, clause: Speech, at: Place, end: int, agent_sample: int) -> list[Said]:
        """The words whose first sample lies in [at, end), but for those that would begin in a ramp down."""
        if self.stop is not None and self.stop.clause == at.clause:
            end = min(end, self.stop.sample - FADE_OUT_SAMPLES)
        origin = agent_sample - at.sample
        return [
            Said(at.clause, k, _sounding(word, origin))
            for k, word in enumerate(clause.words)
            if at.sample <= word.start_ms * SAMPLES_PER_MS < end
        ]

    def stop_now(self) -> Self:
        """Stop within 10 ms; at once where nothing sounds yet."""
        if self.at == self.began:
            return replace(self, stop=self.at)
        clause = self.utterance.clause(self.at.clause)
        ahead = (
            FADE_OUT_SAMPLES if clause is None else min(FADE_OUT_SAMPLES, len(clause.audio) - self.at.sample)
        )
        return replace(self, stop=Place(self.at.clause, self.at.sample + ahead))

    def stop_after_word(self) -> Self:
        """Stop where the word being read ends; between words, within 10 ms."""
        clause = self.utterance.clause(self.at.clause)
        for word in clause.words if clause is not None else ():
            end = word.end_ms * SAMPLES_PER_MS
            if clause is not None and word.start_ms * SAMPLES_PER_MS < self.at.sample < end:
                return replace(
                    self, stop=Place(self.at.clause, min(end + FADE_OUT_SAMPLES, len(clause.audio)))
                )
        return self.stop_now()

    def again(self, heard_ms: int) -> Self:
        """Begin again with the first word not heard to its end by `heard_ms` (agent time).

        Shortly after a clause has begun, that is the clause's first word.
        """
        missed = next((k for k, one in enumerate(self.said) if one.word.end_ms > heard_ms), len(self.said))
        if missed < len(self.said):
            clause_index, word_index = self.said[missed].clause, self.said[missed].index
        else:
            clause_index, word_index = self._next_word()
        if word_index <= NEAR_WORDS:
            word_index = 0
        clause = self.utterance.clause(clause_index)
        sample = (
            clause.words[word_index].start_ms * SAMPLES_PER_MS if clause is not None and word_index else 0
        )
        at = Place(clause_index, sample)
        kept = tuple(one for one in self.said if (one.clause, one.index) < (clause_index, word_index))
        return replace(self, at=at, began=at, stop=None, said=kept, finished=False)

    def _next_word(self) -> tuple[int, int]:
        """The clause and index of the first word not begun yet."""
        if not self.said:
            return 0, 0
        last = self.said[-1]
        clause = self.utterance.clause(last.clause)
        whole = clause is None or last.index + 1 == len(clause.words)
        return (last.clause + 1, 0) if whole else (last.clause, last.index + 1)


def _reached(stop: Place | None, at: Place) -> bool:
    return stop is not None and at >= stop


def _scaled(audio: Audio, gain: npt.NDArray[np.float64]) -> Audio:
    if len(gain) == 0 or gain.min() >= 1.0:
        return audio
    return np.round(audio * np.clip(gain, 0.0, 1.0)).astype(np.int16)


def _sounding(word: Word, origin_sample: int) -> Word:
    origin_ms = round(origin_sample / SAMPLES_PER_MS)
    return Word(word.text, origin_ms + word.start_ms, origin_ms + word.end_ms, word.confidence)
