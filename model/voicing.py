"""What the agent is voicing: an offer, word for word, or a small utterance of its own. Pure.

One thing sounds at a time. Every function hands back what is being voiced afterwards; `sound` gives the audio
of a micro-turn.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from config.expectation import AnswerKind
from config.units import MICRO_TURN_SAMPLES
from model.moment import Standing
from model.turn import Audio, Offer, Urgency, Word
from model.voice.ahead import Utterance
from model.voice.reading import FADE_OUT_SAMPLES, Reading

Prepare = Callable[[str, str, float], Utterance]
"""A text, its language (BCP 47 tag) and `Offer.speed` to sound; returns at once, the sound follows."""

_BACKCHANNEL_GAIN: Final = 0.45
"""A "mm-hm" is said under the caller's voice, not over it."""


@dataclass(frozen=True, slots=True)
class Small:
    """A small utterance under way."""

    reading: Reading
    gain: float = 1.0


@dataclass(frozen=True, slots=True)
class Voicing:
    """What is under way.

    Attributes:
        offer: the offer being voiced, or interrupted; None for none.
        reading: how far it has been read.
        standing: SILENT without an offer, else what is happening to it.
        withdrawn: it stops at the end of the word and is not taken up again.
        small: a small utterance, which goes before the offer.
        sounded_until: agent sample after the last sound given out; None before the first.
    """

    offer: Offer | None = None
    reading: Reading | None = None
    standing: Standing = Standing.SILENT
    withdrawn: bool = False
    small: Small | None = None
    sounded_until: int | None = None

    @property
    def is_halted(self) -> bool:
        """Whether an offer has been interrupted and waits."""
        return self.standing in (Standing.PAUSED, Standing.YIELDED)

    @property
    def beside_the_floor(self) -> bool:
        """Whether what is being voiced is nobody's turn: the floor is decided as if there were silence."""
        return self.offer is not None and self.offer.urgency is Urgency.AT_ONCE

    @property
    def is_asking(self) -> bool:
        """Whether the last clause of a question is being voiced, or was when it was interrupted."""
        if self.offer is None or self.reading is None or self.offer.expects.kind is AnswerKind.NOTHING:
            return False
        return self.reading.in_last_clause

    def begin(self, offer: Offer, utterance: Utterance) -> "Voicing":
        """Begin to voice an offer."""
        return replace(
            self, offer=offer, reading=Reading(utterance), standing=Standing.VOICING, withdrawn=False
        )

    def murmur(self, utterance: Utterance) -> "Voicing":
        """Say a backchannel, under the caller's voice."""
        return replace(self, small=Small(Reading(utterance), _BACKCHANNEL_GAIN))

    def remark(self, utterance: Utterance) -> "Voicing":
        """Say a small utterance for itself."""
        return replace(self, small=Small(Reading(utterance)))

    def stop_after_word(self, *, withdrawn: bool = False) -> "Voicing":
        """Stop the offer at the end of the word: to pause it, or for good when `withdrawn`."""
        if self.reading is None:
            return self
        stopping = self.reading if self.standing is Standing.STOPPING else self.reading.stop_after_word()
        return replace(
            self, reading=stopping, standing=Standing.STOPPING, withdrawn=withdrawn or self.withdrawn
        )

    def stop_now(self, agent_sample: int) -> "tuple[Voicing, Audio]":
        """Stop at once, the floor being the caller's: what is under way ramps down within 10 ms.

        Returns:
            What is interrupted; the ramp, int16[≤ 160].
        """
        reading, tail = self.reading, np.zeros(0, np.int16)
        if self.small is not None:
            tail = _read(self.small.reading.stop_now(), FADE_OUT_SAMPLES, agent_sample, self.small.gain)[1]
        elif reading is not None and not self.is_halted:
            reading, tail, _ = reading.stop_now().read(FADE_OUT_SAMPLES, agent_sample)
        stopped = replace(self, reading=reading, standing=Standing.YIELDED, small=None)
        return stopped._sounded(agent_sample, tail), tail

    def resume(self, heard_ms: int | None, introduction: Utterance | None) -> "Voicing":
        """Take the interrupted offer up again from the first word not heard.

        Args:
            heard_ms: agent time up to which the caller has heard; None when nobody tells: all of it.
            introduction: a small utterance to say first.
        """
        if self.reading is None:
            return self
        given_out = self.reading.said[-1].word.end_ms if self.reading.said else 0
        again = self.reading.again(given_out if heard_ms is None else heard_ms)
        small = None if introduction is None else Small(Reading(introduction))
        return replace(self, reading=again, standing=Standing.VOICING, small=small)

    def drop(self) -> "Voicing":
        """Let go of the offer."""
        return replace(self, offer=None, reading=None, standing=Standing.SILENT, withdrawn=False)

    def sound(self, begin: int, agent_sample: int) -> "tuple[Voicing, Audio, tuple[Word, ...]]":
        """Voice what is under way in a micro-turn that begins at `agent_sample`, from its sample `begin` on.

        Returns:
            What is under way afterwards (`reading.finished` and `reading.stopped` say whether it has ended);
            int16[3200]; the words that begin in it, of the offer or of the small utterance, never of both.
        """
        audio = np.zeros(MICRO_TURN_SAMPLES, np.int16)
        room, at = MICRO_TURN_SAMPLES - begin, agent_sample + begin
        if self.small is not None:
            reading, sound, words = _read(self.small.reading, room, at, self.small.gain)
            small = None if reading.finished else replace(self.small, reading=reading)
            after = replace(self, small=small)
        elif self.reading is not None and not self.is_halted:
            reading, sound, words = self.reading.read(room, at)
            after = replace(self, reading=reading)
        else:
            return self, audio, ()
        audio[begin : begin + len(sound)] = sound
        return after._sounded(at, sound), audio, words

    def _sounded(self, agent_sample: int, sound: Audio) -> "Voicing":
        return replace(self, sounded_until=agent_sample + len(sound)) if len(sound) else self


def _read(
    reading: Reading, room: int, agent_sample: int, gain: float
) -> tuple[Reading, Audio, tuple[Word, ...]]:
    reading, sound, words = reading.read(room, agent_sample)
    return reading, np.round(sound * gain).astype(np.int16), words
