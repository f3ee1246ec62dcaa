"""The ears of one call, inside the ears' process: which audio to decode, with what, and when.

While the caller speaks, a live search follows the speech and gives partial words at each micro-turn. As soon
as the voice pauses, the whole turn is decoded again with care: its own channel mean, several vocal tract
lengths, and weighed against mere sounds. That second reading stands unless the caller goes on. Long silence
is never decoded.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from config.expectation import NOTHING_AWAITED, Expectation
from config.units import MICRO_TURN_MS
from model.ears.band import CONTEXT, cepstra, channel_mean
from model.ears.careful import Reading, Tried, likely_stretches, read_with_care
from model.ears.decoder import Decoder, Effort, Path
from model.ears.ears import Hearing
from model.ears.grammar import Grammar, grammar_for
from model.ears.spectrum import (
    FRAME_MS,
    FRAMES_PER_MICRO_TURN,
    HISTORY_SAMPLES,
    STRETCHES,
    Floats,
    log_mel,
    no_history,
)
from model.ears.wording import caller_words
from model.turn import Audio, Word

PRE_ROLL: Final = 2
"""Micro-turns before the voice was noticed that are decoded with it."""
HANGOVER: Final = 2
"""Micro-turns after the voice was last noticed that still are."""
LONG_TURN_FRAMES: Final = 1_000
"""After ten seconds, what was understood up to a pause is not decoded again."""
LONGEST_FRAMES: Final = 2_000
_WHOLE_FRAMES: Final = 8
"""A word that ends this near the end of what was decoded may go on: the turn is then read once more."""
_CARRIED_FRAMES: Final = 60.0
"""How much speech the mean carried from earlier turns counts for."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """What is known of the caller's voice and line from the turns so far.

    Attributes:
        mean: float32[stretches, 25], or None before the first turn.
        scores: per vocal tract stretch, the scores of the turns read with care, nats.
    """

    mean: Floats | None = None
    scores: tuple[float, ...] = (0.0,) * len(STRETCHES)

    @property
    def stretch(self) -> int:
        """The most likely of `STRETCHES`, by number."""
        return int(np.argmax(self.scores)) if any(self.scores) else STRETCHES.index(1.0)


_LIVE: Final = Effort(beam=1e-30, gaussians=2)
"""What the live search says is read again with more care."""

_PATIENT: Final = Effort(beam=1e-100)


class Decoders:
    """The decoders of a process: for careful readings, and as many live ones as callers speak at once."""

    def __init__(self) -> None:
        self._careful = Decoder()
        self._patient = Decoder(_PATIENT)
        self._idle: list[Decoder] = []

    def search(self, grammar: Grammar, voice: Floats) -> Path:
        """Decode a whole turn, float32[n, 13]; once more with patience when every path was given up."""
        path = self._careful.decode(grammar, voice)
        return path if path.spans else self._patient.decode(grammar, voice)

    def take(self) -> Decoder:
        return self._idle.pop() if self._idle else Decoder(_LIVE)

    def give_back(self, decoder: Decoder) -> None:
        self._idle.append(decoder)


class PocketsphinxKind:
    """Pocketsphinx with grammars: English, one call at a time."""

    together = 1
    unhurried = 2

    def __init__(self) -> None:
        self._decoders = Decoders()

    def open(self, language: str) -> "CallEars":
        """Begin to hear a call; in whatever `language`, English is understood."""
        return CallEars(self._decoders)

    def work(self, calls: Sequence["CallEars"], *, hurried: bool) -> list[Hearing]:
        """Decode what each call has brought."""
        return [call.work(hurried=hurried) for call in calls]


class CallEars:
    """Hears one call. `listen` only takes note; `work` decodes what has come and says what is understood."""

    def __init__(self, decoders: Decoders) -> None:
        self._decoders = decoders
        self._expectation = NOTHING_AWAITED
        self._grammar: Grammar = grammar_for(NOTHING_AWAITED)
        self._recent: deque[tuple[int, Audio]] = deque(maxlen=PRE_ROLL + 1)
        self._known = Speaker()
        self._speaker = Speaker()
        self._next_index = 0
        self._turn_begins = 0
        self._settled: tuple[Word, ...] = ()
        self._frames: list[Floats] = []
        self._indices: list[int] = []
        self._attending = False
        self._silent = 0
        self._live: Decoder | None = None
        self._fed = 0
        self._care_due = False
        self._cut_off = False
        self._hearing = Hearing()

    def expect(self, expectation: Expectation) -> None:
        """Decode with this in mind, the current turn from its beginning."""
        if expectation == self._expectation:
            return
        self._expectation = expectation
        self._grammar = grammar_for(expectation)
        self._end_live()
        self._care_due = bool(self._frames) and (self._silent > 0 or not self._attending)

    def change_language(self, language: str) -> None:
        """Go on as before: whatever the `language`, English is all these ears understand."""

    def listen(self, index: int, audio: Audio, *, speaking: bool) -> None:
        """Take note of micro-turn `index`, int16[3200]."""
        if speaking and not self._attending:
            self._attending = True
            self._analyse_pre_roll()
        self._recent.append((index, audio))
        self._next_index = index + 1
        if not self._attending:
            return
        self._silent = 0 if speaking else self._silent + 1
        self._analyse(len(self._recent) - 1)
        self._care_due = not speaking and (self._silent == 1 or self._cut_off or self._care_due)

    def turn_over(self) -> None:
        """What follows is a new turn."""
        self._known = self._speaker
        self._settle(self._hearing.words)
        self._settled = ()
        self._attending = False
        self._silent = 0
        self._turn_begins = self._next_index
        self._hearing = Hearing(upto_ms=self._hearing.upto_ms)

    def work(self, *, hurried: bool = False) -> Hearing:
        """Decode what has come since; what is understood of the turn by now.

        `hurried`: others wait too. Partial words are left out, a turn is read with its likeliest stretch.
        """
        if self._care_due:
            self._care_due = False
            self._hearing = self._careful(hurried=hurried)
            self._pause()
        elif self._silent > 0:
            self._pause()
            self._hearing = replace(self._hearing, upto_ms=self._next_index * MICRO_TURN_MS)
        elif self._attending and self._fed + CONTEXT < len(self._frames) * FRAMES_PER_MICRO_TURN:
            if hurried and len(self._frames) * FRAMES_PER_MICRO_TURN < LONGEST_FRAMES:
                self._hearing = replace(self._hearing, first_guess=True)
                return self._hearing
            self._hearing = self._partial()
            if len(self._frames) * FRAMES_PER_MICRO_TURN >= LONGEST_FRAMES:
                self._settle(self._hearing.words)
        else:
            self._hearing = replace(self._hearing, upto_ms=self._next_index * MICRO_TURN_MS)
        return self._hearing

    @property
    def attending(self) -> bool:
        """Whether the caller is speaking or has only just stopped."""
        return self._attending

    @property
    def has_paused(self) -> bool:
        """Whether the caller's voice has paused and the turn waits to be read with care."""
        return self._care_due

    def close(self) -> None:
        """Give the decoder back."""
        self._end_live()

    def _pause(self) -> None:
        if self._silent < HANGOVER:
            return
        self._attending = False
        self._silent = 0
        self._end_live()
        if len(self._frames) * FRAMES_PER_MICRO_TURN >= LONG_TURN_FRAMES:
            self._settle(self._hearing.words)

    def _settle(self, words: tuple[Word, ...]) -> None:
        """Let `words` stand as they are and forget the sound of them."""
        self._end_live()
        self._settled = words
        self._frames, self._indices = [], []
        self._care_due = False

    # --- sound ------------------------------------------------------------------------------------

    def _analyse_pre_roll(self) -> None:
        for k, (index, _) in enumerate(self._recent):
            kept = self._indices[-1] if self._indices else -1
            if k > 0 and index >= self._turn_begins and index > kept:
                self._analyse(k)

    def _analyse(self, k: int) -> None:
        """Take the spectrum of the k-th recent micro-turn, continuing the one before."""
        index, audio = self._recent[k]
        before = no_history()
        if k > 0 and self._recent[k - 1][0] == index - 1:
            before = self._recent[k - 1][1][-HISTORY_SAMPLES:]
        self._frames.append(log_mel(audio, before))
        self._indices.append(index)

    def _at_ms(self, frame: int) -> int:
        """Call time of a frame of the turn; of the end of the last one for the frame after it."""
        turn, rest = divmod(max(frame, 0), FRAMES_PER_MICRO_TURN)
        if turn >= len(self._indices):
            return (self._indices[-1] + 1) * MICRO_TURN_MS
        return self._indices[turn] * MICRO_TURN_MS + rest * FRAME_MS

    def _mean(self, frames: Floats) -> Floats:
        """The channel mean of the turn so far, steadied by that of the turns before."""
        mean, spoken = channel_mean(frames)
        if self._known.mean is None:
            return mean
        share = spoken / (spoken + _CARRIED_FRAMES)
        return np.asarray(share * mean + (1 - share) * self._known.mean, np.float32)

    # --- decoding ---------------------------------------------------------------------------------

    def _partial(self) -> Hearing:
        if self._live is None:
            self._live = self._decoders.take()
            self._live.begin(self._grammar)
            self._fed = 0
        turn = np.concatenate(self._frames)
        begin, end = self._fed, len(turn) - CONTEXT
        around = turn[max(0, begin - CONTEXT) :]
        heard = cepstra(around, self._mean(turn), self._speaker.stretch)
        self._live.feed(heard[min(begin, CONTEXT) : len(heard) - CONTEXT])
        self._fed = end
        # What the live search says of the latest micro-turn may still change: it does not count as decoded.
        partial = Reading.of_partial(self._live.path())
        return replace(self._hear(partial, (self._next_index - 1) * MICRO_TURN_MS), first_guess=True)

    def _careful(self, *, hurried: bool) -> Hearing:
        turn = np.concatenate(self._frames)
        mean = self._mean(turn)
        tried = (self._known.stretch,) if hurried else likely_stretches(self._known.scores)
        reading = read_with_care(
            self._decoders.search, self._grammar, turn, mean, Tried(tried, self._known.scores)
        )
        self._speaker = Speaker(mean, reading.scores)
        self._cut_off = bool(reading.spans) and reading.spans[-1].end_frame > len(turn) - _WHOLE_FRAMES
        return self._hear(reading, self._next_index * MICRO_TURN_MS)

    def _hear(self, reading: Reading, upto_ms: int) -> Hearing:
        spoken = (
            Word(span.word, self._at_ms(span.start_frame), self._at_ms(span.end_frame), sureness)
            for span, sureness in zip(reading.spans, reading.sureness, strict=True)
        )
        words = caller_words(spoken, digits=self._grammar.digits)
        return Hearing(
            words=self._settled + words,
            upto_ms=upto_ms,
            confidence=reading.confidence if words else 0.0,
        )

    def _end_live(self) -> None:
        if self._live is not None:
            self._live.finish()
            self._decoders.give_back(self._live)
        self._live = None
        self._fed = 0
