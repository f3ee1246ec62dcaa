"""A made-up speech for the ears' tests: each 20 ms of sound says by its loudness which sound of speech it is.

Its reader reads it without a mistake, so that tests of what is made of the readings need no trained head.
"""

from collections.abc import Sequence

import numpy as np

from config.units import MICRO_TURN_SAMPLES
from model.ears.lexicon import sounds_of
from model.synthesis.phones import PHONES
from model.synthesis.speech import Language

READING = 320
STEP = 400
SURE, REST = 0.85, 0.1


def sounds_said(text: str, language: Language = "en", *, pause: int = 2) -> list[int]:
    """Reading by reading what is said: number of the sound plus one; 0 for silence."""
    said = [0] * 6
    for word in text.split():
        for sound in sounds_of(word, language)[0]:
            said += [sound + 1, sound + 1, 0]
        said += [0] * pause
    return said + [0] * 4


def as_audio(said: Sequence[int]) -> np.ndarray:
    """int16, a whole number of micro-turns."""
    loudness = np.repeat(np.array(said) * STEP, READING)
    return np.pad(loudness, (0, -len(loudness) % MICRO_TURN_SAMPLES)).astype(np.int16)


def spoken(text: str, language: Language = "en") -> list[tuple[np.ndarray, bool]]:
    """Micro-turns, and whether there is voice in each; silence follows."""
    audio = as_audio(sounds_said(text, language)).reshape(-1, MICRO_TURN_SAMPLES)
    silence = [(np.zeros(MICRO_TURN_SAMPLES, np.int16), False)] * 3
    return [(part, bool(part.any())) for part in audio] + silence


def posteriors(said: Sequence[int]) -> np.ndarray:
    """float32[T, 49], natural logarithms."""
    probable = np.full((len(said), 1 + len(PHONES)), (1 - SURE - REST) / 47, np.float32)
    probable[:, 0] = REST
    probable[np.arange(len(said)), said] = SURE
    silent = np.array(said) == 0
    probable[silent, 0] = SURE + REST
    return np.log(probable / probable.sum(axis=1, keepdims=True))


class MadeUpReader:
    """Reads loudness; counts what it has read."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def read(self, sounds: Sequence[np.ndarray]) -> list[np.ndarray]:
        self.seconds += [len(sound) / 16_000 for sound in sounds]
        return [
            posteriors([round(float(level) * 32_768 / STEP) for level in sound[::READING]])
            for sound in sounds
        ]
