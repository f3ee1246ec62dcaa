"""What callers of the evaluation say and sound like: voices, texts and noises kept out of training."""

# n samples at WIRE_RATE_HZ

from dataclasses import dataclass
from random import Random
from typing import Final

import numpy as np

from config.units import WIRE_RATE_HZ
from model.data import scripts
from model.data.acoustics import Sound
from model.data.clips import Clip, clips_of
from model.data.delivery import FRAME_MS, FRAME_SAMPLES
from model.data.scripts import Break, CallerTurn
from model.data.timing import pause_ms
from model.data.voices import Person, draw_bystander, draw_caller
from model.evaluate.backchannels import OPENS_EARLY_MS
from model.evaluate.cases import Span
from model.synthesis.speech import Language
from model.turn import Word

_DUE: Final = frozenset({Break.CLAUSE, Break.SENTENCE, Break.SEARCH})
_NO_PAUSE: Final = frozenset({Break.FILLER, Break.SWITCH})
_LEAST_OPENING_MS: Final = 250
_LATE_MS: Final = 900
_SHORTEST_STORY: Final = 2
"""Sentences between its first and its last."""
_APOSTROPHE: Final = "'"


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """Something a caller says, pauses included; ms from its first sample, which is sound, as is its last.

    Attributes:
        audio: float32[n], ±1.
        words: with the synthesiser's times.
        pauses: the silences.
        openings: where a listener's "mm-hm" fits.
    """

    audio: Sound
    words: tuple[Word, ...]
    pauses: tuple[Span, ...]
    openings: tuple[Span, ...]

    @property
    def ms(self) -> int:
        return self.audio.size * 1_000 // WIRE_RATE_HZ

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


def caller(random: Random) -> Person:
    """Draw a caller nobody trained on."""
    return draw_caller("test", random)


def say(name: str, language: Language, person: Person, random: Random) -> Said:
    """A turn of one of the grammar's lists."""
    return say_turn(scripts.spoken(name, "test", random, language), person, random)


def say_digits(count: int, language: Language, person: Person, random: Random) -> Said:
    """A number of so many digits."""
    return say_turn(scripts.digits_turn(count, "test", random, language), person, random)


def say_backchannel(language: Language, person: Person, random: Random) -> Said:
    """A "mm-hm", or another sound that says to go on."""
    return say_turn(scripts.backchannel(random, language), person, random)


def say_story(language: Language, person: Person, least_ms: int, random: Random) -> Said:
    """Sentence upon sentence, as somebody who tells what happened and, at last, what is wanted."""
    middles = _SHORTEST_STORY
    while (said := say_turn(scripts.story(middles, "test", random, language), person, random)).ms < least_ms:
        middles += 1
    return said


def somebody_says(language: Language, random: Random) -> Said:
    """Somebody who is not on the telephone, of any installed voice."""
    voice = draw_bystander("test", language, random)
    return say_turn(scripts.spoken("television", "test", random, language), Person(voice, voice), random)


def say_turn(turn: CallerTurn, person: Person, random: Random) -> Said:
    """Any turn of the grammar, with pauses as long as people make them."""
    drawn = Random(random.random())
    clips = [
        clip for sentence in turn.sentences for clip in clips_of(sentence, person.speaking(sentence.language))
    ]
    pieces: list[Sound] = [np.zeros(0, np.float32)]
    words: list[Word] = []
    pauses: list[Span] = []
    openings: list[Span] = []
    at_ms = 0
    for k, clip in enumerate(clips):
        words += _words(clip, at_ms)
        pieces.append(clip.audio[: clip.frames * FRAME_SAMPLES])
        at_ms += clip.frames * FRAME_MS
        if k == len(clips) - 1:
            break
        why = clip.then
        silent_ms = pause_ms(why, drawn) // FRAME_MS * FRAME_MS
        pieces.append(np.zeros(silent_ms // FRAME_MS * FRAME_SAMPLES, np.float32))
        if why not in _NO_PAUSE:
            pauses.append(Span(at_ms, at_ms + silent_ms))
        if why in _DUE and silent_ms >= _LEAST_OPENING_MS:
            openings.append(Span(at_ms - OPENS_EARLY_MS, at_ms + min(silent_ms, _LATE_MS)))
        at_ms += silent_ms
    return Said(np.concatenate(pieces), tuple(words), tuple(pauses), tuple(openings))


def _words(clip: Clip, at_ms: int) -> list[Word]:
    bare = ("".join(c for c in word.text if c.isalnum() or c == _APOSTROPHE) for word in clip.words)
    return [
        Word(text, at_ms + word.begin * FRAME_MS, at_ms + word.end * FRAME_MS)
        for text, word in zip(bare, clip.words, strict=True)
        if text
    ]
