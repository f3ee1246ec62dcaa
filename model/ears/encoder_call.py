"""Encoder ears of one call: which sound to read, when, and what was said in it.

While the caller speaks, the last two seconds are read every 400 ms and give partial words. As soon as the
voice pauses, the last four are read in one go, and the whole turn is understood from its readings. Long
silence is never read.

A turn that may be in another of the languages in which the call can go on is understood in both, and told as
it was said in the likelier.
"""

from collections import deque
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from config.expectation import NOTHING_AWAITED, Expectation
from config.units import MICRO_TURN_MS
from model.ears.ears import Hearing
from model.ears.evidence import Evidence, evidence_of
from model.ears.grammar import Grammar, grammar_for
from model.ears.running_words import NOTHING_YET, Running, every_word, words_so_far
from model.ears.sentence import COSTS, Sentence, likeliest_sentence, sentence_so_far
from model.ears.spoken_language import NO_NATS, SpokenLanguage, TurnNats, nats_of, with_words
from model.ears.tongue import Tongue, tongue_of
from model.ears.turn_sound import READINGS_PER_MICRO_TURN, TurnSound
from model.ears.wording import caller_words
from model.turn import Audio, LanguageHeard, Word

Floats = npt.NDArray[np.float32]

_PRE_ROLL: Final = 2
"""Micro-turns before the voice was noticed that are read with it."""
_HANGOVER: Final = 2
"""Micro-turns after the voice was last noticed that still are."""
_BETWEEN_PARTIALS: Final = 2
"""Micro-turns from one reading to the next while the caller speaks."""
_LONG_TURN: Final = 12_000 // MICRO_TURN_MS
"""After so much sound, what was understood up to a pause is settled."""
_LONGEST: Final = 24_000 // MICRO_TURN_MS
_LONGEST_UNREAD: Final = 6_000 // MICRO_TURN_MS
_UNSURE: Final = READINGS_PER_MICRO_TURN
"""What a partial says of the latest micro-turn may still change: it does not count as understood."""
_WORTH_HEARING: Final = 0.1
"""A turn this likely to be in another language is understood in that one too."""
_WHOLE: Final = 4
"""A word that ends this many readings before the end may go on: the turn is then read once more."""


