"""A turn of a dialogue as sound: held-out voices that pause and hesitate, over the telephone's line."""

# n samples at 16 kHz · k micro-turns

import zlib
from dataclasses import dataclass
from random import Random
from typing import Final

import numpy as np

from config.units import MICRO_TURN_MS, MICRO_TURN_SAMPLES, WIRE_RATE_HZ
from model.data.acoustics import through, to_model_rate
from model.data.scripts import Break, CallerTurn, Sentence, Stop
from model.data.voices import Person
from model.evaluate.ear_trials import QUIET_LINE
from model.evaluate.held_out_speech import caller, say_turn
from model.evaluate.translation.dialogues import Dialogue, Who
from model.synthesis.speech import Language
from model.turn import Audio, Word

_WIRE_SAMPLES: Final = WIRE_RATE_HZ * MICRO_TURN_MS // 1_000
_SILENT_AFTER: Final = 6
"""Micro-turns of silence after a turn: time to notice that it is over."""
_HESITATES: Final = "~"
_STUCK: Final = 0.6
_PAUSES: Final = 0.4
_FILLED: Final = 0.5
_FILLERS: Final[dict[Language, tuple[str, ...]]] = {"en": ("um", "uh"), "es": ("eh", "este")}
_DRAWN: Final = {Break.CLAUSE: 1.3, Break.STUCK: 1.7, Break.FILLER: 1.1}


@dataclass(frozen=True, slots=True, eq=False)
class SpokenTurn:
    """What is heard of a turn, from its first micro-turn on.

    Attributes:
        audio: int16[k * 3200], from the line.
        voiced: bool per micro-turn, as known from the clean sound.
        words: what was truly said, fillers among it; ms from the turn's beginning.
    """

    language: Language
    audio: Audio
    voiced: tuple[bool, ...]
    words: tuple[Word, ...]


def people(dialogue: Dialogue, seed: int) -> dict[Who, Person]:
    """Two held-out people."""
    random = Random(f"{seed} {dialogue.id} people")
    return {"caller": caller(random), "company": caller(random)}


def speak(dialogue: Dialogue, number: int, person: Person, seed: int) -> SpokenTurn:
    """Say the turn of this number in its speaker's language; the same for the same seed."""
    turn = dialogue.turns[number]
    language = dialogue.languages[turn.who]
    random = Random(f"{seed} {dialogue.id} {number}")
    said = say_turn(CallerTurn(sentences(turn.said[language], language, random), long=False), person, random)
    sounding = -(-said.audio.size // _WIRE_SAMPLES)
    clean = np.pad(said.audio, (0, (sounding + _SILENT_AFTER) * _WIRE_SAMPLES - said.audio.size))
    noise = zlib.crc32(f"{seed} {dialogue.id} {number}".encode()) % 1_000_000
    heard = to_model_rate(through(QUIET_LINE, clean, np.zeros_like(clean), noise))
    level = np.sqrt(np.mean(clean.reshape(-1, _WIRE_SAMPLES) ** 2, axis=1))
    voiced = tuple(bool(loud) for loud in level > 0.03 * level.max(initial=0.0))
    return SpokenTurn(language, heard[: len(voiced) * MICRO_TURN_SAMPLES], voiced, said.words)


def sentences(said: str, language: Language, random: Random) -> tuple[Sentence, ...]:
    """Cut a turn into sentences and decide where the speaker stops, and where with an "um"."""
    parts: list[list[str]] = [[]]
    for token in said.split():
        parts[-1].append(token)
        if token[-1] in ".?!":
            parts.append([])
    whole = [part for part in parts if part]
    return tuple(_sentence(part, language, random, last=k == len(whole) - 1) for k, part in enumerate(whole))


def _sentence(tokens: list[str], language: Language, random: Random, *, last: bool) -> Sentence:
    words: list[str] = []
    stops: list[Stop] = []
    for word in tokens:
        if word == _HESITATES:
            if random.random() >= _STUCK:
                continue
            if words and random.random() < _FILLED:
                stops.append(_stop(len(words), Break.FILLER))
                words.append(random.choice(_FILLERS[language]))
            if words:
                stops.append(_stop(len(words), Break.STUCK))
            continue
        if words and words[-1].endswith(",") and not _stopped(stops, words) and random.random() < _PAUSES:
            stops.append(_stop(len(words), Break.CLAUSE))
        words.append(word)
    then = Break.END if last else Break.SENTENCE
    falls = 0.0 if words[-1].endswith("?") else 0.7 if last else 0.4
    return Sentence(" ".join(words), tuple(stops), (), then, 1.1, falls, language)


def _stop(word: int, why: Break) -> Stop:
    return Stop(word, why, _DRAWN[why])


def _stopped(stops: list[Stop], words: list[str]) -> bool:
    return bool(stops) and stops[-1].word == len(words)