class EncoderCall:
    """Hears one call: `listen` takes note, `window` says what to read, `understand` what it says."""

    def __init__(self, language: str) -> None:
        self._tongue: Tongue = tongue_of(language)
        self._spoken = SpokenLanguage(self._tongue.language)
        self._nats = NO_NATS
        self._expectation = NOTHING_AWAITED
        self._recent: deque[tuple[int, Audio]] = deque(maxlen=_PRE_ROLL)
        self._sound = TurnSound()
        self._settled: tuple[Word, ...] = ()
        self._running: dict[str, Running] = {}
        self._next_index = 0
        self._turn_begins = 0
        self._attending = False
        self._silent = 0
        self._pause_due = False
        self._anew_due = False
        self._cut_off = False
        self._hearing = Hearing()

    def expect(self, expectation: Expectation) -> None:
        """Understand with this in mind, the current turn from its beginning."""
        if expectation == self._expectation:
            return
        self._expectation = expectation
        self._anew_due = len(self._sound) > 0

    def change_language(self, language: str) -> None:
        """Understand the current turn from its beginning, and what follows, as `language` (BCP 47 tag)."""
        tongue = tongue_of(language)
        if tongue is self._tongue:
            return
        self._tongue = tongue
        self._spoken = self._spoken.going_on_in(tongue.language)
        self._nats = NO_NATS
        self._anew_due = len(self._sound) > 0

    def listen(self, index: int, audio: Audio, *, speaking: bool) -> None:
        """Take note of micro-turn `index`, int16[3200]."""
        self._next_index = index + 1
        if speaking and not self._attending:
            self._attending = True
            for earlier, sound in self._recent:
                if earlier >= self._turn_begins and earlier > self._sound.last_index:
                    self._sound.add(earlier, sound)
        self._recent.append((index, audio))
        if not self._attending:
            return
        self._sound.add(index, audio)
        self._silent = 0 if speaking else self._silent + 1
        self._pause_due = not speaking and (self._silent == 1 or self._cut_off or self._pause_due)

    def turn_over(self) -> None:
        """What follows is a new turn."""
        self._spoken, self._nats = self._spoken.after(self._nats), NO_NATS
        self._settle(())
        self._attending = False
        self._silent = 0
        self._turn_begins = self._next_index
        self._hearing = Hearing(upto_ms=self._hearing.upto_ms)

    @property
    def attending(self) -> bool:
        """Whether the caller is speaking or has only just stopped."""
        return self._attending

    @property
    def has_paused(self) -> bool:
        """Whether the caller's voice has paused and the turn waits to be understood."""
        return self._pause_due

    def window(self, *, hurried: bool) -> Floats | None:
        """Say what sound is to be read now, float32[n] at most 8 s; None when nothing is.

        `hurried`: others wait too, and partial words are left out until eight seconds would be exceeded.
        """
        speaking = self._attending and self._silent == 0
        if self._pause_due:
            return self._sound.window(thorough=True)
        due = _LONGEST_UNREAD if hurried else _BETWEEN_PARTIALS
        if speaking and self._sound.unread >= due:
            return self._sound.window(thorough=False)
        return None

    def understand(self, posteriors: Floats | None) -> Hearing:
        """Take in what was read of the window, if there was one; what is understood of the turn by now."""
        if posteriors is not None:
            self._sound.take_in(posteriors)
        if self._pause_due and self._sound.unread:
            return self._hearing
        anew, self._anew_due = self._anew_due, False
        if self._pause_due:
            self._pause_due = False
            self._hearing = self._understand(whole=True)
        elif posteriors is not None or anew:
            self._hearing = self._understand(whole=not self._attending or self._silent > 0)
        elif self._attending and self._silent == 0:
            return self._hearing
        else:
            self._hearing = replace(self._hearing, upto_ms=self._next_index * MICRO_TURN_MS)
        self._rest()
        return self._hearing

    def evidence(self) -> tuple[TurnNats, dict[str, float]]:
        """Tell what sound and words of the turn say of its language, for measuring.

        Returns:
            nats by the sound alone, and the confidence of the words in each language there is.
        """
        languages = {self._tongue.language, *(language for language, _ in self._expectation.elsewhere)}
        heard = {each: self._heard_as(tongue_of(each), whole=True).confidence for each in languages}
        return nats_of(self._sound.language_nats), heard

    def close(self) -> None:
        """Forget the sound. Idempotent."""
        self._sound.clear()

    def _rest(self) -> None:
        """Stop attending after some silence; let long turns stand as they were understood."""
        paused = self._silent >= _HANGOVER
        if paused:
            self._attending = False
            self._silent = 0
        if len(self._sound) >= (_LONG_TURN if paused else _LONGEST):
            self._settle(self._hearing.words)

    def _settle(self, words: tuple[Word, ...]) -> None:
        self._settled = words
        self._sound.clear()
        self._running.clear()
        self._pause_due = self._cut_off = self._anew_due = False

    def _understand(self, *, whole: bool) -> Hearing:
        self._nats = nats_of(self._sound.language_nats)
        heard = self._heard_as(self._tongue, whole=whole)
        other = self._may_be_in()
        if other is None:
            return self._told(heard)
        also = self._heard_as(other, whole=whole)
        own = self._tongue.language
        self._nats = with_words(self._nats, {own: heard.confidence, other.language: also.confidence})
        likely = self._spoken.likely(self._nats)
        also = replace(also, language=other.language)
        if likely[other.language] > likely[own]:
            return self._told(replace(also, otherwise=replace(heard, language=own)))
        return self._told(replace(heard, otherwise=also))

    def _told(self, hearing: Hearing) -> Hearing:
        """Say which language it was in, as far as the sound tells."""
        if self._nats == NO_NATS:
            return hearing
        language, probability = max(self._spoken.likely(self._nats).items(), key=lambda one: one[1])
        return replace(hearing, spoken=LanguageHeard(language, probability))

    def _may_be_in(self) -> Tongue | None:
        """Find another language in which the call can go on and the turn may be."""
        if self._nats == NO_NATS:
            return None
        likely = self._spoken.likely(self._nats)
        own = self._tongue.language
        others = [each for each, _ in self._expectation.elsewhere if each in likely and each != own]
        best = max(others, key=lambda language: likely[language], default=None)
        return None if best is None or likely[best] < _WORTH_HEARING else tongue_of(best)

    def _heard_as(self, tongue: Tongue, *, whole: bool) -> Hearing:
        """Understand the turn in a language."""
        expectation = self._expectation.said_in(tongue.language)
        grammar = grammar_for(expectation, COSTS, tongue)
        readings = self._sound.readings
        sentence = self._read(evidence_of(readings), grammar, tongue, whole=whole)
        spans = sentence.spans
        if tongue is self._tongue:
            self._cut_off = whole and bool(spans) and spans[-1].end > len(readings) - _WHOLE
        spoken = (
            Word(span.word, self._sound.at_ms(span.start), self._sound.at_ms(span.end), sureness)
            for span, sureness in zip(spans, sentence.sureness, strict=True)
        )
        words = caller_words(spoken, tongue, digits=grammar.digits)
        upto_ms = self._sound.at_ms(len(readings)) if whole else self._sound.at_ms(len(readings) - _UNSURE)
        return Hearing(
            self._settled + words,
            upto_ms,
            sentence.confidence,
            first_guess=not whole,
            expected=sentence.expected,
        )

    def _read(self, evidence: Evidence, grammar: Grammar, tongue: Tongue, *, whole: bool) -> Sentence:
        if self._expectation.any_words:
            return self._read_any_words(evidence, grammar, tongue, whole=whole)
        if not whole:
            return sentence_so_far(evidence, grammar, tongue)
        return likeliest_sentence(evidence, grammar, tongue)

    def _read_any_words(
        self, evidence: Evidence, grammar: Grammar, tongue: Tongue, *, whole: bool
    ) -> Sentence:
        if whole:
            self._running.pop(tongue.language, None)
            return every_word(evidence, grammar, tongue)
        before = self._running.get(tongue.language, NOTHING_YET)
        sentence, self._running[tongue.language] = words_so_far(evidence, tongue, before)
        return sentence
